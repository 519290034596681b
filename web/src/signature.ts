// A signature, drawn with finger or pen, or by whoever cannot draw: the name typed and confirmed. Kept as a picture (PNG, ink
// on nothing, shown on white) that goes the way of every photograph. Shared by the pages and the field client.
//   <div data-signature="label"> around an input[type=file] on a page; the field client calls `pad` itself.
import { behaviour, make } from "./dom";
import { say } from "./words";

const [WIDTH, HEIGHT] = [640, 240];
/** A name has many strokes: it is kept when the pen has rested. */
const REST = 700;
const INK = "#101416";

export type PadWords = { label: string; again: string; instead: string; name: string; use: string; done: string };
export type Keep = (file: File | null) => void | Promise<void>;

function inked(paper: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const pen = paper.getContext("2d");
  if (pen) Object.assign(pen, { strokeStyle: INK, fillStyle: INK, lineWidth: 4, lineCap: "round", lineJoin: "round", textAlign: "center", textBaseline: "middle" });
  return pen;
}

/** The name in one line, as large as the paper has room for. */
function written(paper: HTMLCanvasElement, name: string): void {
  const pen = inked(paper);
  if (!pen) return;
  const font = (size: number): string => `italic ${size}px "KaiTi", "STKaiti", "Kaiti SC", serif`;
  pen.font = font(96);
  const wide = pen.measureText(name).width;
  pen.font = font(Math.max(16, Math.min(96, (96 * (WIDTH - 60)) / Math.max(1, wide))));
  pen.fillText(name, WIDTH / 2, HEIGHT / 2);
}

/** `before` is shown in place of the paper until one signs again. */
export function pad(words: PadWords, before: HTMLElement | null, kept: Keep): HTMLElement {
  const paper = make("canvas", { class: "signature", width: String(WIDTH), height: String(HEIGHT), role: "img", "aria-label": words.label });
  const pen = inked(paper);
  const said = make("span", { class: "hint", role: "status" }, words.label);
  let drawn = false;
  let rest = 0;
  const clean = (): void => {
    clearTimeout(rest);
    pen?.clearRect(0, 0, WIDTH, HEIGHT);
    drawn = false;
    delete paper.dataset.kept;
    said.textContent = words.label;
  };
  const at = (event: PointerEvent): [number, number] => {
    const { left, top, width, height } = paper.getBoundingClientRect();
    return [((event.clientX - left) / width) * WIDTH, ((event.clientY - top) / height) * HEIGHT];
  };
  const keep = (): void =>
    paper.toBlob((blob) => {
      if (!blob) return;
      void Promise.resolve(kept(new File([blob], "signature.png", { type: "image/png" }))).then(() => {
        paper.dataset.kept = "1";
        said.textContent = words.done;
      });
    }, "image/png");
  paper.addEventListener("pointerdown", (event) => {
    clearTimeout(rest);
    delete paper.dataset.kept;
    paper.setPointerCapture(event.pointerId);
    pen?.beginPath();
    pen?.moveTo(...at(event));
    event.preventDefault();
  });
  paper.addEventListener("pointermove", (event) => {
    if (!paper.hasPointerCapture(event.pointerId)) return;
    pen?.lineTo(...at(event));
    pen?.stroke();
    drawn = true;
  });
  paper.addEventListener("pointerup", () => {
    clearTimeout(rest);
    if (drawn) rest = window.setTimeout(keep, REST);
  });
  const again = make("button", { type: "button", class: "btn btn-quiet" }, words.again);
  again.addEventListener("click", () => {
    before?.remove();
    paper.hidden = false;
    clean();
    void kept(null);
  });
  paper.hidden = before !== null;
  return make("div", { class: "stack-s" }, before, paper, make("div", { class: "cluster" }, said, again), typedInstead(words, (name) => {
    before?.remove();
    paper.hidden = false;
    clean();
    written(paper, name);
    keep();
  }));
}

/** For whoever has no finger or pen at hand: the name, and a press that says it is meant. */
function typedInstead(words: PadWords, sign: (name: string) => void): HTMLElement {
  // No name of its own: what counts is the picture.
  const name = make("input", { type: "text", autocomplete: "off", maxlength: "40", "aria-label": words.name, placeholder: words.name });
  const use = make("button", { type: "button", class: "btn" }, words.use);
  const act = (): void => (name.value.trim() ? sign(name.value.trim()) : name.focus());
  use.addEventListener("click", act);
  name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    act();
  });
  return make("details", {}, make("summary", {}, words.instead), make("div", { class: "input-row" }, name, use));
}

behaviour("[data-signature]", (box) => {
  const input = box.querySelector<HTMLInputElement>("input[type=file]");
  if (!input || typeof DataTransfer === "undefined") return;
  const words: PadWords = { label: say("signHere"), again: say("signAgain"), instead: say("signInstead"), name: say("signName"), use: say("signUse"), done: say("signDone") };
  const element = pad(words, null, (file) => {
    const files = new DataTransfer();
    if (file) files.items.add(file);
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  element.querySelector("canvas")?.setAttribute("aria-label", `${box.dataset.signature ?? ""} ${words.label}`.trim());
  // A photograph of the signature on paper does as well.
  const paper = make("details", {}, make("summary", {}, say("signPhoto")));
  input.before(element, paper);
  paper.append(input);
});
