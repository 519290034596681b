// What time it is, when the telephone's clock cannot be trusted. The last talk with the server left a mark: both clocks at
// one moment. From it a constant error is put right, and a clock that ran back behind it is not believed. What is still
// wrong then is told to the server as the time of sending (it corrects by it): so the mark stays while anything waits.
import { state } from "./state";

let mark = { server: 0, device: 0 };
let since = 0;

export async function recallClock(): Promise<void> {
  mark = (await state.vault?.get<typeof mark>("boxes", "clock")) ?? { server: 0, device: 0 };
  since = 0;
}

/** Milliseconds, as near to the server's clock as can be told from here. */
export function now(): number {
  if (mark.server === 0) return Date.now();
  return Math.max(Date.now() + mark.server - mark.device, mark.server + performance.now() - since);
}

const DAY = 86_400_000;

/** What is wrong with the times of a round, by the name of its words: what the form at the desk refuses too. */
export function timesWrong(began: string, ended: string): string {
  const [from, to] = [Date.parse(began), Date.parse(ended)];
  if (to < from) return "talk-ends-before";
  if (to > now() + 5 * 60_000) return "time-in-future";
  if (from < now() - 366 * DAY) return "time-long-ago";
  return to - from > DAY ? "time-too-long" : "";
}

export const stamp = (): string => new Date(now()).toISOString();

/** Sets the mark by an answer of the server, when nothing written by the former one waits. */
export async function markClock(answer: Response): Promise<void> {
  const server = Date.parse(answer.headers.get("date") ?? "");
  if (!Number.isFinite(server) || state.items.length + state.drafts.length > 0) return;
  mark = { server, device: Date.now() };
  since = performance.now();
  await state.vault?.put("boxes", "clock", mark);
}
