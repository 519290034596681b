// A round on a reach: when it began, one sentence, what was found with where and how bad, photographs; then it is kept.
import { make } from "../dom";
import { stamp } from "./clock";
import { keep, settled } from "./drafts";
import { area, button, camera, check, choice, fault, field, icon, locator } from "./parts";
import { sketch } from "./sketch";
import { hold, state } from "./state";
import { clauses } from "./suggest";
import { sync } from "./sync";
import type { DraftFinding, Due, Item, Pack, Photo, Reach, RoundDraft } from "./types";
import { t, when } from "./words";

export function newRound(reach: Reach, due?: Due): RoundDraft {
  return {
    id: crypto.randomUUID(), community: reach.community, subject: { kind: "reach", id: reach.id }, subject_name: `${reach.water} ${reach.name}`, policy: due?.policy ?? null,
    track: asks(due)?.track ?? false, kind: "patrol", began_at: stamp(), text: "", findings: [], photos: [], saved: 0,
  };
}

const asks = (due?: { policy: string }): NonNullable<Pack["policies"]>[number] | undefined => state.pack?.policies?.find((one) => one.id === due?.policy);

export function roundView(draft: RoundDraft, done: () => void): HTMLElement {
  const note = make("p", { class: "draft-note", role: "status" });
  const save = (): void => void keep(draft, note);
  const list = make("div", { class: "stack" });
  const chips = make("div", { class: "suggest", role: "group", "aria-label": t("suggest") });
  const suggest = (): void => {
    const found = clauses(draft.text, state.pack?.categories ?? []).filter((one) => !draft.findings.some((known) => known.text === one.text));
    chips.replaceChildren();
    if (found.length === 0) return;
    chips.append(t("suggest"));
    for (const one of found) {
      chips.append(button(t("suggest-add", { what: one.text }), "chip", () => add({ ...blank(), text: one.text, category: one.category }), "plus"));
    }
  };
  const words = area(draft.text, (value) => {
    draft.text = value;
    save();
    suggest();
  });
  const draw = (): void => {
    list.replaceChildren(...draft.findings.map((found, at) => findingCard(draft, found, at, save, draw)));
    if (draft.findings.length === 0) list.append(make("p", { class: "muted" }, t("found-none")));
    suggest();
  };
  const add = (found: DraftFinding): void => {
    draft.findings.push(found);
    save();
    draw();
  };
  const policy = asks(draft.policy ? { policy: draft.policy } : undefined);
  const photographs = policy?.photographs ?? 0;
  const reach = state.pack?.reaches.find((one) => one.id === draft.subject.id);
  draw();
  const lacking = make("p", { class: "error", role: "alert" });
  const end = button(t("end"), "btn-primary btn-l btn-block", async () => {
    // What the policy asks is said before the round is kept; the server says the same.
    const taken = draft.photos.length + draft.findings.reduce((sum, found) => sum + found.photos.length, 0);
    const few = draft.policy !== null && taken < photographs;
    lacking.textContent = few ? t("photos-few", { n: photographs, what: policy?.basis ?? "" }) : "";
    if (few) return lacking.scrollIntoView({ block: "center" });
    const empty = fault(words, !draft.text.trim() && t("need-text"));
    const open = [...list.querySelectorAll<HTMLElement>("[data-at]")].filter((card) => incomplete(card, draft));
    if (empty || open.length > 0) return (empty ? words : open[0])?.scrollIntoView({ block: "center" });
    await settled();
    await hold(itemsOf(draft, { outcome: "done", text: draft.text }), `draft:${draft.id}`);
    done();
    void sync();
  });
  return make(
    "div", { class: "stack-l" },
    make("section", { class: "card stack" }, make("h2", {}, draft.subject_name), make("p", { class: "muted" }, t("began", { time: when(draft.began_at) })), reach ? sketch(reach) : null,
      make("p", { class: "hint" }, t(draft.track ? "track-asked" : "track-none")), photographs > 0 && make("p", { class: "hint" }, t("photos-asked", { n: photographs, what: policy?.basis ?? "" }))),
    make("section", { class: "card stack" }, field(t("words"), words, t("words-hint")), chips, camera(draft.photos, save)),
    make("section", { class: "stack", "aria-label": t("found") }, make("h2", {}, t("found")), list, button(t("add-finding"), "btn-block", () => add(blank()), "plus")),
    policy && photographs > 0 && check(t("no-policy"), t("no-policy-hint"), draft.policy === null, (value) => {
      draft.policy = value ? null : policy.id;
      lacking.textContent = "";
      save();
    }),
    note, lacking, make("div", { class: "send-bar" }, end),
    make("details", { class: "card" }, make("summary", {}, t("skip")), skipForm(draft, done)),
  );
}

