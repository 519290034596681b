// A checklist ready to be asked: what stands, what is calculated, what is wrong (crates/engines/checklist: form.rs,
// evaluate.rs, validate.rs). Both are held to the same answers by shared vectors.
import { asText, evaluate, names, ofAnswer, parse, truth, type Expr, type Scope, type Val } from "./expr";
import type { Answers, Checklist, Choice, Group, Item, Kind, Question } from "./types";
import { fits, nearest, numberValue, read, Unreadable, type Moment, type Value } from "./values";

/** Instances of the repeats something stands in, from 1, outermost first. */
export type Place = number[];

export type Node = {
  name: string; parent: number; repeats: number[]; relevant?: Expr; question?: Question; group?: Group;
  required?: Expr; constraint?: Expr; calculation?: Expr; count?: Expr; repeat: boolean;
};

/** A fault of one answer: the engine's code, and what fills its sentence. */
export type Fault = { question: string; place: Place; code: string; choice?: string; wanted?: number; found?: number };

const key = (place: Place): string => place.join(".");
const begins = (place: Place, with_: Place): boolean => with_.every((one, at) => place[at] === one);
const expr = (text: string | undefined): Expr | undefined => (text?.trim() ? parse(text) : undefined);

export class Form {
  readonly nodes: Node[] = [];
  private readonly at = new Map<string, number>();
  private readonly order: number[];
  readonly triggers: (Expr | undefined)[];

  constructor(readonly checklist: Checklist) {
    this.take(checklist.items, -1, []);
    this.nodes.forEach((node, at) => this.at.set(node.name, at));
    this.order = this.sorted();
    this.triggers = (checklist.findings ?? []).map((rule) => expr(rule.when));
  }

  private take(items: Item[], parent: number, repeats: number[]): void {
    for (const item of items) {
      if ("question" in item) {
        const { question } = item;
        this.nodes.push({
          name: question.name, parent, repeats, question, repeat: false, relevant: expr(question.relevant), required: expr(question.required), constraint: expr(question.constraint),
          calculation: expr(question.calculation),
        });
        continue;
      }
      const { group } = item;
      const at = this.nodes.length;
      this.nodes.push({ name: group.name, parent, repeats, group, repeat: Boolean(group.repeat), relevant: expr(group.relevant), count: expr(group.repeat?.count) });
      this.take(group.items ?? [], at, group.repeat ? [...repeats, at] : repeats);
    }
  }

  place(name: string): number {
    return this.at.get(name) ?? -1;
  }

  node(name: string): Node | undefined {
    return this.nodes[this.place(name)];
  }

  choices(kind: Kind): Choice[] {
    return (kind.list ? this.checklist.choices?.[kind.list] : undefined) ?? [];
  }

  /** Nodes after what they wait for. Without recursion: ten thousand may wait for one another in a row. */
  private sorted(): number[] {
    const followers: number[][] = this.nodes.map(() => []);
    const left = this.nodes.map((node, at) => {
      const called = [node.relevant, node.calculation, node.count].flatMap((one) => (one ? names(one).map((name) => this.place(name)) : []));
      const waits = new Set([node.parent, ...called].filter((one) => one >= 0));
      for (const one of waits) followers[one]?.push(at);
      return waits.size;
    });
    const order = left.flatMap((count, at) => (count === 0 ? [at] : []));
    for (let n = 0; n < order.length; n += 1) {
      for (const next of followers[order[n] ?? -1] ?? []) if ((left[next] = (left[next] ?? 0) - 1) === 0) order.push(next);
    }
    return order;
  }

  /** What is filled in before anybody answers, outside repeats. */
  defaults(): Answers {
    const answers: Answers = {};
    for (const { name, repeats, question } of this.nodes) if (question?.default && repeats.length === 0) answers[name] = question.default;
    return answers;
  }

  /** What is filled in with a new instance of a repeat. */
  defaultsIn(repeat: number): Answers {
    const answers: Answers = {};
    for (const { name, repeats, question } of this.nodes) if (question?.default && repeats[repeats.length - 1] === repeat) answers[name] = question.default;
    return answers;
  }

  evaluate(answers: Answers, now: Moment): State {
    const state = new State(this, answers, now);
    for (const at of this.order) state.settle(at);
    return state;
  }
}

export class State {
  /** By node: each place it stands at, in the order of instances. */
  readonly places: Map<string, { place: Place; stands: boolean }>[];
  private readonly values = new Map<string, Value>();
  /** What could not be read. */
  readonly unread: Fault[] = [];

