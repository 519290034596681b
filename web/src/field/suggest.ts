// What a sentence says was found: its clauses, each with the category whose words it uses. Only proposed, never filed.
import type { Category } from "./types";

/** Clauses that say there is nothing. */
const NOTHING = /未发现|没有|无(?!法)|未见|不存在|\bno\b|\bnone\b|not found/i;
/** Clauses that ask for something instead. */
const ASKING = /^(请|望|建议|please)/i;

export function clauses(text: string, categories: Category[]): { text: string; category: string }[] {
  const found: { text: string; category: string }[] = [];
  for (const clause of text.split(/[，。；、！!;,.\n]+/).map((part) => part.trim())) {
    if (clause.length < 4 || NOTHING.test(clause) || ASKING.test(clause)) continue;
    const hits = (category: Category): number => category.keywords.filter((word) => clause.includes(word)).reduce((sum, word) => sum + word.length, 0);
    const best = categories.filter((category) => !category.asks).map((category) => ({ code: category.code, hits: hits(category) })).sort((a, b) => b.hits - a.hits)[0];
    if (best && best.hits > 0) found.push({ text: clause, category: best.code });
  }
  return found;
}
