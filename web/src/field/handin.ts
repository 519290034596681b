// What a round becomes when it is handed in: one item with all that was said, and one for each photograph.
import { stamp } from "./clock";
import type { Form, Place } from "./form/engine";
import type { Answers } from "./form/types";
import { decided, formOf, look } from "./form/view";
import { asksHazards, told, type ToldHazard } from "./hazard";
import { state } from "./state";
import type { HazardDraft, Item, Photo, Reach, RoundDraft, Spot } from "./types";

/** A round never ends before it began, whatever the clock did meanwhile. */
export const after = (began: string): string => [began, stamp()].sort()[1] ?? began;

/** Photographs of a round: its own, those of what was found, those its checklist asked for. */
export function taken(draft: RoundDraft): number {
  const named = JSON.stringify(draft.form?.answers ?? {});
  const asked = Object.keys(draft.form?.files ?? {}).filter((name) => named.includes(name)).length;
  const seen = Object.values(draft.form?.found ?? {}).reduce((sum, found) => sum + (found.photos?.length ?? 0), asked);
  return draft.photos.length + draft.findings.reduce((sum, found) => sum + found.photos.length, seen);
}

/** The round, and each photograph as an item of its own that waits for it. */
export function itemsOf(draft: RoundDraft, said: Record<string, unknown>): Item[] {
  const { id, community } = draft;
  const listed = said["outcome"] === "done" ? answered(draft) : null;
  const found = [...draft.findings, ...(listed?.hazards ?? [])];
  const hazards = said["outcome"] === "done" && asksHazards(draft) ? found.map((one) => told(one.id, one.on_spot, one.hazard)).filter((one): one is ToldHazard => one !== null) : [];
  const body = {
    kind: draft.kind, community, subject: draft.subject, policy: draft.policy, began_at: draft.began_at, ended_at: draft.ended_at ?? after(draft.began_at),
    findings: draft.findings.map(({ id, category, severity, text, on_spot, bank, spot, photos }) => ({ id, category, severity, text, on_spot, bank: bank || null, ...placeOf(draft, spot, photos) })).concat(listed?.findings ?? []),
    photographs: taken(draft), ...(listed ? { checklist: listed.name, answers: listed.answers } : {}), ...(hazards.length > 0 ? { hazards } : {}), ...said,
  };
  const round: Item = { id, kind: "round", label: draft.subject_name, made_at: Date.now(), body, state: "waiting", asked: draft.asked ?? draft.policy, ...(listed && draft.form ? { form: draft.form } : {}) };
  const of = (photos: Photo[], finding: string | null): Item[] => photos.map((photo) => photoItem(photo, draft.subject_name, { community, round: id, finding }));
  return [round, ...of(draft.photos, null), ...draft.findings.flatMap((found) => of(found.photos, found.id)), ...(listed?.photos ?? []).flatMap(({ photo, finding }) => of([photo], finding))];
}

type Listed = { name: string; answers: Answers; findings: SentFinding[]; hazards: { id: string; on_spot: boolean; hazard?: HazardDraft | undefined }[]; photos: { photo: Photo; finding: string | null }[] };
/** `follows`: nobody has put it in words of their own; the server says it as it says every finding. */
type SentFinding = { id: string; category: string; severity: string; text: string; on_spot: boolean; bank: string | null; lon: number | null; lat: number | null; follows?: { rule: string; place: Place } };

/** Beyond a bank and the error of a telephone's position. */
const BESIDE_M = 100;

/** Whether it lies at this reach: a picture out of an album may be from anywhere. */
function isAt(reach: Reach, { lon, lat }: { lon: number; lat: number }): boolean {
  const east = 111_195 * Math.cos((lat * Math.PI) / 180);
  const line = reach.line.map(([x, y]): [number, number] => [(x - lon) * east, (y - lat) * 111_195]);
  const off = line.slice(1).map(([bx, by], n) => {
    const [ax, ay] = line[n] ?? [bx, by];
    const [dx, dy] = [bx - ax, by - ay];
    const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
    return Math.hypot(ax + along * dx, ay + along * dy);
  });
  return Math.min(...off) <= reach.half_width_m + BESIDE_M;
}

/** Where it was seen: where she said, else where a photograph of it was taken at the river. */
function placeOf(draft: RoundDraft, spot: Spot | undefined, photos: Photo[]): { lon: number | null; lat: number | null } {
  const reach = state.pack?.reaches.find((one) => one.id === draft.subject.id);
  const taken = photos.flatMap(({ lon, lat }) => (lon === undefined || lat === undefined ? [] : [{ lon, lat }]));
  const known = spot ?? (reach && taken.find((one) => isAt(reach, one)));
  return { lon: known?.lon ?? null, lat: known?.lat ?? null };
}

/** Where it was seen, when the checklist asked for that. */
function spotOf(form: Form, evidence: Record<string, string>): { lon: number | null; lat: number | null } {
  const found = Object.entries(evidence).find(([name]) => form.node(name)?.question?.kind.type === "position");
  const [lat, lon] = (found?.[1] ?? "").split(" ").map(Number);
  return { lon: lon ?? null, lat: lon === undefined ? null : (lat ?? null) };
}

/** What a checklist hands in: every answer that stands, the findings that were kept, each photograph once. */
function answered(draft: RoundDraft): Listed | null {
  const form = draft.form && formOf(draft.form.name);
  if (!draft.form || !form) return null;
  const standing = look(form, draft.form);
  const kept = decided(draft.form, standing).filter(({ choice }) => choice.keep);
  const seen = (evidence: Record<string, string>, photos: Photo[]): { lon: number | null; lat: number | null } => {
    const asked = spotOf(form, evidence);
    const files = Object.values(evidence).map((name) => draft.form?.files[name]).filter((photo): photo is Photo => photo !== undefined);
    return asked.lon === null ? placeOf(draft, undefined, [...photos, ...files]) : asked;
  };
  const findings = kept.map(({ found, choice, text, own }): SentFinding => ({
    id: choice.id, category: found.rule.category, severity: found.rule.severity ?? "medium", text, on_spot: choice.on_spot, bank: choice.bank || null, ...(choice.spot ? placeOf(draft, choice.spot, []) : seen(found.evidence, choice.photos ?? [])),
    ...(own ? {} : { follows: { rule: found.rule.code, place: found.place } }),
  }));
  const answers = standing.answers();
  const sent = JSON.stringify(answers);
  const photos = Object.entries(draft.form.files).filter(([name]) => sent.includes(name)).map(([name, photo]) => {
    const of = kept.find(({ found }) => Object.values(found.evidence).includes(name));
    return { photo, finding: of?.choice.id ?? null };
  });
  // Of a problem that was left out after all the photographs stay the round's.
  const pictures = Object.values(draft.form.found).flatMap((choice) => (choice.photos ?? []).map((photo) => ({ photo, finding: kept.some((one) => one.choice === choice) ? choice.id : null })));
  return { name: draft.form.name, answers, findings, hazards: kept.map(({ choice }) => choice), photos: [...photos, ...pictures] };
}

export function photoItem(photo: Photo, label: string, of: Record<string, unknown>): Item {
  const body = { ...of, photo, upload: photo.id, stage: photo.stage ?? "", lon: photo.lon ?? null, lat: photo.lat ?? null, taken_at: photo.taken_at ?? null };
  return { id: crypto.randomUUID(), kind: "photo_claim", label, made_at: Date.now(), body, state: "waiting" };
}
