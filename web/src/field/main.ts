// The field client: one page that starts from the telephone's own storage and works without signal.
import { make } from "../dom";
import { intoNote, leftBehind } from "./back";
import { recallClock } from "./clock";
import { countSealed } from "./close";
import { atDoor, doorView } from "./door";
import { keep } from "./drafts";
import { keepForm } from "./form/view";
import { meView } from "./me";
import { begunNote, isOver, noteAt, noteView } from "./note";
import { mapView } from "./map";
import { freshIds, guarded, icon } from "./parts";
import { roundView } from "./round";
import { finishSignOut } from "./signout";
import { onChange, changed, reload, state, tidyPhotos } from "./state";
import { fetchPack, keepTrying, signedIn, sync } from "./sync";
import { talkView } from "./talk";
import { todayView } from "./today";
import type { Draft } from "./types";
import { resume } from "./vault";
import { forgetOld, undoLine } from "./thrown";
import { findVisit, visitView } from "./visit";
import { waitingView } from "./waiting";
import { loadWords, t } from "./words";

const TABS: [string, string, string][] = [["today", "today", "today"], ["note", "note", "note"], ["waiting", "waiting", "send"], ["me", "me", "person"]];
const main = document.querySelector<HTMLElement>("#main");
const title = document.querySelector<HTMLElement>("#title");
const status = make("div", { id: "status", class: "stack-s", "aria-live": "polite" });
const view = make("div", { id: "view" });
let shown = "";

const place = (): string => location.hash.slice(1) || "today";

async function open(begun: Draft): Promise<void> {
  const draft: Draft = leftBehind(begun) ? await intoNote(begun) : begun;
  // It exists from the first moment on, so that a killed page finds it again.
  if ("form" in draft && draft.form) await keepForm(draft.form.name);
  await keep(draft, make("p"));
  await reload();
  location.hash = addressOf(draft);
  if (place() === shown) draw(true);
}

/** Every draft has an address of its own: of two notes each is opened by its name. */
function addressOf(draft: Draft): string {
  if ("subject_name" in draft) return `round/${draft.id}`;
  if ("visit" in draft) return `visit/${draft.entry}`;
  return "door" in draft ? `door/${draft.dwelling}/${draft.id}` : `note/${draft.id}`;
}

const homeFrom = (kind: string) => (): void => {
  state.trouble = "";
  if (!state.lastThrown) state.said = t("saved-here");
  // Going back does not lead to what was handed in. Whoever left while it was being kept stays where they went.
  if (place().split("/")[0] === kind) location.replace("#today");
  else drawStatus();
};

function content(): HTMLElement {
  if (!state.vault) return gate();
  const [name = "", id, named] = place().split("/");
  const home = homeFrom(name);
  if (name === "round") {
    const draft = state.drafts.find((one) => one.id === id);
    if (draft && "subject_name" in draft) return draft.kind === "talk" ? talkView(draft, home) : roundView(draft, home, open);
  }
  const found = name === "visit" ? findVisit(id ?? "") : null;
  if (found) return visitView(found.list, found.visit, home, open);
  const door = name === "door" ? atDoor(id ?? "", named ?? "") : null;
  if (door) return doorView(door, home, open);
  if (name === "map") return mapView(open);
  if (name === "note") return noteView(noteAt(id ?? ""), home);
  if (name === "waiting") return waitingView(open);
  if (name === "me") return meView();
  return todayView(open);
}

/** Nothing is opened here yet. */
function gate(): HTMLElement {
  if (state.stranger) return strangers();
  const link = make("a", { class: "btn btn-primary btn-block", href: "/sign-in?next=/field" }, t("sign-in"));
  link.addEventListener("click", (event) => {
    event.preventDefault();
    // An ended session first, so that it does not end the next one.
    void finishSignOut().finally(() => location.assign(link.href));
  });
  const words = [state.sealedOwn > 0 && t("sealed"), state.sealedOthers > 0 && t("sealed-other", { n: state.sealedOthers })].filter((one): one is string => one !== false);
  if (words.length === 0) words.push(t("sign-in-first"));
  return make("section", { class: "card stack", id: "gate" }, ...words.map((one) => make("p", {}, one)), state.offline ? make("p", { class: "muted" }, t("need-signal")) : link);
}

/** For whoever is signed in and has nothing to walk: what this is, and the way back to their own pages. */
function strangers(): HTMLElement {
  const sealed = state.sealedOwn + state.sealedOthers;
  return make(
    "section", { class: "card stack", id: "strangers" },
    make("h2", {}, t("not-for-you")), make("p", {}, t("not-for-you-why")), sealed > 0 && make("p", { class: "muted" }, t("other-account", { n: sealed })),
    make("a", { class: "btn btn-primary btn-block", href: "/" }, icon("home"), t("go-home")), make("a", { class: "btn btn-block", href: "/sign-in?next=/field" }, t("sign-in-other")),
  );
}

function banner(look: string, words: string, action?: HTMLElement): HTMLElement {
  return make("div", { class: "banner", "data-state": look }, make("p", {}, words), action && make("div", { class: "actions" }, action));
}

/** Beyond two days nobody counts minutes, beyond two years nobody counts days. */
function clockOff(minutes: number): string {
  if (minutes <= 2_880) return t("clock-off", { n: minutes });
  if (minutes <= 1_051_000) return t("clock-off-days", { n: Math.floor(minutes / 1_440) });
  return t("clock-off-years", { n: Math.round(minutes / 525_600) });
}

