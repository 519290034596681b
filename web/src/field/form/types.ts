// A checklist as the engine's JSON has it (crates/engines/checklist/src/model.rs).

export type Words = Record<string, string>;
export type Choice = { name: string; label: Words };
export type KindName = "text" | "integer" | "decimal" | "yes_no" | "one" | "many" | "date" | "time" | "date_time" | "photo" | "signature" | "position" | "track" | "barcode" | "note" | "calculate";
export type Kind = { type: KindName; list?: string };
export type Question = {
  name: string; kind: Kind; label: Words; hint?: Words; unit?: string; required?: string; relevant?: string; constraint?: string; constraint_message?: Words;
  calculation?: string; default?: string; read_only?: boolean; appearance?: string; points?: Worth[];
};
/** What a choice, or a number from `from` on and below `below`, is worth. */
export type Worth = { choice?: string; from?: string; below?: string; points: number };
export type Group = { name: string; label: Words; relevant: string; repeat?: { count: string }; items: Item[] };
export type Item = { question: Question } | { group: Group };
export type FindingRule = {
  code: string; label: Words; within?: string; when?: string; judgement?: { rule: string; question: string; of?: string }; category: string; severity?: string; is_case?: boolean;
  on_the_spot?: boolean; evidence?: string[];
};
export type Checklist = { id: string; version: string; status?: string; languages: string[]; title: Words; choices?: Record<string, Choice[]>; items: Item[]; findings?: FindingRule[]; kind?: string; subjects?: string[]; pass_percent?: number };

/** What measured values are judged by (crates/engines/checklist/src/judge). */
export type Test = { must: "at_least" | "at_most"; limit: number; unit: string } | { must: "none_of"; classes: string[]; /** Answers that name no class. */ untold?: string[] } | { must: "share_at_most"; percent: number };
export type RuleSet = { code: string; version: string; title: Words; source: string; status: string; rules: { code: string; clause: string; about: Words; test: Test }[] };

/** Answers by name, as texts; repeats nest as lists. */
export type Answers = { [name: string]: string | Answers[] };

export const word = (words: Words | undefined, language: string): string => words?.[language] ?? Object.values(words ?? {})[0] ?? "";