  constructor(readonly form: Form, answers: Answers, readonly now: Moment) {
    this.places = form.nodes.map(() => new Map());
    this.spread(form.nodes.flatMap((node, at) => (node.repeats.length === 0 ? [at] : [])), answers, []);
  }

  private spread(inside: number[], answers: Answers, place: Place): void {
    for (const name of Object.keys(answers)) this.misplaced(name, answers[name], place);
    for (const at of inside) {
      const node = this.form.nodes[at] as Node;
      this.places[at]?.set(key(place), { place, stands: true });
      const given = answers[node.name];
      if (node.question && typeof given === "string") {
        const value = this.read(node.name, node.question.kind, given, place);
        if (value) this.values.set(`${at}|${key(place)}`, value);
      }
      if (node.repeat && Array.isArray(given)) {
        const below = this.form.nodes.flatMap((one, other) => (one.repeats[one.repeats.length - 1] === at ? [other] : []));
        given.forEach((one, n) => this.spread(below, one, [...place, n + 1]));
      }
    }
  }

  private read(question: string, kind: Kind, text: string, place: Place): Value | null {
    try {
      return read(kind, text);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.unread.push({ question, place, code: error.message });
      return null;
    }
  }

  /** Answers of names the checklist does not have, or has elsewhere. */
  private misplaced(name: string, given: unknown, place: Place): void {
    const node = this.form.node(name);
    const fits = node && node.repeats.length === place.length && (Array.isArray(given) ? node.repeat : Boolean(node.question));
    if (!fits) this.unread.push({ question: name, place, code: node ? "wrong-place" : "unknown-question" });
  }

  settle(at: number): void {
    const node = this.form.nodes[at] as Node;
    for (const [name, here] of this.places[at] ?? []) {
      const above = node.parent < 0 || this.standsAt(node.parent, here.place.slice(0, this.form.nodes[node.parent]?.repeats.length));
      const scope = new At(this, node.repeats, here.place, -1);
      here.stands = above && (!node.relevant || truth(evaluate(node.relevant, scope)));
      if (!here.stands || !node.question || !node.calculation) continue;
      const value = calculated(node.question.kind, evaluate(node.calculation, scope));
      if (value) this.values.set(`${at}|${name}`, value);
      else this.values.delete(`${at}|${name}`);
    }
  }

  truthAt(expr: Expr, repeats: number[], place: Place, current = -1): boolean {
    return truth(evaluate(expr, new At(this, repeats, place, current)));
  }

  standsAt(at: number, place: Place): boolean {
    return this.places[at]?.get(key(place))?.stands ?? false;
  }

  /** The first answer that is none of the question's choices. */
  noChoice(kind: Kind, value: Value): string | undefined {
    const known = kind.type === "yes_no" ? ["yes", "no"] : this.form.choices(kind).map((one) => one.name);
    const chosen = value.is === "one" ? [value.text] : (value.list ?? []);
    return chosen.find((one) => !known.includes(one));
  }

  /** Whether an answer it looks at is none of the choices, as of an earlier version: nothing is found by it. */
  isStrange(expr: Expr, place: Place): boolean {
    return names(expr).some((name) => {
      const at = this.form.place(name);
      const node = this.form.nodes[at];
      if (!node?.question || node.repeats.length > place.length) return false;
      const value = this.valueAt(at, place.slice(0, node.repeats.length));
      return value !== undefined && this.noChoice(node.question.kind, value) !== undefined;
    });
  }

  valueAt(at: number, place: Place): Value | undefined {
    return this.standsAt(at, place) ? this.values.get(`${at}|${key(place)}`) : undefined;
  }

  /** Instances of a repeat below one place; those of all places when it says less than the repeat needs. */
  instances(repeat: number, place: Place): number {
    const first = this.form.nodes[repeat + 1];
    if (!first || first.repeats[first.repeats.length - 1] !== repeat) return 0;
    if (place.length === this.form.nodes[repeat]?.repeats.length && !this.standsAt(repeat, place)) return 0;
    return [...(this.places[repeat + 1]?.values() ?? [])].filter((one) => begins(one.place, place)).length;
  }

  /** How often a counted repeat has to stand. */
  wanted(at: number, place: Place): number | null {
    const node = this.form.nodes[at];
    if (!node?.count) return null;
    const text = asText(evaluate(node.count, new At(this, node.repeats, place, -1)));
    const number = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
    return number >= 0 && number <= 1e6 ? Math.trunc(number) : 0;
  }

