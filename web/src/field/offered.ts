// The categories a finding is offered, as the page's form has them: what is looked at on the water, what the checklist's rules
// name, and whatever no rule thought of. All others stand behind one more choice.
import type { Category } from "./types";

/** Whatever no rule thought of: 其他事件. */
const OTHER = "E-0699";

/** Those that come first, and the rest. `named`: of the checklist's rules, and what was chosen already. */
export function offered(all: Category[], onWater: boolean, named: string[]): { first: Category[]; rest: Category[] } {
  const free = all.filter((one) => !one.asks || named.includes(one.code));
  const wanted = [...free.filter((one) => onWater && one.river).map((one) => one.code), ...named, OTHER];
  const first = [...new Set(wanted)].flatMap((code) => free.filter((one) => one.code === code));
  return { first, rest: free.filter((one) => !first.includes(one)) };
}
