// Today: what is due, what to look at again, whom to visit. What is written and not yet sent is marked so.
import { make } from "../dom";
import { area, badge, button, camera, caseLink, fault, field, guarded, icon } from "./parts";
import { doorsPart } from "./door";
import { askedAgain, plain, wrong } from "./remeasure";
import { dueAt, newRound, roundTo } from "./round";
import { hold, reload, state, type } from "./state";
import { sync } from "./sync";
import { talkTo } from "./talk";
import type { Draft, Due, Finding, Item, PackSubject, Photo, Reach, Remeasure, RoundDraft, Visit, VisitList } from "./types";
import { toVisit, visitState } from "./visit";
import { aboutOf, discard, thrownPart, titleOf } from "./thrown";
import { dayOf, t, when } from "./words";

/** Photographs of one return visit, as the server takes them. */
const SPOT_PHOTOS = 8;

type Open = (draft: Draft) => void | Promise<void>;

const waits = (test: (item: Item) => boolean): boolean => state.items.some(test);
const waitsFor = (kind: string, name: string, id: string): boolean => waits((item) => item.kind === kind && item.body[name] === id);

function section(title: string, none: string, rows: HTMLElement[]): HTMLElement {
  return make("section", { class: "stack-s" }, make("h2", {}, title), rows.length > 0 ? make("ul", { class: "rows rows-card" }, ...rows.map((row) => make("li", {}, row))) : make("p", { class: "muted" }, none));
}

function line(title: string, sub: string, ...more: (HTMLElement | null)[]): HTMLElement {
  return make("div", { class: "row field-row" }, make("div", { class: "row-line" }, make("span", { class: "row-title" }, title)), sub && make("div", { class: "row-line" }, make("span", { class: "row-sub" }, sub)), ...more);
}

export function todayView(open: Open): HTMLElement {
  const { pack } = state;
  if (!pack) return make("p", { class: "empty" }, t("no-pack"));
  const reach = (id: string): Reach | undefined => pack.reaches.find((one) => one.id === id);
  // Whoever put it right does not look at it again.
  const back = (one: Finding): boolean => one.step === "to_revisit" && one.may_return !== false;
  const again = pack.findings.filter(back);
  const still = pack.findings.filter((one) => !back(one));
  return make(
    "div", { class: "stack-l" },
    state.drafts.length > 0 && section(t("drafts"), "", state.drafts.map((draft) => draftRow(draft, open))),
    doorsPart(),
    make("div", { class: "actions" }, make("a", { class: "btn btn-block", href: "#map" }, icon("map"), t("map-open"))),
    section(t("due"), t(pack.reaches.length > 0 ? "due-none" : "due-none-here"), pack.due.map((due) => dueRow(due, reach(due.subject.id), open))),
    (pack.due_left_out ?? 0) > 0 && make("p", { class: "banner", "data-state": "soon", id: "due-left-out" }, t("due-left-out", { n: pack.due_left_out ?? 0, m: pack.due.length })),
    pack.me.may_visit && ((pack.doors ?? []).length === 0 || pack.visits.some((list) => list.entries.length > 0)) && visitsPart(pack.visits),
    section(t("revisits"), t("revisits-none"), again.map((found) => revisitRow(found, true))),
    still.length > 0 && section(t("open-findings"), "", still.map((found) => revisitRow(found, false))),
    pack.reaches.length > 0 && section(t("reaches"), "", pack.reaches.map((one) => reachRow(one, open))),
    (pack.subjects ?? []).length > 0 && subjectsPart(pack.subjects ?? [], pack.subjects_left_out ?? 0, open),
    thrownPart(),
    make("p", { class: "faint small" }, t("pack-at", { time: when(state.packAt) })),
  );
}

function draftRow(draft: Draft, open: Open): HTMLElement {
  const row = line(titleOf(draft), aboutOf(draft), make("div", { class: "actions" }, button(t("continue"), "btn-primary", () => open(draft), "pen"), button(t("throw"), "btn-quiet", () => discard(draft).then(() => undefined), "trash")));
  row.dataset.draft = draft.id;
  return row;
}

