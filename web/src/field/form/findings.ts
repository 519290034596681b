// From answers to findings (crates/engines/checklist: findings.rs, judge). Measured values are judged in whole numbers.
import type { Place, State } from "./engine";
import type { FindingRule, RuleSet, Test } from "./types";
import type { Value } from "./values";

export type Judgement = { clause: string; test: Test; fails: boolean; value: string; unit: string; /** The rating it is a share of. */ of?: string };
export type Found = { rule: FindingRule; place: Place; evidence: Record<string, string>; judgement?: Judgement };

/** Kind of a unit, and how many of the smallest of its kind it is (judge/units.rs). */
const UNITS: Record<string, [number, bigint]> = {
  mm: [0, 1n], cm: [0, 10n], m: [0, 1000n], m2: [1, 1n], mA: [2, 1n], A: [2, 1000n], W: [3, 1n], kW: [3, 1000n], "mg/L": [4, 1n], min: [5, 1n], h: [5, 60n], count: [6, 1n],
};

/** Whether what was measured fails its test; null when it cannot be judged. */
export function fails(test: Test, value: Value, unit: string, of: Value | undefined): boolean | null {
  if (test.must === "none_of") {
    if (value.is !== "one" && value.is !== "many") return null;
    const named = value.list ?? [value.text];
    if (named.some((one) => test.classes.includes(one))) return true;
    return named.some((one) => test.untold?.includes(one)) ? null : false;
  }
  const own = UNITS[unit];
  const measured = value.millionths;
  if (measured === undefined || !own) return null;
  if (test.must === "share_at_most") {
    const rating = of?.millionths;
    return rating === undefined || measured < 0n || rating <= 0n ? null : measured * 100n > rating * BigInt(test.percent);
  }
  const wanted = UNITS[test.unit];
  if (!wanted || of || wanted[0] !== own[0] || measured < 0n) return null;
  const [a, b] = [measured * own[1], BigInt(test.limit) * 1_000_000n * wanted[1]];
  return test.must === "at_least" ? a < b : a > b;
}

/** What the answers lead to, in the order of the checklist's rules and of the instances. */
export function findings(state: State, rules: RuleSet | null | undefined): Found[] {
  const { form } = state;
  return (form.checklist.findings ?? []).flatMap((rule, n) =>
    placesOf(rule.within ?? "", state).flatMap(({ repeats, place }): Found[] => {
      const trigger = form.triggers[n];
      const judgement = trigger ? undefined : judged(rule, place, state, rules);
      const found = trigger ? !state.isStrange(trigger, place) && state.truthAt(trigger, repeats, place) : Boolean(judgement?.fails);
      return found ? [{ rule, place, evidence: evidence(rule, place, state), ...(judgement ? { judgement } : {}) }] : [];
    }),
  );
}

function placesOf(within: string, state: State): { repeats: number[]; place: Place }[] {
  if (!within) return [{ repeats: [], place: [] }];
  const { form } = state;
  const at = form.place(within);
  const repeats = [...(form.nodes[at]?.repeats ?? []), at];
  return [...(state.places[at + 1]?.values() ?? [])]
    .filter(({ place }) => place.length === repeats.length && state.standsAt(at, place.slice(0, -1)))
    .map(({ place }) => ({ repeats, place }));
}

function answer(name: string, place: Place, state: State): Value | undefined {
  const at = state.form.place(name);
  return at < 0 ? undefined : state.valueAt(at, place.slice(0, state.form.nodes[at]?.repeats.length ?? 0));
}

function judged(rule: FindingRule, place: Place, state: State, rules: RuleSet | null | undefined): Judgement | undefined {
  const { judgement } = rule;
  const found = rules?.rules.find((one) => one.code === judgement?.rule);
  if (!judgement || !found) return undefined;
  const value = answer(judgement.question, place, state);
  const of = judgement.of ? answer(judgement.of, place, state) : undefined;
  if (!value || (judgement.of && value.millionths !== undefined && !of)) return undefined;
  const unit = state.form.node(judgement.question)?.question?.unit ?? "";
  const verdict = fails(found.test, value, unit, of);
  return verdict === null ? undefined : { clause: found.clause, test: found.test, fails: verdict, value: value.text, unit, ...(of ? { of: of.text } : {}) };
}

function evidence(rule: FindingRule, place: Place, state: State): Record<string, string> {
  const names = [...(rule.evidence ?? []), rule.judgement?.question ?? "", rule.judgement?.of ?? ""].filter(Boolean);
  const all: Record<string, string> = {};
  for (const name of names) {
    const depth = state.form.node(name)?.repeats.length ?? 0;
    const value = depth <= place.length ? answer(name, place, state) : undefined;
    if (value) all[name] = value.text;
  }
  return all;
}
