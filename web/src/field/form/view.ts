// A checklist page by page: one group to a page, only what stands is shown, what is wrong is said where it is. Nothing
// hinders going on: at the end one sees what is missing and what follows from the answers.
import { make } from "../../dom";
import { button, check } from "../parts";
import { answered } from "../said";
import { state } from "../state";
import type { FilledForm, FoundChoice, PackChecklist, Spot } from "../types";
import { language, t } from "../words";
import { control } from "./asks";
import { Form, type Fault, type Node, type Place, type State } from "./engine";
import { findings, type Found } from "./findings";
import { moment } from "./moment";
import { saidOf, saidSection } from "./said";
import { score } from "./score";
import { answerWords, told } from "./told";
import { word, type Answers } from "./types";

const forms = new Map<string, Form | null>();

/** The checklist made ready, once; null when it is not here, or newer than this page. */
export function formOf(name: string): Form | null {
  const held = forms.get(name);
  if (held !== undefined) return held;
  const here = packed(name);
  if (!here) return null;
  let form: Form | null = null;
  try {
    form = new Form(here.form);
  } catch {
    // A page from the telephone may be older than the checklist: it is new as soon as there is signal.
  }
  forms.set(name, form);
  return form;
}

/** Kept beside the draft: the next pack may have a newer version only. */
export async function keepForm(name: string): Promise<void> {
  const packed = state.pack?.checklists.find((one) => one.name === name);
  if (!packed || state.forms.some((one) => one.name === name)) return;
  await state.vault?.put("boxes", `form:${name}`, packed);
  state.forms.push(packed);
}

export const checklistsFor = (kind: string): PackChecklist[] => (state.pack?.checklists ?? []).filter((one) => one.subjects.includes(kind) && formOf(one.name));

/** With what the pack and the clock know filled in: see docs/checklists.md. */
export function newFilled(name: string, subject: string): FilledForm {
  const form = formOf(name);
  const answers = form?.defaults() ?? {};
  const known: [string, string, string][] = [["market_name", "text", subject], ["subject_name", "text", subject], ["inspected_on", "date", moment().local.slice(0, 10)]];
  for (const [question, kind, value] of known) {
    const node = form?.node(question);
    if (node?.question?.kind.type === kind && node.repeats.length === 0) answers[question] ??= value;
  }
  return { name, answers, page: 0, files: {}, found: {} };
}

export const look = (form: Form, filled: FilledForm): State => form.evaluate(filled.answers, moment());

const key = (found: Found): string => [found.rule.code, ...found.place].join(".");

export const packed = (name: string): PackChecklist | undefined => [...(state.pack?.checklists ?? []), ...state.forms].find((one) => one.name === name);

/** What its measured values are judged by. */
const rulesOf = (name: string): PackChecklist["rules"] => packed(name)?.rules ?? state.pack?.rules;

export type Decided = { found: Found; choice: FilledForm["found"][string]; text: string; /** The words are somebody's: typed, or those of her sentence. */ own: boolean };

/** What the answers lead to, with what was decided of each. A finding that is no case stays unless it is taken. */
export function decided(filled: FilledForm, state_: State): Decided[] {
  return findings(state_, rulesOf(filled.name)).map((found) => {
    const choice = (filled.found[key(found)] ??= { id: crypto.randomUUID(), keep: found.rule.is_case === true, on_spot: false });
    const spoken = found.place.length === 0 && Object.keys(found.evidence).some((question) => filled.proposed?.[question]?.words);
    return { found, choice, text: choice.text ?? sentence(found, state_, filled), own: choice.text !== undefined || spoken };
  });
}

/** Its words as the server says them; her own, where the answer came from them. */
function sentence(found: Found, at: State, { proposed }: FilledForm): string {
  const spoken = (question: string): string => (found.place.length === 0 && proposed?.[question]?.words) || "";
  return told(at.form, found, spoken).slice(0, 500);
}

