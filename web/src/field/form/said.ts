// What was read from the sentence, at the end of the checklist: each answer with the words it came from, to be changed with one
// touch; what has to be answered and was not said; and one button that says it is right.
import { make } from "../../dom";
import { badge, button } from "../parts";
import { answered, confirm, unconfirmed } from "../said";
import type { FilledForm } from "../types";
import { language, t } from "../words";
import { control } from "./asks";
import type { State } from "./engine";
import { word } from "./types";
import { answerWords } from "./told";
import type { Filling } from "./view";

/** Questions shown here, in the order of the checklist: a fault of theirs needs no way to it. */
export function saidOf({ filled }: Filling, standing: State): string[] {
  if (!filled.proposed) return [];
  const missing = filled.said ? standing.faults().filter(({ code, place }) => code === "missing" && place.length === 0).map(({ question }) => question) : [];
  const unsure = Object.keys(filled.unsure ?? {}).filter((name) => filled.said && filled.answers[name] === undefined);
  const all = new Set([...Object.keys(filled.proposed), ...missing, ...unsure]);
  return standing.form.nodes.filter((node, at) => all.has(node.name) && node.question && standing.standsAt(at, [])).map((node) => node.name);
}

/** Whose answers are opened to be changed, however often they are drawn anew. */
const changing = new WeakSet<FilledForm>();

export function saidSection(filling: Filling, standing: State, draw: () => void): HTMLElement | null {
  const { filled } = filling;
  const names = saidOf(filling, standing);
  if (names.length === 0) return null;
  const open = unconfirmed(filled);
  const section = make("section", { class: "card stack", "data-said": String(open) }, make("h4", {}, t(open > 0 ? "said-look" : "said-right")));
  // Looked over, it takes little room and can still be changed.
  if (open === 0 && names.every((name) => filled.answers[name] !== undefined)) {
    const facts = names.flatMap((name) => [make("dt", {}, word(standing.form.node(name)?.question?.label, language())), make("dd", {}, answerWords(standing.form, name, String(filled.answers[name] ?? "")))]);
    const change = make("details", { open: changing.has(filled) }, make("summary", {}, t("said-change")), make("div", { class: "stack" }, ...names.map(row)));
    change.addEventListener("toggle", () => (change.open ? changing.add(filled) : changing.delete(filled)));
    section.append(make("dl", { class: "facts" }, ...facts), change);
  } else for (const name of names) section.append(row(name));
  if (open > 0) {
    section.append(button(t("said-yes"), "btn-primary btn-l btn-block", () => {
      confirm(filled);
      filling.save();
      draw();
    }, "check"));
  }
  if (filled.said && filling.plain) section.append(button(t("said-plain"), "btn-quiet btn-block", filling.plain));
  return section;

  function row(name: string): HTMLElement {
    const question = standing.form.node(name)?.question;
    const told = filled.proposed?.[name];
    const unsure = filled.answers[name] === undefined && filled.unsure?.[name];
    const must = filled.answers[name] === undefined && standing.form.node(name)?.required;
    const id = `said-${name}`;
    const text = [word(question?.label, language()), must && make("span", { class: "must" }, t("must")), told && !told.ok && badge(t("said-proposed"), "soon")];
    const hint = told?.words ? t("said-words", { what: told.words }) : unsure ? t("said-unsure", { what: unsure }) : "";
    if (!question) return make("span");
    const { element, grouped } = control({
      form: standing.form, question, id, files: filled.files, track: filling.track, here: filling.here, offers: [], get: () => String(filled.answers[name] ?? ""),
      set: (value) => {
        if (value === "") delete filled.answers[name];
        else filled.answers[name] = value;
        answered(filled, name, true);
        filling.save();
        if (!grouped) return;
        draw();
        document.querySelector<HTMLElement>(`[name="${id}"]:checked`)?.focus({ preventScroll: true });
      },
    });
    const after = [element, hint && make("p", { class: "hint" }, hint)];
    return grouped ? make("fieldset", { class: "field", "data-question": name }, make("legend", {}, ...text), ...after) : make("div", { class: "field", "data-question": name }, make("label", { for: id }, ...text), ...after);
  }
}
