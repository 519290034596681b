// Expressions: the part of XPath 1.0 that forms use (crates/engines/checklist/src/expr). The server has checked a checklist
// before it is handed out, so what cannot be read here is thrown as a fault of the pack.
import { dayText, momentText, numberText, pieces, readDay, readMoment, SPACE_CLASS, trim, type Day, type Moment, type Value } from "./values";

export type Expr =
  | { op: "number"; value: number } | { op: "text"; value: string } | { op: "ref"; name: string } | { op: "current" }
  | { op: "minus"; inner: Expr } | { op: "binary"; sign: string; left: Expr; right: Expr } | { op: "call"; name: string; args: Expr[] };

/** A value on the way. */
export type Val = number | string | boolean | { day: Day } | { moment: Moment };

/** Where names are looked up. */
export type Scope = {
  answer(name: string): Val; all(name: string): string[]; indexed(name: string, instance: number): Val; current(): Val; instance(): number; now(): Moment;
};

const BINDS: Record<string, number> = { or: 1, and: 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, div: 6, mod: 6 };
const TOKEN = /\s*(?:'([^']*)'|"([^"]*)"|\$\{([^}]*)\}|(\d[\d.]*|\.\d[\d.]*)|([\p{Alphabetic}_][\p{Alphabetic}\p{N}_:.-]*)|(<=|>=|!=|\.\.|[=<>+\-*(),.]))/uy;

type Token = { is: "text" | "ref" | "number" | "word" | "sign"; value: string };

function scan(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const whole = trim(text);
  while (TOKEN.lastIndex < whole.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(whole);
    if (!found) throw new Error(`no expression at ${at}: ${text}`);
    const [, single, double, ref, number, word, sign] = found;
    if (single !== undefined || double !== undefined) tokens.push({ is: "text", value: single ?? double ?? "" });
    else if (ref !== undefined) tokens.push({ is: "ref", value: trim(ref) });
    else if (number !== undefined) tokens.push({ is: "number", value: number });
    else if (word !== undefined) tokens.push({ is: "word", value: word });
    else tokens.push({ is: "sign", value: sign ?? "" });
  }
  return tokens;
}

export function parse(text: string): Expr {
  const tokens = scan(text);
  let at = 0;
  const sign = (value: string): boolean => tokens[at]?.is === "sign" && tokens[at]?.value === value;
  const expect = (value: string): void => {
    if (!sign(value)) throw new Error(`${value} is missing: ${text}`);
    at += 1;
  };
  const operator = (): string | undefined => {
    const token = tokens[at];
    return token && (token.is === "sign" || token.is === "word") && token.value in BINDS ? token.value : undefined;
  };
  const binary = (least: number): Expr => {
    let left = unary();
    for (let op = operator(); op !== undefined && (BINDS[op] ?? 0) >= least; op = operator()) {
      at += 1;
      left = { op: "binary", sign: op, left, right: binary((BINDS[op] ?? 0) + 1) };
    }
    return left;
  };
  const unary = (): Expr => {
    if (!sign("-")) return single();
    at += 1;
    return { op: "minus", inner: unary() };
  };
  const single = (): Expr => {
    const token = tokens[at];
    at += 1;
    if (token?.is === "number") return { op: "number", value: Number(token.value) };
    if (token?.is === "text") return { op: "text", value: token.value };
    if (token?.is === "ref") return { op: "ref", name: token.value };
    if (token?.is === "word" && sign("(")) return call(token.value);
    if (token?.value === ".") return { op: "current" };
    if (token?.value !== "(") throw new Error(`unexpected ${token?.value ?? "end"}: ${text}`);
    const inner = binary(1);
    expect(")");
    return inner;
  };
  const call = (name: string): Expr => {
    expect("(");
    const args: Expr[] = [];
    if (name === "position" && sign("..")) at += 1;
    else if (!sign(")")) {
      for (;;) {
        args.push(binary(1));
        if (!sign(",")) break;
        at += 1;
      }
    }
    expect(")");
    if (!(name in FUNCTIONS)) throw new Error(`no function is called ${name}`);
    return { op: "call", name, args };
  };
  const whole = binary(1);
  if (at < tokens.length) throw new Error(`unexpected ${tokens[at]?.value}: ${text}`);
  return whole;
}

/** Names an expression calls. */
export function names(expr: Expr): string[] {
  if (expr.op === "ref") return [expr.name];
  if (expr.op === "minus") return names(expr.inner);
  if (expr.op === "binary") return [...names(expr.left), ...names(expr.right)];
  return expr.op === "call" ? expr.args.flatMap(names) : [];
}

export function ofAnswer(value: Value | undefined): Val {
  if (!value) return "";
  if (value.day) return { day: value.day };
  if (value.moment) return { moment: value.moment };
  return value.number ?? value.text;
}

export function truth(value: Val): boolean {
  if (typeof value === "number") return value !== 0 && !Number.isNaN(value);
  return typeof value === "object" || Boolean(value);
}

export function asText(value: Val): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return String(value);
  return "day" in value ? dayText(value.day) : momentText(value.moment);
}

