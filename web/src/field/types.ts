// The pack and the outbox as the server's description has them (crates/adapters/field).

export type Subject = { kind: string; id: string };
export type Due = { policy: string; policy_title: string; community: number; subject: Subject; subject_name: string; window: { first: string; last: string }; due: unknown; chief: string | null };
export type Finding = {
  id: string; community: number; round: string; category: string; severity: string; step: string; text: string; chainage_m: number | null; bank: string | null;
  subject: Subject; found_at: string;
};
export type Outlet = { id: string; name: string; lon: number; lat: number };
export type Reach = { id: string; community: number; water: string; name: string; length_m: number; half_width_m: number; line: [number, number][]; outlets: Outlet[]; chiefs: { name: string; post: string }[] };
export type Visit = { entry: string; name_masked: string; phone_masked: string | null; address: string; state: string; note: string | null; tries: number; at: string | null; by: string | null };
export type VisitList = { list: string; community: number; title: string; reason: string; entries: Visit[] };
export type Category = { code: string; name: string; group: string; keywords: string[]; asks: boolean };
export type Pack = {
  contract: number; today: string; me: { account: string; name: string; roles: string[]; communities: { id: number; name: string }[]; home?: number | null; may_visit: boolean };
  /** Not in a pack of an older server. */
  policies?: { id: string; photographs: number; track: boolean; basis: string }[]; due: Due[]; findings: Finding[]; reaches: Reach[]; visits: VisitList[]; categories: Category[]; areas: { area: number; name: string; geometry: unknown }[]; checklists: unknown[];
};

export type Kind = "round" | "case" | "photo_claim" | "return_visit" | "visit_mark";
export type ItemState = "waiting" | "later" | "refused" | "conflict";
export type ProblemText = { title?: string; detail?: string; errors?: { field: string; detail: string }[] };

/** Something written and not yet taken by the server. */
export type Item = {
  id: string; kind: Kind; label: string; made_at: number; body: Record<string, unknown>; state: ItemState;
  problem?: ProblemText; held?: unknown;
};
export type Taken = { id: string; kind: Kind; label: string; at: number; ids?: { case?: string; number?: string; findings?: { case: string | null }[] } };
export type Answer = { id: string; result: "done" | "again" | "refused" | "conflict" | "later"; ids?: Taken["ids"]; problem?: ProblemText; held?: unknown };

/** A photograph as it waits: its bytes lie in the table of blobs under its id. */
export type Photo = { id: string; bytes: number; sha256: string; lon?: number; lat?: number };
export type Spot = { lon: number; lat: number; accuracy: number };
export type DraftFinding = { id: string; category: string; severity: string; text: string; on_spot: boolean; bank: string; spot?: Spot; photos: Photo[] };
export type RoundDraft = {
  id: string; community: number; subject: Subject; subject_name: string; policy: string | null; track: boolean; kind: string; began_at: string;
  text: string; findings: DraftFinding[]; photos: Photo[]; saved: number;
};
export type NoteDraft = { id: string; text: string; category: string; place: string; spot?: Spot; urgent: boolean; photos: Photo[]; saved: number };