function drawStatus(): void {
  const lines: HTMLElement[] = [];
  const { items, vault } = state;
  if (state.trouble) lines.push(banner("late", state.trouble));
  if (state.said && !(place() === "waiting" && items.length === 0)) lines.push(banner("ok", state.said));
  const undo = vault ? undoLine() : null;
  if (undo) lines.push(undo);
  // Somebody else is signed in on this telephone: nothing of whoever wrote here goes out in their name.
  if (vault && state.stranger) lines.push(banner("soon", t("not-for-you"), make("a", { class: "btn", href: "/" }, t("go-home"))));
  if (vault && state.signedOut) lines.push(banner("soon", t("sign-in-again"), make("a", { class: "btn btn-primary", href: "/sign-in?next=/field" }, t("sign-in"))));
  if (state.offline) lines.push(make("p", { class: "outbox" }, icon("offline"), t(vault ? "offline" : "offline-shut")));
  if (vault && state.sealedOthers > 0) lines.push(banner("wait", t("other-account", { n: state.sealedOthers })));
  if (Math.abs(state.clockOff) >= 5) lines.push(make("p", { class: "hint" }, clockOff(Math.abs(state.clockOff))));
  if (vault && items.length > 0) {
    lines.push(make("p", { class: "outbox", id: "unsent", "data-count": String(items.length) }, icon(state.sending ? "refresh" : "clock"), state.sending ? t("sending") : "", make("a", { href: "#waiting" }, t("outbox-line", { n: items.length }))));
  }
  status.replaceChildren(...lines);
}

/** Somebody is writing in what would be drawn anew. */
function writing(): boolean {
  if (/^(round|note|visit|door|map)/.test(shown)) return true;
  return [...view.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>("details[open] textarea, input[type=search]")].some((field) => field.value !== "" || field === document.activeElement);
}

function draw(force = false): void {
  drawStatus();
  const [name, id = ""] = place().split("/");
  if (state.vault && name === "note" && place() !== shown && (id === "" || isOver(id))) history.replaceState(null, "", `#note/${begunNote()}`);
  const now = state.vault ? place() : "gate";
  if (!force && now === shown && writing()) return;
  if (now !== shown) scrollTo(0, 0);
  shown = now;
  const tab = now.split("/")[0] ?? "today";
  const heading = TABS.find(([name]) => name === tab);
  if (title) title.textContent = heading ? t(heading[1]) : t(({ round: "round", visit: "visits", door: "visits", map: "map" } as Record<string, string>)[tab] ?? "app");
  freshIds();
  const next = content();
  // A finger may be on a button: what did not change stays where it is.
  if (force || !view.firstElementChild?.isEqualNode(next)) view.replaceChildren(next);
  drawBar(tab);
}

function drawBar(tab: string): void {
  document.querySelector(".bottombar")?.remove();
  if (!state.vault) return;
  const links = TABS.map(([name, words, mark]) => make("a", { href: name === tab ? `#${place()}` : `#${name}`, ...(name === tab ? { "aria-current": "page" } : {}), ...(name === "note" ? { class: "bottombar-main" } : {}) }, icon(mark), t(words)));
  document.body.append(make("nav", { class: "bottombar", "aria-label": t("main-nav") }, ...links));
}

async function start(): Promise<void> {
  onChange(draw);
  if (!window.isSecureContext) {
    await loadWords();
    state.trouble = t("insecure");
    return;
  }
  // Words and storage at once: a slow telephone starts no later than it must.
  const [, vault] = await Promise.all([loadWords(), resume()]);
  state.vault = vault;
  await Promise.all([reload(), recallClock()]);
  main?.replaceChildren(status, view);
  state.offline = !navigator.onLine;
  addEventListener("hashchange", () => {
    if (place() !== "today") [state.said, state.trouble, state.lastThrown] = ["", "", ""];
    void reload().then(() => draw(true));
  });
  // From here on the page stands, whatever the line does.
  if (state.vault) draw(true);
  document.documentElement.dataset.ready = "";
  await finishSignOut();
  // A shell fresh from the server says whether anybody is signed in; one from the telephone cannot know.
  const visitor = !navigator.serviceWorker?.controller && document.documentElement.dataset.signedIn === "no";
  if (visitor) state.signedOut = true;
  const known = !visitor && (await signedIn());
  await countSealed();
  if (known && !state.pack) await fetchPack().catch(() => undefined);
  // Somebody may have begun to write already.
  draw();
  keepTrying();
  if (!state.vault) return;
  void navigator.storage?.persist?.();
  await forgetOld();
  await tidyPhotos();
  void sync();
}

function look(): void {
  const prefs = /(?:^|;\s*)prefs=([^;]*)/.exec(document.cookie)?.[1] ?? "";
  const { dataset } = document.documentElement;
  dataset.theme = /theme:(light|dark)/.exec(prefs)?.[1] ?? "auto";
  dataset.print = /print:large/.test(prefs) ? "large" : "normal";
}

look();
void navigator.serviceWorker?.register("/field/sw.js", { scope: "/field" }).catch(() => undefined);
void guarded(start).then(async () => {
  // Storage that refuses is said in words, which need to be there.
  if (!main?.contains(status)) main?.replaceChildren(status, view);
  changed();
});
