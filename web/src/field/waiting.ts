// What waits to be sent, what was not taken and why, and where two people wrote about the same thing.
import { make } from "../dom";
import { heardWords, reopened } from "./back";
import { clashes, settledItem } from "./heard";
import { retold, type ToldHazard } from "./hazard";
import { badge, button, caseLink, pageLink, sure } from "./parts";
import { hold, release, reload, changed, state } from "./state";
import { sync } from "./sync";
import { kept, type Track } from "./track";
import { ofItem, type Draft, type DraftFinding, type Item, type NoteDraft, type Photo, type RoundDraft, type Taken } from "./types";
import { backToRow, waitsHere } from "./today";
import { versionLines } from "./versions";
import { dayOf, t, when } from "./words";

const LOOK: Record<Item["state"], string> = { waiting: "wait", later: "wait", refused: "late", conflict: "soon" };

export function waitingView(open: (draft: Draft) => void | Promise<void>): HTMLElement {
  const rows = state.items.map((item) => make("li", {}, row(item, open)));
  const recent = state.recent.map((one) => {
    const number = one.ids?.number ?? "";
    const cases = (one.ids?.findings ?? []).map((found) => found.case).filter((id): id is string => Boolean(id));
    const many = cases.length;
    const made = number ? [caseLink(one.ids?.case, t("done-case", { what: number }))] : many > 1 ? [t("done-case", { what: many }), ...(state.pack?.me.sees_cases ? cases : []).map((id, n) => caseLink(id, t("case-open", { n: n + 1 })))] : many > 0 ? [caseLink(cases[0], t("done-case", { what: many }))] : [];
    return make("li", {}, make("div", { class: "row field-row" }, make("div", { class: "row-line" }, make("span", { class: "row-title" }, `${kindOf(one)} · ${one.label}`), badge(t("state-done"), "ok")),
      make("div", { class: "row-line" }, make("span", { class: "row-sub" }, when(one.at)), ...made.map((part) => make("span", { class: "row-sub" }, part))),
      one.ids?.extra && make("p", { class: "hint" }, besides(one.ids)), roundLinks(one.ids)));
  });
  return make(
    "div", { class: "stack-l" },
    rows.length > 0 ? make("ul", { class: "rows rows-card", id: "outbox" }, ...rows) : make("p", { class: "muted" }, t("outbox-none")),
    state.items.some((item) => item.state === "waiting" || item.state === "later") && button(t("send-now"), "btn-primary btn-block", () => sync(), "send"),
    recent.length > 0 && make("section", { class: "stack-s" }, make("h2", {}, t("recent")), make("ul", { class: "rows rows-card" }, ...recent)),
  );
}

/** Why it counts nothing for the policy it was sent for. */
function besides({ not_due: not }: NonNullable<Taken["ids"]>): string {
  return not ? t(`not-due-${not.why}`, { first: not.first ? dayOf(not.first) : "", last: not.last ? dayOf(not.last) : "" }) : t("done-extra");
}

/** What was sent can be looked at, and its way: pages of the server, for whoever sees rounds. */
function roundLinks(ids: Taken["ids"]): HTMLElement | null {
  if (!ids?.round || !state.pack?.me.sees_rounds) return null;
  const to = (hash: string, words: string): HTMLElement => pageLink(`/rounds/${ids.round}${hash}`, words);
  return make("div", { class: "row-line cluster" }, to("", t("see-round")), ids.track ? to("#track", t("see-track")) : null);
}

const ENDED: Record<string, string> = { seen: "visit-seen", done: "visit-seen", tried: "visit-nobody", skipped: "visit-skip" };

/** A round by what it is: 巡查, 检查, 走访; a visit with how it ended. */
function kindOf({ kind, of }: { kind: string; of?: string | undefined }): string {
  if (kind === "round" && of) return t(`round-${of}`);
  const ended = kind === "round" ? undefined : ENDED[of ?? ""];
  return ended ? `${t(`kind-${kind}`)}（${t(ended)}）` : t(`kind-${kind}`);
}

