// What was found by a measured value is measured again on a return visit. It is looked at before it is kept, as the server will
// look at it (crates/domain/rounds/src/commands/hazard/remeasure.rs), while whoever measures still stands there.
import { Form } from "./form/engine";
import { fails } from "./form/findings";
import { moment } from "./form/moment";
import { asMeasured, demand, measured, unitName } from "./form/told";
import { word, type Question } from "./form/types";
import { decimal, decimalText, numberValue, trim } from "./form/values";
import type { Remeasure } from "./types";
import { language, t } from "./words";

/** The question with its unit, and what was found then and is needed. */
export function askedAgain({ question, judgement: { test, measured: { value, of, unit } } }: Remeasure): { label: string; hint: string } {
  const was = measured(null, { test, value, unit, ...(of === undefined ? {} : { of }) });
  const what = word(question, language()) || t("measured");
  return { label: unit === "count" ? what : t("remeasure", { what, unit: unitName(unit) }), hint: t("remeasure-hint", { was, needed: demand(null, test, unit === "m") }) };
}

/** What was typed as it is sent: full-width digits as others are written. */
export const plain = (typed: string): string => trim(typed.replace(/[\uff01-\uff5e]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0)));

/** What the question itself asks of an answer, whatever it is judged by. */
function outside(own: Question, text: string): string {
  const form = new Form({ id: "", version: "", languages: [], title: {}, items: [{ question: own }] });
  const [fault] = form.evaluate({ [own.name]: text }, moment()).faults();
  if (!fault) return "";
  const why = fault.code === "constraint" ? word(own.constraint_message, language()) : "";
  if (why !== "") return t("remeasured-said", { why });
  return t(fault.code === "constraint" ? "remeasured-range" : "remeasured-whole");
}

/** What is wrong with it; empty: nothing, or nothing was typed. */
export function wrong({ judgement: { test, measured: { of, unit } }, own }: Remeasure, typed: string, passed: boolean): string {
  const text = plain(typed);
  if (text === "") return "";
  const millionths = decimal(text);
  if (millionths === null) return t("remeasured-number", { unit: unit === "count" ? "" : unitName(unit) });
  if (millionths < 0n) return t("remeasured-negative");
  const beyond = own ? outside(own, decimalText(millionths)) : "";
  if (beyond !== "") return beyond;
  const rating = of === undefined ? null : decimal(of);
  const value = numberValue("decimal", millionths);
  if (!passed || !fails(test, value, unit, rating === null ? undefined : numberValue("decimal", rating))) return "";
  const said = (number: string, of: string): string => (of === "count" ? number : `${number} ${unitName(of)}`);
  const now = said(value.text, unit);
  if (test.must === "share_at_most") return t("remeasured-share", { value: now, rating: said(of ?? "", unit), percent: test.percent });
  if (test.must === "none_of") return "";
  const limit = said(...asMeasured(test, unit === "m"));
  return t(test.must === "at_least" ? "remeasured-low" : "remeasured-high", { value: now, limit });
}
