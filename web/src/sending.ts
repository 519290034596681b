// form[data-idempotent]: one key per rendered form, so a repeated send is answered, not repeated;
// and while a send is under way its button says so and cannot be pressed twice.
import { behaviour, formOf, make } from "./dom";
import { forgetSend, rememberSend, sentKey } from "./draft";
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

function keyField(form: HTMLFormElement): HTMLInputElement {
  let field = form.querySelector<HTMLInputElement>('input[name="idempotency_key"]');
  if (!field) {
    field = make("input", { type: "hidden", name: "idempotency_key" });
    form.append(field);
  }
  if (!field.value) field.value = sentKey(form) ?? uuid();
  return field;
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
      rememberSend(form, keyField(form).value);
      busy(form, (event as SubmitEvent).submitter);
    },
    { capture: true },
  );
});

document.addEventListener("htmx:before:request", (event) => {
  const ctx = ctxOf(event);
  const form = formOf(ctx?.sourceElement);
  if (!ctx || !form?.matches("[data-idempotent]") || ctx.request.method === "GET") return;
  const key = keyField(form).value;
  ctx.request.headers["Idempotency-Key"] = key;
  rememberSend(form, key);
  busy(form, ctx.request.submitter);
});

document.addEventListener("htmx:finally:request", (event) => {
  const ctx = ctxOf(event);
  const form = formOf(ctx?.sourceElement);
  if (!ctx || !form?.matches("[data-idempotent]") || ctx.request.method === "GET") return;
  idle(form);
  // Answered (well or badly): the next send from this form is a new act. Not answered: the same act again.
  if (ctx.response && ctx.response.status < 500) {
    forgetSend(form);
    keyField(form).value = uuid();
  }
});

// Coming back with the browser's back button finds the form as it was left: busy.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll<HTMLFormElement>("form[aria-busy]")) idle(form);
});