function row(item: Item, open: (draft: Draft) => void | Promise<void>): HTMLElement {
  const head = make("div", { class: "row-line" }, make("span", { class: "row-title" }, `${kindOf({ kind: item.kind, of: ofItem(item) })} · ${item.label}`), badge(t(`state-${item.state}`), LOOK[item.state]));
  const facts = clashes(item);
  const why = [item.problem?.title, ...(facts.length > 0 ? [] : (item.problem?.errors ?? []).map((one) => one.detail))].filter(Boolean).map((words) => make("p", { class: "error" }, words ?? ""));
  const buttons = make("div", { class: "actions" });
  if (item.state === "refused" || item.state === "conflict") {
    if (item.state === "refused" && (item.kind === "round" || item.kind === "case" || item.kind === "door_visit")) buttons.append(button(t("mend"), "btn-primary", () => mend(item, open), "pen"));
    else if (item.state === "refused" && waitsHere(item)) buttons.append(button(t("mend"), "btn-primary", () => backToRow(item), "pen"));
    else if (item.state === "refused") buttons.append(button(t("send-now"), "", () => anew(item, {})));
    if (facts.length > 0) buttons.append(button(t("facts-theirs"), "", () => resend(settledItem(item, false))), button(t("facts-mine"), "", () => resend(settledItem(item, true))));
    if (item.state === "conflict" && item.kind === "door_visit") buttons.append(button(t("mend"), "btn-primary", () => mend(item, open), "pen"));
    if (item.state === "conflict" && item.kind === "visit_mark") buttons.append(button(t("keep-mine"), "", () => anew(item, { base: { at: (item.held as { at?: string })?.at ?? null } })));
    if (item.state === "conflict" && item.kind === "correction") buttons.append(button(t("keep-mine"), "", () => anew(item, { base: item.held })));
    const drop = item.state === "conflict" && facts.length === 0 ? t("take-theirs") : t("drop");
    buttons.append(button(drop, "btn-quiet", async () => void ((await sure(t("drop-sure"))) && (await release(item)))));
  }
  return make("div", { class: "row field-row", "data-item": item.id, "data-item-state": item.state }, head, make("div", { class: "row-line" }, make("span", { class: "row-sub" }, when(item.made_at))), ...why, item.state === "conflict" && item.held && item.kind !== "door_visit" ? both(item) : null, facts.length > 0 && bothHeard(item), buttons.childElementCount > 0 && buttons);
}

/** Both versions, one beside the other. */
function both(item: Item): HTMLElement {
  return versions(versionLines(item.kind, item.body), versionLines(item.kind, (item.held ?? {}) as Record<string, unknown>));
}

function versions(mine: string[], theirs: string[]): HTMLElement {
  const version = (title: string, lines: string[]): HTMLElement => make("section", { class: "card" }, make("h3", {}, title), ...lines.map((words) => make("p", {}, words)));
  return make("div", { class: "grid-2 versions" }, version(t("mine"), mine), version(t("theirs"), theirs));
}

/** Of a visit: what was heard here, and what somebody else had written down by then. */
function bothHeard(item: Item): HTMLElement {
  const all = clashes(item);
  const persons = [...new Set(all.map(({ person }) => person))];
  const name = (person: string): string => item.door?.shown?.people.find((one) => one.person === person)?.name_masked ?? "";
  const mine = persons.map((person) => `${name(person)}${t("colon")}${heardWords(item.door?.learnt[person]).join(t("comma"))}`);
  return versions(mine, all.map(({ words }) => words));
}

/** The same once more, mended: nothing of it was taken. */
async function resend(item: Item): Promise<void> {
  await hold([item]);
  void sync();
}

/** Sent again as something new: what was taken under the old number stays as it is. */
async function anew(item: Item, more: Record<string, unknown>): Promise<void> {
  const next: Item = { ...item, id: crypto.randomUUID(), body: { ...item.body, ...more }, state: "waiting", problem: undefined, held: undefined };
  await hold([next]);
  await state.vault?.drop("outbox", item.id);
  await reload();
  changed();
  void sync();
}

