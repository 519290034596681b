// What the server sent back opens again at its door, with all that was written and for whoever is registered there now; and
// what has no door any more becomes a note. Nothing is put down here before its successor lies on the disk.
import { state } from "./state";
import { newNote } from "./note";
import type { Door, DoorDraft, DoorResident, Draft, Heard, Item, NoteDraft, VisitDraft } from "./types";
import { findVisit } from "./visit";
import { t, when } from "./words";

/** A door of today in the pack, with its community. */
export function findDoor(dwelling: string): { community: number; door: Door } | null {
  for (const { community, stops } of state.pack?.doors ?? []) {
    const door = stops.flatMap((stop) => stop.doors).find((one) => one.dwelling === dwelling);
    if (door) return { community, door };
  }
  return null;
}

/** The door of a draft: as the pack has it, or as it was told last where the pack has it no more or is older. */
export function doorOf(draft: DoorDraft): { community: number; door: Door; left: boolean } | null {
  const today = findDoor(draft.dwelling);
  const { shown, community } = draft;
  const newer = shown !== undefined && (draft.shown_at ?? 0) > state.packAt;
  if (today && newer) return { community: today.community, door: { ...today.door, lived: shown.lived, people: shown.people }, left: false };
  if (today) return { ...today, left: false };
  return shown !== undefined && community !== undefined ? { community, door: shown, left: true } : null;
}

/** Who is registered there now, as the server said when it sent the visit back. */
type Held = { community: number; lived: string[]; people: DoorResident[] };

/** A visit that comes back: what was written, how it ended and when, and who lives there as far as is known. */
export function reopened(item: Item): DoorDraft {
  const written = item.door as DoorDraft;
  const draft: DoorDraft = { ...written, saved: Date.now() };
  if (item.state !== "refused" && item.state !== "conflict") return draft;
  const body = item.body as { outcome: DoorDraft["outcome"]; ended_at: string; try_again_at?: string | null };
  const why = [item.problem?.title, ...(item.problem?.errors ?? []).map((one) => one.detail)].filter(Boolean).join(" ");
  Object.assign(draft, { outcome: body.outcome, ended_at: body.ended_at, again: body.try_again_at ?? "", back: why });
  const held = item.held as Partial<Held> | undefined;
  if (held?.people && held.lived && held.community !== undefined) {
    draft.gone = goneFrom(draft, held.lived);
    const known = written.shown ?? { dwelling: written.dwelling, room: "", address: written.address, whys: [], stands_in_for: null, policy: null };
    Object.assign(draft, { community: held.community, shown_at: item.told_at ?? 0, shown: { ...known, lived: held.lived, people: held.people } });
  }
  return draft;
}

/** Words typed about one person. */
export const heardWords = (one: Heard | undefined): string[] => (one ? [one.phone, one.birth, one.sex && t(`sex-${one.sex}`), ...Object.values(one.answers)].map((text) => text.trim()).filter(Boolean) : []);

/** Of whom something is written who is registered there no more. */
export function goneFrom(draft: DoorDraft, lived: string[]): DoorResident[] {
  const known = new Map([...(draft.gone ?? []), ...(draft.shown?.people ?? [])].map((one) => [one.person, one]));
  return [...known.values()].filter(({ person }) => !lived.includes(person) && heardWords(draft.learnt[person]).length > 0);
}

const ENDED: Record<string, string> = { done: "visit-seen", tried: "visit-nobody", skipped: "visit-skip" };

/** How it ended and when: 「见到了 · 14:20 开始 · 14:35 结束」. */
export function endedWords(draft: DoorDraft): string {
  const ended = ENDED[draft.outcome ?? ""];
  return [ended && t(ended), t("began", { time: when(draft.began_at) }), draft.ended_at && t("ended", { time: when(draft.ended_at) }), draft.again && t("door-again", { time: when(draft.again) })].filter(Boolean).join(" · ");
}

/** Nothing on the telephone says any more where it was. */
export const leftBehind = (draft: Draft): draft is VisitDraft | DoorDraft => ("visit" in draft && !findVisit(draft.entry)) || ("door" in draft && !doorOf(draft));

/** Who is said to live there no more, as a note has it. */
const movedWords = ({ moved = {}, shown }: DoorDraft): string[] =>
  Object.entries(moved).map(([person, day]) => t("door-moved-line", { name: shown?.people.find((one) => one.person === person)?.name_masked ?? "", day }));

/** All of it as a note, which says what it was. */
export function noteFrom(visit: VisitDraft | DoorDraft): NoteDraft {
  const at = "door" in visit;
  const heard = at ? [visit.outcome && endedWords(visit), visit.reason, ...Object.values(visit.learnt).flatMap(heardWords), ...movedWords(visit)] : [visit.phone, visit.relation && t(`relation-${visit.relation}`)];
  const text = [visit.note, visit.problem, ...heard].filter(Boolean).join("\n");
  return { ...newNote(), text, category: visit.category, urgent: visit.urgent, left: true, ...(at ? { place: visit.address, photos: visit.photos } : {}) };
}

/** The note is kept in the transaction that takes the visit away. */
export async function intoNote(visit: VisitDraft | DoorDraft): Promise<NoteDraft> {
  const note = { ...noteFrom(visit), saved: Date.now() };
  const { vault } = state;
  if (vault) await vault.write([await vault.prepare("boxes", `draft:${note.id}`, note)], [{ table: "boxes", id: `draft:${visit.id}` }]);
  return note;
}
