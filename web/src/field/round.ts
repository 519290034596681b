// A round: when it began, one sentence or a checklist, what was found with where and how bad, photographs, the way where a
// policy asks for it; then it is kept.
import { make } from "../dom";
import { stamp, timesWrong } from "./clock";
import { keep, settled } from "./drafts";
import { word } from "./form/types";
import { checklistsFor, formOf, formView, keepForm, look, newFilled, type Decided } from "./form/view";
import { after, itemsOf, taken } from "./handin";
import { asksHazards, blankHazard, hazardFields, hazardsWrong, listedHere } from "./hazard";
import { area, button, camera, check, choice, fault, field, guarded, locator, moment, today } from "./parts";
import { offered } from "./offered";
import { readInto, unconfirmed } from "./said";
import { sketch } from "./sketch";
import { hold, state } from "./state";
import { clauses } from "./suggest";
import { sync } from "./sync";
import { discardPart } from "./thrown";
import { endRecording, hereOf, recorderOf } from "./track";
import type { Category, DraftFinding, Due, FoundChoice, Photo, Reach, RoundDraft } from "./types";
import { asks, recordsWay, trackCard, wayAsked } from "./way";
import { dayOf, language, t, when } from "./words";

export function newRound(reach: Reach, due?: Due): RoundDraft {
  return roundTo({ kind: "reach", id: reach.id, community: reach.community, name: `${reach.water} ${reach.name}` }, due);
}

/** What is due there by a policy, what ends first in front; a talk is another matter. */
export const dueAt = (subject: string): Due[] => (state.pack?.due ?? []).filter((due) => due.subject.id === subject && due.policy !== null && due.kind !== "talk");

const KINDS: Record<string, string> = { reach: "patrol", premises: "inspection", building: "inspection", dwelling: "visit" };

/** A round to anything; what has a checklist that is more than a sentence begins with it. */
export function roundTo(subject: { kind: string; id: string; community: number; name: string }, due?: Due): RoundDraft {
  const offered = checklistsFor(subject.kind);
  const listed = offered.find((one) => one.name === due?.checklist) ?? offered[0];
  return {
    id: crypto.randomUUID(), community: subject.community, subject: { kind: subject.kind, id: subject.id }, subject_name: subject.name, policy: due?.policy ?? null, asked: due?.policy ?? null, track: asks(due)?.track ?? false, basis: asks(due)?.basis ?? "",
    kind: due?.kind ?? listed?.kind ?? KINDS[subject.kind] ?? "inspection", began_at: stamp(), text: "", findings: [], photos: [], saved: 0, ...(listed && subject.kind !== "reach" ? { form: newFilled(listed.name, subject.name) } : {}),
  };
}

