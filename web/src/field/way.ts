// The way of a round on its page: recorded only while the round counts for a policy that asks for it, and the page says by
// what rule, and what a locked screen does to it.
import { make } from "../dom";
import { now } from "./clock";
import { button } from "./parts";
import { state } from "./state";
import { gaps, recorderOf, type Recorder } from "./track";
import type { Pack, RoundDraft } from "./types";
import { t } from "./words";

export const asks = (due?: { policy: string | null }): NonNullable<Pack["policies"]>[number] | undefined => state.pack?.policies?.find((one) => one.id === due?.policy);

/** What the policy rests on; a newer pack may not have it any more. */
const basisOf = (draft: RoundDraft): string => (draft.policy === null ? "" : (asks({ policy: draft.policy })?.basis || draft.basis) ?? "");

/** Whether the way may be recorded: the round counts for a policy that asks for it, and what that rests on can be said. */
export const recordsWay = (draft: RoundDraft): boolean => draft.track && basisOf(draft) !== "";

/** How far one has to go for it to count: known when the track is worked out, so it is said before. */
export function wayAsked(policy: ReturnType<typeof asks>): HTMLElement[] {
  const asked: [string, number][] = [["coverage-asked", policy?.coverage ?? 0], ["metres-asked", policy?.metres ?? 0]];
  return asked.filter(([, n]) => n > 0).map(([words, n]) => make("p", { class: "hint" }, t(words, { n })));
}

/** What a recorder says of itself, each with its look; what is wrong comes with the way out of it. */
export function wayLines(recorder: Pick<Recorder, "fixes" | "trouble" | "running" | "awake">, at: number): [string, string][] {
  const { fixes, trouble, running, awake } = recorder;
  const missed = gaps(fixes, running ? at : (fixes[fixes.length - 1]?.[0] ?? at));
  // Without a position just now it goes on by itself; paused there is none to wait for.
  const wrong: [string, string] = trouble === "weak" ? ["muted", running ? t("track-weak") : ""] : ["error", trouble ? t(`track-${trouble}`) : ""];
  const said: [string, string][] = [["strong", t(running ? "track-running" : "track-paused", { n: fixes.length })], ["", missed.count > 0 ? t("track-gaps", { n: missed.count, m: missed.minutes }) : ""], wrong, ["muted", running ? t(awake ? "track-awake" : "track-dark") : ""]];
  return said.filter(([, words]) => words);
}

/** `asked`: the round was taken out of its policy, or put back. */
export function trackCard(draft: RoundDraft): { card: HTMLElement; recorder: Recorder; asked: () => void } {
  const line = make("div", { class: "stack-s", role: "status", id: "track" });
  const act = make("div", { class: "actions" });
  const hint = make("p", { class: "hint" });
  const card = make("section", { class: "card stack-s", "aria-label": t("track") }, make("h3", {}, t("track")), hint, line, act);
  const recorder = recorderOf(draft.id, () => show());
  const show = (): void => {
    line.dataset.fixes = String(recorder.fixes.length);
    line.replaceChildren(...wayLines(recorder, now()).map(([look, words]) => make("p", { class: look }, look === "strong" ? make("strong", {}, words) : words)));
    act.replaceChildren(recorder.running ? button(t("track-stop"), "", () => recorder.stop(), "clock") : button(t("track-start"), "btn-primary", () => recorder.start(), "locate"));
  };
  const asked = (): void => {
    const may = recordsWay(draft);
    card.hidden = !may;
    hint.textContent = t("track-asked", { what: basisOf(draft) });
    // What was walked before is only put right.
    if (may && !draft.ended_at) recorder.start();
    else if (!may) recorder.stop();
    show();
  };
  asked();
  return { card, recorder, asked };
}
