// Whether what was found is on the list of these premises already, told before it is sent: the server decides when it comes in
// (crates/domain/rounds: commands/hazard/same.rs and plan.rs; tests/same.json holds both to the same).
import type { Form } from "./form/engine";
import type { Found } from "./form/findings";
import { readStalls, sectionOf } from "./stalls";
import type { Listed } from "./types";

/** Where on the plan, as typed. */
type Typed = { section: string; stalls: string };
type Marks = { rule: string; category: string; labels: string[]; points: [string, string][]; section: string; stalls: string[] };

/** As people write one name in several ways: `c-3`, `C-3 `. */
const plain = (text: string): string => text.replace(/\s/g, "").replace(/[！-～]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0)).toUpperCase();

/** 其他事件: what found no category of its own is filed there, and may have one by a newer checklist. */
const OTHER = "E-0699";

/** Questions whose answers tell one place of a repeat from another. */
function telling(form: Form, { within, evidence }: Found["rule"]): string[] {
  if (!within) return [];
  return (evidence ?? []).filter((name) => {
    const question = form.node(name)?.question;
    return Boolean(question?.required) && ["text", "barcode", "one"].includes(question?.kind.type ?? "");
  });
}

function marks(form: Form, { rule, evidence }: Found, typed: Typed, labels: string[]): Marks {
  let { found: stalls } = readStalls(typed.stalls, typed.section, labels);
  const named = evidence["stall"]?.trim();
  if (!typed.stalls.trim() && named) stalls = labels.filter((label) => label === named || label.slice(label.lastIndexOf("-") + 1) === named).slice(0, 1);
  const section = typed.section.trim() || evidence["section"]?.toUpperCase() || sectionOf(stalls[0] ?? "");
  const points = telling(form, rule).flatMap((name): [string, string][] => (evidence[name] === undefined ? [] : [[name, plain(evidence[name])]]));
  return { rule: rule.code, category: rule.category, labels: Object.values(rule.label), points, section, stalls };
}

function is(own: Marks, listed: Listed): boolean {
  const called = [own.category, OTHER].includes(listed.category) && own.labels.some((label) => listed.text.trim().startsWith(label));
  const rule = listed.rule ? listed.rule === own.rule : called;
  const sections = [plain(own.section), plain(listed.section)];
  const elsewhere = sections.every(Boolean) && sections[0] !== sections[1];
  // A circuit is the same whoever hangs on it today.
  const others = own.points.length === 0 && own.stalls.length > 0 && listed.stalls.length > 0 && !own.stalls.some((one) => listed.stalls.includes(one));
  return own.rule !== "" && rule && !elsewhere && !others && own.points.every(([name, value]) => listed.evidence[name] !== undefined && plain(listed.evidence[name]) === value);
}

/** For each that was found what it is of the list, each of the list once; `labels` are the stalls of the premises. */
export function seenAgain(form: Form, all: { found: Found; typed: Typed }[], listed: Listed[], labels: string[]): (Listed | undefined)[] {
  const taken = new Set<Listed>();
  return all.map(({ found, typed }) => {
    const own = marks(form, found, typed, labels);
    const same = listed.find((one) => is(own, one) && !taken.has(one));
    if (same) taken.add(same);
    return same;
  });
}