export function roundView(draft: RoundDraft, done: () => void, again: (draft: RoundDraft) => void | Promise<void>): HTMLElement {
  const note = make("p", { class: "draft-note", role: "status" });
  const save = (): void => void keep(draft, note);
  const lacking = make("p", { class: "error", role: "alert" });
  const list = make("div", { class: "stack" });
  const heading = make("span");
  const chips = make("div", { class: "suggest", role: "group", "aria-label": t("suggest") });
  let unread = readInto(draft);
  const suggest = (): void => {
    const found = clauses(unread, state.pack?.categories ?? []).filter((one) => !draft.findings.some((known) => known.text === one.text));
    chips.replaceChildren();
    if (found.length === 0) return;
    chips.append(t("suggest"));
    for (const one of found) {
      chips.append(button(t("suggest-add", { what: one.text }), "chip", () => add({ ...blank(), text: one.text, category: one.category }), "plus"));
    }
  };
  const words = area(draft.text, (value) => {
    draft.text = value;
    read();
    save();
    suggest();
  });
  /** What the sentence says goes into the checklist, below it. */
  const read = (): void => {
    const before = draft.form;
    unread = readInto(draft);
    if (draft.form && !before) void guarded(() => keepForm(draft.form?.name ?? ""));
    if (draft.form || before) drawForm();
    if (Boolean(draft.form) !== Boolean(before)) draw();
  };
  const draw = (): void => {
    list.replaceChildren(...draft.findings.map((found, at) => findingCard(draft, found, at, save, draw)));
    heading.textContent = t(draft.form ? "found-else" : "found");
    if (draft.findings.length === 0 && !draft.form) list.append(make("p", { class: "muted" }, t("found-none")));
    suggest();
  };
  const add = (found: DraftFinding): void => {
    draft.findings.push(found);
    save();
    draw();
  };
  const policy = asks({ policy: draft.asked ?? draft.policy ?? "" });
  const minutes = policy?.minutes ?? 0;
  const photographs = policy?.photographs ?? 0;
  const reach = state.pack?.reaches.find((one) => one.id === draft.subject.id);
  draw();
  // With a checklist, what ends the round comes after its last page.
  const rest = make("div", { class: "stack-l" });
  const way = draft.track ? trackCard(draft) : null;
  const checked = make("div", { class: "stack" });
  // One sentence is the quickest: it fills the checklist below it, which is offered there too.
  const offer = make("div", { class: "stack" });
  const sentence = make("section", { class: "card stack" }, field(t("words"), words, reach ? t("words-hint") : ""), chips, camera(draft.photos, save));
  // What was lacking may be there now.
  const changed = (): void => {
    lacking.textContent = "";
    fault(checked, false);
    save();
  };
  const drawForm = (): void => {
    for (const box of [checked, offer]) box.replaceChildren();
    (draft.form ? checked : offer).replaceChildren(...formPart(draft, changed, drawAll, { track: () => (recordsWay(draft) ? (way?.recorder.text() ?? "") : ""), shows: (last) => (rest.hidden = sentence.hidden = !last) }));
  };
  function drawAll(): void {
    unread = readInto(draft);
    drawForm();
    draw();
  }
  drawForm();
  const counted = make("div", {});
  const drawCounts = (): void => counted.replaceChildren(...[countsFor(draft, again)].filter((part) => part !== null));
  drawCounts();
  const times = timesPart(draft, changed);
  // Where the finger is, not a page further up.
  const openTimes = (): void => {
    lacking.after(times);
    times.open = true;
    times.scrollIntoView({ block: "center" });
  };
  const end = button(t("end"), "btn-primary btn-l btn-block", async () => {
    // What the policy asks is said before the round is kept; the server says the same.
    const few = draft.policy !== null && taken(draft) < photographs;
    lacking.textContent = few ? t("photos-few", { n: photographs, what: policy?.basis ?? "" }) : "";
    if (few) return lacking.scrollIntoView({ block: "center" });
    const ended = draft.ended_at ?? after(draft.began_at);
    const wrongTimes = timesWrong(draft.began_at, ended);
    lacking.textContent = wrongTimes && t(wrongTimes);
    if (wrongTimes) return openTimes();
    const lasted = Math.floor((Date.parse(ended) - Date.parse(draft.began_at)) / 60_000);
    const short = draft.policy !== null && lasted < minutes;
    lacking.textContent = short ? t("minutes-few", { n: minutes, m: lasted }) : "";
    if (short) return openTimes();
    // A checklist says what there is to say; without one a sentence has to.
    const empty = fault(words, !draft.form && !draft.text.trim() && t("need-text"));
    const unwritten = [...list.querySelectorAll<HTMLElement>("[data-at]")].filter((card) => incomplete(card, draft));
    if (empty || unwritten.length > 0) return (empty ? words : unwritten[0])?.scrollIntoView({ block: "center" });
    const unclear = hazardsWrong();
    if (unclear) return unclear.scrollIntoView({ block: "center" });
    const form = draft.form && formOf(draft.form.name);
    const open = unconfirmed(draft.form);
    const wrong = form && draft.form ? look(form, draft.form).faults().length : 0;
    if (open > 0 && wrong === 0) {
      lacking.textContent = t("said-first", { n: open });
      return checked.querySelector("[data-said]")?.scrollIntoView({ block: "center" });
    }
    if (wrong > 0 && draft.form) {
      fault(checked, t(draft.form.said ? "said-wrong" : "form-wrong", { n: wrong }));
      draft.form.page = Number.MAX_SAFE_INTEGER;
      drawForm();
      return checked.scrollIntoView({ block: "start" });
    }
    await settled();
    const walked = await way?.recorder.end();
    const track = walked && draft.policy !== null && walked.track.fixes.length > 0 ? { track: walked.track } : {};
    await hold(itemsOf(draft, { outcome: "done", text: draft.text, ...track }), `draft:${draft.id}`, ...(walked?.boxes ?? []));
    endRecording();
    done();
    void sync();
  });
  rest.append(
    make("section", { class: "stack", "aria-label": t("found") }, make("h2", {}, heading), list, button(t("add-finding"), "btn-block", () => add(blank()), "plus")),
    offer, ...(policy ? [check(t("no-policy"), t("no-policy-hint"), draft.policy === null, (value) => {
      draft.policy = value ? null : policy.id;
      drawCounts();
      way?.asked();
      lacking.textContent = "";
      save();
    })] : []),
    lacking, make("div", { class: "send-bar" }, end),
  );
  return make(
    "div", { class: "stack-l" },
    make("section", { class: "card stack" }, make("h2", {}, draft.subject_name), counted, times, reach ? sketch(reach) : null,
      !draft.track && reach && make("p", { class: "hint" }, t("track-none")), photographs > 0 && make("p", { class: "hint" }, t("photos-asked", { n: photographs, what: policy?.basis ?? "" })), minutes > 0 && make("p", { class: "hint" }, t("minutes-asked", { n: minutes })), ...wayAsked(policy)),
    way?.card ?? null,
    // A sentence fills the checklist of a river; elsewhere the checklist is what is asked, and the sentence adds to it.
    ...(reach ? [sentence, checked] : [checked, sentence]), rest, note,
    make("details", { class: "card" }, make("summary", {}, t("skip")), skipForm(draft, done)),
    discardPart(draft),
  );
}

