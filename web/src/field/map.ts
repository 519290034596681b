// The own area, drawn from what was taken along: boundaries, rivers, houses, what is to be done today, where one stands. No
// tile of anybody's map is needed, so it works without signal; the ink is dark on light so that the sun does not wash it out.
import { make } from "../dom";
import { isDone } from "./door";
import { button, icon } from "./parts";
import { newRound, roundTo } from "./round";
import { state } from "./state";
import type { Draft, Pack, Spot } from "./types";
import { t } from "./words";
import { toVisit } from "./visit";

const NS = "http://www.w3.org/2000/svg";
/** Where one stood last, so that coming back to the map does not ask again. */
let stood: Spot | null = null;

type Point = [number, number];
type Mark = { at: Point; name: string; sub: string; look: string; act?: () => void | Promise<void>; words: string };

function shape(name: string, attributes: Record<string, string | number>, title = ""): SVGElement {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (title) element.append(Object.assign(document.createElementNS(NS, "title"), { textContent: title }));
  return element;
}

/** Rings of a polygon or of several. */
function rings(geometry: { type: string; coordinates: unknown }): Point[][] {
  if (geometry.type === "Polygon") return geometry.coordinates as Point[][];
  return geometry.type === "MultiPolygon" ? (geometry.coordinates as Point[][][]).flat() : [];
}

function marks(pack: Pack, open: (draft: Draft) => void | Promise<void>): Mark[] {
  const due = new Set(pack.due.map((one) => one.subject.id));
  const all: Mark[] = [];
  for (const one of pack.subjects ?? []) {
    if (one.position) all.push({ at: one.position, name: one.name, sub: [t(`subject-${one.kind}`), one.area].filter(Boolean).join(" · "), look: due.has(one.id) ? "today" : one.kind, act: () => open(roundTo(one)), words: t("inspect") });
  }
  for (const visit of pack.visits.flatMap((list) => list.entries).filter(toVisit)) {
    if (visit.position) all.push({ at: visit.position, name: visit.name_masked, sub: visit.address, look: "today", act: () => void (location.hash = `visit/${visit.entry}`), words: t("visits") });
  }
  for (const stop of (pack.doors ?? []).flatMap((day) => day.stops)) {
    const left = stop.doors.filter((door) => !isDone(door));
    if (stop.position && left[0]) all.push({ at: stop.position, name: stop.name, sub: left.map((door) => door.room || door.address).join(t("comma")), look: "today", act: () => void (location.hash = `door/${left[0]?.dwelling ?? ""}`), words: t("visits") });
  }
  for (const reach of pack.reaches) {
    for (const outlet of reach.outlets) all.push({ at: [outlet.lon, outlet.lat], name: outlet.name, sub: `${reach.water} ${reach.name}`, look: "outlet", words: "" });
  }
  return all;
}

