// One visit: what is known, three large buttons, and below them what may be heard or put right. Everything is kept at each
// keystroke; what it becomes are items of the outbox: the mark on the list, a case, a correction, when to try again.
import { make } from "../dom";
import { now, stamp } from "./clock";
import { keep, settled } from "./drafts";
import { area, badge, button, check, choice, fault, field, icon, today } from "./parts";
import { roundTo } from "./round";
import { hold, state } from "./state";
import { clauses } from "./suggest";
import { sync } from "./sync";
import { discardPart } from "./thrown";
import type { Correcting, Draft, Item, Seen, Visit, VisitDraft, VisitList } from "./types";
import { t, when } from "./words";

export const RELATIONS = ["owner", "tenant", "family", "other"];

export const visitDraft = (entry: string): VisitDraft =>
  (state.drafts.find((draft) => "visit" in draft && draft.entry === entry) as VisitDraft | undefined) ?? {
    id: `visit-${entry}`, visit: true, entry, note: "", again: "", problem: "", category: "", urgent: false, phone: "", phone_gone: false, relation: "", saved: 0, begun: Date.now(),
  };

export function findVisit(entry: string): { list: VisitList; visit: Visit } | null {
  for (const list of state.pack?.visits ?? []) {
    const visit = list.entries.find((one) => one.entry === entry);
    if (visit) return { list, visit };
  }
  return null;
}

const LOOK: Record<string, string> = { open: "wait", tried: "soon", seen: "done", skipped: "done" };
const WORDS: Record<string, string> = { open: "visit-open", tried: "visit-tried", seen: "visit-was-seen", skipped: "visit-skipped" };

/** How it stands, what waits to be sent first. */
export function visitState(visit: Visit): HTMLElement {
  const waiting = state.items.find((item) => item.kind === "visit_mark" && item.body["entry"] === visit.entry);
  if (waiting) return badge(t("waits-to-send"), "wait");
  return badge(t(WORDS[visit.state] ?? "visit-open"), LOOK[visit.state] ?? "wait");
}

export const toVisit = (visit: Visit): boolean =>
  (visit.state === "open" || visit.state === "tried") && !state.items.some((item) => item.kind === "visit_mark" && item.body["entry"] === visit.entry && item.body["state"] !== "tried");

