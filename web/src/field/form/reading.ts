// Answers out of a sentence, as the engine reads them (crates/engines/checklist/src/reading): the words come with the pack,
// and both readers are held to the same sentences by crates/engines/checklist/tests/sentences.json.
import type { Form } from "./engine";
import { read, trim, Unreadable } from "./values";

export type Sense = "none" | "present" | "few" | "some" | "many";
export type Vocabulary = {
  classes: Record<string, string[]>; places: string[]; few: string[]; some: string[]; many: string[]; negations: string[]; doubles: string[]; asserts: string[];
  unsure: Record<string, string[]>; alls: string[]; alsos: string[]; joins: string[]; breaks: string[]; ignored: string[];
};
export type QuestionRule = { question: string; topics: string[][]; unless: string[]; answers: Partial<Record<Sense, string>>; states: { all: string[]; answer: string; /** An answer this one says more than. */ beyond?: string }[] };
export type ReadingRules = { vocabulary: Vocabulary; questions: QuestionRule[] };

/** Characters (not UTF-16 units) from 0; the end is not in it. */
export type Span = { from: number; to: number };
export type WhyUnsure = "hedged" | "asked" | "past" | "removed" | "condition" | "double" | "amount_denied" | "conflict" | "bare" | "no_amount";
export type Reading = { filled: { question: string; value: string; span: Span }[]; unsure: { question: string; why: WhyUnsure; span: Span }[]; rest: Span[] };

type Role =
  | { is: "class"; name: string; place: boolean } | { is: "amount"; sense: Sense } | { is: "unsure"; why: WhyUnsure }
  | { is: "negation" | "double" | "assert" | "all" | "also" | "join" | "break" };
type Word = { span: Span; text: string; roles: Role[] };
type Said = { is: "nothing" } | { is: "denied" | "present" | "double" | "amount_denied" | "amounts"; span: Span } | { is: "amount"; sense: Sense; span: Span };
type Follows = "sentence" | "comma" | "list";
type Clause = { span: Span; said: Said; doubt: WhyUnsure | null; follows: Follows; words: Word[]; taken: string[] };
type Doubt = { span: Span; why: WhyUnsure };
type Look = { value: string; span: Span } | { doubt: Doubt };

const LONGEST = 4000;
const WHY: Record<string, WhyUnsure> = { asked: "asked", past: "past", removed: "removed", condition: "condition" };
const END: Record<string, Follows> = { "。": "sentence", "！": "sentence", "!": "sentence", "；": "sentence", ";": "sentence", "\n": "sentence", "？": "sentence", "?": "sentence", "，": "comma", ",": "comma", ":": "comma", "：": "comma", "、": "list" };

const has = (word: Word, is: Role["is"]): boolean => word.roles.some((role) => role.is === is);
const isClass = (word: Word, place: boolean): boolean => word.roles.some((role) => role.is === "class" && role.place === place);
const hull = (a: Span, b: Span): Span => ({ from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) });
const whole = (spans: Span[]): Span | undefined => (spans.length > 0 ? spans.reduce(hull) : undefined);
export const words = (text: string, { from, to }: Span): string => Array.from(text).slice(from, to).join("");

class Lexicon {
  private readonly words = new Map<string, Role[]>();
  private longest = 0;

  constructor(vocabulary: Vocabulary) {
    for (const name of Object.keys(vocabulary.classes ?? {}).sort()) this.add(vocabulary.classes[name], { is: "class", name, place: (vocabulary.places ?? []).includes(name) });
    for (const sense of ["few", "some", "many"] as const) this.add(vocabulary[sense], { is: "amount", sense });
    const plain = [["negations", "negation"], ["doubles", "double"], ["asserts", "assert"], ["alls", "all"], ["alsos", "also"], ["joins", "join"], ["breaks", "break"]] as const;
    for (const [list, is] of plain) this.add(vocabulary[list], { is });
    for (const why of Object.keys(vocabulary.unsure ?? {}).sort()) this.add(vocabulary.unsure[why], { is: "unsure", why: WHY[why] ?? "hedged" });
    for (const word of vocabulary.ignored ?? []) this.entry(word);
  }