export function mapView(open: (draft: Draft) => void | Promise<void>): HTMLElement {
  const { pack } = state;
  const shapes = (pack?.areas ?? []).map((area) => ({ name: area.name, rings: rings(area.geometry) }));
  const points = pack ? marks(pack, open) : [];
  const all = [...shapes.flatMap((one) => one.rings.flat()), ...(pack?.reaches ?? []).flatMap((reach) => reach.line), ...points.map((mark) => mark.at)];
  if (!pack || all.length === 0) return make("p", { class: "empty" }, t("map-none"));
  const map = new Drawn(all);
  const told = make("section", { class: "card stack-s", hidden: true, "aria-live": "polite", id: "map-told" });
  const tell = (name: string, sub: string, act?: HTMLElement | null): void => {
    told.hidden = false;
    told.replaceChildren(make("strong", {}, name), ...(sub ? [make("span", { class: "muted" }, sub)] : []), ...(act ? [act] : []));
  };
  for (const one of shapes) map.area(one.name, one.rings, !shapes.some((other) => other !== one && holds(one.rings, other.rings)));
  for (const reach of pack.reaches) {
    const name = `${reach.water} ${reach.name}`;
    map.water(reach.line, name, () => tell(name, t("length", { n: Math.round(reach.length_m) }), button(t("round"), "btn-primary", () => open(newRound(reach)), "river")));
  }
  for (const [mark, ...others] of together(points)) {
    if (!mark) continue;
    if (others.length === 0) map.point(mark, 1, () => tell(mark.name, mark.sub, mark.act && button(mark.words, "btn-primary", mark.act, "check")));
    else map.point(mark, 1 + others.length, () => tell(t("map-several", { n: 1 + others.length }), "", make("ul", { class: "rows" }, ...[mark, ...others].map((one) => make("li", { class: "spread" }, make("span", {}, `${one.name} ${one.sub}`), one.act && button(one.words, "", one.act))))));
  }
  // Now that all marks are there names can be put beside them.
  map.whole();
  if (stood) map.here(stood);
  const find = button(t("map-here"), "", () => {
    tell(t("position-finding"), "");
    navigator.geolocation?.getCurrentPosition(({ coords }) => {
      stood = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy };
      map.here(stood, true);
      tell(t("map-you"), t("position-has", { n: Math.round(coords.accuracy) }));
    }, () => tell(t("position-none"), ""), { enableHighAccuracy: true, timeout: 20_000 });
  }, "locate");
  const zoom = (words: string, sign: string, by: number): HTMLElement => {
    const one = button(sign, "btn-icon", () => map.zoom(by));
    one.setAttribute("aria-label", words);
    return one;
  };
  return make("div", { class: "stack map-view" }, make("div", { class: "cluster" }, find, zoom(t("map-in"), "＋", 0.6), zoom(t("map-out"), "－", 1.6), button(t("map-whole"), "btn-quiet", () => map.whole())), told,
    make("div", { class: "field-map", tabindex: "0", role: "group", "aria-label": t("map-areas") }, map.svg as unknown as HTMLElement), legend(), list(points));
}

/** Whether one outline lies in the other's box, and is smaller. */
function holds(outer: Point[][], inner: Point[][]): boolean {
  const box = (all: Point[]): [number, number, number, number] => [least(all.map(([x]) => x)), most(all.map(([x]) => x)), least(all.map(([, y]) => y)), most(all.map(([, y]) => y))];
  const [a, b] = [box(outer.flat()), box(inner.flat())];
  const [x, y] = [(b[0] + b[1]) / 2, (b[2] + b[3]) / 2];
  return (b[1] - b[0]) * (b[3] - b[2]) < (a[1] - a[0]) * (a[3] - a[2]) * 0.9 && x > a[0] && x < a[1] && y > a[2] && y < a[3];
}

/** What lies at one place is one mark: what is to be done today first. */
function together(points: Mark[]): Mark[][] {
  const places = new Map<string, Mark[]>();
  for (const mark of points) {
    const at = mark.at.map((one) => one.toFixed(5)).join();
    places.set(at, [...(places.get(at) ?? []), mark].sort((a, b) => Number(b.look === "today") - Number(a.look === "today")));
  }
  return [...places.values()];
}

function legend(): HTMLElement {
  const item = (look: string, words: string): HTMLElement => make("li", { class: "cluster" }, make("span", { class: `map-key map-key-${look}` }), words);
  return make("ul", { class: "map-legend cluster small" }, item("today", t("map-today")), item("building", t("subject-building")), item("premises", t("subject-premises")), item("water", t("reaches")), item("outlet", t("map-outlet")), item("here", t("map-you")));
}

/** The same in words, for whoever cannot see the drawing: what is to be done today. */
function list(points: Mark[]): HTMLElement | null {
  const today = points.filter((mark) => mark.look === "today").slice(0, 50);
  return today.length > 0 ? make("section", { class: "stack-s" }, make("h2", {}, t("map-today")), make("ul", { class: "rows rows-card" }, ...today.map((mark) => make("li", {}, make("div", { class: "row field-row" }, make("div", { class: "row-line" }, make("span", { class: "row-title" }, mark.name)), make("div", { class: "row-line" }, make("span", { class: "row-sub" }, mark.sub))))))) : make("p", { class: "muted" }, icon("check"), t("map-nothing"));
}

