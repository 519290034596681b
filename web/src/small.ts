// Small behaviours: copy, print, dialogs, menus, dismiss, remembered <details>, relative time, progress, confirmation.
import { behaviour, make, on, ownPath, store } from "./dom";
import { openHelp } from "./keyboard";
import { toast } from "./toast";
import { locale, say } from "./words";

// ---- copy and print
on("click", "[data-copy], [data-copy-from]", (button) => {
  const from = button.dataset.copyFrom ? document.querySelector<HTMLElement>(button.dataset.copyFrom) : null;
  const text = button.dataset.copy || (from instanceof HTMLInputElement ? from.value : from?.textContent?.trim()) || "";
  const done = (ok: boolean): void => toast({ text: say(ok ? "copied" : "copyFailed"), state: ok ? "ok" : "soon" });
  if (!navigator.clipboard) return done(false);
  navigator.clipboard.writeText(text).then(
    () => done(true),
    () => done(false),
  );
});
on("click", "[data-print-page]", () => window.print());

// ---- on a phone the doors of the desk lie in a row that is swept: the open one comes into sight
const row = document.querySelector<HTMLElement>(".rail");
const door = row?.querySelector<HTMLElement>("[aria-current]");
if (row && door && row.scrollWidth > row.clientWidth) row.scrollLeft = door.offsetLeft - (row.clientWidth - door.offsetWidth) / 2;

// ---- a file dropped anywhere on a page with <div data-drop><input type="file"></div> is given to that field
const dropField = (): HTMLInputElement | null => document.querySelector<HTMLInputElement>('[data-drop] input[type="file"]');
const dragged = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
function dropping(on: boolean): void {
  document.querySelector("[data-drop]")?.classList.toggle("is-over", on);
}
document.addEventListener("dragover", (event) => {
  if (!dropField() || !dragged(event)) return;
  event.preventDefault();
  dropping(true);
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) dropping(false);
});
document.addEventListener("drop", (event) => {
  const field = dropField();
  if (!field || !event.dataTransfer || !dragged(event)) return;
  event.preventDefault();
  dropping(false);
  field.files = event.dataTransfer.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

// ---- a file larger than <input type="file" data-max-bytes data-too-large="…"> takes is told so before it is sent
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.type !== "file" || field.dataset.tooLarge === undefined) return;
  const most = Number(field.dataset.maxBytes);
  const over = [...(field.files ?? [])].some((file) => file.size > most);
  field.setCustomValidity(over ? field.dataset.tooLarge : "");
  if (over) field.reportValidity();
});

// ---- dialogs: <button data-open="#id">, <button data-close> inside; a click on the backdrop closes
on("click", "[data-open]", (button, event) => {
  const dialog = document.querySelector<HTMLDialogElement>(button.dataset.open ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  if (!dialog.open) dialog.showModal();
});
on("click", "[data-close]", (button) => button.closest("dialog")?.close());
on("click", "[data-help]", () => openHelp());
on("click", "dialog.dialog", (dialog, event) => {
  if (event.target !== dialog || !(dialog instanceof HTMLDialogElement)) return;
  const box = dialog.getBoundingClientRect();
  const { clientX: x, clientY: y } = event as MouseEvent;
  if (x < box.left || x > box.right || y < box.top || y > box.bottom) dialog.close();
});
on("click", "[data-dismiss]", (button) => button.closest(".toast, .banner, .call, .conflict")?.remove());

// ---- menus close when one looks elsewhere
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!(event.target instanceof Element)) continue;
    // … and when a step was chosen in them; how the page looks is tried out with the menu open
    const chosen = event.target.closest(".menu-body a, .menu-body button:not([data-pref])");
    if (!menu.contains(event.target) || (chosen && menu.contains(chosen))) menu.open = false;
  }
});

