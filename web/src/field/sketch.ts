// A small drawn map of a reach: its line, its outlets, where it begins. No tiles, so no signal is needed.
import type { Reach } from "./types";
import { t } from "./words";

const NS = "http://www.w3.org/2000/svg";
const [WIDTH, TALLEST, EDGE] = [320, 160, 14];

function shape(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

export function sketch(reach: Reach): SVGElement {
  const shrink = Math.cos(((reach.line[0]?.[1] ?? 0) * Math.PI) / 180);
  const flat = reach.line.map(([lon, lat]): [number, number] => [lon * shrink, -lat]);
  const [xs, ys] = [flat.map(([x]) => x), flat.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const scale = Math.min((WIDTH - 2 * EDGE) / Math.max(Math.max(...xs) - left, 1e-9), (TALLEST - 2 * EDGE) / Math.max(Math.max(...ys) - top, 1e-9));
  const height = Math.ceil((Math.max(...ys) - top) * scale + 2 * EDGE);
  const at = ([x, y]: [number, number]): [number, number] => [EDGE + (x - left) * scale, EDGE + (y - top) * scale];
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "sketch", role: "img", "aria-label": t("map-label") });
  const points = flat.map(at);
  svg.append(shape("polyline", { points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "), class: "sketch-water" }));
  const [x, y] = points[0] ?? [0, 0];
  svg.append(shape("circle", { cx: x, cy: y, r: 5, class: "sketch-start" }));
  for (const outlet of reach.outlets) {
    const [ox, oy] = at([outlet.lon * shrink, -outlet.lat]);
    const mark = shape("rect", { x: ox - 4, y: oy - 4, width: 8, height: 8, class: "sketch-outlet" });
    mark.append(Object.assign(document.createElementNS(NS, "title"), { textContent: outlet.name }));
    svg.append(mark);
  }
  return svg;
}