  private entry(word: string): Role[] {
    const roles = this.words.get(word) ?? [];
    this.words.set(word, roles);
    this.longest = Math.max(this.longest, Array.from(word).length);
    return roles;
  }

  private add(all: string[] | undefined, role: Role): void {
    for (const word of all ?? []) if (word) this.entry(word).push(role);
  }

  /** The longest known word at the beginning. */
  at(chars: string[], from: number): Word | null {
    for (let length = Math.min(this.longest, chars.length - from); length > 0; length -= 1) {
      const text = chars.slice(from, from + length).join("");
      const roles = this.words.get(text);
      if (roles) return { span: { from, to: from + length }, text, roles };
    }
    return null;
  }
}

class Builder {
  readonly all: Clause[] = [];
  private begin = 0;
  private follows: Follows = "sentence";
  private words: Word[] = [];

  constructor(private readonly chars: string[]) {}

  take(word: Word): void {
    if (has(word, "break")) return this.close(word.span.from, word.span.to, "comma");
    const says = this.words.some((one) => ["amount", "negation", "double", "assert"].some((is) => has(one, is as Role["is"])));
    const matter = this.words.some((one) => isClass(one, false));
    const place = this.words.some((one) => isClass(one, true));
    const denies = has(word, "negation") && this.words.some((one) => has(one, "negation"));
    // A place after a statement, or a second denial, begins the next statement even without a comma.
    if ((isClass(word, true) && says && (matter || place)) || (denies && matter)) {
      const last = this.words[this.words.length - 1];
      this.close(word.span.from, word.span.from, last && has(last, "join") ? "list" : "comma");
    }
    this.words.push(word);
  }

  close(end: number, next: number, follows: Follows): void {
    const found = this.words;
    this.words = [];
    if (found.length > 0 || trim(this.chars.slice(Math.min(this.begin, end), end).join("")) !== "") {
      this.all.push({ span: { from: this.begin, to: end }, ...said(found), follows: this.follows, words: found, taken: [] });
    }
    [this.begin, this.follows] = [next, follows];
  }

  /** The sentence that was just closed was a question. */
  asked(): void {
    for (let at = this.all.length - 1; at >= 0; at -= 1) {
      const clause = this.all[at] as Clause;
      clause.doubt = "asked";
      if (clause.follows === "sentence") break;
    }
  }
}

function said(found: Word[]): { said: Said; doubt: WhyUnsure | null } {
  const roles = found.flatMap((word) => word.roles.map((role) => ({ role, span: word.span })));
  const doubt = roles.map(({ role }) => (role.is === "unsure" ? role.why : null)).find(Boolean) ?? null;
  const spans = (is: Role["is"]): Span[] => found.filter((word) => has(word, is)).map((word) => word.span);
  const [doubles, denials, asserts] = [spans("double"), spans("negation"), spans("assert")];
  const amounts = roles.flatMap(({ role, span }) => (role.is === "amount" ? [{ sense: role.sense, span }] : []));
  const [double, denial, amount, assert] = [whole(doubles), denials[0], amounts[0], asserts[0]];
  const of = (): Said => {
    if (double) return { is: "double", span: double };
    if (denials.length > 1) return { is: "double", span: whole(denials) as Span };
    if (denial && amount) return { is: "amount_denied", span: hull(denial, amount.span) };
    if (denial) return { is: "denied", span: denial };
    if (amount) {
      const other = amounts.find((one) => one.sense !== amount.sense);
      return other ? { is: "amounts", span: hull(amount.span, other.span) } : { is: "amount", ...amount };
    }
    return assert ? { is: "present", span: assert } : { is: "nothing" };
  };
  return { said: of(), doubt };
}

const classes = (clause: Clause, place: boolean): string[] => clause.words.flatMap((word) => word.roles.flatMap((role) => (role.is === "class" && role.place === place ? [role.name] : [])));

