// Drafts nobody wants any more. They are asked about, can be taken back at once and for a week, and lie sealed as before.
import { make } from "../dom";
import { settled } from "./drafts";
import { button, icon, sure } from "./parts";
import { changed, reload, state, tidyPhotos } from "./state";
import { endRecording } from "./track";
import type { Draft, Thrown } from "./types";
import { findVisit } from "./visit";
import { t, when } from "./words";

/** How long one can still be taken back. */
const WEEK = 7 * 86_400_000;

const LONGEST = 40;

/** What it is, and where: 「巡查 · 段家坝河 东段」. */
export function titleOf(draft: Draft): string {
  if ("subject_name" in draft) return `${t(`round-${draft.kind}`)} · ${draft.subject_name}`;
  if ("door" in draft) return `${t("visits")} · ${draft.address}`;
  if (!("visit" in draft)) return [t("note"), draft.place.trim()].filter(Boolean).join(" · ");
  const found = findVisit(draft.entry);
  return found ? `${t("visits")} · ${found.visit.name_masked} ${found.visit.address}` : t("visits");
}

/** When it was begun, and its first words. */
export function aboutOf(draft: Draft): string {
  const words = "subject_name" in draft ? (draft.talk?.topic ?? "") || draft.text : "visit" in draft || "door" in draft ? draft.note || draft.problem : draft.text;
  const begun = "began_at" in draft && !("talk" in draft && draft.talk) ? draft.began_at : "begun" in draft ? draft.begun : undefined;
  const short = words.trim().length > LONGEST ? `${words.trim().slice(0, LONGEST)}…` : words.trim();
  return [begun !== undefined && t("began", { time: when(begun) }), draft.saved > 0 && t("draft-kept", { time: when(draft.saved) }), short && t("draft-words", { what: short })].filter(Boolean).join(" · ");
}

/** Asks, and puts it away. False: it stays. */
export async function discard(draft: Draft): Promise<boolean> {
  if (!(await sure(t("throw-sure", { what: titleOf(draft) }), t("throw-yes"), t("throw-no")))) return false;
  await settled();
  const { vault } = state;
  if (!vault) return false;
  if ("subject_name" in draft && draft.track) endRecording();
  const thrown: Thrown = { draft, at: Date.now() };
  await vault.write([await vault.prepare("boxes", `thrown:${draft.id}`, thrown)], [{ table: "boxes", id: `draft:${draft.id}` }]);
  [state.lastThrown, state.said, state.trouble] = [draft.id, "", ""];
  await reload();
  changed();
  return true;
}

/** A button at the end of what is being written. */
export function discardPart(draft: Draft): HTMLElement {
  const act = button(t("throw"), "btn-quiet btn-block", async () => {
    // Nothing of it was kept: there is nothing to ask about.
    if (draft.saved === 0 || (await discard(draft))) location.hash = "today";
  }, "trash");
  // Before the first keystroke there is no draft.
  act.dataset.discard = draft.id;
  act.hidden = draft.saved === 0;
  return act;
}

async function takeBack({ draft }: Thrown): Promise<void> {
  const { vault } = state;
  if (!vault) return;
  await vault.write([await vault.prepare("boxes", `draft:${draft.id}`, draft)], [{ table: "boxes", id: `thrown:${draft.id}` }]);
  state.lastThrown = "";
  await reload();
  state.said = t("throw-back", { what: titleOf(draft) });
  changed();
}

async function forget(some: Thrown[]): Promise<void> {
  const { vault } = state;
  if (!vault || some.length === 0) return;
  const ids = some.map(({ draft }) => draft.id);
  const ways = (await vault.ids("boxes")).filter((id) => ids.some((one) => id.startsWith(`track:${one}:`)));
  await vault.write([], [...ids.map((id) => `thrown:${id}`), ...ways].map((id) => ({ table: "boxes" as const, id })));
  await reload();
  // Their photographs, which nothing names any more.
  await tidyPhotos();
  changed();
}

/** What was thrown away longer ago than a week. */
export const forgetOld = (): Promise<void> => forget(state.thrown.filter(({ at }) => at < Date.now() - WEEK));

/** The one thrown away last, until something else is said. */
export function undoLine(): HTMLElement | null {
  const last = state.thrown.find(({ draft }) => draft.id === state.lastThrown);
  if (!last) return null;
  return make("div", { class: "banner", "data-state": "ok", id: "thrown-last" }, make("p", {}, t("thrown-now", { what: titleOf(last.draft) })), make("div", { class: "actions" }, button(t("thrown-undo"), "", () => takeBack(last), "refresh")));
}

/** Those of a week, folded away. */
export function thrownPart(): HTMLElement | null {
  if (state.thrown.length === 0) return null;
  const row = (one: Thrown): HTMLElement =>
    make("li", {}, make("div", { class: "row field-row", "data-thrown": one.draft.id }, make("div", { class: "row-line" }, make("span", { class: "row-title" }, titleOf(one.draft))), make("div", { class: "row-line" }, make("span", { class: "row-sub" }, aboutOf(one.draft))),
      make("div", { class: "actions" }, button(t("thrown-undo"), "", () => takeBack(one), "refresh"), button(t("thrown-forget"), "btn-quiet", async () => void ((await sure(t("thrown-forget-sure"), t("thrown-forget-yes"), t("throw-no"))) && (await forget([one]))), "trash"))));
  return make("details", { id: "thrown" }, make("summary", {}, icon("trash"), t("thrown", { n: state.thrown.length })), make("p", { class: "hint" }, t("thrown-hint")), make("ul", { class: "rows rows-card" }, ...state.thrown.map(row)));
}
