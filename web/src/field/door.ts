// One of today's proposed visits: why to go, who lives there, only what is missing to ask, and three ways it may end. It becomes
// one item of the outbox, which the server records by the same command as its own page.
import { make } from "../dom";
import { doorOf, endedWords, findDoor, goneFrom, heardWords, intoNote } from "./back";
import { stamp, timesWrong } from "./clock";
import { keep, settled } from "./drafts";
import { after, photoItem } from "./handin";
import { area, badge, button, camera, check, choice, fault, field, icon, moment, today } from "./parts";
import { hold, state } from "./state";
import { sync } from "./sync";
import { beaten, dayWrong, meant, phoneWrong } from "./heard";
import type { Door, DoorDraft, DoorResident, DoorStop, Draft, Heard, Item } from "./types";
import { discardPart } from "./thrown";
import { againPart, correction, correctionPart, corrects, problemPart } from "./visit";
import { mend } from "./waiting";
import { t, when } from "./words";

const newDoor = (door: Door): DoorDraft => ({
  id: crypto.randomUUID(), door: true, dwelling: door.dwelling, address: door.address, began_at: stamp(), note: "", reason: "", problem: "", problem_id: crypto.randomUUID(), category: "", urgent: false, learnt: {}, photos: [], plain: false, saved: 0,
});

export const doorDraft = (door: Door): DoorDraft => (state.drafts.find((draft) => "door" in draft && draft.dwelling === door.dwelling) as DoorDraft | undefined) ?? newDoor(door);

/** What an address means: the draft it names, else the door of today. */
export function atDoor(dwelling: string, id: string): { community: number; door: Door; draft?: DoorDraft; left: boolean } | null {
  const draft = state.drafts.find((one) => one.id === id && "door" in one) as DoorDraft | undefined;
  const known = draft && doorOf(draft);
  if (draft && known) return { ...known, draft };
  const today = findDoor(dwelling);
  return today && { ...today, left: false };
}

