// form[data-draft="key"]: what is typed survives errors, reloads and lost signal.
// Kept in this browser only, per signed-in person (html[data-user]), for seven days; dropped when the server says
// it has saved (response header X-Draft-Clear, or an element with data-draft-clear) and at sign-out.
// With data-draft-tab nothing outlives the tab: what is sealed in the register (names, numbers, notes on somebody) must not
// lie in the clear on a telephone that others pick up.
// A form with data-draft-served comes back with more than was typed: its own values win over the kept ones.
// Passwords, files, hidden fields (but those with data-draft-keep: how many instances of a repeat there are) and anything
// with data-no-draft are never kept. Fields the server draws only after some were restored get theirs when they come.
import { behaviour, formOf, make, on, store, tabStore } from "./dom";
import { ctxOf } from "./htmx";
import { moment, say } from "./words";

interface Draft {
  /** when, in milliseconds */
  t: number;
  v: Record<string, string[]>;
  /** version of the record it was written on */
  base?: string | undefined;
  /** idempotency key of a send whose answer never came */
  key?: string | undefined;
}

const DAYS_7 = 7 * 24 * 3600 * 1000;
const prefix = (): string => `draft:${document.documentElement.dataset.user ?? "-"}:`;
const keyOf = (form: HTMLElement): string => prefix() + (form.dataset.draft ?? "");
const shelf = (form: HTMLElement): typeof store => (form.dataset.draftTab === undefined ? store : tabStore);

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
const fields = (form: HTMLFormElement): Field[] =>
  [...form.elements].filter(
    (e): e is Field =>
      (e instanceof HTMLTextAreaElement || e instanceof HTMLSelectElement || (e instanceof HTMLInputElement && (e.type === "hidden" ? e.dataset.draftKeep !== undefined : !/^(password|file|submit|button|reset|image)$/.test(e.type)))) &&
      e.name !== "" &&
      !e.closest("[data-no-draft]"),
  );
const hidden = (form: HTMLFormElement, name: string): HTMLInputElement | null => form.querySelector<HTMLInputElement>(`input[type="hidden"][name="${name}"]`);

function read(form: HTMLFormElement): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const field of fields(form)) {
    const list = (values[field.name] ??= []);
    if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) {
      if (field.checked) list.push(field.value);
    } else if (field instanceof HTMLSelectElement && field.multiple) {
      list.push(...[...field.selectedOptions].map((o) => o.value));
    } else list.push(field.value);
  }
  return values;
}

/** Restores the values, of the named fields only where `only` says which; those of fields that are not there are given back. */
function write(form: HTMLFormElement, values: Record<string, string[]>, only?: (name: string) => boolean): Record<string, string[]> {
  const used: Record<string, number> = {};
  const left = { ...values };
  for (const field of fields(form)) {
    delete left[field.name];
    if (only && !only(field.name)) continue;
    const list = values[field.name];
    if (!list) continue;
    if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) field.checked = list.includes(field.value);
    else if (field instanceof HTMLSelectElement && field.multiple) for (const o of field.options) o.selected = list.includes(o.value);
    else {
      const nth = (used[field.name] = (used[field.name] ?? -1) + 1);
      const value = list[nth];
      if (value !== undefined) field.value = value;
    }
  }
  // While the page still loads nobody listens yet: whoever draws what follows wakes with the page.
  const tell = (): boolean => form.dispatchEvent(new Event("draft:restored", { bubbles: true }));
  if (document.readyState === "complete") tell();
  else window.addEventListener("load", tell, { once: true });
  return left;
}

function load(key: string, from = store): Draft | null {
  try {
    const draft = JSON.parse(from.get(key) ?? "null") as Draft | null;
    return draft && typeof draft.t === "number" && typeof draft.v === "object" ? draft : null;
  } catch {
    return null;
  }
}

/** What would be kept of the form right now, to see whether it changed. */
export const snapshot = (form: HTMLFormElement): string => JSON.stringify(read(form));

const same = (a: Record<string, string[]>, b: Record<string, string[]>): boolean => Object.keys(a).every((k) => JSON.stringify(a[k]) === JSON.stringify(b[k] ?? a[k]));

const loadOf = (form: HTMLElement): Draft | null => load(keyOf(form), shelf(form));

const pending = new WeakMap<HTMLFormElement, number>();

export function clearDrafts(keys: string): void {
  for (const key of keys.split(/\s+/).filter(Boolean)) {
    for (const one of [store, tabStore]) one.drop(prefix() + key);
    for (const form of document.querySelectorAll<HTMLFormElement>(`form[data-draft="${CSS.escape(key)}"]`)) {
      clearTimeout(pending.get(form));
      pending.delete(form);
      for (const note of form.querySelectorAll<HTMLElement>("[data-draft-note]")) {
        if (note.dataset.draftNote === "back") note.remove();
        else note.textContent = "";
      }
    }
  }
}

