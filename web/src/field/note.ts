// 记一笔: say what, photograph, place; the rest is for the desk.
import { make } from "../dom";
import { keep, settled } from "./drafts";
import { area, button, camera, check, choice, fault, field, icon, locator } from "./parts";
import { photoItem } from "./handin";
import { hold, state } from "./state";
import { clauses } from "./suggest";
import { discardPart } from "./thrown";
import { sync } from "./sync";
import type { Item, NoteDraft } from "./types";
import { t, when } from "./words";

export const newNote = (): NoteDraft => ({ id: crypto.randomUUID(), begun: Date.now(), text: "", category: "", place: "", urgent: false, photos: [], saved: 0 });

/** The note of an address; one that is not begun is blank. */
export const noteAt = (id: string): NoteDraft => (state.drafts.find((draft) => draft.id === id && "place" in draft) as NoteDraft | undefined) ?? { ...newNote(), ...(id && { id }) };

/** Where 记一笔 leads: to the one begun there last; never to one of a visit or out of the outbox, which belongs where it was heard. */
export function begunNote(): string {
  const own = state.drafts.filter((draft): draft is NoteDraft => "place" in draft && !draft.home && !draft.back && !draft.left);
  return own.sort((a, b) => b.saved - a.saved)[0]?.id ?? newNote().id;
}

/** Handed in or thrown away: under this name nothing else is written. */
export const isOver = (id: string): boolean => state.items.some((item) => item.id === id) || state.recent.some((one) => one.id === id) || state.thrown.some(({ draft }) => draft.id === id);

export function noteView(draft: NoteDraft, done: () => void): HTMLElement {
  const note = make("p", { class: "draft-note", role: "status" });
  const save = (): void => void keep(draft, note);
  const all = (state.pack?.categories ?? []).filter((one) => !one.asks);
  let chosen = draft.category !== "";
  const category = choice([["", t("choose")], ...all.map((one): [string, string] => [one.code, one.name])], draft.category, (value) => {
    [draft.category, chosen] = [value, true];
    save();
  });
  const words = area(draft.text, (value) => {
    draft.text = value;
    const suggested = clauses(value, all)[0]?.category;
    if (!chosen && suggested) category.value = draft.category = suggested;
    save();
  });
  const place = make("input", { type: "text", maxlength: "200", autocomplete: "off" });
  place.value = draft.place;
  place.addEventListener("input", () => {
    draft.place = place.value;
    save();
  });
  const end = button(t("note-save"), "btn-primary btn-l btn-block", async () => {
    const where = draft.place.trim() || draft.spot || draft.home || draft.photos.some((photo) => photo.lon !== undefined);
    const lacks = [fault(words, !draft.text.trim() && t("need-text")), fault(category, !draft.category && t("need-category")), fault(place, !where && t("need-place"))];
    if (lacks.some(Boolean)) return document.querySelector("[aria-invalid]")?.scrollIntoView({ block: "center" });
    await settled();
    await hold(itemsOf(draft), `draft:${draft.id}`);
    done();
    void sync();
  });
  return make(
    "div", { class: "stack-l", "data-note": draft.id },
    draft.left && make("p", { class: "banner", "data-state": "soon" }, t("note-left")),
    draft.saved > 0 && make("div", { class: "spread" }, make("p", { class: "muted" }, t("note-begun", { time: when(draft.begun ?? draft.saved) })), make("a", { class: "btn btn-quiet", href: `#note/${newNote().id}` }, icon("plus"), t("note-another"))),
    make("section", { class: "card stack" }, field(t("note-text"), words), camera(draft.photos, save), field(t("category"), category)),
    make("section", { class: "card stack" }, field(t("note-place"), place, t(draft.home ? "note-at-home" : "note-place-hint")), locator(draft.spot, (spot) => {
      draft.spot = spot;
      save();
    })),
    check(t("note-urgent"), "", draft.urgent, (value) => {
      draft.urgent = value;
      save();
    }),
    note, make("div", { class: "send-bar" }, end), discardPart(draft),
  );
}

function itemsOf(draft: NoteDraft): Item[] {
  const taken = draft.photos.find((photo) => photo.lon !== undefined);
  const at = draft.spot ?? taken;
  // A written address says more than a position taken where somebody happens to stand.
  const place = draft.home && !at && !draft.place.trim() ? { dwelling: draft.home } : { text: draft.place.trim() || null, lon: at?.lon ?? null, lat: at?.lat ?? null, area: at ? null : (state.pack?.me.home ?? null) };
  const label = draft.text.trim().slice(0, 30);
  const item: Item = { id: draft.id, kind: "case", label, made_at: Date.now(), body: { text: draft.text, category: draft.category, urgent: draft.urgent, place, ...(draft.reporter ? { reporter: draft.reporter } : {}) }, state: "waiting" };
  return [item, ...draft.photos.map((photo) => photoItem(photo, label, { case_item: draft.id }))];
}
