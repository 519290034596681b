// Short sentences in the corner. Good news leaves by itself; a fault stays until it is closed.
import htmx from "./htmx";
import { make, ownPath, wake } from "./dom";
import { say } from "./words";

export type State = "ok" | "soon" | "late" | "wait";
export interface Notice {
  text: string;
  state?: State;
  /** A page to open. */
  url?: string | null;
  urlText?: string;
  /** A path that takes the last act back when posted to. */
  undo?: string | null;
}

let region: HTMLElement | null = null;

/** The region must exist before something is said in it, or screen readers stay silent. */
export function prepareToasts(): void {
  region = document.querySelector<HTMLElement>(".toasts") ?? make("div", { class: "toasts", role: "status", "aria-live": "polite" });
  if (!region.isConnected) document.body.append(region);
}

export function toast(notice: Notice): void {
  if (!region?.isConnected) prepareToasts();
  const same = [...(region?.querySelectorAll(".toast > p") ?? [])].find((p) => p.textContent === notice.text);
  same?.parentElement?.remove();
  const link = ownPath(notice.url);
  const undo = ownPath(notice.undo);
  const box = make(
    "div",
    { class: "toast", "data-state": notice.state ?? "wait" },
    make("p", {}, notice.text),
    link && make("a", { class: "btn btn-quiet", href: link }, notice.urlText ?? say("open")),
    undo && make("button", { class: "btn", type: "button", "hx-post": undo, "hx-swap": "none" }, say("undo")),
    make("button", { class: "btn btn-quiet btn-icon", type: "button", "data-dismiss": true, "aria-label": say("close") }, "✕"),
  );
  region?.append(box);
  if (undo) {
    htmx.process(box);
    box.addEventListener("htmx:finally:request", () => box.remove());
  }
  wake(box);
  if (notice.state === "late" || undo) {
    if (undo) setTimeout(() => box.remove(), 30_000);
    return;
  }
  let timer = setTimeout(() => box.remove(), 7000);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => (timer = setTimeout(() => box.remove(), 3000)));
}