/** Marks the draft as sent under this key, so that a send repeated after a reload is not a second one. */
export function rememberSend(form: HTMLFormElement, key: string): void {
  if (!form.dataset.draft) return;
  shelf(form).set(keyOf(form), JSON.stringify({ t: Date.now(), v: read(form), base: hidden(form, "version")?.value, key } satisfies Draft));
}

export function forgetSend(form: HTMLFormElement): void {
  const draft = form.dataset.draft ? loadOf(form) : null;
  if (draft?.key) shelf(form).set(keyOf(form), JSON.stringify({ ...draft, key: undefined }));
}

export const sentKey = (form: HTMLFormElement): string | undefined => (form.dataset.draft ? loadOf(form)?.key : undefined);

// Before the forms: what was saved is not brought back into a field beside it.
behaviour("[data-draft-clear]", (element) => clearDrafts(element.dataset.draftClear ?? ""));

behaviour("form[data-draft]", (element) => {
  const form = element as HTMLFormElement;
  const note = form.querySelector<HTMLElement>("[data-draft-note]") ?? make("p", { class: "draft-note", "data-draft-note": true });
  if (!note.isConnected) form.append(note);
  // That something stands here which nobody typed just now must be seen before the first field.
  const head = make("div", { class: "banner no-print", "data-state": "wait", role: "status", "data-draft-note": "back" });
  const tell = (...words: (string | HTMLElement)[]): void => {
    head.replaceChildren(make("p", {}, ...words));
    form.prepend(head);
  };
  if (form.dataset.draftTab !== undefined) store.drop(keyOf(form));
  const first = read(form);
  /** What was restored and has no field yet: instances of repeats, questions that stand only after others were answered. */
  let waits: Record<string, string[]> = {};

  const save = (): void => {
    pending.delete(form);
    const before = loadOf(form);
    const draft: Draft = { t: Date.now(), v: { ...waits, ...read(form) }, base: hidden(form, "version")?.value };
    // a send that was not answered keeps its key only while its words stay the same
    if (before?.key && JSON.stringify(before.v) === JSON.stringify(draft.v)) draft.key = before.key;
    note.textContent = shelf(form).set(keyOf(form), JSON.stringify(draft)) ? say("draftSaved", { time: moment(draft.t) }) : say("draftFull");
  };
  const soon = (): void => {
    clearTimeout(pending.get(form));
    pending.set(form, window.setTimeout(save, 400));
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  window.addEventListener("pagehide", () => pending.has(form) && save());
  form.addEventListener("htmx:after:swap", () => {
    const come = new Set(fields(form).map((field) => field.name).filter((name) => name in waits));
    if (come.size > 0) {
      const wanted = waits;
      waits = {};
      waits = write(form, wanted, (name) => come.has(name));
    } else {
      // An instance more or less is a change too, though nobody typed.
      const kept = loadOf(form);
      if (kept && !same(read(form), kept.v)) soon();
    }
  });

  const drop = (): HTMLElement => {
    const button = make("button", { type: "button", class: "btn-link" }, say("draftDrop"));
    button.addEventListener("click", () => {
      shelf(form).drop(keyOf(form));
      waits = {};
      write(form, first);
      note.textContent = "";
      head.remove();
    });
    return button;
  };

  // The server sent back what was typed together with what follows from it: that is the newer draft.
  if (form.dataset.draftServed !== undefined) {
    save();
    return;
  }
  const draft = loadOf(form);
  if (!draft || Date.now() - draft.t > DAYS_7 || same(draft.v, first)) return;
  const time = moment(draft.t);
  const version = hidden(form, "version")?.value;
  if (draft.base !== undefined && version !== undefined && draft.base !== version) {
    // The record moved on: ask, so that an old draft does not silently undo somebody's work.
    const back = make("button", { type: "button", class: "btn-link" }, say("draftRestore"));
    back.addEventListener("click", () => {
      waits = write(form, draft.v);
      tell(say("draftRestored", { time }), drop());
    });
    tell(say("draftOlder", { time }), back, drop());
    return;
  }
  waits = write(form, draft.v);
  tell(say("draftRestored", { time }), drop());
});

document.addEventListener("htmx:after:request", (event) => {
  const response = ctxOf(event)?.response;
  const keys = response?.headers.get("X-Draft-Clear");
  if (response && response.status < 400 && keys) clearDrafts(keys);
});

/** Old drafts, and everything at sign-out. */
export function purgeDrafts(all = false): void {
  for (const one of [store, tabStore]) {
    for (const key of one.keys()) {
      if (!key.startsWith("draft:")) continue;
      const draft = load(key, one);
      if (all || !draft || Date.now() - draft.t > DAYS_7) one.drop(key);
    }
  }
}
on("submit", "form[data-sign-out]", (element) => formOf(element) && purgeDrafts(true));
