// The desk by keyboard: / search, j k move in [data-list], Enter opens, n new ([data-new]), ? help, Esc closes.
// Never while somebody types or composes, never with a modifier, and it can be switched off (WCAG 2.1.4).
import { isTyping, make, wake } from "./dom";
import { keysWanted } from "./prefs";
import { say } from "./words";

const visible = (e: HTMLElement): boolean => e.offsetParent !== null;
const target = (item: HTMLElement): HTMLElement | null => (item.matches("a, button") ? item : item.querySelector<HTMLElement>("a[href], button"));

function items(): HTMLElement[] {
  const lists = [...document.querySelectorAll<HTMLElement>("[data-list]")].filter(visible);
  const list = lists.find((l) => l.contains(document.activeElement)) ?? lists[0];
  return list ? [...list.querySelectorAll<HTMLElement>("[data-item]")].filter(visible) : [];
}

function move(step: 1 | -1): boolean {
  const all = items();
  if (all.length === 0) return false;
  const here = all.findIndex((i) => i.contains(document.activeElement));
  const at = here >= 0 ? here : all.findIndex((i) => i.matches("[aria-current]") || i.querySelector("[aria-current]") !== null);
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  if (!next) return false;
  target(next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function focusSearch(): boolean {
  const field = [...document.querySelectorAll<HTMLInputElement>("[data-search]")].find(visible);
  field?.focus();
  field?.select();
  return field !== undefined;
}

function help(): HTMLDialogElement {
  const found = document.querySelector<HTMLDialogElement>("dialog#help");
  if (found) return found;
  const row = (keys: string[], words: string): (Node | string)[] => [make("dt", {}, ...keys.flatMap((k, i) => [i ? " " : null, make("kbd", {}, k)])), make("dd", {}, words)];
  const dialog = make(
    "dialog",
    { id: "help", class: "dialog", "aria-labelledby": "help-title" },
    make("div", { class: "dialog-head" }, make("h2", { id: "help-title" }, say("helpTitle")), make("button", { type: "button", class: "btn btn-quiet btn-icon", "data-close": true, "aria-label": say("close") }, "✕")),
    make(
      "div",
      { class: "dialog-body" },
      make(
        "dl",
        { class: "keys" },
        ...row(["/"], say("helpSearch")),
        ...row(["j", "k"], say("helpMove")),
        ...row(["Enter"], say("helpOpen")),
        ...row(["n"], say("helpNew")),
        ...row(["?"], say("helpHelp")),
        ...row(["Esc"], say("helpEscape")),
      ),
      make("label", { class: "check" }, make("input", { type: "checkbox", "data-pref": "keys", "data-value": "on", "data-off": "off" }), make("span", {}, say("helpKeys"))),
    ),
  );
  document.body.append(dialog);
  wake(dialog);
  return dialog;
}

/** Also reachable by mouse: <button data-help> */
export function openHelp(): void {
  const dialog = help();
  if (!dialog.open) dialog.showModal();
}

function escape(): boolean {
  const menu = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
    return true;
  }
  const call = [...document.querySelectorAll<HTMLElement>("#call-slot > .call")].find((c) => c.contains(document.activeElement));
  if (call) {
    call.remove();
    return true;
  }
  const toast = document.querySelector<HTMLElement>(".toast");
  if (toast && !isTyping(document.activeElement)) {
    toast.remove();
    return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return; // dialogs have the browser's own Esc and focus
  if (event.key === "Escape") {
    if (escape()) event.preventDefault();
    else if (isTyping(document.activeElement) && document.activeElement?.matches("[data-search]")) (document.activeElement as HTMLElement).blur();
    return;
  }
  if (isTyping(document.activeElement) || !keysWanted()) return;
  const fresh = document.querySelector<HTMLElement>("[data-new]");
  const acts: Record<string, () => boolean> = {
    "/": focusSearch,
    j: () => move(1),
    k: () => move(-1),
    n: () => (fresh?.click(), fresh !== null),
    "?": () => (openHelp(), true),
  };
  if (acts[event.key]?.()) event.preventDefault();
});

// The opened row stays marked while its record is fetched into the next pane.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-list] [data-item] a[hx-get], [data-list] a[data-item][hx-get]") : null;
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  for (const other of link.closest("[data-list]")?.querySelectorAll("[aria-current]") ?? []) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
});