export function visitView(list: VisitList, visit: Visit, done: () => void, open: (draft: Draft) => void | Promise<void>): HTMLElement {
  const draft = visitDraft(visit.entry);
  const kept = make("p", { class: "draft-note", role: "status" });
  const save = (): void => {
    void keep(draft, kept);
    below();
  };
  const set = <K extends keyof VisitDraft>(name: K) => (value: VisitDraft[K]): void => {
    draft[name] = value;
    save();
  };
  const note = area(draft.note, set("note"), 2);
  const problem = problemPart(draft, save, visit.person ? [[visit.person, visit.name_masked]] : []);
  const finish = (result: string) => async (): Promise<void> => {
    if (fault(note, result === "skipped" && !draft.note.trim() && t("need-why"))) return note.focus();
    if (!problem.complete()) return;
    await settled();
    await hold(itemsOf(list, visit, draft, result), `draft:${draft.id}`);
    done();
    void sync();
  };
  const again = againPart(async (day) => {
    draft.again = day;
    await finish("tried")();
  }, true);
  const nobody = button(t("visit-nobody"), "btn-l btn-block", () => {
    again.hidden = false;
    again.querySelector("button")?.focus();
  }, "home");
  // Whoever wrote below need not go up again.
  const wrote = button(t("visit-wrote"), "btn-primary btn-l btn-block", finish("seen"), "check");
  const below = (): void => void (wrote.hidden = !corrects(draft) && !draft.problem.trim());
  below();
  const facts: [string, string][] = [[t("fact-phone"), visit.phone_masked ?? t("fact-none")], [t("fact-relation"), visit.relation ? t(`relation-${visit.relation}`) : t("fact-none")], [t("fact-reason"), list.reason || list.title]];
  if (visit.missing?.length) facts.push([t("fact-missing"), visit.missing.map((one) => t(`fact-of-${one}`)).join("、")]);
  if (visit.note) facts.push([t("fact-last"), [visit.at ? when(visit.at) : "", visit.by, visit.note].filter(Boolean).join(" · ")]);
  return make(
    "div", { class: "stack-l", "data-visit": visit.entry },
    make("section", { class: "card stack-s" }, make("div", { class: "spread" }, make("h2", {}, visit.name_masked), visitState(visit)), make("p", {}, visit.address), make("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
      visit.tries > 0 && make("p", { class: "hint" }, t("tries", { n: visit.tries }))),
    make("section", { class: "card stack" }, button(t("visit-seen"), "btn-primary btn-l btn-block", finish("seen"), "check"), nobody, again, field(t("visit-note"), note), button(t("visit-skip"), "btn-block", finish("skipped"), "right")),
    problem.element, correctionPart(visit, draft, save), wrote,
    visit.dwelling ? button(t("visit-form"), "btn-block", () => open(roundTo({ kind: "dwelling", id: visit.dwelling ?? "", community: list.community, name: `${visit.name_masked} ${visit.address}` })), "list") : null,
    kept, discardPart(draft),
  );
}

/** A problem heard becomes a case, with the place of the dwelling. */
export function problemPart(draft: Pick<VisitDraft, "problem" | "category" | "urgent" | "reporter">, save: () => void, people: [string, string][], hint = t("visit-problem-hint"), alone = ""): { element: HTMLElement; complete(): boolean } {
  const all = (state.pack?.categories ?? []).filter((one) => !one.asks);
  let chosen = draft.category !== "";
  const category = choice([["", t("choose")], ...all.map((one): [string, string] => [one.code, one.name])], draft.category, (value) => {
    [draft.category, chosen] = [value, true];
    save();
  });
  const words = area(draft.problem, (value) => {
    draft.problem = value;
    const suggested = clauses(value, all)[0]?.category;
    if (!chosen && suggested) category.value = draft.category = suggested;
    save();
  }, 2);
  const urgent = check(t("note-urgent"), "", draft.urgent, (value) => {
    draft.urgent = value;
    save();
  });
  // As on the page: whoever is alone there spoke of it, unless somebody says otherwise; of several it is said, never guessed.
  draft.reporter ??= alone;
  if (draft.reporter && !people.some(([id]) => id === draft.reporter)) draft.reporter = "";
  const reporter = people.length > 0 && choice([["", t("reporter-nobody")], ...people], draft.reporter ?? "", (value) => {
    draft.reporter = value;
    save();
  });
  const element = make("details", { class: "card", open: draft.problem !== "" }, make("summary", {}, icon("alert"), t("visit-problem")), make("div", { class: "stack" }, field(t("note-text"), words, hint), field(t("category"), category), reporter && field(t("reporter"), reporter, t("reporter-hint")), urgent));
  return { element, complete: () => !fault(category, draft.problem.trim() !== "" && !draft.category && t("need-category")) };
}

/** What the register says of somebody and is not so; a number that is asked for anyway is not asked for twice. */
export function correctionPart(visit: { person?: string; seen?: Seen | null; phone_masked: string | null }, draft: Correcting, save: () => void, numbers = true, more: { open: boolean; parts: HTMLElement[] } = { open: false, parts: [] }): HTMLElement | null {
  if (!visit.person || !visit.seen) return null;
  const phone = make("input", { type: "text", inputmode: "tel", autocomplete: "off", maxlength: "30" });
  phone.value = draft.phone;
  phone.addEventListener("input", () => {
    draft.phone = phone.value;
    save();
  });
  const relation = choice([["", t("relation-same")], ...RELATIONS.map((one): [string, string] => [one, t(`relation-${one}`)])], draft.relation, (value) => {
    draft.relation = value;
    save();
  });
  const gone = visit.phone_masked ? check(t("phone-gone", { what: visit.phone_masked }), "", draft.phone_gone, (value) => {
    draft.phone_gone = value;
    save();
  }) : null;
  return make("details", { class: "card", open: corrects(draft) || more.open }, make("summary", {}, icon("pen"), t("visit-correct")), make("div", { class: "stack" }, make("p", { class: "hint" }, t("visit-correct-hint")), numbers && field(t("phone-new"), phone), gone, field(t("fact-relation"), relation), ...more.parts));
}

export const corrects = (draft: Correcting): boolean => draft.phone.trim() !== "" || draft.phone_gone || draft.relation !== "";

/** When to come again: a moment that is proposed, another day, or where that may be none yet (an empty text). */
export function againPart(chosen: (day: string) => void | Promise<void>, open = false): HTMLElement {
  const day = make("input", { type: "date", min: today() });
  const other = button(t("again-other-save"), "", () => {
    const at = againOn(day.value);
    if (fault(day, at === "" && t("again-other-wrong"))) return day.focus();
    return chosen(at);
  });
  return make(
    "div", { class: "stack-s", hidden: true }, make("p", {}, t("again-when")), make("div", { class: "cluster" }, ...agains().map(([at, words]) => button(words, "", () => chosen(at)))),
    make("details", { class: "fold" }, make("summary", {}, t("again-other")), make("div", { class: "stack-s" }, field(t("again-other-day"), day), other)),
    open && button(t("again-open"), "btn-quiet", () => chosen("")),
  );
}

/** The morning of a day, as the page of visits takes it; of today the evening. Nothing where it is no day or is over. */
function againOn(day: string): string {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const is = day === today();
  const at = new Date(year, month - 1, date, is ? 19 : 9).getTime();
  const moment = is ? Math.max(at, now() + 3_600_000) : at;
  return Number.isFinite(moment) && moment > now() ? new Date(moment).toISOString() : "";
}

/** Moments to try again, by their words, as the page offers them: no day under two names, and no evening that is over. */
function agains(): [string, string][] {
  const from = new Date(now());
  const at = (ahead: number, hour: number): Date => new Date(from.getFullYear(), from.getMonth(), from.getDate() + ahead, hour);
  const evening = new Date(Math.max(at(0, 19).getTime(), now() + 3_600_000));
  const weekend = (6 - from.getDay() + 7) % 7 || 7;
  const all: [Date, string][] = [[evening, "again-today"], [at(1, 9), "again-tomorrow"], [at(weekend, 9), "again-weekend"], [at(7, 9), "again-week"]];
  const days = all.map(([day, key]) => (key === "again-today" && day.getDate() !== from.getDate() ? "" : day.toDateString()));
  return all.filter((_, n) => days[n] && days.indexOf(days[n] ?? "") === n).map(([day, key]) => [day.toISOString(), t(key)]);
}

export const correction = (community: number, person: string, base: Visit["seen"], { phone, phone_gone, relation }: Correcting): Record<string, unknown> => ({ community, person, base, phone: phone.trim() || null, phone_gone, relation: relation || null });

function itemsOf(list: VisitList, visit: Visit, draft: VisitDraft, result: string): Item[] {
  const label = `${visit.name_masked} ${visit.address}`;
  const item = (kind: Item["kind"], body: Record<string, unknown>, words = label): Item => ({ id: crypto.randomUUID(), kind, label: words, made_at: Date.now(), body, state: "waiting" });
  const items: Item[] = [];
  if (corrects(draft) && visit.person) items.push(item("correction", correction(list.community, visit.person, visit.seen, draft)));
  items.push(item("visit_mark", { community: list.community, list: list.list, entry: visit.entry, state: result, note: draft.note, base: { at: visit.at } }));
  if (draft.problem.trim()) {
    const place = visit.dwelling ? { dwelling: visit.dwelling } : { area: state.pack?.me.home ?? list.community, text: visit.address };
    items.push(item("case", { text: draft.problem, category: draft.category, urgent: draft.urgent, place, reporter: draft.reporter || null }, draft.problem.trim().slice(0, 30)));
  }
  if (result === "tried" && draft.again && visit.dwelling) {
    const at = stamp();
    items.push(item("round", { kind: "visit", community: list.community, subject: { kind: "dwelling", id: visit.dwelling }, policy: null, outcome: "tried", began_at: at, ended_at: at, reason: draft.note, try_again_at: draft.again, findings: [] }));
  }
  return items;
}
