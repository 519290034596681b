// The pack and the outbox as the server's description has them (crates/adapters/field).
import type { ReadingRules } from "./form/reading";
import type { Answers, Checklist, Question, RuleSet, Test, Words } from "./form/types";

export type Subject = { kind: string; id: string };
export type Due = { /** None where a campaign asks. */ policy: string | null; campaign?: string | null; policy_title: string; kind?: string; checklist?: string | null; community: number; subject: Subject; subject_name: string; window: { first: string; last: string }; due: unknown; chief: string | null };
export type Finding = {
  id: string; community: number; round: string; category: string; severity: string; step: string; text: string; chainage_m: number | null; bank: string | null;
  subject: Subject; found_at: string; case?: { id: string; number: string } | null; /** Not in a pack of an older server. */ may_return?: boolean; /** What it was found by, where that was a number: it may be measured again. */ measured?: Remeasure;
};
/** What was measured then, against what; `question` by language. */
export type Remeasure = {
  question: Words; judgement: { test: Test; measured: { kind: string; value: string; of?: string; unit: string } };
  /** The question by itself: what an answer has to be. Not in a pack of an older server. */
  own?: Question;
};
export type Outlet = { id: string; name: string; lon: number; lat: number };
export type Reach = { id: string; community: number; water: string; name: string; length_m: number; half_width_m: number; line: [number, number][]; outlets: Outlet[]; chiefs: { name: string; post: string }[] };
export type Seen = { version: number; phone_at: string | null; home_at: string | null };
export type Visit = {
  entry: string; name_masked: string; phone_masked: string | null; address: string; state: string; note: string | null; tries: number; at: string | null; by: string | null; labels: string[];
  /** Not in a pack of an older server. */
  person?: string; building?: string | null; dwelling?: string | null; position?: [number, number] | null; relation?: string | null; seen?: Seen; missing?: string[];
};
export type VisitList = { list: string; community: number; title: string; reason: string; entries: Visit[] };
/** What is proposed from door to door: entrances in walking order. */
export type DoorsOfDay = { community: number; /** Of all that may be seen there, not of a post; not in a pack of an older server. */ whole?: boolean; /** Until when the caller is away, and who goes instead. */ leave?: string | null; stops: DoorStop[]; done: number; full: number };
export type DoorStop = { building: string; name: string; position: [number, number] | null; doors: Door[] };
export type Door = {
  dwelling: string; room: string; address: string; whys: string[]; stands_in_for: string | null; policy: { id: string; title: string; photographs: number; minutes: number | null; basis: string } | null; lived: string[]; people: DoorResident[];
};
export type DoorResident = { /** Sent back with what is put right of them; neither is in a pack of an older server. */ seen?: Seen | null; relation?: string | null; person: string; name_masked: string; phone_masked: string | null; age: number | null; /** May be named as whoever spoke of something. */ may_report?: boolean; missing: string[]; /** Questions by the id under which each was asked. */ asked: [string, string][] };
export type Category = { code: string; name: string; group: string; keywords: string[]; asks: boolean; /** Looked at on the water; not in a pack of an older server. */ river?: boolean };
export type Pack = {
  contract: number; today: string; me: { account: string; name: string; roles: string[]; communities: { id: number; name: string }[]; home?: number | null; may_visit: boolean; /** Not in a pack of an older server. */ sees_cases?: boolean; sees_rounds?: boolean };
  /** Not in a pack of an older server. */
  policies?: { id: string; photographs: number; /** Minutes a round has to last. */ minutes?: number | null; /** Per cent and metres of the reach that have to be walked. */ coverage?: number | null; metres?: number | null; track: boolean; basis: string }[]; due: Due[]; doors?: DoorsOfDay[]; findings: Finding[]; reaches: Reach[]; visits: VisitList[]; categories: Category[]; areas: Area[];
  checklists: PackChecklist[]; rules?: RuleSet | null; subjects?: PackSubject[]; subjects_left_out?: number;
  /** Hazards on the list of premises; not in a pack of an older server. */ listed?: Listed[];
  due_left_out?: number; parties?: { id: string; name: string }[]; parties_left_out?: number;
};
/** A hazard on a list, as far as it takes to know it again; `stalls` as they are called, `since` its day. */
export type Listed = { id: string; premises: string; rule: string | null; category: string; text: string; section: string; stalls: string[]; evidence: Record<string, string>; since: string };
export type Area = { area: number; name: string; geometry: { type: string; coordinates: unknown } };
export type PackSubject = { kind: string; id: string; community: number; name: string; area: string; position: [number, number] | null; parts: number; /** What its stalls are called. */ stalls?: string[] };
export type PackChecklist = { name: string; subjects: string[]; kind: string; form: Checklist; judged: boolean; /** Where it is not the pack's. */ rules?: RuleSet | null; /** How a sentence fills it in. */ reading?: ReadingRules };

export type Kind = "round" | "case" | "photo_claim" | "return_visit" | "visit_mark" | "door_visit" | "correction";
export type ItemState = "waiting" | "later" | "refused" | "conflict";
export type ProblemText = { title?: string; detail?: string; errors?: { field: string; detail: string }[] };

/** Something written and not yet taken by the server. */
export type Item = {
  id: string; kind: Kind; label: string; made_at: number; body: Record<string, unknown>; state: ItemState;
  problem?: ProblemText; held?: unknown; /** When it was answered last. */ told_at?: number;
  /** Of a round: its checklist as it was filled in, to be mended. Not sent. */
  form?: FilledForm;
  /** Of a round: the policy it was begun for, also where it does not count for it. Not sent. */
  asked?: string | null;
  /** Of a door: what was typed, to be mended. Not sent. */
  door?: DoorDraft;
};
export type Taken = { id: string; kind: Kind; /** Of a round: what it was; of a visit: how it ended. */ of?: string; label: string; at: number; ids?: { round?: string; /** Its way is held. */ track?: boolean; case?: string; number?: string; findings?: { case: string | null }[]; /** Kept, but not counted for the policy: others are to walk that, or there was nothing to leave out. */ extra?: boolean; not_due?: { why: string; first?: string; last?: string } } };
export type Answer = { id: string; result: "done" | "again" | "refused" | "conflict" | "later"; ids?: Taken["ids"]; problem?: ProblemText; held?: unknown };

