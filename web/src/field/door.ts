// One of today's proposed visits: why to go, who lives there, only what is missing to ask, and three ways it may end. It becomes
// one item of the outbox, which the server records by the same command as its own page.
import { make } from "../dom";
import { stamp } from "./clock";
import { keep, settled } from "./drafts";
import { photoItem } from "./handin";
import { area, badge, button, camera, check, choice, fault, field, icon } from "./parts";
import { hold, state } from "./state";
import { sync } from "./sync";
import type { Door, DoorDraft, DoorResident, DoorStop, Heard, Item } from "./types";
import { discardPart } from "./thrown";
import { againPart, problemPart } from "./visit";
import { mend } from "./waiting";
import { t } from "./words";

const newDoor = (door: Door): DoorDraft => ({
  id: crypto.randomUUID(), door: true, dwelling: door.dwelling, address: door.address, began_at: stamp(), note: "", reason: "", problem: "", problem_id: crypto.randomUUID(), category: "", urgent: false, learnt: {}, photos: [], plain: false, saved: 0,
});

export const doorDraft = (door: Door): DoorDraft => (state.drafts.find((draft) => "door" in draft && draft.dwelling === door.dwelling) as DoorDraft | undefined) ?? newDoor(door);

const days = (): NonNullable<NonNullable<typeof state.pack>["doors"]> => state.pack?.doors ?? [];

/** A door of today, with its community. */
export function findDoor(dwelling: string): { community: number; door: Door } | null {
  for (const { community, stops } of days()) {
    const door = stops.flatMap((stop) => stop.doors).find((one) => one.dwelling === dwelling);
    if (door) return { community, door };
  }
  return null;
}

const waitsFor = (door: Door): boolean => state.items.some((item) => item.kind === "door_visit" && item.body["dwelling"] === door.dwelling);
/** Written down: it waits to be sent, or was sent since the pack came. */
export const isDone = (door: Door): boolean => waitsFor(door) || state.sentDoors.has(door.dwelling);

/** 王某（84岁）、李某 */
/** Of a full house the first two and how many they are, as on the page. */
export const who = (door: Door): string => {
  const names = door.people.slice(0, 2).map((one) => (one.age === null ? one.name_masked : t("door-who", { name: one.name_masked, n: one.age }))).join(t("comma"));
  return door.people.length > 2 ? t("door-who-more", { what: names, n: door.people.length }) : names || t("door-nobody-lives");
};

/** Today's doors, house by house in walking order; those that are written down are counted and folded away. */
export function doorsPart(): HTMLElement | null {
  const all = days();
  const doors = all.flatMap((day) => day.stops.flatMap((stop) => stop.doors));
  const sent = all.reduce((sum, day) => sum + day.done, 0);
  if (doors.length + sent === 0) return null;
  const over = doors.filter(isDone);
  const full = all.reduce((sum, day) => sum + day.full, 0);
  let number = 0;
  const houses = together(all.flatMap((day) => day.stops)).map((stop) => ({ ...stop, doors: stop.doors.filter((door) => !isDone(door)) })).filter((stop) => stop.doors.length > 0);
  return make(
    "section", { class: "stack-s", id: "doors" },
    make("div", { class: "spread" }, make("h2", {}, t(all.some((day) => day.whole) ? "doors-whole" : "doors")), make("span", { class: "muted num" }, t("doors-count", { n: doors.length - over.length, m: sent + over.length }))),
    ...houses.map((stop) => make("div", { class: "stack-s", "data-stop": stop.building }, make("h3", { class: "house" }, make("span", { class: "visit-number", "aria-hidden": "true" }, String((number += 1))), stop.name || t("house-none")), rows(stop.doors))),
    houses.length === 0 && make("p", { class: "muted" }, t("doors-all-done")),
    over.length > 0 && make("details", {}, make("summary", {}, t("visits-over", { n: over.length })), rows(over)),
    full > 0 && doors.length > over.length && make("p", { class: "muted small" }, t("doors-full", { n: full })),
  );
}

/** Entrances of one house that follow one another. */
function together(stops: DoorStop[]): DoorStop[] {
  const houses: DoorStop[] = [];
  for (const stop of stops) {
    const last = houses[houses.length - 1];
    if (last && last.building === stop.building) last.doors = [...last.doors, ...stop.doors];
    else houses.push({ ...stop });
  }
  return houses;
}