function dueRow(due: Due, reach: Reach | undefined, open: Open): HTMLElement {
  const left = (due.due as { open?: { left: number } }).open?.left ?? 1;
  const sub = [due.policy_title, t("left", { n: left }), t("until", { time: dayOf(due.window.last) }), due.chief && t("chief", { name: due.chief })].filter(Boolean).join(" · ");
  const waiting = waits((item) => item.kind === "round" && item.body["policy"] === due.policy && (item.body["subject"] as { id: string }).id === due.subject.id);
  const { community, subject, subject_name: name } = due;
  const to = { kind: subject.kind, id: subject.id, community, name };
  const talk = due.kind === "talk";
  const draft = (): RoundDraft => (talk ? talkTo(to, due) : reach ? newRound(reach, due) : roundTo(to, due));
  const act = waiting ? badge(t("waits-to-send"), "wait") : make("div", { class: "actions" }, button(t(talk ? "talk-note" : "begin"), "btn-primary", () => open(draft()), talk ? "people" : reach ? "river" : "check"));
  return line(due.subject_name, sub, act);
}

function reachRow(reach: Reach, open: Open): HTMLElement {
  const sub = [t("length", { n: Math.round(reach.length_m) }), t("outlets", { n: reach.outlets.length }), reach.chiefs.at(-1) && t("chief", { name: reach.chiefs.at(-1)?.name ?? "" })].filter(Boolean).join(" · ");
  const waiting = waits((item) => item.kind === "round" && (item.body["subject"] as { id: string }).id === reach.id);
  return line(`${reach.water} ${reach.name}`, sub, waiting ? badge(t("waits-to-send"), "wait") : null, make("div", { class: "actions" }, button(t("round"), "", () => open(newRound(reach, dueAt(reach.id)[0])), "river"), talkButton({ kind: "reach", id: reach.id, community: reach.community, name: `${reach.water} ${reach.name}` }, open)));
}

/** A talk is given at a place, by a policy or not. */
const talkButton = (to: { kind: string; id: string; community: number; name: string }, open: Open): HTMLElement => button(t("talk-note"), "btn-quiet", () => open(talkTo(to)), "people");

/** Kept at each keystroke, like a draft. */
const remembered = (about: string, act: (value: string) => void): HTMLTextAreaElement =>
  area(state.typed[about] ?? "", (value) => {
    act(value);
    void guarded(() => type(about, value));
  }, 2);

/** Of return visits not yet sent; one list for each, however often the view is drawn. */
const shots = new Map<string, Photo[]>();

/** Kept like the words: the page may be killed before. */
function shotsOf(finding: string): Photo[] {
  const held = shots.get(finding) ?? (JSON.parse(state.typed[`photos ${finding}`] ?? "[]") as Photo[]);
  shots.set(finding, held);
  return held;
}

/** A return visit that was sent back, of something that still waits for one here. */
export const waitsHere = (item: Item): boolean => item.kind === "return_visit" && (state.pack?.findings ?? []).some((one) => one.id === item.body["finding"] && one.step === "to_revisit");

/** Words and photographs go back to where they were typed; the item leaves when they lie there. */
export async function backToRow(item: Item): Promise<void> {
  const finding = String(item.body["finding"]);
  await type(finding, String(item.body["text"] ?? ""));
  await type(`photos ${finding}`, JSON.stringify(item.body["photographs"] ?? []));
  await type(`measured ${finding}`, String(item.body["measured"] ?? ""));
  shots.delete(finding);
  await state.vault?.drop("outbox", item.id);
  await reload();
  location.hash = "today";
}