/** Groups of the first level are pages; questions between them share one. */
function pagesOf(form: Form): { title: string; nodes: number[] }[] {
  const pages: { title: string; nodes: number[]; group: boolean }[] = [];
  form.nodes.forEach((node, at) => {
    if (node.parent >= 0) return;
    const last = pages[pages.length - 1];
    // What is only worked out needs no page.
    if (node.question?.kind.type === "calculate") return;
    if (node.group) pages.push({ title: word(node.group.label, language()), nodes: [at], group: true });
    else if (last && !last.group) last.nodes.push(at);
    else pages.push({ title: "", nodes: [at], group: false });
  });
  return pages;
}

export type Filling = { filled: FilledForm; save(): void; track(): string; here(): Spot | null; /** What the stalls here are called. */ stalls: string[]; /** Where a finding was seen, and photographs of it. */ where?: (choice: FoundChoice) => HTMLElement; /** Hands in the sentence without the checklist. */ plain?: () => void; /** Of an inspection of premises: what is asked of each hazard. */ hazards?: (choice: FoundChoice) => HTMLElement; /** Of an inspection of premises: what of it is on the list already, said of each. */ listed?: (all: Decided[]) => string[]; /** Whether the last page is shown. */ shows(last: boolean): void };

export function formView(form: Form, filling: Filling): HTMLElement {
  const { filled } = filling;
  const pages = pagesOf(form);
  const box = make("div", { class: "stack", "data-form": filled.name });
  const show = (page: number, wrong?: Fault): void => {
    filled.page = Math.max(0, Math.min(page, pages.length));
    filling.save();
    draw(wrong);
    box.scrollIntoView({ block: "start" });
  };
  const draw = (wrong?: Fault): void => {
    filled.page = Math.min(filled.page, pages.length);
    const at = filled.page;
    const page = pages[at];
    filling.shows(!page);
    const stands = (n: number): boolean => {
      const standing = look(form, filled);
      return n >= pages.length || Boolean(pages[n]?.nodes.some((node) => standing.standsAt(node, [])));
    };
    const steps = make("nav", { class: "steps", "aria-label": t("form-pages") });
    const all = [...pages, { title: t("form-end"), nodes: [] }].map((one, n) => {
      const step = button(String(n + 1), "step", () => show(n));
      step.setAttribute("aria-label", one.title ? `${n + 1} ${one.title}` : t("form-page", { n: n + 1 }));
      if (n === at) step.setAttribute("aria-current", "step");
      steps.append(step);
      return step;
    });
    const refresh = (): void => all.forEach((step, n) => (step.disabled = !stands(n)));
    refresh();
    const next = (by: number): number => {
      let to = at + by;
      while (to > 0 && !stands(to)) to += by;
      return to;
    };
    const own = { ...filling, save: () => {
      filling.save();
      refresh();
    } };
    const body = page ? new Page(form, own, page.nodes, wrong).element : summary(form, filling, (fault) => show(pageOf(form, pages, fault), fault), draw);
    const title = page ? page.title || word(form.checklist.title, language()) : t("form-end");
    box.replaceChildren(
      make("div", { class: "card-head" }, make("h3", {}, title), make("span", { class: "muted num" }, `${Math.min(at + 1, pages.length + 1)} / ${pages.length + 1}`)), steps, body,
      make("div", { class: "actions spread" }, at > 0 && button(t("form-back"), "", () => show(next(-1)), "left"), page && button(t("form-next"), "btn-primary", () => show(next(1)), "right")),
    );
  };
  draw();
  return box;
}

function pageOf(form: Form, pages: { nodes: number[] }[], fault: Fault): number {
  let at = form.place(fault.question);
  while ((form.nodes[at]?.parent ?? -1) >= 0) at = form.nodes[at]?.parent ?? -1;
  return Math.max(0, pages.findIndex((page) => page.nodes.includes(at)));
}