function rows(doors: Door[]): HTMLElement {
  const row = (door: Door): HTMLElement => make("a", { class: "row", href: `#door/${door.dwelling}`, "data-door": door.dwelling },
    make("span", { class: "row-line" }, make("span", { class: "row-title" }, door.room || door.address), make("span", { class: "visit-who" }, who(door)), isDone(door) && doorState(door)),
    door.whys.length > 0 && make("span", { class: "visit-whys" }, ...door.whys.map((why) => make("span", {}, why)), door.stands_in_for && make("span", {}, t("door-for", { name: door.stands_in_for }))));
  return make("ul", { class: "rows rows-card" }, ...doors.map((door) => make("li", {}, row(door))));
}

const doorState = (door: Door): HTMLElement => (waitsFor(door) ? badge(t("waits-to-send"), "wait") : badge(t("state-done"), "ok"));

/** What was written down; before it is sent it can still be changed. */
function writtenView(door: Door, open: (draft: DoorDraft) => void | Promise<void>): HTMLElement {
  const item = state.items.find((one) => one.kind === "door_visit" && one.body["dwelling"] === door.dwelling);
  return make("div", { class: "stack-l" }, make("section", { class: "card stack-s" }, make("h2", {}, door.address), doorState(door), make("p", { class: "muted" }, t("door-written"))),
    item && button(t("said-change"), "btn-block", () => mend(item, (draft) => open(draft as DoorDraft)), "pen"), make("a", { class: "btn btn-block", href: "#today" }, t("back-today")));
}

export function doorView(community: number, door: Door, done: () => void, open: (draft: DoorDraft) => void | Promise<void>): HTMLElement {
  if (isDone(door)) return writtenView(door, open);
  const draft = doorDraft(door);
  const kept = make("p", { class: "draft-note", role: "status" });
  const save = (): void => void keep(draft, kept);
  const note = area(draft.note, (value) => {
    draft.note = value;
    save();
  }, 2);
  const reason = area(draft.reason, (value) => {
    draft.reason = value;
    save();
  }, 2);
  const speakers = door.people.filter((one) => one.may_report).map((one): [string, string] => [one.person, one.name_masked]);
  const problem = problemPart(draft, save, speakers, t("door-problem-hint"));
  const lacking = make("p", { class: "error", role: "alert" });
  const asked = door.policy && !draft.plain ? door.policy : null;
  const finish = (outcome: "done" | "tried" | "skipped", again = "") => async (): Promise<void> => {
    if (fault(reason, outcome === "skipped" && !draft.reason.trim() && t("need-why"))) return reason.focus();
    const policy = draft.plain ? null : door.policy;
    const few = outcome === "done" && policy !== null && draft.photos.length < policy.photographs;
    lacking.textContent = few ? t("door-photos-few", { n: policy?.photographs ?? 0, what: policy?.basis ?? "" }) : "";
    if (few) return lacking.scrollIntoView({ block: "center" });
    if (!problem.complete()) return problem.element.scrollIntoView({ block: "center" });
    await settled();
    await hold(itemsOf(community, door, draft, outcome, again), `draft:${draft.id}`);
    done();
    void sync();
  };
  const again = againPart((day) => finish("tried", day)());
  const nobody = button(t("visit-nobody"), "btn-l btn-block", () => {
    again.hidden = false;
    again.querySelector("button")?.focus();
  }, "home");
  const evidence = door.policy && (door.policy.photographs > 0 || (door.policy.minutes ?? 0) > 0);
  return make(
    "div", { class: "stack-l", "data-door-view": door.dwelling },
    make("section", { class: "card stack-s" }, make("h2", {}, door.address), door.stands_in_for && badge(t("door-for", { name: door.stands_in_for }), "soon"),
      door.whys.length > 0 && make("p", { class: "hint" }, t("door-why")), door.whys.length > 0 && make("ul", { class: "visit-reasons" }, ...door.whys.map((why) => make("li", {}, why)))),
    ...door.people.map((one) => residentCard(one, draft, save)),
    door.people.length === 0 && make("p", { class: "banner" }, t("door-nobody-registered")),
    make("section", { class: "card stack" }, field(t("door-note"), note),
      asked && asked.photographs > 0 && make("p", { class: "hint" }, t("photos-asked", { n: asked.photographs, what: asked.basis })), asked && (asked.minutes ?? 0) > 0 && make("p", { class: "hint" }, t("door-minutes", { n: asked.minutes ?? 0, what: asked.basis })), camera(draft.photos, save),
      evidence && check(t("no-policy"), t("door-no-policy-hint"), draft.plain, (value) => {
        draft.plain = value;
        lacking.textContent = "";
        save();
      })),
    problem.element,
    make("section", { class: "card stack" }, lacking, button(t(door.people.length > 0 ? "visit-seen" : "door-empty"), "btn-primary btn-l btn-block", finish("done"), "check"), door.people.length > 0 && make("p", { class: "hint" }, t("door-seen-hint")), nobody, again),
    make("details", { class: "card", open: draft.reason !== "" }, make("summary", {}, icon("right"), t("visit-skip")), make("div", { class: "stack" }, field(t("door-reason"), reason, t("door-reason-hint")), button(t("door-skip-save"), "btn-block", finish("skipped")))),
    kept, discardPart(draft),
  );
}