function revisitRow(found: Finding, may: boolean): HTMLElement {
  const reach = state.pack?.reaches.find((one) => one.id === found.subject.id);
  const where = [reach && `${reach.water} ${reach.name}`, found.chainage_m !== null && chainage(found.chainage_m), found.bank && t(`bank-${found.bank}`)].filter(Boolean).join(" · ");
  const made = found.case ? make("div", { class: "row-line" }, make("span", { class: "row-sub" }, caseLink(found.case.id, t("done-case", { what: found.case.number })))) : null;
  if (!may) return line(found.text, where, made, found.step === "to_revisit" ? make("p", { class: "hint" }, t("return-others")) : null);
  if (waitsFor("return_visit", "finding", found.id)) return line(found.text, where, made, badge(t("waits-to-send"), "wait"));
  let said = state.typed[found.id] ?? "";
  const words = remembered(found.id, (value) => (said = value));
  const photos = shotsOf(found.id);
  const again = found.measured && measure(found.id, found.measured);
  let given = false;
  const send = (passed: boolean) => async (): Promise<void> => {
    // A finger that taps twice means it once.
    if (given || (again && fault(again.input, again.wrong(passed))) || fault(words, !said.trim() && t("need-text"))) return;
    given = true;
    const photographs = photos.map((photo) => ({ ...photo, upload: photo.id, lon: photo.lon ?? null, lat: photo.lat ?? null }));
    const body = { community: found.community, finding: found.id, round: found.round, passed, text: said, photographs, ...(again?.value() ? { measured: again.value() } : {}) };
    try {
      await hold([{ id: crypto.randomUUID(), kind: "return_visit", label: found.text, made_at: Date.now(), body, state: "waiting" }]);
    } catch (error) {
      given = false;
      throw error;
    }
    // The view stays as it is while somebody writes in it, here or in another row: this row has its answer all the same.
    if (row.isConnected) row.replaceWith(revisitRow(found, may));
    await type(found.id, "");
    await type(`photos ${found.id}`, "");
    await type(`measured ${found.id}`, "");
    shots.delete(found.id);
    void sync();
  };
  const buttons = make("div", { class: "actions" }, button(t("return-passed"), "btn-primary", send(true), "check"), button(t("return-failed"), "", send(false)));
  const row = line(found.text, where, made, make("details", { open: said !== "" || photos.length > 0 || Boolean(again?.value()) }, make("summary", { class: "btn" }, icon("eye"), t("return")), make("div", { class: "stack" }, again ? field(again.label, again.input, again.hint) : null, field(t("return-text"), words), camera(photos, () => type(`photos ${found.id}`, JSON.stringify(photos)), SPOT_PHOTOS), buttons)));
  return row;
}

/** The field for what is measured again; kept at each keystroke, like the words. */
function measure(finding: string, of: Remeasure): { label: string; hint: string; input: HTMLInputElement; value: () => string; wrong: (passed: boolean) => string } {
  const about = `measured ${finding}`;
  const input = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "num", maxlength: "30" });
  input.value = state.typed[about] ?? "";
  input.addEventListener("input", () => void guarded(() => type(about, input.value)));
  return { ...askedAgain(of), input, value: () => plain(input.value), wrong: (passed) => wrong(of, input.value, passed) };
}

/** Metres along the reach, as on pages and signs (youlin-places, rivers: `chainage`). */
function chainage(metres: number): string {
  const whole = Math.max(0, Math.round(metres));
  return `K${Math.floor(whole / 1000)}+${String(whole % 1000).padStart(3, "0")}`;
}