const SAID: Record<string, string> = {
  missing: "answer-missing", constraint: "answer-constraint", count: "answer-count", "no-such-choice": "answer-no-such-choice", "not-a-number": "answer-not-a-number", "not-whole": "answer-not-whole",
  "no-such-time": "answer-no-such-time",
};

export function faultWords(form: Form, fault: Fault): string {
  const question = form.node(fault.question)?.question;
  const own = fault.code === "constraint" ? word(question?.constraint_message, language()) : "";
  return own || t(SAID[fault.code] ?? "answer-unreadable", { n: fault.wanted ?? 0, m: fault.found ?? 0, what: fault.choice ?? "" });
}

const nameOf = (form: Form, name: string): string => {
  const node = form.node(name);
  return word(node?.question?.label ?? node?.group?.label, language()) || name;
};

/** What the place got by a checklist that gives points; people are not scored. */
function points(form: Form, standing: State): HTMLElement | null {
  const result = form.checklist.kind === "visit" ? null : score(standing);
  if (!result) return null;
  const mark = form.checklist.pass_percent;
  const end = result.open > 0 ? t("score-open", { n: result.open }) : result.passed === null ? "" : t(result.passed ? "score-passed" : "score-failed");
  const said = [t("score-got", { n: result.got, m: result.most }), mark === undefined ? "" : t("score-mark", { n: mark }), end];
  return make("p", { "data-score": true }, make("strong", {}, said.filter(Boolean).join(language() === "en" ? ", " : "，")));
}

/** What is missing, and what follows. */
function summary(form: Form, filling: Filling, open: (fault: Fault) => void, draw: () => void): HTMLElement {
  const standing = look(form, filling.filled);
  const said = saidSection(filling, standing, draw);
  const here = new Set(said ? saidOf(filling, standing) : []);
  const faults = standing.faults();
  // What can be answered right here needs no way to it.
  const rows = faults.filter((fault) => fault.code !== "missing" || !here.has(fault.question)).slice(0, 30).map((fault) => {
    const place = fault.place.length > 0 ? ` · ${t("instance", { n: fault.place.join("-") })}` : "";
    return make("li", {}, make("div", { class: "row field-row" }, make("div", { class: "row-line" }, make("span", { class: "row-title" }, nameOf(form, fault.question) + place)), make("p", { class: "error" }, faultWords(form, fault)), make("div", { class: "actions" }, button(t("form-there"), "", () => open(fault), "pen"))));
  });
  const all = decided(filling.filled, standing);
  const listed = all.map(() => make("p", { class: "hint", "data-listed": "", hidden: true }));
  const tell = (): void => (filling.listed?.(all) ?? []).forEach((said, n) => {
    const words = listed[n];
    if (words) [words.textContent, words.hidden] = [said, said === ""];
  });
  tell();
  const found = all.map(({ found: { rule }, choice, text }, n) => {
    const words = make("textarea", { rows: "2", maxlength: "500", "aria-label": t("finding-text") });
    words.value = text;
    words.addEventListener("input", () => {
      choice.text = words.value;
      filling.save();
    });
    const set = (name: "keep" | "on_spot") => (value: boolean): void => {
      choice[name] = value;
      filling.save();
      draw();
    };
    return make("section", { class: "card stack-s", "data-found": rule.code }, make("div", { class: "cluster" }, make("strong", {}, word(rule.label, language())), make("span", { class: "tag" }, t(`severity-${rule.severity ?? "medium"}`))),
      check(t("found-keep"), choice.on_spot ? t("found-noted") : t("found-case"), choice.keep, set("keep")), listed[n] ?? null, choice.keep && words, choice.keep && filling.where?.(choice), choice.keep && rule.on_the_spot && check(t("on-spot"), t("on-spot-hint"), choice.on_spot, set("on_spot")),
      choice.keep && !choice.on_spot && filling.hazards && make("details", { class: "fold", open: choice.hazard !== undefined }, make("summary", {}, t("hazard-more")), filling.hazards(choice)));
  });
  const wrong = faults.length > 0;
  const follows = make("section", { class: "stack-s" }, make("h4", {}, t("form-found", { n: all.length })), ...found, all.length === 0 && make("p", { class: "muted" }, t("form-found-none")));
  // Where it is said to lie tells one from another.
  follows.addEventListener("input", tell);
  return make("div", { class: "stack" }, points(form, standing), said,
    wrong && rows.length === 0 ? make("p", { class: "badge", "data-state": "soon" }, t("form-wrong", { n: faults.length })) : rows.length > 0 ? make("section", { class: "stack-s" }, make("h4", {}, t("form-wrong", { n: faults.length })), make("ul", { class: "rows rows-card" }, ...rows)) : make("p", { class: "badge", "data-state": "ok" }, t("form-whole")),
    follows);
}

