// Answers and their texts, as the engine reads and writes them (value.rs, decimal.rs): the text of an answer is the one of
// XForms, so that a form means the same on a telephone and on the server.
import type { Kind, KindName } from "./types";

/** Unicode's white space, as Rust trims it; JavaScript's own trims other characters. */
const SPACE = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const EDGES = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");
const BETWEEN = new RegExp(`[${SPACE}]+`);
export const SPACE_CLASS = SPACE;
export const trim = (text: string): string => text.replace(EDGES, "");
export const pieces = (text: string): string[] => trim(text).split(BETWEEN).filter(Boolean);

/** One answer: its kind, its text, and what is counted with. */
export type Value = { is: KindName; text: string; number?: number; millionths?: bigint; day?: Day; moment?: Moment; list?: string[] };
/** Days since 1970. */
export type Day = { days: number };
/** Seconds of the clock at the place since 1970 (whole, towards zero), its text, and minutes from UTC. */
export type Moment = { seconds: number; local: string; offset: number };

const MILLION = 1_000_000n;
const I64 = 1n << 63n;

/** A number of at most six decimals in millionths; null for what is none. */
export function decimal(text: string): bigint | null {
  const found = /^([-+]?)(\d*)(?:\.(\d*))?$/.exec(trim(text));
  if (!found) return null;
  const [, sign, whole = "", part = ""] = found;
  const digits = part.replace(/0+$/, "");
  if (whole + part === "" || digits.length > 6) return null;
  const sum = BigInt(whole || "0") * MILLION + BigInt(digits.padEnd(6, "0"));
  if (sum >= I64) return null;
  return sign === "-" ? -sum : sum;
}

export function decimalText(millionths: bigint): string {
  const size = millionths < 0n ? -millionths : millionths;
  const part = (size % MILLION).toString().padStart(6, "0").replace(/0+$/, "");
  return `${millionths < 0n ? "-" : ""}${size / MILLION}${part ? `.${part}` : ""}`;
}

export const numberValue = (is: KindName, millionths: bigint): Value => ({ is, text: decimalText(millionths), millionths, number: Number(millionths) / 1e6 });

