// Points of a place, where a standard gives them (crates/engines/checklist: score.rs). What does not stand is not counted;
// what stands and is not answered counts among what there was to get, and keeps the conclusion open.
import type { State } from "./engine";
import type { Question } from "./types";
import { decimal, type Value } from "./values";

export type Score = { got: number; most: number; open: number; passed: boolean | null; sections: { name: string; got: number; most: number }[] };

function worth({ points = [] }: Question, value: Value): number {
  const choice = (name: string): number => points.find((one) => one.choice === name)?.points ?? 0;
  if (value.is === "one" || value.is === "yes_no") return choice(value.text);
  if (value.is === "many") return (value.list ?? []).reduce((sum, name) => sum + choice(name), 0);
  const number = value.millionths;
  if (number === undefined) return 0;
  const above = (bound: string | undefined): boolean => bound === undefined || number >= (decimal(bound) ?? 0n);
  const below = (bound: string | undefined): boolean => bound === undefined || number < (decimal(bound) ?? 0n);
  return points.find((one) => !one.choice && above(one.from) && below(one.below))?.points ?? 0;
}

function most({ kind, points = [] }: Question): number {
  const all = points.map((one) => Math.max(0, one.points));
  return kind.type === "many" ? all.reduce((sum, one) => sum + one, 0) : Math.max(0, ...all);
}

/** None when nothing has points. */
export function score(state: State): Score | null {
  const { form } = state;
  const result: Score = { got: 0, most: 0, open: 0, passed: null, sections: [] };
  let scored = false;
  form.nodes.forEach((node, at) => {
    const { question } = node;
    if (!question?.points?.length) return;
    scored = true;
    let top = node;
    while (top.parent >= 0) top = form.nodes[top.parent] as typeof node;
    const name = top.question ? "" : top.name;
    for (const { place, stands } of state.places[at]?.values() ?? []) {
      if (!stands) continue;
      const value = state.valueAt(at, place);
      const got = value ? worth(question, value) : 0;
      if (!value) result.open += 1;
      let section = result.sections.find((one) => one.name === name);
      if (!section) result.sections.push((section = { name, got: 0, most: 0 }));
      for (const sum of [result, section]) {
        sum.got += got;
        sum.most += most(question);
      }
    }
  });
  const mark = form.checklist.pass_percent;
  if (mark !== undefined && result.open === 0) result.passed = result.got * 100 >= result.most * mark;
  return scored ? result : null;
}