/** Called after each answer. */
type Update = (standing: State, faults: () => Fault[]) => void;

/** One page: its questions stand or not as one answers, without being drawn anew. */
class Page {
  readonly element = make("div", { class: "stack" });
  private updates: Update[] = [];
  private due = 0;
  private readonly touched = new Set<string>();

  constructor(private readonly form: Form, private readonly filling: Filling, nodes: number[], wrong?: Fault) {
    if (wrong) this.touched.add(this.id(wrong.question, wrong.place));
    for (const at of nodes) this.element.append(this.node(at, [], this.filling.filled.answers));
    this.update();
    if (wrong) requestAnimationFrame(() => document.getElementById(this.id(wrong.question, wrong.place))?.scrollIntoView({ block: "center" }));
  }

  private id(name: string, place: Place): string {
    return ["q", name, ...place].join("-");
  }

  private update(): void {
    const standing = look(this.form, this.filling.filled);
    let held: Fault[] | undefined;
    const faults = (): Fault[] => (held ??= standing.faults());
    for (const act of this.updates) act(standing, faults);
  }

  private changed(name: string, place: Place): void {
    this.touched.add(this.id(name, place));
    this.filling.save();
    // Once for all keystrokes of a moment: a long checklist takes its time on a slow telephone.
    this.due ||= requestAnimationFrame(() => {
      this.due = 0;
      this.update();
    });
  }

  private node(at: number, place: Place, inside: Answers): HTMLElement {
    const node = this.form.nodes[at] as Node;
    const element = node.question ? this.question(node, place, inside) : node.repeat ? this.repeat(at, node, place, inside) : this.group(at, node, place, inside);
    this.updates.push((standing) => (element.hidden = !standing.standsAt(at, place)));
    return element;
  }

  private below(at: number): number[] {
    return this.form.nodes.flatMap((node, other) => (node.parent === at && node.question?.kind.type !== "calculate" ? [other] : []));
  }

  private group(at: number, node: Node, place: Place, inside: Answers): HTMLElement {
    const title = node.parent >= 0 && make("h4", {}, word(node.group?.label, language()));
    return make("div", { class: "stack" }, title, ...this.below(at).map((one) => this.node(one, place, inside)));
  }

