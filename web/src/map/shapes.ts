// Points differ by shape as well as colour, so the map reads without colour vision and in print.
// Shapes are drawn once on a canvas for the map and repeated as SVG in the legend: same paths, 16 × 16.
import { say, type Word } from "../words";

export type PointState = "ok" | "soon" | "late" | "wait" | "done";
export const STATES: PointState[] = ["late", "soon", "wait", "ok", "done"];
export const WORD: Record<PointState, Word> = { ok: "stateOk", soon: "stateSoon", late: "stateLate", wait: "stateWait", done: "stateDone" };
/** Colour token of each state. */
export const TOKEN: Record<PointState, string> = { ok: "ok", soon: "soon", late: "late", wait: "wait", done: "done-text" };

export const PATH: Record<PointState, string> = {
  ok: "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13z",
  soon: "M8 1 15 8 8 15 1 8z",
  late: "M8 1 15.300 14.500H.700z",
  wait: "M2 2h12v12H2z",
  done: "M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
};

export const stateOf = (value: unknown): PointState => (STATES.includes(value as PointState) ? (value as PointState) : "wait");

/** The colour a token has on the page right now (light or dark). */
export const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** The mark as pixels for the map, `size` CSS pixels wide, with a thin edge of paper around it. */
export function drawMark(state: PointState, size: number, ratio: number): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(size * ratio);
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  const scale = canvas.width / 20;
  pen.scale(scale, scale);
  pen.translate(2, 2);
  const path = new Path2D(PATH[state]);
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = token("surface");
  pen.stroke(path);
  pen.fillStyle = token(TOKEN[state]);
  pen.fill(path);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

export function legendMark(state: PointState): SVGSVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(ns, "path");
  path.setAttribute("d", PATH[state]);
  path.setAttribute("fill", `var(--${TOKEN[state]})`);
  svg.append(path);
  return svg;
}

export const stateWord = (state: PointState): string => say(WORD[state]);