/** What clauses take over from one another: the rest of a list, 均 and 都, 也 and 还. */
function spread(all: Clause[]): void {
  for (let at = 1; at < all.length; at += 1) {
    const [before, clause] = [all[at - 1] as Clause, all[at] as Clause];
    if (clause.follows === "sentence") continue;
    // 未发现漂浮物、岸边垃圾、排污口: the denial holds for the whole list. An amount is only said of the first.
    const names = clause.words.some((word) => isClass(word, true) || isClass(word, false));
    if (clause.follows === "list" && clause.said.is === "nothing" && names && ["denied", "present", "double"].includes(before.said.is)) {
      clause.said = before.said;
      clause.doubt ??= before.doubt;
    }
    // 河面没有垃圾，岸边也没有
    if (!clause.words.some((word) => has(word, "also"))) continue;
    const [places, matters] = [classes(clause, true), classes(clause, false)];
    if (matters.length === 0 && places.length > 0) clause.taken.push(...classes(before, false), ...before.taken);
    else if (places.length === 0 && matters.length > 0) clause.taken.push(...classes(before, true));
  }
  // 漂浮物、岸边垃圾、排污口均未发现: what all of them share stands at the end.
  for (let at = all.length - 1; at > 0; at -= 1) {
    const { said: shared, doubt, words: found } = all[at] as Clause;
    if (!found.some((word) => has(word, "all")) || (shared.is !== "denied" && shared.is !== "present")) continue;
    for (let place = at; place > 0 && all[place]?.follows !== "sentence" && all[place - 1]?.said.is === "nothing"; place -= 1) {
      const clause = all[place - 1] as Clause;
      clause.said = shared;
      clause.doubt ??= doubt;
    }
  }
}

function clauses(chars: string[], lexicon: Lexicon): Clause[] {
  const builder = new Builder(chars);
  for (let at = 0; at < chars.length; ) {
    const end = END[chars[at] as string];
    if (end) {
      builder.close(at, at + 1, end);
      if (chars[at] === "？" || chars[at] === "?") builder.asked();
      at += 1;
      continue;
    }
    const word = lexicon.at(chars, at);
    if (word) builder.take(word);
    at = word?.span.to ?? at + 1;
  }
  builder.close(chars.length, chars.length, "sentence");
  spread(builder.all);
  return builder.all;
}

function find(clause: Clause, wanted: string): Span | undefined {
  const name = wanted.startsWith("@") ? wanted.slice(1) : null;
  return clause.words.find((word) => (name === null ? word.text === wanted : word.roles.some((role) => role.is === "class" && role.name === name)))?.span;
}

/** The stretch that holds all these words or classes; null when one is missing, or when all were taken over. */
function holdsAll(clause: Clause, all: string[]): Span | null {
  let span: Span | null = null;
  for (const one of all) {
    const found = find(clause, one);
    if (found) span = span ? hull(span, found) : found;
    else if (!one.startsWith("@") || !clause.taken.includes(one.slice(1))) return null;
  }
  return span;
}

export class Reader {
  private readonly lexicon: Lexicon;
  private readonly questions: QuestionRule[];

  private constructor(rules: ReadingRules) {
    this.lexicon = new Lexicon(rules.vocabulary);
    this.questions = rules.questions;
  }

  /** Null where the rules ask for questions or answers the checklist does not have: then nothing is read. */
  static of(form: Form, rules: ReadingRules): Reader | null {
    const questions: QuestionRule[] = [];
    for (const rule of rules.questions) {
      const node = form.node(rule.question);
      const kind = node?.question?.kind;
      if (!node || !kind || node.repeats.length > 0) return null;
      const known = kind.type === "yes_no" ? ["yes", "no"] : kind.list ? form.choices(kind).map((one) => one.name) : null;
      const answer = (text: string): string | null => {
        try {
          const value = read(kind, text);
          return value && (!known || text.split(/\s+/).filter(Boolean).every((one) => known.includes(one))) ? value.text : null;
        } catch (error) {
          if (!(error instanceof Unreadable)) throw error;
          return null;
        }
      };
      const answers = Object.entries(rule.answers ?? {}).map(([sense, text]) => [sense, answer(text ?? "")] as const);
      const states = (rule.states ?? []).map((state) => ({ ...state, answer: answer(state.answer), ...(state.beyond !== undefined && { beyond: answer(state.beyond) }) }));
      if (answers.some(([, value]) => value === null) || states.some((state) => state.answer === null || state.beyond === null)) return null;
      questions.push({ question: rule.question, topics: rule.topics ?? [], unless: rule.unless ?? [], answers: Object.fromEntries(answers) as QuestionRule["answers"], states: states as QuestionRule["states"] });
    }
    return new Reader({ ...rules, questions });
  }

