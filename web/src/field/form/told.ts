// What a finding says of itself: what it is, what was measured against what had to hold, and where, word for word as the
// server says it (crates/domain/rounds/src/checklists/told.rs; tests/told.json holds both to the same).
import { language, t } from "../words";
import type { Form } from "./engine";
import type { Found, Judgement } from "./findings";
import { word, type Kind, type Test } from "./types";

const UNITS: Record<string, string> = { m2: "m²" };
const isFile = (kind: Kind): boolean => kind.type === "photo" || kind.type === "signature";
const kindOf = (form: Form, name: string): Kind | undefined => form.node(name)?.question?.kind;

/** An answer in words: labels of choices. */
export function answerWords(form: Form, name: string, text: string): string {
  switch (kindOf(form, name)?.type) {
    case "yes_no": return t(text === "yes" ? "answer-yes" : "answer-no");
    case "one": return label(form, name, text);
    case "many": return text.split(" ").map((one) => label(form, name, one)).join(between());
    default: return text;
  }
}

function label(form: Form, name: string, code: string): string {
  const kind = kindOf(form, name);
  const list = kind ? form.choices(kind) : [];
  return word(list.find((one) => one.name === code)?.label, language()) || code;
}

/** The words of a finding; `spoken` are somebody's own words an answer came from. */
export function told(form: Form, { rule, evidence, judgement }: Found, spoken: (question: string) => string = () => ""): string {
  const judged = [rule.judgement?.question ?? "", rule.judgement?.of ?? ""];
  const names = rule.evidence ?? [];
  let text = word(rule.label, language());
  const others = names.filter((name) => !judged.includes(name));
  const plain = text !== "" && isOneChoice(form, others);
  const parts = [
    judgement ? t("told-measured", { was: measured(form, judgement), needed: demand(form, judgement.test, judgement.unit === "m") }) : "",
    ...others.map((name) => (evidence[name] === undefined ? "" : spoken(name) || said(form, name, plain, evidence[name]))),
  ].filter(Boolean);
  // A rule without words of its own says what was asked.
  if (!text) text = word(form.node([...names, ...judged].filter(Boolean)[0] ?? "")?.question?.label, language()) || rule.code;
  return parts.length > 0 ? `${text}${t("told-colon")}${parts.join(t("told-comma"))}` : text;
}

/** Whether a single choice is all there is to say beside texts: then what was asked goes without saying. */
function isOneChoice(form: Form, names: string[]): boolean {
  const kinds = names.map((name) => kindOf(form, name)).filter((kind): kind is Kind => kind !== undefined && kind.type !== "text" && !isFile(kind));
  return kinds.length === 1 && Boolean(kinds[0]?.list);
}

function said(form: Form, name: string, plain: boolean, text: string): string {
  const question = form.node(name)?.question;
  if (!question || isFile(question.kind) || question.kind.type === "position" || question.kind.type === "track") return "";
  if (question.kind.type === "text") return inWords(name, text);
  const number = question.kind.type === "integer" || question.kind.type === "decimal";
  const unit = number && question.unit !== "count" ? (UNITS[question.unit ?? ""] ?? question.unit ?? "") : "";
  const value = `${answerWords(form, name, text)} ${unit}`.trimEnd();
  return plain ? value : `${word(question.label, language())} ${value}`;
}

/** An answer that says where, as people say it: "2" of the entrances is 2 单元. */
function inWords(question: string, answer: string): string {
  const number = answer.trim();
  const short = [...number].length <= 8 && /[0-9]/.test(number);
  if (question === "entrance" && /^[0-9]+$/.test(number)) return t("told-at-entrance", { value: number });
  if ((question === "stall" || question === "circuit") && short) return t(`told-at-${question}`, { value: number });
  return answer;
}

export const unitName = (unit: string): string => (unit === "count" ? t("told-pieces") : (UNITS[unit] ?? unit));

/** What was measured: `3.1 m`, `58 A` of 40 A, foam panels. */
export function measured(form: Form | null, { test, value, of, unit }: Omit<Judgement, "clause" | "fails">): string {
  if (test.must === "none_of") return classes(form, value.split(" "));
  const quantity = `${value} ${unitName(unit)}`;
  return of === undefined ? quantity : t("told-of-rating", { value: quantity, rating: `${of} ${unitName(unit)}` });
}

/** A limit in the unit it is compared in: metres for centimetres where what is measured is in metres. */
export const asMeasured = ({ limit, unit }: { limit: number; unit: string }, inMetres: boolean): [string, string] => (unit === "cm" && inMetres ? [String(limit / 100), "m"] : [String(limit), unit]);

/** What had to hold; lengths in metres where what is measured is. */
export function demand(form: Form | null, test: Test, inMetres: boolean): string {
  if (test.must === "none_of") return t("told-none-of", { classes: classes(form, test.classes) });
  if (test.must === "share_at_most") return t("told-share", { percent: test.percent });
  const [number, unit] = asMeasured(test, inMetres);
  const limit = `${number} ${unitName(unit)}`;
  return t(test.must === "at_least" ? "told-at-least" : "told-at-most", { limit });
}

/** The names of choices of any list of the checklist. */
function classes(form: Form | null, codes: string[]): string {
  const all = Object.values(form?.checklist.choices ?? {}).flat();
  return codes.map((code) => word(all.find((one) => one.name === code)?.label, language()) || code).join(between());
}

/** What stands between choices that are named in a row. */
const between = (): string => (language() === "en" ? ", " : "、");
