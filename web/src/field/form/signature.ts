// A signature, drawn with the finger. It is kept as a picture on white paper, in the light as in the dark.
import { make } from "../../dom";
import { button } from "../parts";
import { t } from "../words";

const [WIDTH, HEIGHT] = [640, 240];
const REST = 700;

export function signature(label: string, before: HTMLElement | null, kept: (file: File | null) => void | Promise<void>): HTMLElement {
  const paper = make("canvas", { class: "signature", width: String(WIDTH), height: String(HEIGHT), role: "img", "aria-label": label });
  const pen = paper.getContext("2d");
  let drawn = false;
  const clean = (): void => {
    if (!pen) return;
    Object.assign(pen, { fillStyle: "#fff", strokeStyle: "#101416", lineWidth: 4, lineCap: "round", lineJoin: "round" });
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    drawn = false;
  };
  const at = (event: PointerEvent): [number, number] => {
    const { left, top, width, height } = paper.getBoundingClientRect();
    return [((event.clientX - left) / width) * WIDTH, ((event.clientY - top) / height) * HEIGHT];
  };
  paper.addEventListener("pointerdown", (event) => {
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
  const keep = async (blob: Blob): Promise<void> => {
    await kept(new File([blob], "signature.jpg", { type: "image/jpeg" }));
    paper.dataset.kept = "1";
  };
  // A name has many strokes: it is kept when the pen has rested.
  let rest = 0;
  paper.addEventListener("pointerup", () => {
    clearTimeout(rest);
    if (drawn) rest = window.setTimeout(() => paper.toBlob((blob) => blob && void keep(blob), "image/jpeg", 0.9), REST);
  });
  clean();
  paper.hidden = before !== null;
  return make("div", { class: "stack-s" }, before, paper, make("div", { class: "cluster" }, make("span", { class: "hint" }, label), button(t("sign-again"), "btn-quiet", () => {
    clearTimeout(rest);
    before?.remove();
    paper.hidden = false;
    clean();
    void kept(null);
  }, "undo")));
}
