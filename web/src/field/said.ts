// One sentence fills the checklist of a round: read on the telephone, with the words the pack brings along. What was read is
// only proposed until the walker says it is right; what she answered herself is hers, whatever the sentence says later.
import { Reader, words } from "./form/reading";
import type { Form } from "./form/engine";
import { formOf, newFilled, packed } from "./form/view";
import { state } from "./state";
import type { FilledForm, RoundDraft } from "./types";

const readers = new Map<string, Reader | null>();

function readerOf(name: string, form: Form): Reader | null {
  const held = readers.get(name);
  if (held !== undefined) return held;
  const rules = packed(name)?.reading;
  const reader = rules ? Reader.of(form, rules) : null;
  readers.set(name, reader);
  return reader;
}

/** The checklist a sentence about this round fills: the one begun, the one its policy asks, else the first that is read. */
function listOf(draft: RoundDraft): { name: string; reader: Reader } | null {
  if (draft.subject.kind !== "reach") return null;
  const asked = state.pack?.due.find((due) => due.policy === (draft.asked ?? draft.policy) && due.subject.id === draft.subject.id)?.checklist;
  const offered = (state.pack?.checklists ?? []).filter((one) => one.subjects.includes(draft.subject.kind)).map((one) => one.name);
  for (const name of [draft.form?.name ?? asked ?? null, ...(draft.form || asked ? [] : offered)]) {
    const form = name === null ? null : formOf(name);
    const reader = name !== null && form ? readerOf(name, form) : null;
    if (name !== null && reader) return { name, reader };
  }
  return null;
}

const isOpen = (filled: FilledForm, question: string): boolean => filled.proposed?.[question]?.ok === false;

/** How many answers wait for a yes. */
export const unconfirmed = (filled: FilledForm | undefined): number => Object.values(filled?.proposed ?? {}).filter((one) => !one.ok).length;

/** All that was proposed is right. */
export function confirm(filled: FilledForm): void {
  for (const one of Object.values(filled.proposed ?? {})) one.ok = true;
}

/** She answered this herself: it is no proposal any more nor from her sentence, and stays on the list where she finds it. */
export function answered(filled: FilledForm, question: string, listed: boolean): void {
  const known = filled.proposed?.[question];
  if (known) [known.ok, known.words] = [true, ""];
  else if (listed) (filled.proposed ??= {})[question] = { words: "", ok: true };
}

/** Reads the sentence into the checklist; what of the sentence nothing was read from, to be looked through for problems. */
export function readInto(draft: RoundDraft): string {
  const list = draft.plain ? null : listOf(draft);
  if (!list) return draft.text;
  const reading = list.reader.read(draft.text);
  if (!draft.form && reading.filled.length === 0) return draft.text;
  const filled = (draft.form ??= { ...newFilled(list.name, draft.subject_name), page: Number.MAX_SAFE_INTEGER, said: true });
  const proposed = (filled.proposed ??= {});
  for (const question of Object.keys(proposed)) {
    if (!isOpen(filled, question) || reading.filled.some((one) => one.question === question)) continue;
    delete proposed[question];
    delete filled.answers[question];
  }
  for (const { question, value, span } of reading.filled) {
    if (!isOpen(filled, question) && (proposed[question] || filled.answers[question] !== undefined)) continue;
    filled.answers[question] = value;
    proposed[question] = { words: words(draft.text, span), ok: false };
  }
  filled.unsure = Object.fromEntries(reading.unsure.map(({ question, span }) => [question, words(draft.text, span)]));
  // The sentence was taken back before anything was answered: a plain sentence again.
  if (filled.said && Object.keys(proposed).length === 0) delete draft.form;
  return draft.form ? reading.rest.map((span) => words(draft.text, span)).join("。") : draft.text;
}