/** A photograph as it waits: its bytes lie in the table of blobs under its id. */
export type Photo = { id: string; bytes: number; sha256: string; lon?: number; lat?: number; /** When, by this telephone; not in one of an older client. */ taken_at?: string; /** Media type; none: a JPEG. */ type?: string; /** Of what was put right at once. */ stage?: Stage };
export type Stage = "before" | "after";
/** Those an item brings along: its own, or those of a return visit. (A round only says how many follow it.) */
export function photosOf(item: Item): Photo[] {
  if (item.kind === "photo_claim") return [item.body["photo"] as Photo];
  return item.kind === "return_visit" ? ((item.body["photographs"] ?? []) as Photo[]) : [];
}
/** Of a round what it is, of a visit how it ended. */
export function ofItem({ kind, body }: Item): string {
  const name = ({ round: "kind", visit_mark: "state", door_visit: "outcome" } as Record<string, string>)[kind];
  return name ? String(body[name] ?? "") : "";
}
export type Spot = { lon: number; lat: number; accuracy: number; /** Out of the way that was being recorded. */ from?: "track" };
/** What an inspection of premises says of a finding besides its words, as typed: parties by id. */
export type HazardDraft = { section: string; stalls: string; fixer: string; cause: string; days: string; measures: string };
/** What a talk adds to its round, as typed. */
export type TalkDraft = { topic: string; reached: string; handed_out: string; by: string };
export type DraftFinding = { id: string; category: string; severity: string; text: string; on_spot: boolean; bank: string; spot?: Spot; photos: Photo[]; hazard?: HazardDraft | undefined };
export type RoundDraft = {
  id: string; community: number; subject: Subject; subject_name: string; policy: string | null; /** The policy it was begun for, also where it shall not count for it. */ asked?: string | null; track: boolean; /** What that policy rests on. */ basis?: string; kind: string; began_at: string;
  text: string; findings: DraftFinding[]; photos: Photo[]; saved: number;
  /** The checklist that is being answered. */
  form?: FilledForm | undefined;
  /** The sentence alone is handed in, without a checklist. */
  plain?: boolean;
  talk?: TalkDraft | undefined;
  /** Written down afterwards, or to be mended; none: it ends when it is handed in. */
  ended_at?: string | undefined;
};
/** Answers on the way: photographs and signatures by the name their answer has, and what was decided of each finding. */
export type FilledForm = {
  name: string; answers: Answers; page: number; files: Record<string, Photo>; found: Record<string, FoundChoice>;
  /** Answers read from the sentence, with its words; `ok` once she said so or answered it herself. */
  proposed?: Record<string, { words: string; ok: boolean }>;
  /** What the sentence named without saying enough, with its words. */
  unsure?: Record<string, string>;
  /** Begun by the sentence, not by hand. */
  said?: boolean;
};
export type FoundChoice = { id: string; keep: boolean; on_spot: boolean; text?: string; hazard?: HazardDraft; spot?: Spot; bank?: string; photos?: Photo[] };
/** A visit half written. */
export type VisitDraft = {
  id: string; visit: true; entry: string; note: string; again: string; problem: string; category: string; urgent: boolean; phone: string; phone_gone: boolean; relation: string; /** Who spoke of the problem. */ reporter?: string; saved: number; begun?: number;
};
/** A visit to a door of today, half written. */
export type DoorDraft = {
  id: string; door: true; dwelling: string; address: string; began_at: string; note: string; reason: string; problem: string; problem_id: string; category: string; urgent: boolean; learnt: Record<string, Heard>; photos: Photo[]; /** Who of the household spoke of the problem; nobody: without a name. */ reporter?: string;
  /** Not handed in by the policy that asks for it. */ plain: boolean; saved: number;
  /** The door as it was shown last, and when that was known: a later pack may not have it. Not in a draft of an older client. */
  community?: number; shown?: Door; shown_at?: number;
  /** Sent back by the server: why, and how it had ended. */
  back?: string; outcome?: "done" | "tried" | "skipped"; ended_at?: string; again?: string;
  /** Of whom something is written who is registered there no more. */ gone?: DoorResident[];
  /** What the register says of somebody and is not so, by person. */ wrong?: Record<string, Correcting>;
  /** Who lives there no more, and since which day. */ moved?: Record<string, string>;
};
/** What is put right of one person, as typed. */
export type Correcting = { phone: string; phone_gone: boolean; relation: string };
/** What was heard of one person, as typed. */
export type Heard = { phone: string; birth: string; sex: string; answers: Record<string, string>; /** What somebody else wrote down meanwhile was seen, and this holds. */ despite?: boolean };
export type Draft = RoundDraft | NoteDraft | VisitDraft | DoorDraft;
/** A draft somebody threw away, and when. */
export type Thrown = { draft: Draft; at: number };
export type NoteDraft = { id: string; /** When; not in one of an older client. */ begun?: number; text: string; category: string; place: string; spot?: Spot; urgent: boolean; photos: Photo[]; saved: number; /** Of a visit: the dwelling it was heard at, and who said it. */ home?: string; reporter?: string; /** Came out of the outbox, or from a visit that has no door any more. */ back?: boolean; left?: boolean };