/** Which of the policies that ask for it here this round is one of; said too where it is none. */
function countsFor(draft: RoundDraft, again: (draft: RoundDraft) => void | Promise<void>): HTMLElement | null {
  const due = dueAt(draft.subject.id);
  const asked = draft.asked ?? draft.policy;
  const mine = due.find((one) => one.policy === asked);
  if (due.length > (mine ? 1 : 0)) {
    const named = due.map((one): [string, string] => [one.policy ?? "", `${one.policy_title}（${t("until", { time: dayOf(one.window.last) })}）`]);
    return field(t("counts-which"), choice([["", t("counts-no")], ...named], draft.policy ?? "", (value) => {
      const chosen = due.find((one) => one.policy === value);
      [draft.policy, draft.asked, draft.track, draft.basis] = [value || null, value || null, asks(chosen)?.track ?? false, asks(chosen)?.basis ?? ""];
      draft.kind = chosen?.kind ?? draft.kind;
      if (!recordsWay(draft)) endRecording();
      void guarded(() => again(draft));
    }), t("counts-hint"));
  }
  const left = draft.track ? "no-policy-way" : "no-policy-only";
  if (mine) return make("p", { class: "hint", "data-counts": draft.policy ?? "" }, t(draft.policy === null ? left : "counts-for", { what: mine.policy_title }));
  return asked || draft.kind !== "patrol" ? null : make("p", { class: "hint", "data-counts": "" }, t("counts-none"));
}

