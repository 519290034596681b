// What an inspection of premises says of each finding besides its words, as the form of the page asks it: where on the plan,
// who puts it right by when, who caused it, what is done meanwhile.
import { make } from "../dom";
import type { Form } from "./form/engine";
import type { Found } from "./form/findings";
import { choice, fault, field } from "./parts";
import { seenAgain } from "./same";
import { sectionOf, unknownStall } from "./stalls";
import { state } from "./state";
import type { FoundChoice, HazardDraft, RoundDraft } from "./types";
import { dayOf, t, when } from "./words";

/** More working days than this is no time for a hazard (crates/domain/rounds: plan.rs). */
const MOST_DAYS = 180;

export type ToldHazard = { finding: string; section: string; named: string; fixer: Party | null; cause: Party | null; days: number | null; measures: string };
type Party = { kind: "organisation"; id: string };

export const blankHazard = (): HazardDraft => ({ section: "", stalls: "", fixer: "", cause: "", days: "", measures: "" });

export const asksHazards = (draft: RoundDraft): boolean => draft.kind === "inspection" && draft.subject.kind === "premises";

export const party = (id: string): Party | null => (id ? { kind: "organisation", id } : null);

/** As it is sent; nothing where nothing was said, or where nobody has to put it right. */
export function told(finding: string, onSpot: boolean, hazard: HazardDraft | undefined): ToldHazard | null {
  if (onSpot || !hazard || Object.values(hazard).every((value) => value.trim() === "")) return null;
  const { section, stalls, fixer, cause, days, measures } = hazard;
  return { finding, section: section.trim(), named: stalls.trim(), fixer: party(fixer), cause: party(cause), days: days.trim() ? Number(days) : null, measures: measures.trim() };
}

/** The same typed again, to be mended. */
export const retold = (one: ToldHazard): HazardDraft => ({ section: one.section, stalls: one.named, fixer: one.fixer?.id ?? "", cause: one.cause?.id ?? "", days: one.days === null ? "" : String(one.days), measures: one.measures });

/** Organisations by name, after what stands for none of them. */
export const parties = (none: string): [string, string][] => [["", none], ...(state.pack?.parties ?? []).map((one): [string, string] => [one.id, one.name])];

/** Whoever is missing among them. */
export const partiesHint = (): string => {
  const left = state.pack?.parties_left_out ?? 0;
  return left > 0 ? t("parties-left-out", { n: left }) : "";
};

/** Of each that was found, that it is on the list of these premises already: as far as is known here. */
export function listedHere(premises: string, form: Form, all: { found: Found; choice: FoundChoice }[]): string[] {
  const list = (state.pack?.listed ?? []).filter((one) => one.premises === premises);
  const labels = state.pack?.subjects?.find((one) => one.id === premises)?.stalls ?? [];
  const kept = all.filter(({ choice }) => choice.keep && !choice.on_spot);
  const same = seenAgain(form, kept.map(({ found, choice }) => ({ found, typed: choice.hazard ?? blankHazard() })), list, labels);
  return all.map((one) => {
    const listed = same[kept.indexOf(one)];
    return listed ? t("hazard-listed", { day: dayOf(listed.since), time: when(state.packAt) }) : "";
  });
}

const checks = new WeakMap<Element, () => boolean>();

/** The first of the shown ones that says something that cannot be. */
export const hazardsWrong = (): Element | undefined => [...document.querySelectorAll<HTMLElement>("[data-hazard]")].find((box) => box.offsetParent !== null && checks.get(box)?.());

/** `keep` is told of what was typed, so that fields nobody touched leave nothing. */
export function hazardFields(premises: string, hazard: HazardDraft, save: () => void, keep: (hazard: HazardDraft) => void = () => undefined): HTMLElement {
  const note = (name: keyof HazardDraft, value: string): void => {
    hazard[name] = value;
    keep(hazard);
    save();
  };
  const labels = state.pack?.subjects?.find((one) => one.id === premises)?.stalls ?? [];
  const typed = (name: keyof HazardDraft, attributes: Record<string, string> = {}): HTMLInputElement => {
    const input = make("input", { autocomplete: "off", ...attributes });
    input.value = hazard[name];
    input.addEventListener("input", () => note(name, input.value));
    return input;
  };
  const chosen = (name: "fixer" | "cause"): HTMLSelectElement => choice(parties(t("hazard-nobody-yet")), hazard[name], (value) => note(name, value));
  const [section, stalls] = [typed("section", { maxlength: "20" }), typed("stalls")];
  const days = typed("days", { type: "number", min: "1", max: String(MOST_DAYS), inputmode: "numeric" });
  const sections = make("datalist", {}, ...[...new Set(labels.map(sectionOf))].filter(Boolean).map((value) => make("option", { value })));
  const fields = [field(t("hazard-section"), section), field(t("hazard-stalls"), stalls, t("hazard-stalls-hint")), field(t("hazard-fixer"), chosen("fixer"), partiesHint()), field(t("hazard-days"), days, t("hazard-days-hint")), field(t("hazard-cause"), chosen("cause")), field(t("hazard-measures"), typed("measures"))];
  sections.id = `${section.id}-l`;
  section.setAttribute("list", sections.id);
  const box = make("div", { class: "grid-2", "data-hazard": true }, ...fields, sections);
  const wrong = (): boolean => {
    // Of premises with more stalls than are taken along the server says it.
    const stall = labels.length > 0 ? unknownStall(hazard.stalls, hazard.section, labels) : "";
    const number = Number(hazard.days);
    const late = hazard.days.trim() !== "" && !(Number.isInteger(number) && number >= 1 && number <= MOST_DAYS);
    return [fault(stalls, stall !== "" && t("hazard-which-stall", { what: stall })), fault(days, late && t("hazard-days-wrong", { n: MOST_DAYS }))].some(Boolean);
  };
  for (const input of [section, stalls, days]) input.addEventListener("change", wrong);
  checks.set(box, wrong);
  return box;
}