// ---- the tree of areas as a drawer on smaller screens: <button data-tree-toggle aria-expanded="false">
function tree(open: boolean): void {
  document.querySelector(".pane-tree")?.classList.toggle("is-open", open);
  for (const button of document.querySelectorAll("[data-tree-toggle]")) button.setAttribute("aria-expanded", String(open));
}
on("click", "[data-tree-toggle]", (button) => {
  const open = button.getAttribute("aria-expanded") !== "true";
  tree(open);
  if (open) document.querySelector<HTMLElement>(".pane-tree a[aria-current], .pane-tree a")?.focus();
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && !event.target.closest(".pane-tree, [data-tree-toggle]")) tree(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !document.querySelector(".pane-tree.is-open")) return;
  tree(false);
  document.querySelector<HTMLElement>("[data-tree-toggle]")?.focus();
});

// ---- a refused form comes back with its reasons in view, wherever on the page it stands
behaviour("form .form-summary", (summary) => {
  // 「请填写这一项」 alone says nothing up here: the label of the field it leads to goes before it.
  for (const link of summary.querySelectorAll<HTMLAnchorElement>('a[href^="#f-"]')) {
    const id = link.hash.slice(1);
    const field = document.getElementById(id);
    const named = document.querySelector(`label[for="${CSS.escape(id)}"]`) ?? field?.querySelector("legend") ?? field?.closest("label");
    const label = (named?.firstChild?.textContent ?? "").trim().replace(/[：:]$/, "");
    if (label !== "" && !link.textContent.includes(label)) link.prepend(document.documentElement.lang.startsWith("zh") ? `${label}：` : `${label}: `);
  }
  summary.tabIndex = -1;
  summary.scrollIntoView({ block: "center" });
  summary.focus({ preventScroll: true });
});

// ---- <details data-remember="tree:320613005018"> stays as it was left
behaviour("details[data-remember]", (element) => {
  const details = element as HTMLDetailsElement;
  const key = `open:${details.dataset.remember ?? ""}`;
  const kept = store.get(key);
  if (kept !== null && !details.querySelector("[aria-current]")) details.open = kept === "1";
  details.addEventListener("toggle", () => store.set(key, details.open ? "1" : "0"));
});

// ---- <details class="asked-fold" data-fold>: on a small screen the sections of a long form one is not at wait folded. An instance
// that is added folds those before it. Decided once for each: what a person opened stays as they left it.
const small = window.matchMedia("(max-width: 40rem)");
behaviour("details.asked-fold", (element) => {
  if (!small.matches) return;
  const details = element as HTMLDetailsElement;
  if (details.dataset.fold !== undefined) details.open = false;
  else if (document.readyState === "complete" && details.classList.contains("asked-instance")) {
    for (const before of details.parentElement?.querySelectorAll<HTMLDetailsElement>(":scope > details.asked-instance") ?? []) {
      if (before !== details && !before.querySelector("[aria-invalid]")) before.open = false;
    }
  }
});

// ---- <time datetime="…" data-relative>11月23日 周一 14:30</time>: the relative words come after the absolute ones
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60]];
function relative(at: number): string {
  const seconds = (at - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, size] of UNITS) if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  return format.format(0, "minute");
}
function tick(element: HTMLElement): void {
  const at = Date.parse((element as HTMLTimeElement).dateTime);
  if (Number.isNaN(at)) return;
  let words = element.querySelector<HTMLElement>("[data-relative-words]");
  if (!words) {
    words = make("span", { class: "faint nowrap", "data-relative-words": true });
    element.append(" ", words);
  }
  const text = locale().startsWith("zh") ? `（${relative(at)}）` : `(${relative(at)})`;
  if (words.textContent !== text) words.textContent = text;
}
behaviour("time[data-relative]", tick);
const tickAll = (): void => document.querySelectorAll<HTMLElement>("time[data-relative]").forEach(tick);
setInterval(tickAll, 30_000);
document.addEventListener("htmx:after:swap", tickAll);