/** When it began and ended; to be put right where it is written down afterwards. */
function timesPart(draft: RoundDraft, save: () => void): HTMLDetailsElement {
  const said = make("summary", {});
  const say = (): void => {
    const ended = draft.ended_at;
    said.textContent = [t("began", { time: when(draft.began_at) }), ended && t("ended", { time: when(ended) }), t("times-change")].filter(Boolean).join(" · ");
  };
  const at = (name: "began_at" | "ended_at"): HTMLInputElement => moment(draft[name] ?? "", (value) => {
    draft[name] = value;
    say();
    save();
  });
  say();
  return make("details", { class: "fold", "data-times": "" }, said, make("div", { class: "grid-2" }, field(t("talk-began"), at("began_at")), field(t("talk-ended"), at("ended_at"), t("ended-hint"))));
}

/** What was put right at once may be shown as it was and as it is. */
function photographsOf(photos: Photo[], on_spot: boolean, save: () => void): HTMLElement[] {
  const loose = photos.some((photo) => !photo.stage);
  return on_spot ? [...(loose ? [camera(photos, save)] : []), camera(photos, save, Infinity, "before"), camera(photos, save, Infinity, "after")] : [camera(photos, save)];
}

/** The checklist, or the offer of one. */
function formPart(draft: RoundDraft, save: () => void, draw: () => void, { track, shows }: { track: () => string; shows: (last: boolean) => void }): HTMLElement[] {
  const form = draft.form && formOf(draft.form.name);
  if (draft.form && !form) return [make("p", { class: "banner", "data-state": "soon" }, t("form-gone", { name: draft.form.name }))];
  if (!draft.form || !form) {
    return checklistsFor(draft.subject.kind).map((one) =>
      button(t("form-use", { what: word(one.form.title, language()) }), "btn-block", async () => {
        draft.form = newFilled(one.name, draft.subject_name);
        draft.plain = false;
        await keepForm(one.name);
        draw();
        save();
      }, "list"),
    );
  }
  const stalls = state.pack?.subjects?.find((one) => one.id === draft.subject.id)?.stalls ?? [];
  const plain = (): void => {
    [draft.form, draft.plain] = [undefined, true];
    draw();
    save();
  };
  const where = (found: FoundChoice): HTMLElement => make("div", { class: "stack-s" }, locator(found.spot, (spot) => {
    found.spot = spot;
    save();
  }, () => hereOf(draft.id)), field(t("bank"), choice(banks(), found.bank ?? "", (value) => {
    found.bank = value;
    save();
  })), ...photographsOf((found.photos ??= []), found.on_spot, save));
  const filling = { filled: draft.form, save, track, here: () => hereOf(draft.id), shows, stalls, plain, ...(draft.subject.kind === "reach" ? { where } : {}), ...(asksHazards(draft) ? { hazards: (choice: FoundChoice) => hazardFields(draft.subject.id, choice.hazard ?? blankHazard(), save, (hazard) => (choice.hazard = hazard)), listed: (all: Decided[]) => listedHere(draft.subject.id, form, all) } : {}) };
  return [make("section", { class: "card stack", "aria-label": word(form.checklist.title, language()) }, form.checklist.status === "example" && make("p", { class: "hint" }, t("form-example")), formView(form, filling))];
}

const banks = (): [string, string][] => [["", t("bank-none")], ["left", t("bank-left")], ["right", t("bank-right")]];

const blank = (): DraftFinding => ({ id: crypto.randomUUID(), category: "", severity: "low", text: "", on_spot: false, bank: "", photos: [] });

function incomplete(card: HTMLElement, draft: RoundDraft): boolean {
  const found = draft.findings[Number(card.dataset.at)];
  const [text, category] = [card.querySelector<HTMLElement>("textarea"), card.querySelector<HTMLElement>("select")];
  const lacks = [text && fault(text, !found?.text.trim() && t("need-text")), category && fault(category, !found?.category && t("need-category"))];
  return lacks.some(Boolean);
}

/** Which value shows the rest of them; no code of a category. */
const MORE = "more";

