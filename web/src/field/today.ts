// Today: what is due, what to look at again, whom to visit. What is written and not yet sent is marked so.
import { make } from "../dom";
import { area, badge, button, fault, field, guarded, icon } from "./parts";
import { newNote } from "./note";
import { newRound } from "./round";
import { hold, state, type } from "./state";
import { sync } from "./sync";
import type { Due, Finding, Item, NoteDraft, Reach, RoundDraft, Visit, VisitList } from "./types";
import { t, when } from "./words";

type Open = (draft: RoundDraft | NoteDraft) => void | Promise<void>;

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
  const again = pack.findings.filter((one) => one.step === "to_revisit");
  const still = pack.findings.filter((one) => one.step !== "to_revisit");
  const visits = pack.visits.flatMap((list) => list.entries.map((entry) => visitRow(list, entry)));
  return make(
    "div", { class: "stack-l" },
    state.drafts.length > 0 && section(t("continue"), "", state.drafts.map((draft) => draftRow(draft, open))),
    section(t("due"), t("due-none"), pack.due.map((due) => dueRow(due, reach(due.subject.id), open))),
    section(t("revisits"), t("revisits-none"), again.map((found) => revisitRow(found, true))),
    pack.me.may_visit && section(t("visits"), t("visits-none"), visits),
    still.length > 0 && section(t("open-findings"), "", still.map((found) => revisitRow(found, false))),
    pack.reaches.length > 0 && section(t("reaches"), "", pack.reaches.map((one) => reachRow(one, open))),
    make("p", { class: "faint small" }, t("pack-at", { time: when(state.packAt) })),
  );
}

function draftRow(draft: RoundDraft | NoteDraft, open: Open): HTMLElement {
  const title = "subject_name" in draft ? draft.subject_name : draft.text.slice(0, 30) || t("note");
  return line(title, draft.saved ? t("draft-kept", { time: when(draft.saved) }) : "", make("div", { class: "actions" }, button(t("continue"), "btn-primary", () => open(draft), "pen")));
}

function dueRow(due: Due, reach: Reach | undefined, open: Open): HTMLElement {
  const left = (due.due as { open?: { left: number } }).open?.left ?? 1;
  const sub = [due.policy_title, t("left", { n: left }), t("until", { time: due.window.last }), due.chief && t("chief", { name: due.chief })].filter(Boolean).join(" · ");
  const waiting = waits((item) => item.kind === "round" && item.body["policy"] === due.policy && (item.body["subject"] as { id: string }).id === due.subject.id);
  const act = waiting ? badge(t("waits-to-send"), "wait") : reach ? make("div", { class: "actions" }, button(t("begin"), "btn-primary", () => open(newRound(reach, due)), "river")) : null;
  return line(due.subject_name, sub, act);
}

function reachRow(reach: Reach, open: Open): HTMLElement {
  const sub = [t("length", { n: Math.round(reach.length_m) }), t("outlets", { n: reach.outlets.length }), reach.chiefs.at(-1) && t("chief", { name: reach.chiefs.at(-1)?.name ?? "" })].filter(Boolean).join(" · ");
  const waiting = waits((item) => item.kind === "round" && (item.body["subject"] as { id: string }).id === reach.id);
  return line(`${reach.water} ${reach.name}`, sub, waiting ? badge(t("waits-to-send"), "wait") : null, make("div", { class: "actions" }, button(t("round"), "", () => open(newRound(reach)), "river")));
}

/** Kept at each keystroke, like a draft. */
const remembered = (about: string, act: (value: string) => void): HTMLTextAreaElement =>
  area(state.typed[about] ?? "", (value) => {
    act(value);
    void guarded(() => type(about, value));
  }, 2);

function revisitRow(found: Finding, may: boolean): HTMLElement {
  const reach = state.pack?.reaches.find((one) => one.id === found.subject.id);
  const where = [reach && `${reach.water} ${reach.name}`, found.chainage_m !== null && t("length", { n: Math.round(found.chainage_m) }), found.bank && t(`bank-${found.bank}`)].filter(Boolean).join(" · ");
  if (!may) return line(found.text, where);
  if (waitsFor("return_visit", "finding", found.id)) return line(found.text, where, badge(t("waits-to-send"), "wait"));
  let said = state.typed[found.id] ?? "";
  const words = remembered(found.id, (value) => (said = value));
  const send = (passed: boolean) => async (): Promise<void> => {
    if (fault(words, !said.trim() && t("need-text"))) return;
    const body = { community: found.community, finding: found.id, round: found.round, passed, text: said };
    await type(found.id, "");
    await hold([{ id: crypto.randomUUID(), kind: "return_visit", label: found.text, made_at: Date.now(), body, state: "waiting" }]);
    void sync();
  };
  const buttons = make("div", { class: "actions" }, button(t("return-passed"), "btn-primary", send(true), "check"), button(t("return-failed"), "", send(false)));
  return line(found.text, where, make("details", { open: said !== "" }, make("summary", { class: "btn" }, icon("eye"), t("return")), make("div", { class: "stack" }, field(t("return-text"), words), buttons)));
}

function visitRow(list: VisitList, visit: Visit): HTMLElement {
  const sub = [visit.address, list.title, visit.phone_masked, visit.tries > 0 && t("tries", { n: visit.tries })].filter(Boolean).join(" · ");
  if (waitsFor("visit_mark", "entry", visit.entry)) return line(visit.name_masked, sub, badge(t("waits-to-send"), "wait"));
  let note = state.typed[visit.entry] ?? "";
  const words = remembered(visit.entry, (value) => (note = value));
  const mark = (result: string) => async (): Promise<void> => {
    if (fault(words, result === "skipped" && !note.trim() && t("need-why"))) return;
    const body = { community: list.community, list: list.list, entry: visit.entry, state: result, note, base: { at: visit.at } };
    await type(visit.entry, "");
    await hold([{ id: crypto.randomUUID(), kind: "visit_mark", label: `${visit.name_masked} ${visit.address}`, made_at: Date.now(), body, state: "waiting" }]);
    void sync();
  };
  const buttons = make("div", { class: "actions" }, button(t("visit-seen"), "btn-primary", mark("seen"), "check"), button(t("visit-nobody"), "", mark("tried")), button(t("visit-skip"), "", mark("skipped")));
  return line(visit.name_masked, sub, make("details", { open: note !== "" }, make("summary", { class: "btn" }, icon("person"), t("visits")), make("div", { class: "stack" }, field(t("visit-note"), words), buttons)));
}

export const freshNote = (): NoteDraft => (state.drafts.find((draft) => "place" in draft) as NoteDraft | undefined) ?? newNote();
