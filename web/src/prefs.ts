// Theme, large print and single-key shortcuts, per browser: localStorage for this page, the cookie `prefs`
// (theme:dark.print:large.keys:off) for the server, so that the next page is rendered right and does not flash.
// The server keeps the chosen language in the same cookie (lang:en): what is not ours stays in it.
//   <html data-theme="auto|light|dark" data-print="normal|large">
//   <button data-pref="theme" data-value="dark">   <input type="checkbox" data-pref="print" data-value="large" data-off="normal">
import { behaviour, on, store } from "./dom";

type Prefs = { theme: string; print: string; keys: string };
const ALLOWED: Record<keyof Prefs, string[]> = { theme: ["auto", "light", "dark"], print: ["normal", "large"], keys: ["on", "off"] };
const PREFS = Object.keys(ALLOWED) as (keyof Prefs)[];

function current(): Prefs {
  const html = document.documentElement.dataset;
  const prefs: Prefs = { theme: html.theme ?? "auto", print: html.print ?? "normal", keys: "on" };
  for (const part of (store.get("prefs") ?? "").split(".")) {
    const [name, value] = part.split(":") as [keyof Prefs, string | undefined];
    if (value && ALLOWED[name]?.includes(value)) prefs[name] = value;
  }
  return prefs;
}

export const keysWanted = (): boolean => current().keys !== "off";

function show(prefs: Prefs): void {
  const html = document.documentElement;
  if (!html.hasAttribute("data-fixed-theme")) html.dataset.theme = prefs.theme; // the wall screen stays dark
  html.dataset.print = prefs.print;
  for (const control of document.querySelectorAll<HTMLElement>("[data-pref]")) mark(control, prefs);
  document.dispatchEvent(new CustomEvent("prefs:changed"));
}

function mark(control: HTMLElement, prefs: Prefs): void {
  const on = prefs[control.dataset.pref as keyof Prefs] === control.dataset.value;
  if (control instanceof HTMLInputElement) control.checked = on;
  else control.setAttribute("aria-pressed", String(on));
}

/** Parts of the cookie that others keep there. */
function foreign(): string[] {
  const cookie = document.cookie.split(/;\s*/).find((pair) => pair.startsWith("prefs="));
  return (cookie?.slice("prefs=".length) ?? "").split(".").filter((part) => part.includes(":") && !PREFS.some((name) => part.startsWith(`${name}:`)));
}

function set(name: keyof Prefs, value: string): void {
  if (!ALLOWED[name]?.includes(value)) return;
  const prefs = { ...current(), [name]: value };
  const text = PREFS.map((p) => `${p}:${prefs[p]}`).join(".");
  store.set("prefs", text);
  document.cookie = `prefs=${[text, ...foreign()].join(".")}; Path=/; Max-Age=31536000; SameSite=Lax`;
  show(prefs);
}

export function preparePrefs(): void {
  show(current());
}

behaviour("[data-pref]", (control) => mark(control, current()));

on("click", "button[data-pref]", (button) => {
  const name = button.dataset.pref as keyof Prefs;
  const value = button.dataset.value ?? "";
  // a lone switch (data-off) goes back and forth; one of several buttons only sets
  set(name, current()[name] === value && button.dataset.off ? button.dataset.off : value);
});
on("change", "input[data-pref]", (input) => {
  const box = input as HTMLInputElement;
  set(box.dataset.pref as keyof Prefs, box.checked ? (box.dataset.value ?? "") : (box.dataset.off ?? ""));
});
