// form[data-idempotent]: one key per rendered form, so a repeated send is answered, not repeated;
// and while a send is under way its button says so and cannot be pressed twice.
import { behaviour, formOf, make } from "./dom";
import { forgetSend, rememberSend, sentKey, snapshot } from "./draft";
import { ctxOf } from "./htmx";
import { say } from "./words";

const uuid = (): string => {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  // randomUUID is only given on secure connections; getRandomValues everywhere
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

/** What was last sent from a form without an answer. */
const sent = new WeakMap<HTMLFormElement, string>();

/** A form that comes back with faults was answered: its next send is a new act. */
const answered = (form: HTMLFormElement): boolean => form.querySelector('.form-summary, [aria-invalid="true"], [data-conflict]') !== null;

function keyField(form: HTMLFormElement): HTMLInputElement {
  let field = form.querySelector<HTMLInputElement>('input[name="idempotency_key"]');
  if (!field) {
    field = make("input", { type: "hidden", name: "idempotency_key" });
    form.append(field);
  }
  if (!field.value) {
    const before = answered(form) ? undefined : sentKey(form);
    if (before) sent.set(form, snapshot(form));
    else forgetSend(form);
    field.value = before ?? uuid();
  }
  return field;
}

/** The key to send under: the same as before only when the same words are sent again. */
function keyToSend(form: HTMLFormElement): string {
  const field = keyField(form);
  const now = snapshot(form);
  if (sent.has(form) && sent.get(form) !== now) field.value = uuid();
  sent.set(form, now);
  rememberSend(form, field.value);
  return field.value;
}

function busy(form: HTMLFormElement, submitter?: HTMLElement | null): void {
  form.setAttribute("aria-busy", "true");
  const button = submitter ?? form.querySelector<HTMLElement>('button[type="submit"], button:not([type])');
  if (!(button instanceof HTMLButtonElement) || button.dataset.words !== undefined) return;
  button.dataset.words = button.innerHTML; // our own markup, put back below
  button.style.minWidth = `${button.offsetWidth}px`;
  button.textContent = button.dataset.busy ?? say("saving");
  button.setAttribute("aria-busy", "true");
  // after the browser has collected the form, or the button's own value would be missing from it
  setTimeout(() => (button.disabled = form.getAttribute("aria-busy") === "true"));
}

function idle(form: HTMLFormElement): void {
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll<HTMLButtonElement>("button[data-words]")) {
    button.innerHTML = button.dataset.words ?? "";
    delete button.dataset.words;
    button.removeAttribute("aria-busy");
    button.disabled = false;
    button.style.minWidth = "";
  }
}

behaviour("form[data-idempotent]", (element) => {
  const form = element as HTMLFormElement;
  keyField(form);
  const viaHtmx = form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete], [data-hx-post]");
  form.addEventListener(
    "submit",
    (event) => {
      if (form.getAttribute("aria-busy") === "true") {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      if (viaHtmx || event.defaultPrevented) return; // htmx: below, only once it really sends
      keyToSend(form);
      busy(form, (event as SubmitEvent).submitter);
    },
    { capture: true },
  );
});

document.addEventListener("htmx:before:request", (event) => {
  const ctx = ctxOf(event);
  const form = formOf(ctx?.sourceElement);
  if (!ctx || !form?.matches("[data-idempotent]") || ctx.request.method === "GET") return;
  const key = keyToSend(form);
  ctx.request.headers["Idempotency-Key"] = key;
  if (ctx.request.body instanceof URLSearchParams || ctx.request.body instanceof FormData) ctx.request.body.set("idempotency_key", key);
  busy(form, ctx.request.submitter);
});

// Answered (well or badly): the next send from this form is a new act. Not answered: the same act again.
// Before the swap, because a form swapped in looks for the key of an unanswered send.
document.addEventListener("htmx:after:request", (event) => {
  const ctx = ctxOf(event);
  const form = formOf(ctx?.sourceElement);
  if (!ctx?.response || !form?.matches("[data-idempotent]") || ctx.request.method === "GET" || ctx.response.status >= 500) return;
  forgetSend(form);
  sent.delete(form);
  keyField(form).value = uuid();
});

document.addEventListener("htmx:finally:request", (event) => {
  const ctx = ctxOf(event);
  const form = formOf(ctx?.sourceElement);
  if (!ctx || !form?.matches("[data-idempotent]") || ctx.request.method === "GET") return;
  idle(form);
});

// Coming back with the browser's back button finds the form as it was left: busy.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll<HTMLFormElement>("form[aria-busy]")) idle(form);
});