/** The drawing: metres on a plane, moved and enlarged by its view box alone. */
class Drawn {
  readonly svg = shape("svg", { class: "map-drawn", role: "img" }) as SVGSVGElement;
  private readonly layers = { areas: shape("g", {}), water: shape("g", {}), points: shape("g", {}), names: shape("g", {}), here: shape("g", {}) };
  /** Where marks are, and how large on the screen. */
  private readonly spots: [number, number, number][] = [];
  /** The scale names were last put out of the way of marks for. */
  private cleared = 0;
  private readonly middle: Point;
  private readonly shrink: number;
  private readonly bounds: { x: number; y: number; size: number };
  private box = { x: 0, y: 0, size: 1 };
  private readonly fingers = new Map<number, Point>();
  private moved = false;

  constructor(all: Point[]) {
    const [lons, lats] = [all.map(([lon]) => lon), all.map(([, lat]) => lat)];
    const [west, east, south, north] = [least(lons), most(lons), least(lats), most(lats)];
    this.middle = [(west + east) / 2, (south + north) / 2];
    this.shrink = Math.cos((this.middle[1] * Math.PI) / 180);
    const size = Math.max((east - west) * this.shrink, north - south) * 111_195 * 1.1 + 100;
    this.bounds = { x: -size / 2, y: -size / 2, size };
    this.svg.setAttribute("aria-label", t("map-areas"));
    this.svg.append(...Object.values(this.layers));
    this.whole();
    this.svg.addEventListener("pointerdown", (event) => this.down(event));
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"] as const) this.svg.addEventListener(end, (event) => this.fingers.delete(event.pointerId));
    this.svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.2 : 0.83, this.at([event.clientX, event.clientY]));
    }, { passive: false });
  }

  private flat([lon, lat]: Point): Point {
    return [(lon - this.middle[0]) * this.shrink * 111_195, (this.middle[1] - lat) * 111_195];
  }

  private path(points: Point[]): string {
    return points.map((point, n) => `${n === 0 ? "M" : "L"}${this.flat(point).map((one) => one.toFixed(1)).join(" ")}`).join("");
  }

  area(name: string, rings_: Point[][], named: boolean): void {
    this.layers.areas.append(shape("path", { d: rings_.map((ring) => `${this.path(ring)}Z`).join(""), class: "map-area" }, name));
    const ring = rings_[0] ?? [];
    const [xs, ys] = [ring.map((one) => this.flat(one)[0]), ring.map((one) => this.flat(one)[1])];
    // Where smaller ones are drawn inside, their names say more.
    if (!named) return;
    const [x, y] = [(least(xs) + most(xs)) / 2, (least(ys) + most(ys)) / 2];
    const label = shape("text", { x, y, "data-y": y, class: "map-label" });
    label.textContent = name;
    this.layers.names.append(label);
  }

  water(line: Point[], name: string, act: () => void): void {
    const path = shape("path", { d: this.path(line), class: "map-water" }, name);
    const wide = shape("path", { d: this.path(line), class: "map-touch" });
    for (const one of [path, wide]) one.addEventListener("click", () => this.moved || act());
    this.layers.water.append(path, wide);
  }

  point(mark: Mark, count: number, act: () => void): void {
    const [x, y] = this.flat(mark.at);
    const group = shape("g", { class: `map-point map-${mark.look}`, "data-x": x, "data-y": y }, mark.name);
    group.append(shape("circle", { r: 22, class: "map-touch" }), mark.look === "premises" || mark.look === "outlet" ? shape("rect", { x: -5, y: -5, width: 10, height: 10 }) : shape("circle", { r: mark.look === "today" || count > 1 ? 11 : 5 }));
    if (count > 1) group.append(Object.assign(shape("text", { class: "map-count", y: 4.5 }), { textContent: String(count) }));
    group.addEventListener("click", () => this.moved || act());
    this.layers.points.append(group);
    this.spots.push([x, y, mark.look === "today" || count > 1 ? 13 : 7]);
    this.cleared = 0;
    this.place();
  }

  /** Where one stands, with how sure that is. */
  here({ lon, lat, accuracy }: Spot, go = false): void {
    const [x, y] = this.flat([lon, lat]);
    const dot = shape("g", { class: "map-point map-here", "data-x": x, "data-y": y });
    dot.append(shape("circle", { r: 8 }));
    this.layers.here.replaceChildren(shape("circle", { cx: x, cy: y, r: accuracy, class: "map-sure" }), dot);
    if (go) this.show({ x: x - 200, y: y - 200, size: 400 });
    else this.place();
  }

  whole(): void {
    this.show(this.bounds);
  }

  zoom(by: number, around?: Point): void {
    const { x, y, size } = this.box;
    const next = Math.max(60, Math.min(this.bounds.size * 1.5, size * by));
    const [cx, cy] = around ?? [x + size / 2, y + size / 2];
    this.show({ x: cx - ((cx - x) * next) / size, y: cy - ((cy - y) * next) / size, size: next });
  }

  private show(box: { x: number; y: number; size: number }): void {
    this.box = box;
    this.svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.size} ${box.size}`);
    this.place();
    this.clear();
  }

  /** A name moves up or down from its middle until no mark lies on it, or as few as may be. */
  private clear(): void {
    const scale = this.box.size / 360;
    if (scale === this.cleared) return;
    this.cleared = scale;
    for (const label of this.layers.names.querySelectorAll<SVGTextElement>("text")) {
      const [x, y] = [Number(label.getAttribute("x")), Number(label.dataset.y)];
      const half = [...(label.textContent ?? "")].reduce((sum, one) => sum + (one > "\u2e80" ? 13 : 7.5), 0) / 2;
      const near = this.spots.filter(([mx, , r]) => Math.abs(mx - x) < (half + r) * scale);
      // Its middle is a third of a line above where it stands.
      const hidden = (up: number): number => near.filter(([, my, r]) => Math.abs(my - (y - (up + 4) * scale)) < (9 + r) * scale).length;
      const best = [0, 16, -16, 32, -32, 48, -48].map((up) => ({ up, marks: hidden(up) })).reduce((a, b) => (b.marks < a.marks ? b : a));
      label.setAttribute("y", String(y - best.up * scale));
    }
  }

  /** Marks and names keep their size on the screen. */
  private place(): void {
    const scale = this.box.size / 360;
    this.svg.style.setProperty("--map-unit", String(scale));
    for (const layer of [this.layers.points, this.layers.here]) {
      for (const one of layer.querySelectorAll<SVGGElement>("[data-x]")) one.setAttribute("transform", `translate(${one.dataset.x} ${one.dataset.y}) scale(${scale})`);
    }
    for (const label of this.layers.names.querySelectorAll("text")) label.setAttribute("font-size", String(13 * scale));
  }

  private at([x, y]: Point): Point {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    const side = Math.min(width, height);
    return [this.box.x + ((x - left - (width - side) / 2) / side) * this.box.size, this.box.y + ((y - top - (height - side) / 2) / side) * this.box.size];
  }

  private down(event: PointerEvent): void {
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.fingers.size === 1) this.moved = false;
  }

  private move(event: PointerEvent): void {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now: Point = [event.clientX, event.clientY];
    if (!this.moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < 6) return;
    this.moved = true;
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const apart = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
      this.zoom(apart(before, other) / Math.max(apart(now, other), 1), this.at([(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]));
    } else {
      const [from, to] = [this.at(before), this.at(now)];
      this.show({ ...this.box, x: this.box.x - to[0] + from[0], y: this.box.y - to[1] + from[1] });
    }
    this.fingers.set(event.pointerId, now);
  }
}

const least = (all: number[]): number => all.reduce((a, b) => Math.min(a, b), Infinity);
const most = (all: number[]): number => all.reduce((a, b) => Math.max(a, b), -Infinity);