  /** Every answer that stands, calculated ones too: what is handed in. */
  answers(): Answers {
    const whole: Answers = {};
    this.form.nodes.forEach((node, at) => {
      for (const { place, stands } of this.places[at]?.values() ?? []) {
        if (!stands) continue;
        const target = node.repeats.reduce((inside: Answers, repeat, depth) => {
          const list = ((inside[this.form.nodes[repeat]?.name ?? ""] as Answers[] | undefined) ??= []);
          inside[this.form.nodes[repeat]?.name ?? ""] = list;
          while (list.length < (place[depth] ?? 0)) list.push({});
          return list[(place[depth] ?? 1) - 1] as Answers;
        }, whole);
        const value = this.values.get(`${at}|${key(place)}`);
        if (value) target[node.name] = value.text;
      }
    });
    return whole;
  }

  /** All faults of the answers that stand, in the order of the checklist. */
  faults(): Fault[] {
    const faults = [...this.unread];
    this.form.nodes.forEach((node, at) => {
      for (const { place, stands } of this.places[at]?.values() ?? []) {
        if (!stands) continue;
        const found = node.question ? this.faultOf(at, node, place) : this.countFault(at, place);
        if (found) faults.push({ question: node.name, place, ...found });
      }
    });
    return faults;
  }

  private countFault(at: number, place: Place): Omit<Fault, "question" | "place"> | null {
    const wanted = this.wanted(at, place);
    const found = this.instances(at, place);
    return wanted === null || wanted === found ? null : { code: "count", wanted, found };
  }

  private faultOf(at: number, node: Node, place: Place): Omit<Fault, "question" | "place"> | null {
    const kind = node.question?.kind ?? { type: "note" };
    const value = this.valueAt(at, place);
    if (!value) {
      const asked = kind.type !== "note" && kind.type !== "calculate";
      return asked && node.required && this.truthAt(node.required, node.repeats, place) ? { code: "missing" } : null;
    }
    if (!fits(kind, value)) return { code: "other-kind" };
    const other = this.noChoice(kind, value);
    if (other !== undefined) return { code: "no-such-choice", choice: other };
    return node.constraint && !this.truthAt(node.constraint, node.repeats, place, at) ? { code: "constraint" } : null;
  }
}

/** A calculated value as an answer of its question's kind; nothing when it is none. */
function calculated(kind: Kind, value: Val): Value | null {
  if (typeof value === "number") {
    if (Number.isNaN(value)) return null;
    if (kind.type === "integer" || kind.type === "decimal") {
      const millionths = nearest(value);
      return millionths === null ? null : numberValue("decimal", millionths);
    }
  }
  if (kind.type === "yes_no" && typeof value === "boolean") return { is: "yes_no", text: value ? "yes" : "no" };
  try {
    return read(kind, asText(value));
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** Names as seen from one place. */
class At implements Scope {
  constructor(private readonly state: State, private readonly repeats: number[], private readonly place: Place, private readonly here: number) {}

  /** How much of this place a node shares. */
  private shared(at: number): Place {
    const other = this.state.form.nodes[at]?.repeats ?? [];
    let common = 0;
    while (common < other.length && common < this.repeats.length && other[common] === this.repeats[common]) common += 1;
    return this.place.slice(0, common);
  }

  private at(at: number): Val {
    return ofAnswer(this.state.valueAt(at, this.shared(at)));
  }

  answer(name: string): Val {
    return this.at(this.state.form.place(name));
  }

  all(name: string): string[] {
    const at = this.state.form.place(name);
    const shared = this.shared(at);
    if (this.state.form.nodes[at]?.repeat) return Array.from({ length: this.state.instances(at, shared) }, () => "");
    return [...(this.state.places[at]?.values() ?? [])].filter(({ place, stands }) => stands && begins(place, shared)).map(({ place }) => asText(ofAnswer(this.state.valueAt(at, place))));
  }

  indexed(name: string, instance: number): Val {
    const at = this.state.form.place(name);
    const depth = this.state.form.nodes[at]?.repeats.length ?? 0;
    if (depth === 0 || !(instance >= 1 && instance <= 1e6)) return "";
    return ofAnswer(this.state.valueAt(at, [...this.place.slice(0, depth - 1), Math.trunc(instance)]));
  }

  current(): Val {
    return this.here < 0 ? "" : this.at(this.here);
  }

  instance(): number {
    return this.place[this.place.length - 1] ?? 1;
  }

  now(): Moment {
    return this.state.now;
  }
}
