// What is heard of people at a door: looked at before it is kept, and beside what somebody else wrote down meanwhile.
import type { DoorResident, Heard, Item } from "./types";

const plain = (text: string): string => text.normalize("NFKC").trim();

/** What is wrong with a number, as a word; empty: nothing that can be told without the server. */
export function phoneWrong(text: string): string {
  const number = plain(text);
  if (number === "") return "";
  if (/[^\d\s+().\-转x]/iu.test(number)) return "door-phone-wrong";
  const digits = number.replace(/\D/g, "").replace(/^(?:00)?86(?=1\d{10}$)/, "");
  return digits.length < 7 || (digits.length < 11 && /^1[3-9]/.test(digits) && !/^0/.test(digits)) ? "door-phone-wrong" : "";
}

/** What is wrong with a day of birth: one there never was, or that is still to come. */
export function dayWrong(text: string, today = new Date()): string {
  const found = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/u.exec(plain(text)) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(plain(text));
  if (!found) return "";
  const [year = 0, month = 0, day = 0] = found.slice(1).map(Number);
  const date = new Date(year, month - 1, day);
  const is = date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day;
  return is && date <= today ? "" : "door-day-wrong";
}

/** Of what was written of a person, what is missing no more. */
export function beaten(one: DoorResident, heard: Heard | undefined): string[] {
  const facts = ["phone", "birth", "sex"] as const;
  return facts.filter((fact) => (heard?.[fact] ?? "").trim() !== "" && !one.missing.includes(fact));
}

export type Learnt = { person: string; phone: string; birth: string; sex: string | null; answers: [string, string][]; despite?: boolean };

/** As it is sent: what somebody else wrote down meanwhile stays, unless whoever writes knows better. */
export function meant(one: DoorResident | undefined, person: string, heard: Heard): Learnt {
  const over = one && !heard.despite ? beaten(one, heard) : [];
  const value = (fact: "phone" | "birth" | "sex"): string => (over.includes(fact) ? "" : heard[fact].trim());
  const answers = Object.entries(heard.answers).filter(([, text]) => text.trim() !== "");
  return { person, phone: value("phone"), birth: value("birth"), sex: value("sex") || null, answers, ...(heard.despite ? { despite: true } : {}) };
}

/** Fields of a visit that somebody else filled in meanwhile: `phone` of which person, and how that is said. */
export function clashes(item: Item): { field: string; person: string; words: string }[] {
  if (item.kind !== "door_visit" || item.state !== "conflict") return [];
  return (item.problem?.errors ?? []).flatMap(({ field, detail }) => {
    const [, what, person] = /^(.+)_([0-9a-f-]{36})$/.exec(field) ?? [];
    return what && person ? [{ field: what, person, words: detail }] : [];
  });
}

/** The visit as it is sent again: with one's own words, or without those that somebody else had first. */
export function settledItem(item: Item, mine: boolean): Item {
  const all = clashes(item);
  const without = (one: Learnt): Learnt => {
    const fields = all.filter(({ person }) => person === one.person).map(({ field }) => field);
    if (fields.length === 0) return one;
    if (mine) return { ...one, despite: true };
    const kept = (fact: "phone" | "birth"): string => (fields.includes(fact) ? "" : one[fact]);
    return { ...one, phone: kept("phone"), birth: kept("birth"), sex: fields.includes("sex") ? null : one.sex, answers: one.answers.filter(([id]) => !fields.includes(`answer-${id}`)) };
  };
  return { ...item, body: { ...item.body, learnt: ((item.body["learnt"] ?? []) as Learnt[]).map(without) }, state: "waiting", problem: undefined, held: undefined };
}