/** Back into its form, with all that hangs on it. */
export async function mend(item: Item, open: (draft: Draft) => void | Promise<void>): Promise<void> {
  const hanging = state.items.filter((one) => one.kind === "photo_claim" && (one.body["round"] === item.id || one.body["case_item"] === item.id));
  // What a checklist asked for is in its answers.
  const seen = Object.values(item.form?.found ?? {}).flatMap((found) => found.photos ?? []);
  const own = new Set([...Object.values(item.form?.files ?? {}), ...seen].map((photo) => photo.id));
  const loose = hanging.filter((one) => !own.has((one.body["photo"] as Photo).id));
  const photos = (finding: string | null): Photo[] => loose.filter((one) => (one.body["finding"] ?? null) === finding).map((one) => one.body["photo"] as Photo);
  const draft = item.door ? reopened(item) : item.kind === "round" ? roundDraft(item, photos) : noteDraft(item, photos(null));
  const { vault } = state;
  if (!vault) return;
  const way = item.body["track"] ? kept(draft.id, item.body["track"] as Track) : [];
  const rows = await Promise.all([vault.prepare("boxes", `draft:${draft.id}`, draft), ...way.map(({ id, value }) => vault.prepare("boxes", id, value))]);
  // Storage that refuses leaves it where it is.
  await vault.write(rows, [item, ...hanging].map(({ id }) => ({ table: "outbox", id })));
  await reload();
  await open(draft);
}

function roundDraft(item: Item, photos: (finding: string | null) => Photo[]): RoundDraft {
  const body = item.body as { community: number; subject: RoundDraft["subject"]; policy: string | null; kind: string; began_at: string; ended_at?: string; text?: string; track?: unknown; talk?: { topic: string; reached: number; handed_out: string; by: { id: string } | null }; hazards?: ToldHazard[]; findings: (Omit<DraftFinding, "photos" | "spot"> & { lon: number | null; lat: number | null })[] };
  const listed = new Set(Object.values(item.form?.found ?? {}).map((found) => found.id));
  const hazards = new Map((body.hazards ?? []).map((one) => [one.finding, retold(one)]));
  const findings = body.findings.filter((found) => !listed.has(found.id)).map(({ lon, lat, ...found }) => ({ ...found, bank: found.bank ?? "", hazard: hazards.get(found.id), ...(lon !== null && lat !== null ? { spot: { lon, lat, accuracy: 0 } } : {}), photos: photos(found.id) }));
  return {
    id: item.id, community: body.community, subject: body.subject, subject_name: item.label, policy: body.policy, asked: item.asked ?? body.policy, track: Boolean(body.track), kind: body.kind, began_at: body.began_at, ended_at: body.ended_at, text: body.text ?? "", findings,
    photos: photos(null), saved: Date.now(), ...(item.form ? { form: item.form } : {}), ...(body.talk ? { talk: { ...body.talk, reached: String(body.talk.reached), by: body.talk.by?.id ?? "" } } : {}),
  };
}

function noteDraft(item: Item, photos: Photo[]): NoteDraft {
  const body = item.body as { text: string; category: string; urgent: boolean; reporter?: string | null; place: { dwelling?: string; text?: string | null; lon?: number | null; lat?: number | null } };
  const { lon, lat, dwelling } = body.place;
  // Whoever was named and is not looked after any more is not named again.
  const reporter = item.problem?.errors?.some((one) => one.field === "reporter") ? null : body.reporter;
  return { id: item.id, text: body.text, category: body.category, urgent: body.urgent, place: body.place.text ?? "", ...(typeof lon === "number" && typeof lat === "number" ? { spot: { lon, lat, accuracy: 0 } } : {}), ...(dwelling ? { home: dwelling } : {}), ...(reporter ? { reporter } : {}), photos, back: true, saved: Date.now() };
}