  /** Words with answers in them: `${stalls_seen}`. */
  private filled(words: string, standing: State, place: Place): string {
    return words.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      const at = this.form.place(name.trim());
      const text = standing.valueAt(at, place.slice(0, this.form.nodes[at]?.repeats.length ?? 0))?.text;
      return text === undefined ? "…" : answerWords(this.form, name.trim(), text);
    });
  }

  private question(node: Node, place: Place, inside: Answers): HTMLElement {
    const question = node.question as NonNullable<Node["question"]>;
    const id = this.id(node.name, place);
    const label = word(question.label, language());
    const text = make("span", {}, label);
    if (label.includes("${")) this.updates.push((standing) => (text.textContent = this.filled(label, standing, place)));
    if (question.kind.type === "note") return make("p", { class: "quote", id }, text);
    const must = make("span", { class: "must" }, t("must"));
    const { element, grouped } = control({
      form: this.form, question, id: `${id}-a`, files: this.filling.filled.files, track: this.filling.track, here: this.filling.here, offers: node.name === "stall" ? this.filling.stalls : [],
      get: () => String(inside[node.name] ?? ""),
      set: (value) => {
        if (value === "") delete inside[node.name];
        else inside[node.name] = value;
        if (place.length === 0) answered(this.filling.filled, node.name, false);
        this.changed(node.name, place);
      },
    });
    const error = make("p", { class: "error", id: `${id}-e`, hidden: true });
    const hint = word(question.hint, language());
    this.updates.push((standing, faults) => {
      must.hidden = !node.required || !standing.truthAt(node.required, node.repeats, place);
      const wrong = this.touched.has(id) ? faults().find((fault) => fault.question === node.name && fault.place.join() === place.join()) : undefined;
      error.hidden = !wrong;
      error.textContent = wrong ? faultWords(this.form, wrong) : "";
      const field = element.matches("input, textarea") ? element : element.querySelector("input.num, input[type=text]");
      field?.toggleAttribute("aria-invalid", false);
      if (wrong) field?.setAttribute("aria-invalid", "true");
    });
    const told = place.length === 0 ? this.filling.filled.proposed?.[node.name] : undefined;
    const read = told && !told.ok ? make("p", { class: "hint", "data-proposed": node.name }, t("said-words-look", { what: told.words })) : null;
    if (read) this.updates.push(() => (read.hidden = this.filling.filled.proposed?.[node.name]?.ok !== false));
    const after = [element, read, hint && make("p", { class: "hint" }, hint), error];
    return grouped ? make("fieldset", { class: "field", id }, make("legend", {}, text, must), ...after) : make("div", { class: "field", id }, make("label", { for: `${id}-a` }, text, must), ...after);
  }

  private repeat(at: number, node: Node, place: Place, inside: Answers): HTMLElement {
    const list = make("div", { class: "stack" });
    const all = (): Answers[] => ((inside[node.name] as Answers[] | undefined) ?? []);
    const label = word(node.group?.label, language());
    let drawn = -1;
    const draw = (): void => {
      // What instances before had to say is said by those drawn now.
      const kept = this.updates.length;
      list.replaceChildren(...all().map((one, n) => {
        const here = [...place, n + 1];
        const gone = !node.count && button(t("remove"), "btn-quiet", () => {
          all().splice(n, 1);
          draw();
          this.changed(node.name, place);
        }, "trash");
        return make("section", { class: "card stack", "aria-label": `${label} ${n + 1}` }, make("div", { class: "card-head" }, make("h4", {}, `${label} ${n + 1}`), gone), ...this.below(at).map((inner) => this.node(inner, here, one)));
      }));
      own.splice(0, own.length, ...this.updates.splice(kept));
      drawn = all().length;
    };
    const own: Update[] = [];
    const resize = (count: number): void => {
      const held = all();
      while (held.length < count) held.push(this.form.defaultsIn(at));
      inside[node.name] = held.slice(0, count);
    };
    draw();
    this.updates.push((standing, faults) => {
      const wanted = standing.standsAt(at, place) ? standing.wanted(at, place) : null;
      if (wanted !== null && wanted !== drawn) {
        resize(Math.min(wanted, 500));
        draw();
        queueMicrotask(() => this.update());
      }
      for (const act of own) act(standing, faults);
    });
    const add = button(t("repeat-add", { what: label }), "btn-block", () => {
      resize(all().length + 1);
      draw();
      this.changed(node.name, place);
      list.lastElementChild?.scrollIntoView({ block: "center" });
    }, "plus");
    return make("div", { class: "stack" }, node.parent >= 0 && make("h4", {}, label), list, !node.count && add);
  }
}