function asNumber(value: Val): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string") return /^[\d.-]+$/.test(trim(value)) ? Number(trim(value)) : NaN;
  return "day" in value ? value.day.days : (value.moment.seconds - value.moment.offset * 60) / 86_400;
}

/** XPath 1.0, 3.4: booleans before numbers before texts. */
function same(left: Val, right: Val): boolean {
  if (typeof left === "boolean" || typeof right === "boolean") return truth(left) === truth(right);
  const moments = typeof left === "object" && "moment" in left && typeof right === "object" && "moment" in right;
  if (moments || typeof left === "number" || typeof right === "number") return asNumber(left) === asNumber(right);
  return asText(left) === asText(right);
}

export function evaluate(expr: Expr, scope: Scope): Val {
  switch (expr.op) {
    case "number": case "text":
      return expr.value;
    case "ref":
      return scope.answer(expr.name);
    case "current":
      return scope.current();
    case "minus":
      return -asNumber(evaluate(expr.inner, scope));
    case "binary":
      return binary(expr.sign, expr.left, expr.right, scope);
    default:
      return (FUNCTIONS[expr.name] as Act)(new Args(expr.args, scope));
  }
}

function binary(sign: string, left: Expr, right: Expr, scope: Scope): Val {
  if (sign === "or") return truth(evaluate(left, scope)) || truth(evaluate(right, scope));
  if (sign === "and") return truth(evaluate(left, scope)) && truth(evaluate(right, scope));
  const [a, b] = [evaluate(left, scope), evaluate(right, scope)];
  if (sign === "=") return same(a, b);
  if (sign === "!=") return !same(a, b);
  const [x, y] = [asNumber(a), asNumber(b)];
  switch (sign) {
    case "<": return x < y;
    case "<=": return x <= y;
    case ">": return x > y;
    case ">=": return x >= y;
    case "+": return x + y;
    case "-": return x - y;
    case "*": return x * y;
    case "div": return x / y;
    default: return x % y;
  }
}

/** The arguments of a call, each worked out when it is asked for. */
class Args {
  constructor(readonly list: Expr[], readonly scope: Scope) {}
  value(at: number): Val {
    const expr = this.list[at];
    return expr ? evaluate(expr, this.scope) : "";
  }
  text = (at: number): string => asText(this.value(at));
  number = (at: number): number => asNumber(this.value(at));
  /** All instances where a function takes them, else the one value. */
  all = (at: number): string[] => {
    const expr = this.list[at];
    if (!expr) return [];
    return expr.op === "ref" ? this.scope.all(expr.name) : [this.text(at)];
  };
  from = (first: number): string[] => this.list.slice(first).flatMap((_, n) => this.all(first + n));
}

type Act = (a: Args) => Val;

const many = (all: string[], two: (a: number, b: number) => number): number => {
  const numbers = all.filter((one) => one !== "").map((one) => {
    const day = new TextEncoder().encode(one).length === 10 ? readDay(one) : null;
    return day ? day.days : asNumber(one);
  });
  return numbers.length > 0 ? numbers.reduce(two) : NaN;
};
/** No number is passed over, as in Rust. */
const least = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b));
const most = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b));

function rounded(number: number, digits: number): number {
  const by = Number.isNaN(digits) ? NaN : Number(`1e${Math.max(-12, Math.min(12, Math.trunc(digits)))}`);
  return Math.floor(number * by + 0.5) / by;
}

function power(base: number, by: number): number {
  if (base === 1 || (base === -1 && Math.abs(by) === Infinity)) return 1;
  return Math.pow(base, by);
}

/** Days a calendar of four digits has. */
const [FIRST, LAST] = [-4_371_587, 2_932_896];

function day(value: Val): Val {
  if (typeof value === "object") return "day" in value ? value : { day: { days: Math.floor(value.moment.seconds / 86_400) } };
  if (typeof value === "number" && Number.isFinite(value) && Math.abs(value) < 3e6) {
    const days = Math.floor(value);
    return days >= FIRST && days <= LAST ? { day: { days } } : "";
  }
  const found = readDay(asText(value));
  return found ? { day: found } : "";
}

function moment(text: string): Val {
  const found = readMoment(text);
  if (found) return { moment: found };
  const only = readDay(text);
  return only ? { day: only } : "";
}

function formatted(value: Val, format: string): string {
  const from = typeof value === "object" ? value : day(value);
  if (typeof from !== "object") return "";
  const date = new Date(("day" in from ? from.day.days * 86_400 : from.moment.seconds) * 1000);
  const two = (number: number): string => String(number).padStart(2, "0");
  const parts: Record<string, string> = {
    Y: String(date.getUTCFullYear()).padStart(4, "0"), y: two(date.getUTCFullYear() % 100), m: two(date.getUTCMonth() + 1), n: String(date.getUTCMonth() + 1), d: two(date.getUTCDate()),
    e: String(date.getUTCDate()), H: two(date.getUTCHours()), h: String(date.getUTCHours()), M: two(date.getUTCMinutes()), S: two(date.getUTCSeconds()),
  };
  return format.replace(/%(.?)/gsu, (_, letter: string) => parts[letter] ?? letter);
}

