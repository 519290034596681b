// Somebody saved first (409). The panel the server answers with is put at the top of the form; what was typed stays.
//   in the panel: <button data-conflict-take="title" data-value="their words">, <button data-conflict-keep="8">
import { behaviour, formOf, make, on } from "./dom";
import type { Ctx } from "./htmx";
import { say } from "./words";

/** Aims the answer at the form's slot; false when the answer holds no panel or there is no form. */
export function showConflict(ctx: Ctx): boolean {
  const form = formOf(ctx.sourceElement);
  if (!form || !ctx.text?.includes("data-conflict")) return false;
  let slot = form.querySelector<HTMLElement>("[data-conflict-slot]");
  if (!slot) {
    slot = make("div", { "data-conflict-slot": true });
    form.prepend(slot);
  }
  ctx.target = slot;
  ctx.swap = "innerHTML";
  delete ctx.select;
  return true;
}

behaviour("[data-conflict]", (panel) => {
  panel.setAttribute("role", "alert");
  panel.tabIndex = -1;
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
});

on("click", "[data-conflict-take]", (button) => {
  const form = formOf(button);
  const field = form?.elements.namedItem(button.dataset.conflictTake ?? "");
  const value = button.dataset.value ?? "";
  if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = value === "true" || value === field.value;
  else if (field instanceof RadioNodeList || field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) field.value = value;
  else return;
  const changed = field instanceof RadioNodeList ? field[0] : field;
  changed?.dispatchEvent(new Event("input", { bubbles: true }));
  button.replaceWith(make("span", { class: "badge", "data-state": "ok" }, say("taken")));
});

on("click", "[data-conflict-keep]", (button) => {
  const form = formOf(button);
  const version = form?.elements.namedItem("version");
  if (!form || !(version instanceof HTMLInputElement)) return;
  version.value = button.dataset.conflictKeep ?? version.value;
  button.closest("[data-conflict]")?.remove();
  form.requestSubmit();
});