  read(text: string): Reading {
    const chars = Array.from(text).slice(0, LONGEST);
    const all = clauses(chars, this.lexicon);
    const reading: Reading = { filled: [], unsure: [], rest: [] };
    const used = new Set<Clause>();
    for (const rule of this.questions) {
      const found: { value: string; span: Span }[] = [];
      const doubts: Doubt[] = [];
      for (const clause of all) {
        const seen = look(rule, clause);
        if (!seen) continue;
        used.add(clause);
        if ("doubt" in seen) doubts.push(seen.doubt);
        else found.push(seen);
      }
      settle(rule, found, doubts, reading);
    }
    reading.filled.sort((a, b) => a.span.from - b.span.from);
    reading.unsure.sort((a, b) => a.span.from - b.span.from);
    reading.rest = all.filter((clause) => !used.has(clause)).map((clause) => clause.span);
    return reading;
  }
}

/** What a clause says of a question; null when it does not talk of it. */
function look(rule: QuestionRule, clause: Clause): Look | null {
  if (rule.unless.some((one) => holdsAll(clause, [one]))) return null;
  let topic: Look | null = null;
  for (const one of rule.topics) {
    const span = holdsAll(clause, one);
    if (!span) continue;
    topic = ofTopic(rule, clause, span);
    break;
  }
  const state = ofState(rule, clause);
  if (topic && !("doubt" in topic)) return state && !("doubt" in state) && isBeyond(rule, state.value, topic.value) ? state : topic;
  return state ?? topic;
}

/** Whether one answer says more than another. */
const isBeyond = (rule: QuestionRule, more: string, less: string): boolean => rule.states.some((state) => state.answer === more && state.beyond === less);

/** What a word says by itself; denied, it says something nobody knows. */
function ofState(rule: QuestionRule, clause: Clause): Look | null {
  for (const { all, answer } of rule.states) {
    const span = holdsAll(clause, all);
    if (!span) continue;
    const why = clause.doubt ?? (clause.said.is === "denied" || clause.said.is === "double" ? "double" : null);
    return why ? { doubt: { span, why } } : { value: answer, span };
  }
  return null;
}

const UNCLEAR: Partial<Record<Said["is"], WhyUnsure>> = { nothing: "bare", double: "double", amount_denied: "amount_denied", amounts: "conflict" };

function ofTopic(rule: QuestionRule, clause: Clause, topic: Span): Look {
  const { said: told } = clause;
  const span = told.is === "nothing" ? topic : hull(topic, told.span);
  const why = clause.doubt ?? UNCLEAR[told.is];
  if (why) return { doubt: { span, why } };
  const sense: Sense = told.is === "amount" ? told.sense : told.is === "denied" ? "none" : "present";
  // Any amount is presence to a question that does not ask how much.
  const value = rule.answers[sense] ?? (told.is === "amount" ? rule.answers.present : undefined);
  return value === undefined ? { doubt: { span, why: "no_amount" } } : { value, span };
}

function settle(rule: QuestionRule, said: { value: string; span: Span }[], doubts: Doubt[], reading: Reading): void {
  const { question } = rule;
  const found = said.filter((one) => !said.some((more) => isBeyond(rule, more.value, one.value)));
  // What is over does not speak against what is now; every other doubt does.
  const blocking = doubts.find(({ why }) => why !== "past" && why !== "removed" && why !== "bare");
  const first = found[0];
  if (blocking) return void reading.unsure.push({ question, ...blocking });
  if (first) {
    const other = found.find(({ value }) => value !== first.value);
    if (other) reading.unsure.push({ question, why: "conflict", span: hull(first.span, other.span) });
    else reading.filled.push({ question, ...first });
  } else if (doubts[0]) reading.unsure.push({ question, ...doubts[0] });
}