// ---- <div class="progress" data-progress-url="/jobs/1/progress">: {"done":3,"total":10,"state":"running|done|failed","message"?,"next"?}
// Without a total nobody can say how far it is: no bar and no count, only what is done.
interface Progress {
  done: number;
  total: number;
  state: "running" | "done" | "failed";
  message?: string;
  next?: string;
}
function part(box: HTMLElement, name: string): HTMLElement {
  return box.querySelector<HTMLElement>(`[data-progress-${name}]`) ?? box.appendChild(make("span", { [`data-progress-${name}`]: true }));
}
behaviour("[data-progress-url]", (box) => {
  const url = ownPath(box.dataset.progressUrl);
  const bar = box.querySelector("progress");
  if (!url || !bar) return;
  let misses = 0;
  const ask = async (): Promise<void> => {
    if (!box.isConnected) return;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const now = (await answer.json()) as Progress;
      misses = 0;
      const counted = now.total > 0;
      bar.hidden = !counted;
      bar.max = Math.max(1, now.total);
      bar.value = now.done;
      part(box, "count").textContent = counted ? say("progressCount", { done: now.done, total: now.total }) : "";
      const text = part(box, "text");
      if (now.state === "running") {
        if (now.message) text.textContent = now.message;
        setTimeout(() => void ask(), 1000);
        return;
      }
      box.dataset.state = now.state === "done" ? "ok" : "late";
      const next = ownPath(now.next);
      if (now.state === "failed") text.textContent = say("progressFailed", { why: now.message ?? "" });
      else if (now.message || counted) text.textContent = now.message ?? say("progressDone", { total: now.total });
      if (next && box.dataset.progressFollow !== undefined) location.assign(next);
      else if (next) box.append(make("a", { class: "btn", href: next }, say("open")));
    } catch {
      misses += 1;
      part(box, "text").textContent = say("progressLost");
      setTimeout(() => void ask(), Math.min(30_000, 1000 * 2 ** misses));
    }
  };
  void ask();
});

// ---- asking before what can not be undone: data-confirm="删除「跃龙南路错峰停车」？" on a form or button, or hx-confirm
function ask(text: string, danger: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const yes = make("button", { class: danger ? "btn btn-danger" : "btn btn-primary", value: "yes" }, say("confirm"));
    const dialog = make(
      "dialog",
      { class: "dialog", "aria-label": text },
      make("form", { method: "dialog" }, make("div", { class: "dialog-body" }, make("p", {}, text)), make("div", { class: "dialog-foot" }, make("button", { class: "btn", value: "" }, say("cancel")), yes)),
    );
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
document.addEventListener("htmx:confirm", (event) => {
  const detail = (event as CustomEvent<{ ctx?: { confirm?: string; sourceElement?: Element }; issueRequest(): void; dropRequest(): void }>).detail;
  const text = detail.ctx?.confirm;
  if (!text) return;
  event.preventDefault();
  void ask(text, detail.ctx?.sourceElement?.querySelector(".btn-danger") != null || detail.ctx?.sourceElement?.matches(".btn-danger") === true).then((yes) => (yes ? detail.issueRequest() : detail.dropRequest()));
});
const allowed = new WeakSet<HTMLFormElement>();
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target as HTMLFormElement;
    const { submitter } = event;
    const text = submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!text || allowed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void ask(text, submitter?.matches(".btn-danger") === true).then((yes) => {
      if (!yes) return;
      allowed.add(form);
      form.requestSubmit(submitter);
    });
  },
  { capture: true },
);

// ---- the server may say a sentence: HX-Trigger: {"toast":{"text":"…","state":"ok","undo":"/cases/1/undo"}} (JSON with \u escapes)
document.addEventListener("toast", (event) => {
  const detail = (event as CustomEvent<{ text?: string; value?: string; state?: "ok"; url?: string; undo?: string }>).detail;
  const text = detail.text ?? detail.value;
  if (text) toast({ text, state: detail.state ?? "ok", url: detail.url ?? null, undo: detail.undo ?? null });
});
behaviour("[data-toast]", (element) => {
  toast({ text: element.textContent?.trim() ?? "", state: (element.dataset.toast as "ok") || "ok", url: element.dataset.url ?? null, undo: element.dataset.undo ?? null });
  element.remove();
});