/** The nearest decimal of a number that was worked out; halves away from zero. */
export function nearest(number: number): bigint | null {
  const scaled = Math.sign(number) * Math.floor(Math.abs(number * 1e6) + 0.5);
  // Half of what has no room for halves is itself.
  const whole = Math.abs(number * 1e6) >= 2 ** 52 ? number * 1e6 : scaled;
  return Math.abs(whole) < 9.2e18 ? BigInt(whole) : null;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Days since 1970 of a day of the calendar; null where there is no such day. */
function civil(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? Math.round(date.getTime() / 86_400_000) : null;
}

/** The day of a date, or of a date with a time. */
export function readDay(text: string): Day | null {
  const raw = bytes(text);
  let head = text;
  // The first ten bytes, where a character ends there.
  if (raw.length > 10 && ((raw[10] ?? 0) & 0xc0) !== 0x80) head = new TextDecoder().decode(raw.slice(0, 10));
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(head) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(head);
  const days = found && civil(Number(found[1]), Number(found[2]), Number(found[3]));
  return days === null ? null : { days };
}

const two = (number: number): string => String(number).padStart(2, "0");

/** Of days since 1970: 「2026-11-26」. */
export function dayText({ days }: Day): string {
  const date = new Date(days * 86_400_000);
  return `${String(date.getUTCFullYear()).padStart(4, "0")}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

/** 「09:30:00」 and its seconds; null for what is no time of day. */
function clock(text: string): { text: string; seconds: number } | null {
  const found = /^(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$/.exec(text);
  if (!found) return null;
  const [hours, minutes, given] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  if (hours > 23 || minutes > 59 || given > 60) return null;
  const seconds = Math.min(given, 59);
  const part = (found[4] ?? "").replace(/0+$/, "");
  return { text: `${two(hours)}:${two(minutes)}:${two(seconds)}${part ? `.${part}` : ""}`, seconds: hours * 3600 + minutes * 60 + seconds };
}

function readTime(text: string): string | null {
  const bare = /^[^+Z]*/.exec(text)?.[0] ?? "";
  return clock(bare.includes("-") ? bare.slice(0, bare.lastIndexOf("-")) : bare)?.text ?? null;
}

export function readMoment(text: string): Moment | null {
  const found = /^([^T]*)T([^+\-Z]*)(.*)$/s.exec(text);
  if (!found) return null;
  const [, date = "", time = "", rest = ""] = found;
  const [day, at] = [/^\d{4}-\d\d-\d\d$/.test(date) ? readDay(date) : null, clock(time)];
  const offset = readOffset(rest || "Z");
  if (!day || !at || offset === null) return null;
  return { seconds: day.days * 86_400 + at.seconds, local: `${date}T${at.text}`, offset };
}

function readOffset(text: string): number | null {
  if (text === "Z") return 0;
  const found = /^[+\-Z](\d{1,5})(?::(\d{0,5}))?$/.exec(text);
  if (!found) return null;
  let [, hours = "", minutes = ""] = found;
  if (found[2] === undefined) [hours, minutes] = [hours.slice(0, 2), hours.slice(2)];
  const all = Number(hours) * 60 + Number(minutes);
  if (all > 18 * 60) return null;
  return text.startsWith("-") ? -all : all;
}

export const momentText = ({ local, offset }: Moment): string => `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;

/** A number as XPath and Rust write it: all digits, no exponent. */
export function numberText(number: number): string {
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (number === 0) return "0";
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(String(number));
  if (!found) return String(number);
  const [, sign = "", first = "", more = "", power = "0"] = found;
  const [digits, point] = [first + more, 1 + Number(power)];
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return point >= digits.length ? sign + digits.padEnd(point, "0") : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function position(text: string): string | null {
  const parts = pieces(text);
  const numbers = parts.map((part) => (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(part) ? Number(part) : NaN));
  const [lat = NaN, lon = NaN, altitude = 0, accuracy = 0] = numbers;
  const sound = numbers.length >= 2 && numbers.length <= 4 && numbers.every(Number.isFinite) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return sound ? [lat, lon, altitude, accuracy].map((one) => (Object.is(one, -0) ? "-0" : numberText(one))).join(" ") : null;
}

/** Why a text is no answer to a question of its kind: the engine's code. */
export class Unreadable extends Error {}

/** The answer a text gives; null for an empty one. Throws {@link Unreadable}. */
export function read(kind: Kind, text: string): Value | null {
  const is = kind.type;
  const bare = trim(text);
  if (bare === "") return null;
  if (is !== "track" && bytes(text).length > 80_000) throw new Unreadable("too-long");
  const value = readable(is, bare, text);
  if (typeof value === "string") throw new Unreadable(value);
  return value;
}

function readable(is: KindName, bare: string, text: string): Value | string {
  switch (is) {
    case "text": case "barcode": case "calculate":
      return { is: "text", text };
    case "integer": case "decimal": {
      const found = decimal(bare);
      if (found === null) return "not-a-number";
      return is === "integer" && found % MILLION !== 0n ? "not-whole" : numberValue("decimal", found);
    }
    case "yes_no":
      if (["yes", "true", "1"].includes(bare)) return { is, text: "yes" };
      return ["no", "false", "0"].includes(bare) ? { is, text: "no" } : "not-yes-no";
    case "one":
      return { is, text: bare };
    case "many": {
      const list = [...new Set(pieces(bare))];
      return { is, text: list.join(" "), list };
    }
    case "date": {
      const day = readDay(bare);
      return day ? { is, text: dayText(day), day } : "no-such-time";
    }
    case "time": {
      const found = readTime(bare);
      return found === null ? "no-such-time" : { is, text: found };
    }
    case "date_time": {
      const moment = readMoment(bare);
      return moment ? { is, text: momentText(moment), moment } : "no-such-time";
    }
    case "photo": case "signature":
      return bytes(bare).length > 255 || bare.startsWith(".") || /[\u0000-\u001f\u007f-\u009f/\\:]/.test(bare) ? "not-a-file" : { is: "photo", text: bare };
    case "position": {
      const found = position(bare);
      return found === null ? "not-a-position" : { is, text: found };
    }
    case "track": {
      const all = bare.split(";").filter((one) => trim(one) !== "").map(position);
      return all.includes(null) ? "not-a-position" : { is, text: all.join("; ") };
    }
    default:
      return "not-asked";
  }
}

/** Whether an answer is of the kind its question asks. */
export function fits(kind: Kind, value: Value): boolean {
  const asked: Partial<Record<KindName, KindName>> = { barcode: "text", integer: "decimal", signature: "photo" };
  if (kind.type === "calculate") return true;
  if (kind.type === "integer" && (value.millionths ?? 1n) % MILLION !== 0n) return false;
  return value.is === (asked[kind.type] ?? kind.type);
}