const days = (): NonNullable<NonNullable<typeof state.pack>["doors"]> => state.pack?.doors ?? [];

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
  const leaves = all.flatMap((day) => (day.leave ? [day.leave] : []));
  if (doors.length + sent + leaves.length === 0) return null;
  const over = doors.filter(isDone);
  const full = all.reduce((sum, day) => sum + day.full, 0);
  let number = 0;
  const houses = together(all.flatMap((day) => day.stops)).map((stop) => ({ ...stop, doors: stop.doors.filter((door) => !isDone(door)) })).filter((stop) => stop.doors.length > 0);
  return make(
    "section", { class: "stack-s", id: "doors" },
    make("div", { class: "spread" }, make("h2", {}, t(all.some((day) => day.whole) ? "doors-whole" : "doors")), make("span", { class: "muted num" }, t("doors-count", { n: doors.length - over.length, m: sent + over.length }))),
    ...leaves.map((told) => make("div", { class: "banner", "data-state": "soon" }, make("p", {}, told))),
    ...houses.map((stop) => make("div", { class: "stack-s", "data-stop": stop.building }, make("h3", { class: "house" }, make("span", { class: "visit-number", "aria-hidden": "true" }, String((number += 1))), stop.name || t("house-none")), rows(stop.doors))),
    houses.length === 0 && leaves.length === 0 && make("p", { class: "muted" }, t("doors-all-done")),
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
function writtenView(door: Door, open: (draft: Draft) => void | Promise<void>): HTMLElement {
  const item = state.items.find((one) => one.kind === "door_visit" && one.body["dwelling"] === door.dwelling);
  return make("div", { class: "stack-l" }, make("section", { class: "card stack-s" }, make("h2", {}, door.address), doorState(door), make("p", { class: "muted" }, t("door-written"))),
    item && button(t("said-change"), "btn-block", () => mend(item, open), "pen"), make("a", { class: "btn btn-block", href: "#today" }, t("back-today")));
}

export function doorView({ community, door, draft: named, left }: { community: number; door: Door; draft?: DoorDraft; left: boolean }, done: () => void, open: (draft: Draft) => void | Promise<void>): HTMLElement {
  if (!named && isDone(door)) return writtenView(door, open);
  const draft = named ?? doorDraft(door);
  // Who was shown here before is known by name once more, should they be gone.
  draft.gone = goneFrom(draft, door.lived);
  Object.assign(draft, { community, shown: door, shown_at: Math.max(draft.shown_at ?? 0, left ? 0 : state.packAt) });
  const kept = make("p", { class: "draft-note", role: "status" });
  const met = make("span");
  // Where everybody is said to have left, nobody was met.
  const name = (): void => void (met.textContent = t(door.people.length > movedFrom(draft, door).length ? "visit-seen" : "door-empty"));
  name();
  const save = (): void => {
    void keep(draft, kept);
    name();
  };
  const note = area(draft.note, (value) => {
    draft.note = value;
    save();
  }, 2);
  const reason = area(draft.reason, (value) => {
    draft.reason = value;
    save();
  }, 2);
  const speakers = door.people.filter((one) => one.may_report).map((one): [string, string] => [one.person, one.name_masked]);
  const problem = problemPart(draft, save, speakers, t("door-problem-hint"), speakers.length === 1 ? (speakers[0]?.[0] ?? "") : "");
  const lacking = make("p", { class: "error", role: "alert" });
  const cards = door.people.map((one) => residentCard(one, draft, save));
  const asked = door.policy && !draft.plain ? door.policy : null;
  const finish = (outcome: "done" | "tried" | "skipped" | "round", again = "") => async (): Promise<void> => {
    if (fault(reason, outcome === "skipped" && !draft.reason.trim() && t("need-why"))) return reason.focus();
    const policy = draft.plain ? null : door.policy;
    const few = (outcome === "done" || outcome === "round") && policy !== null && draft.photos.length < policy.photographs;
    lacking.textContent = few ? t("door-photos-few", { n: policy?.photographs ?? 0, what: policy?.basis ?? "" }) : "";
    if (few) return lacking.scrollIntoView({ block: "center" });
    if (!problem.complete()) return problem.element.scrollIntoView({ block: "center" });
    const bad = cards.find((card) => wrongIn.get(card)?.(outcome === "done"));
    if (bad) return bad.scrollIntoView({ block: "center" });
    const wrongTimes = draft.ended_at ? timesWrong(draft.began_at, draft.ended_at) : "";
    lacking.textContent = wrongTimes && t(wrongTimes);
    if (wrongTimes) return lacking.scrollIntoView({ block: "center" });
    await settled();
    await hold(outcome === "round" ? roundOf(community, door, draft) : itemsOf(community, door, draft, outcome, again), `draft:${draft.id}`);
    done();
    void sync();
  };
  const again = againPart((day) => finish("tried", day)());
  const seen = button("", "btn-primary btn-l btn-block", finish("done"), "check");
  seen.append(met);
  const nobody = button(t("visit-nobody"), "btn-l btn-block", () => {
    again.hidden = false;
    again.querySelector("button")?.focus();
  }, "home");
  // The day that was agreed on once is one of the choices.
  if (draft.again && Date.parse(draft.again) > Date.now()) {
    again.prepend(make("div", { class: "cluster" }, button(t("door-again", { time: when(draft.again) }), "", finish("tried", draft.again), "check")));
    again.hidden = draft.outcome !== "tried";
  }
  const evidence = door.policy && (door.policy.photographs > 0 || (door.policy.minutes ?? 0) > 0);
  return make(
    "div", { class: "stack-l", "data-door-view": door.dwelling },
    make("section", { class: "card stack-s" }, make("h2", {}, door.address), door.stands_in_for && badge(t("door-for", { name: door.stands_in_for }), "soon"),
      door.whys.length > 0 && make("p", { class: "hint" }, t("door-why")), door.whys.length > 0 && make("ul", { class: "visit-reasons" }, ...door.whys.map((why) => make("li", {}, why)))),
    (draft.back || left) && backPart(draft, left, save, note, open),
    ...cards,
    door.people.length === 0 && make("p", { class: "banner" }, t("door-nobody-registered")),
    make("section", { class: "card stack" }, field(t("door-note"), note),
      asked && asked.photographs > 0 && make("p", { class: "hint" }, t("photos-asked", { n: asked.photographs, what: asked.basis })), asked && (asked.minutes ?? 0) > 0 && make("p", { class: "hint" }, t("door-minutes", { n: asked.minutes ?? 0, what: asked.basis })), camera(draft.photos, save),
      evidence && check(t("no-policy"), t("door-no-policy-hint"), draft.plain, (value) => {
        draft.plain = value;
        lacking.textContent = "";
        save();
      })),
    problem.element,
    make("section", { class: "card stack" }, lacking, seen, door.people.length === 0 && draft.outcome === "done" && button(t("door-as-round"), "btn-l btn-block", finish("round"), "people"), door.people.length === 0 && draft.outcome === "done" && make("p", { class: "hint" }, t("door-as-round-hint")), door.people.length > 0 && make("p", { class: "hint" }, t("door-seen-hint")), nobody, again),
    make("details", { class: "card", open: draft.reason !== "" }, make("summary", {}, icon("right"), t("visit-skip")), make("div", { class: "stack" }, field(t("door-reason"), reason, t("door-reason-hint")), button(t("door-skip-save"), "btn-block", finish("skipped")))),
    kept, discardPart(draft),
  );
}

/** Why it is here again, how it had ended, and what was written of people who are registered here no more. */
function backPart(draft: DoorDraft, left: boolean, save: () => void, note: HTMLTextAreaElement, open: (draft: Draft) => void | Promise<void>): HTMLElement {
  const said = make("summary", {}, [endedWords(draft), t("times-change")].join(" · "));
  const at = (name: "began_at" | "ended_at"): HTMLInputElement => moment(draft[name] ?? "", (value) => {
    draft[name] = value;
    said.textContent = [endedWords(draft), t("times-change")].join(" · ");
    save();
  });
  const gone = (draft.gone ?? []).map((one) => {
    const words = `${one.name_masked}${t("colon")}${heardWords(draft.learnt[one.person]).join(t("comma"))}`;
    const copy = button(t("door-gone-copy"), "", () => {
      note.value = draft.note = [draft.note, words].filter(Boolean).join("\n");
      delete draft.learnt[one.person];
      draft.gone = (draft.gone ?? []).filter((other) => other !== one);
      save();
      line.remove();
    }, "pen");
    const line = make("li", { class: "stack-s", "data-gone": one.person }, make("p", {}, t("door-gone", { name: one.name_masked })), make("p", {}, words), make("div", { class: "actions" }, copy));
    return line;
  });
  return make("section", { class: "card stack-s", id: "back", "data-ended": draft.outcome ?? "" }, draft.back && make("p", { class: "banner", "data-state": "soon" }, draft.back), left && make("p", { class: "hint" }, t("door-left")),
    draft.outcome && make("p", {}, t("door-wrote")), draft.outcome && make("details", { class: "fold", "data-times": "" }, said, make("div", { class: "grid-2" }, field(t("talk-began"), at("began_at")), field(t("talk-ended"), at("ended_at")))),
    gone.length > 0 && make("ul", { class: "stack-s" }, ...gone), make("p", { class: "hint" }, t("door-back-hint")), button(t("door-as-note"), "btn-quiet btn-block", async () => {
      await settled();
      await open(await intoNote(draft));
    }, "note"));
}

/** Looks whether what was typed of a person can be meant, and says so at its field; what is asked, only of whoever was met. */
const wrongIn = new WeakMap<HTMLElement, (met: boolean) => boolean>();

/** What is known of one person, and a field for each thing that is not. */
function residentCard(one: DoorResident, draft: DoorDraft, save: () => void): HTMLElement {
  const heard = (): Heard => (draft.learnt[one.person] ??= { phone: "", birth: "", sex: "", answers: {} });
  const held = draft.learnt[one.person];
  const looks: (() => boolean)[] = [];
  const days: (() => boolean)[] = [];
  const typed = (label: string, value: string, set: (value: string) => void, attributes: Record<string, string>, hint = "", wrong: (value: string) => string = () => ""): HTMLElement => {
    const input = make("input", { type: "text", autocomplete: "off", ...attributes });
    input.value = value;
    input.addEventListener("input", () => {
      set(input.value);
      save();
    });
    const look = (): boolean => {
      const why = wrong(input.value);
      return fault(input, why !== "" && t(why));
    };
    input.addEventListener("change", look);
    looks.push(look);
    return field(label, input, hint);
  };
  // What somebody else wrote down meanwhile is missing no more; what was typed here stays to be looked at.
  const over = beaten(one, held);
  const asks = (fact: string): boolean => one.missing.includes(fact) || over.includes(fact);
  const fields = [
    asks("phone") && typed(t("door-ask-phone"), held?.phone ?? "", (value) => void (heard().phone = value), { inputmode: "tel", maxlength: "30" }, "", phoneWrong),
    asks("birth") && typed(t("door-ask-birth"), held?.birth ?? "", (value) => void (heard().birth = value), { inputmode: "numeric", maxlength: "20" }, t("door-ask-birth-hint"), dayWrong),
    asks("sex") && field(t("fact-of-sex"), choice([["", t("door-unsaid")], ["female", t("sex-female")], ["male", t("sex-male")]], held?.sex ?? "", (value) => {
      heard().sex = value;
      save();
    })),
    over.length > 0 && check(t("door-despite"), t("door-despite-hint", { what: over.map((fact) => t(`fact-of-${fact}`)).join("、") }), held?.despite ?? false, (value) => {
      heard().despite = value;
      save();
    }),
    ...one.asked.map(([id, question]) => typed(question, held?.answers[id] ?? "", (value) => void (heard().answers[id] = value), { maxlength: "500" })),
  ].filter((one): one is HTMLElement => Boolean(one));
  const wrong = { ...(draft.wrong?.[one.person] ?? { phone: "", phone_gone: false, relation: "" }) };
  const mends = correctionPart(one, wrong, () => {
    draft.wrong = { ...draft.wrong, [one.person]: wrong };
    save();
  }, !asks("phone"), movedPart(one, draft, save, days));
  const card = make("section", { class: "card stack-s", "data-resident": one.person }, make("div", { class: "spread" }, make("h3", {}, one.name_masked), one.age !== null && make("span", { class: "muted" }, t("door-age", { n: one.age }))),
    make("p", { class: "muted" }, `${t("fact-phone")} ${one.phone_masked ?? t("fact-none")}`), fields.length > 0 && make("div", { class: "stack-s visit-ask" }, make("h4", {}, t("door-ask")), ...fields), mends);
  wrongIn.set(card, (met) => [...(met ? looks : []), ...days].map((look) => look()).some(Boolean));
  return card;
}

/** That somebody lives there no more: since today, unless another day is chosen. */
function movedPart({ person }: DoorResident, draft: DoorDraft, save: () => void, looks: (() => boolean)[]): { open: boolean; parts: HTMLElement[] } {
  const latest = today();
  const day = make("input", { type: "date", max: latest });
  day.value = draft.moved?.[person] ?? latest;
  const since = field(t("door-moved-on"), day);
  since.hidden = !(draft.moved && person in draft.moved);
  const say = (moved: boolean): void => {
    const { [person]: _before, ...others } = draft.moved ?? {};
    draft.moved = moved ? { ...others, [person]: day.value } : others;
    since.hidden = !moved;
    save();
  };
  day.addEventListener("input", () => say(true));
  looks.push(() => fault(day, !since.hidden && (day.value === "" || day.value > latest) && t("door-moved-wrong")));
  return { open: !since.hidden, parts: [check(t("door-moved"), t("door-moved-hint"), !since.hidden, say), since] };
}

/** Of those who are registered there, who is said to live there no more, and since which day. */
const movedFrom = (draft: DoorDraft, door: Door): [string, string][] => Object.entries(draft.moved ?? {}).filter(([person]) => door.lived.includes(person));

const endOf = (draft: DoorDraft): string => draft.ended_at ?? after(draft.began_at);
const policyOf = (door: Door, draft: DoorDraft): string | null => (draft.plain ? null : (door.policy?.id ?? null));

/** Somebody was met where nobody is registered by now: a round to the dwelling, which confirms nothing of who lives there. */
function roundOf(community: number, door: Door, draft: DoorDraft): Item[] {
  const findings = draft.problem.trim() ? [{ id: draft.problem_id, category: draft.category, severity: draft.urgent ? "high" : "medium", text: draft.problem, on_spot: false, bank: null, lon: null, lat: null }] : [];
  const body = {
    kind: "visit", community, subject: { kind: "dwelling", id: door.dwelling }, policy: policyOf(door, draft), outcome: "done", began_at: draft.began_at, ended_at: endOf(draft), text: draft.note, findings, photographs: draft.photos.length,
  };
  const round: Item = { id: draft.id, kind: "round", label: door.address, made_at: Date.now(), body, state: "waiting" };
  const of = { community, round: draft.id, finding: findings[0]?.id ?? null };
  return [round, ...draft.photos.map((photo) => photoItem(photo, door.address, of))];
}

function itemsOf(community: number, door: Door, draft: DoorDraft, outcome: string, again: string): Item[] {
  const learnt = Object.entries(draft.learnt).filter(([person]) => door.lived.includes(person)).map(([person, heard]) => meant(door.people.find((one) => one.person === person), person, heard));
  const problem = draft.problem.trim() ? { id: draft.problem_id, text: draft.problem, category: draft.category, urgent: draft.urgent, reporter: draft.reporter || null } : null;
  const body = {
    dwelling: door.dwelling, outcome, began_at: draft.began_at, ended_at: endOf(draft), policy: policyOf(door, draft), text: draft.note, reason: outcome === "skipped" ? draft.reason : "", try_again_at: outcome === "tried" ? again : null,
    lived: door.lived, learnt: outcome === "done" ? learnt : [], gone: movedFrom(draft, door).map(([person, on]) => ({ person, on })), problem, photographs: draft.photos.length,
  };
  const { wrong = {}, ...written } = draft;
  const item: Item = { id: draft.id, kind: "door_visit", label: door.address, made_at: Date.now(), body, state: "waiting", door: written };
  const of = { community, round: draft.id, finding: problem?.id ?? null };
  const mended = door.people.flatMap((one): Item[] => {
    const said = wrong[one.person];
    if (!said || !corrects(said)) return [];
    return [{ id: crypto.randomUUID(), kind: "correction", label: `${one.name_masked} ${door.address}`, made_at: Date.now(), body: correction(community, one.person, one.seen ?? undefined, said), state: "waiting" }];
  });
  return [...mended, item, ...draft.photos.map((photo) => photoItem(photo, door.address, of))];
}
