// What a sentence says was found: its clauses, each with the category whose words it uses. Only proposed, never filed.
import type { Category } from "./types";

/** Clauses that say there is nothing, or that all is well: never a problem. 「不干净」 and 「不正常」 are none of them. */
const NOTHING = /未发现|没有|没看到|没见|无(?!法)|未见|不存在|干净|清澈|正常|畅通|完好|整洁|\bno\b|\bnone\b|not found|\bclean\b|\bclear\b/i;
/** What sounds like it and is a problem. Taken out first: telephones five years old know no look-behind. */
const NOT_WELL = /[不欠](?:太|够|很)?(?:干净|清澈|正常|畅通|完好|整洁)/g;
/** Clauses that ask for something instead. */
const ASKING = /^(请|望|建议|please)/i;

export function clauses(text: string, categories: Category[]): { text: string; category: string }[] {
  const found: { text: string; category: string }[] = [];
  for (const clause of text.split(/[，。；、！!;,.\n]+/).map((part) => part.trim())) {
    if (clause.length < 4 || NOTHING.test(clause.replace(NOT_WELL, "")) || ASKING.test(clause)) continue;
    const hits = (category: Category): number => category.keywords.filter((word) => clause.includes(word)).reduce((sum, word) => sum + word.length, 0);
    const best = categories.filter((category) => !category.asks).map((category) => ({ code: category.code, hits: hits(category) })).sort((a, b) => b.hits - a.hits)[0];
    if (best && best.hits > 0) found.push({ text: clause, category: best.code });
  }
  return found;
}