function substr(a: Args): string {
  const chars = [...a.text(0)];
  const place = (at: number): number => (at < 0 ? Math.max(chars.length + at, 0) : Number.isNaN(at) ? chars.length : Math.min(at, chars.length));
  const from = place(a.number(1));
  const to = a.list.length > 2 ? place(a.number(2)) : chars.length;
  const begin = Math.trunc(from);
  return chars.slice(begin, begin + Math.trunc(Math.max(to - from, 0))).join("");
}

function cut(a: Args, after: boolean): string {
  const [whole, by] = [a.text(0), a.text(1)];
  const at = whole.indexOf(by);
  if (at < 0) return "";
  return after ? whole.slice(at + by.length) : whole.slice(0, at);
}

function translate(a: Args): string {
  const [from, to] = [[...a.text(1)], [...a.text(2)]];
  return [...a.text(0)].map((one) => {
    const at = from.indexOf(one);
    return at < 0 ? one : (to[at] ?? "");
  }).join("");
}

/** The classes of Rust's regular expressions, which know all scripts. */
const CLASSES: Record<string, string> = { d: "\\p{Nd}", w: "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d", s: SPACE_CLASS };

/** The whole text has to fit, as in ODK. */
function regex(a: Args): boolean {
  const [text, given] = [a.text(0), a.text(1)];
  const flags = /^\(\?([is]+)\)/.exec(given);
  let [inside, out] = [false, ""];
  const pattern = flags ? given.slice(flags[0].length) : given;
  for (let at = 0; at < pattern.length; at += 1) {
    const one = pattern[at] ?? "";
    const next = pattern[at + 1] ?? "";
    if (one === "\\") {
      const known = CLASSES[next.toLowerCase()];
      if (known && next === next.toLowerCase()) out += inside ? known : `[${known}]`;
      else if (known && !inside) out += `[^${known}]`;
      else if (next === "z" || next === "A") out += next === "z" ? "$" : "^";
      // Signs that need no backslash are refused with one by `u`.
      else out += /[\w^$\\.*+?()[\]{}|/-]/.test(next) ? one + next : next;
      at += 1;
    } else {
      if (one === "[") inside = true;
      if (one === "]") inside = false;
      out += one;
    }
  }
  try {
    return new RegExp(`^(?:${out.replace(/\(\?P</g, "(?<")})$`, `u${flags?.[1] ?? ""}`).test(text);
  } catch {
    return false;
  }
}

/** In the order of the engine's own list; a test holds both to the same names. */
export const FUNCTIONS: Record<string, Act> = {
  if: (a) => a.value(truth(a.value(0)) ? 1 : 2),
  coalesce: (a) => (a.value(0) === "" ? a.value(1) : a.value(0)),
  concat: (a) => a.list.map((_, at) => a.text(at)).join(""),
  join: (a) => a.from(1).join(a.text(0)),
  string: (a) => a.text(0),
  "string-length": (a) => [...a.text(0)].length,
  substr,
  "substring-before": (a) => cut(a, false),
  "substring-after": (a) => cut(a, true),
  contains: (a) => a.text(0).includes(a.text(1)),
  "starts-with": (a) => a.text(0).startsWith(a.text(1)),
  "ends-with": (a) => a.text(0).endsWith(a.text(1)),
  "normalize-space": (a) => pieces(a.text(0)).join(" "),
  translate,
  regex,
  selected: (a) => pieces(a.text(0)).includes(trim(a.text(1))),
  "selected-at": (a) => pieces(a.text(0))[a.number(1) >= 0 ? Math.trunc(a.number(1)) : -1] ?? "",
  "count-selected": (a) => pieces(a.text(0)).length,
  number: (a) => a.number(0),
  int: (a) => Math.trunc(a.number(0)),
  round: (a) => rounded(a.number(0), a.number(1)),
  abs: (a) => Math.abs(a.number(0)),
  pow: (a) => power(a.number(0), a.number(1)),
  sqrt: (a) => Math.sqrt(a.number(0)),
  min: (a) => many(a.from(0), least),
  max: (a) => many(a.from(0), most),
  sum: (a) => many(["0", ...a.from(0)], (sum, one) => sum + one),
  count: (a) => a.all(0).length,
  "count-non-empty": (a) => a.all(0).filter((one) => one !== "").length,
  not: (a) => !truth(a.value(0)),
  true: () => true,
  false: () => false,
  boolean: (a) => truth(a.value(0)),
  today: (a) => ({ day: { days: Math.floor(a.scope.now().seconds / 86_400) } }),
  now: (a) => ({ moment: a.scope.now() }),
  date: (a) => day(a.value(0)),
  "decimal-date-time": (a) => {
    const value = a.value(0);
    return asNumber(typeof value === "string" ? moment(value) : value);
  },
  "format-date": (a) => formatted(a.value(0), a.text(1)),
  position: (a) => a.scope.instance(),
  "indexed-repeat": (a) => (a.list[0]?.op === "ref" ? a.scope.indexed(a.list[0].name, a.number(2)) : ""),
};