const blank = (): DraftFinding => ({ id: crypto.randomUUID(), category: "", severity: "low", text: "", on_spot: false, bank: "", photos: [] });

function incomplete(card: HTMLElement, draft: RoundDraft): boolean {
  const found = draft.findings[Number(card.dataset.at)];
  const [text, category] = [card.querySelector<HTMLElement>("textarea"), card.querySelector<HTMLElement>("select")];
  const lacks = [text && fault(text, !found?.text.trim() && t("need-text")), category && fault(category, !found?.category && t("need-category"))];
  return lacks.some(Boolean);
}

function findingCard(draft: RoundDraft, found: DraftFinding, at: number, save: () => void, draw: () => void): HTMLElement {
  const set = <K extends keyof DraftFinding>(name: K) => (value: DraftFinding[K]): void => {
    found[name] = value;
    save();
  };
  const categories = (state.pack?.categories ?? []).filter((one) => !one.asks).map((one): [string, string] => [one.code, one.name]);
  const severities = ["low", "medium", "high", "immediate"].map((code): [string, string] => [code, t(`severity-${code}`)]);
  const banks: [string, string][] = [["", t("bank-none")], ["left", t("bank-left")], ["right", t("bank-right")]];
  return make(
    "section", { class: "card stack", "data-at": String(at), "aria-label": t("finding", { n: at + 1 }) },
    make("div", { class: "card-head" }, make("h3", {}, t("finding", { n: at + 1 })), button(t("remove"), "btn-quiet", () => {
      draft.findings.splice(at, 1);
      save();
      draw();
    }, "trash")),
    field(t("finding-text"), area(found.text, set("text"), 2)),
    field(t("category"), choice([["", t("choose")], ...categories], found.category, set("category"))),
    make("div", { class: "grid-2" }, field(t("severity"), choice(severities, found.severity, set("severity"))), field(t("bank"), choice(banks, found.bank, set("bank")))),
    check(t("on-spot"), t("on-spot-hint"), found.on_spot, set("on_spot")),
    locator(found.spot, set("spot")), camera(found.photos, save),
  );
}

/** A round never ends before it began, whatever the clock did meanwhile. */
const after = (began: string): string => [began, stamp()].sort()[1] ?? began;

/** Not walked, and why. */
function skipForm(draft: RoundDraft, done: () => void): HTMLElement {
  let reason = "";
  const why = area("", (value) => (reason = value), 2);
  const save = button(t("skip-save"), "", async () => {
    if (fault(why, !reason.trim() && t("need-why"))) return;
    await settled();
    await hold(itemsOf({ ...draft, findings: [], photos: [] }, { outcome: "skipped", reason }), `draft:${draft.id}`);
    done();
    void sync();
  });
  return make("div", { class: "stack" }, field(t("skip-why"), why), save);
}

/** The round, and each photograph as an item of its own that waits for it. */
function itemsOf(draft: RoundDraft, said: Record<string, unknown>): Item[] {
  const { id, community } = draft;
  const body = {
    kind: draft.kind, community, subject: draft.subject, policy: draft.policy, began_at: draft.began_at, ended_at: after(draft.began_at),
    findings: draft.findings.map(({ id, category, severity, text, on_spot, bank, spot }) => ({ id, category, severity, text, on_spot, bank: bank || null, lon: spot?.lon ?? null, lat: spot?.lat ?? null })),
    photographs: draft.photos.length + draft.findings.reduce((sum, found) => sum + found.photos.length, 0),
    ...said,
  };
  const round: Item = { id, kind: "round", label: draft.subject_name, made_at: Date.now(), body, state: "waiting" };
  const of = (photos: Photo[], finding: string | null): Item[] => photos.map((photo) => photoItem(photo, draft.subject_name, { community, round: id, finding }));
  return [round, ...of(draft.photos, null), ...draft.findings.flatMap((found) => of(found.photos, found.id))];
}

export function photoItem(photo: Photo, label: string, of: Record<string, unknown>): Item {
  const body = { ...of, photo, upload: photo.id, stage: "", lon: photo.lon ?? null, lat: photo.lat ?? null };
  return { id: crypto.randomUUID(), kind: "photo_claim", label, made_at: Date.now(), body, state: "waiting" };
}

export const roundMark = (): SVGSVGElement => icon("river");