/** What is known of one person, and a field for each thing that is not. */
function residentCard(one: DoorResident, draft: DoorDraft, save: () => void): HTMLElement {
  const heard = (): Heard => (draft.learnt[one.person] ??= { phone: "", birth: "", sex: "", answers: {} });
  const held = draft.learnt[one.person];
  const typed = (label: string, value: string, set: (value: string) => void, attributes: Record<string, string>, hint = ""): HTMLElement => {
    const input = make("input", { type: "text", autocomplete: "off", ...attributes });
    input.value = value;
    input.addEventListener("input", () => {
      set(input.value);
      save();
    });
    return field(label, input, hint);
  };
  const asks = (fact: string): boolean => one.missing.includes(fact);
  const fields = [
    asks("phone") && typed(t("door-ask-phone"), held?.phone ?? "", (value) => void (heard().phone = value), { inputmode: "tel", maxlength: "30" }),
    asks("birth") && typed(t("door-ask-birth"), held?.birth ?? "", (value) => void (heard().birth = value), { inputmode: "numeric", maxlength: "20" }, t("door-ask-birth-hint")),
    asks("sex") && field(t("fact-of-sex"), choice([["", t("door-unsaid")], ["female", t("sex-female")], ["male", t("sex-male")]], held?.sex ?? "", (value) => {
      heard().sex = value;
      save();
    })),
    ...one.asked.map(([id, question]) => typed(question, held?.answers[id] ?? "", (value) => void (heard().answers[id] = value), { maxlength: "500" })),
  ].filter((one): one is HTMLElement => Boolean(one));
  return make("section", { class: "card stack-s", "data-resident": one.person }, make("div", { class: "spread" }, make("h3", {}, one.name_masked), one.age !== null && make("span", { class: "muted" }, t("door-age", { n: one.age }))),
    make("p", { class: "muted" }, `${t("fact-phone")} ${one.phone_masked ?? t("fact-none")}`), fields.length > 0 && make("div", { class: "stack-s visit-ask" }, make("h4", {}, t("door-ask")), ...fields));
}

function itemsOf(community: number, door: Door, draft: DoorDraft, outcome: string, again: string): Item[] {
  const learnt = Object.entries(draft.learnt).filter(([person]) => door.lived.includes(person)).map(([person, { phone, birth, sex, answers }]) => ({ person, phone: phone.trim(), birth: birth.trim(), sex: sex || null, answers: Object.entries(answers).filter(([, text]) => text.trim() !== "") }));
  const problem = draft.problem.trim() ? { id: draft.problem_id, text: draft.problem, category: draft.category, urgent: draft.urgent, reporter: draft.reporter || null } : null;
  const body = {
    dwelling: door.dwelling, outcome, began_at: draft.began_at, ended_at: [draft.began_at, stamp()].sort()[1], policy: draft.plain ? null : (door.policy?.id ?? null), text: draft.note, reason: outcome === "skipped" ? draft.reason : "", try_again_at: outcome === "tried" ? again : null,
    lived: door.lived, learnt: outcome === "done" ? learnt : [], problem, photographs: draft.photos.length,
  };
  const item: Item = { id: draft.id, kind: "door_visit", label: door.address, made_at: Date.now(), body, state: "waiting", door: draft };
  const of = { community, round: draft.id, finding: problem?.id ?? null };
  return [item, ...draft.photos.map((photo) => photoItem(photo, door.address, of))];
}