function categoryOf(draft: RoundDraft, found: DraftFinding, act: (code: string) => void): HTMLSelectElement {
  const rules = draft.form ? (formOf(draft.form.name)?.checklist.findings ?? []) : [];
  const named = [...rules.map((rule) => rule.category), ...(found.category ? [found.category] : [])];
  const { first, rest } = offered(state.pack?.categories ?? [], draft.subject.kind === "reach", named);
  const options = (of: Category[]): [string, string][] => of.map((one) => [one.code, one.name]);
  const more: [string, string][] = rest.length > 0 ? [[MORE, t("category-more")]] : [];
  const select = choice([["", t("choose")], ...options(first), ...more], found.category, (code) => {
    if (code !== MORE) return act(code);
    for (const option of select.querySelectorAll(`option[value="${MORE}"]`)) option.remove();
    for (const [value, words] of options(rest)) select.append(make("option", { value }, words));
    select.value = "";
    act("");
  });
  return select;
}

function findingCard(draft: RoundDraft, found: DraftFinding, at: number, save: () => void, draw: () => void): HTMLElement {
  const set = <K extends keyof DraftFinding>(name: K) => (value: DraftFinding[K]): void => {
    found[name] = value;
    save();
  };
  const severities = ["low", "medium", "high", "immediate"].map((code): [string, string] => [code, t(`severity-${code}`)]);
  // What was put right at once needs nobody to put it right.
  const where = asksHazards(draft) ? hazardFields(draft.subject.id, (found.hazard ??= blankHazard()), save) : null;
  if (where) where.hidden = found.on_spot;
  const pictures = make("div", { class: "stack-s" }, ...photographsOf(found.photos, found.on_spot, save));
  return make(
    "section", { class: "card stack", "data-at": String(at), "aria-label": t("finding", { n: at + 1 }) },
    make("div", { class: "card-head" }, make("h3", {}, t("finding", { n: at + 1 })), button(t("remove"), "btn-quiet", () => {
      draft.findings.splice(at, 1);
      save();
      draw();
    }, "trash")),
    field(t("finding-text"), area(found.text, set("text"), 2)),
    field(t("category"), categoryOf(draft, found, set("category"))),
    make("div", { class: "grid-2" }, field(t("severity"), choice(severities, found.severity, set("severity"))), !asksHazards(draft) && field(t("bank"), choice(banks(), found.bank, set("bank")))),
    check(t("on-spot"), t("on-spot-hint"), found.on_spot, (value) => {
      set("on_spot")(value);
      if (where) where.hidden = value;
      pictures.replaceChildren(...photographsOf(found.photos, value, save));
    }),
    where,
    locator(found.spot, set("spot"), () => hereOf(draft.id)), pictures,
  );
}

/** Not walked, and why. */
export function skipForm(draft: RoundDraft, done: () => void): HTMLElement {
  let reason = "";
  const why = area("", (value) => (reason = value), 2);
  const lacking = make("p", { class: "error", role: "alert" });
  const save = button(t("skip-save"), "", async () => {
    if (fault(why, !reason.trim() && t("need-why"))) return;
    const wrongTimes = timesWrong(draft.began_at, draft.ended_at ?? after(draft.began_at));
    lacking.textContent = wrongTimes && t(wrongTimes);
    if (wrongTimes) return;
    await settled();
    const walked = draft.track ? await recorderOf(draft.id, () => undefined).end() : null;
    await hold(itemsOf({ ...draft, findings: [], photos: [] }, { outcome: "skipped", reason }), `draft:${draft.id}`, ...(walked?.boxes ?? []));
    endRecording();
    done();
    void sync();
  });
  const hint = skipHint(draft);
  return make("div", { class: "stack" }, hint && make("p", { class: "hint", "data-skip": "" }, hint), field(t("skip-why"), why), lacking, save);
}

/** What is known here of a round that may not be due any more; the server knows, so nothing is kept from being sent. */
function skipHint({ policy, subject }: RoundDraft): string {
  if (policy === null) return "";
  const due = (state.pack?.due ?? []).find((one) => one.policy === policy && one.subject.id === subject.id);
  if (!due) return t("skip-none", { time: when(state.packAt) });
  return due.window.last < today() ? t("skip-over", { last: dayOf(due.window.last) }) : "";
}