/** The day's visits, house by house in walking order; those that are over are counted and folded away. */
function visitsPart(lists: VisitList[]): HTMLElement {
  const all = lists.flatMap((list) => list.entries.map((visit) => ({ list, visit })));
  const open = all.filter(({ visit }) => toVisit(visit));
  const over = all.filter(({ visit }) => !toVisit(visit));
  const rows = (some: typeof all): HTMLElement => make("ul", { class: "rows rows-card" }, ...some.map(({ list, visit }) => make("li", {}, visitRow(list, visit))));
  const houses = new Map<string, typeof all>();
  for (const one of open) houses.set(house(one.visit), [...(houses.get(house(one.visit)) ?? []), one]);
  return make(
    "section", { class: "stack-s", id: "visits" }, make("div", { class: "spread" }, make("h2", {}, t("visits")), all.length > 0 && make("span", { class: "muted num" }, t("visits-done", { n: over.length, m: all.length }))),
    ...[...houses].map(([name, some]) => make("div", { class: "stack-s" }, houses.size > 1 && make("h3", { class: "house" }, name || t("house-none")), rows(some))),
    open.length === 0 && make("p", { class: "muted" }, t(all.length > 0 ? "visits-all-done" : "visits-none")),
    over.length > 0 && make("details", {}, make("summary", {}, t("visits-over", { n: over.length })), rows(over)),
  );
}

/** The address up to the entrance. */
const house = (visit: Visit): string => /^.*?(?:号楼|幢|栋|号)/.exec(visit.address)?.[0] ?? "";

function visitRow(list: VisitList, visit: Visit): HTMLElement {
  const sub = [visit.address, list.title, visit.tries > 0 && t("tries", { n: visit.tries })].filter(Boolean).join(" · ");
  return make("a", { class: "row", href: `#visit/${visit.entry}`, "data-entry": visit.entry }, make("span", { class: "row-line" }, make("span", { class: "row-title" }, visit.name_masked), visitState(visit)), make("span", { class: "row-line" }, make("span", { class: "row-sub" }, sub)));
}

/** As many buildings and premises as were asked for: a view drawn anew, as after a pack came, does not fold them away again. */
const FEW = 4;
let shown = FEW;

/** Buildings and premises: looked for by name, so that a long list is no long way; those of today's doors come first. */
function subjectsPart(subjects: PackSubject[], leftOut: number, open: Open): HTMLElement {
  const MORE = 20;
  const today = (state.pack?.doors ?? []).flatMap((day) => day.stops.map((stop) => stop.building));
  const turn = (one: PackSubject): number => (today.includes(one.id) ? today.indexOf(one.id) : today.length);
  const all = [...subjects].sort((a, b) => turn(a) - turn(b));
  const list = make("ul", { class: "rows rows-card" });
  const said = make("p", { class: "muted small", role: "status" });
  const look = make("input", { type: "search", autocomplete: "off" });
  const draw = (): void => {
    const wanted = look.value.trim();
    const found = all.filter((one) => !wanted || `${one.name}${one.area}`.includes(wanted));
    const most = wanted ? Math.max(shown, MORE) : shown;
    list.replaceChildren(...found.slice(0, most).map((one) => make("li", {}, line(one.name, [t(`subject-${one.kind}`), one.area, one.parts > 0 && t(`parts-${one.kind}`, { n: one.parts })].filter(Boolean).join(" · "),
      waits((item) => item.kind === "round" && (item.body["subject"] as { id: string }).id === one.id) ? badge(t("waits-to-send"), "wait") : null, make("div", { class: "actions" }, button(t("inspect"), "", () => open(roundTo(one, dueAt(one.id)[0])), "check"), talkButton(one, open))))));
    list.hidden = found.length === 0;
    const left = found.length - most;
    more.hidden = left <= 0;
    more.textContent = t("subjects-show", { n: Math.min(left, MORE) });
    said.textContent = [left > MORE && t("subjects-more", { n: left }), leftOut > 0 && t("subjects-left-out")].filter(Boolean).join(" ");
  };
  const more = button("", "btn-block", () => {
    const before = list.children.length;
    shown = (look.value.trim() ? Math.max(shown, MORE) : shown) + MORE;
    draw();
    // Whoever cannot see goes on where the list was at its end.
    list.children[before]?.querySelector("button")?.focus();
  });
  look.addEventListener("input", draw);
  draw();
  return make("section", { class: "stack-s", id: "subjects" }, make("h2", {}, t("subjects")), field(t("subjects-find"), look), list, more, said);
}
