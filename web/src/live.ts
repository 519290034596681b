// [data-live="/live"]: one stream of server events for the browser, shared by its tabs (browsers allow only six
// connections to a server over HTTP/1.1, so one tab holds the stream and tells the others).
//   call   {"id","url":"/desk/calls/{id}/panel"}   the caller's file slides into #call-slot
//   notice {"text","state"?,"url"?}                a sentence in the corner; data-refresh-on="notice" is fetched again
//   case   {"id"}                                  elements with data-refresh-on="case:{id}" are fetched again
import { behaviour, make, ownPath } from "./dom";
import htmx from "./htmx";
import { toast, type State } from "./toast";
import { say } from "./words";

const EVENTS = ["call", "notice", "case"] as const;
type Kind = (typeof EVENTS)[number];
interface Told {
  kind: Kind | "state";
  data: string;
  /** the server's id of the event, for going on where another tab left off */
  id?: string;
}

function show(on: boolean): void {
  for (const mark of document.querySelectorAll<HTMLElement>("[data-live-state]")) {
    mark.dataset.liveState = on ? "on" : "off";
    mark.textContent = say(on ? "liveOn" : "liveOff");
  }
}

function parse(data: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(data);
    if (value && typeof value === "object") return value as Record<string, string>;
  } catch {
    /* plain text is fine too */
  }
  return data.startsWith("/") ? { url: data } : { id: data, text: data };
}

/** Slides the caller's file in. Focus, selection and every other input stay as they are. */
async function call(data: Record<string, string>): Promise<void> {
  const url = ownPath(data.url ?? (data.id ? `/desk/calls/${encodeURIComponent(data.id)}/panel` : null));
  if (!url) return;
  const shown = [...document.querySelectorAll<HTMLElement>("#call-slot > [data-call]")];
  if (data.id && shown.some((p) => p.dataset.call === data.id)) return;
  const slot = document.querySelector<HTMLElement>("#call-slot") ?? make("aside", { id: "call-slot" });
  slot.setAttribute("aria-live", "polite");
  if (!slot.isConnected) document.body.append(slot);
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Request-Type": "partial", Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = (await answer.text()).replace(/\sautofocus(=("[^"]*"|'[^']*'|\S+))?/gi, "");
    await htmx.swap({ text, target: slot, swap: "afterbegin", sourceElement: slot });
  } catch {
    toast({ text: say("callFailed"), state: "late", url });
  }
}

const waiting = new Map<HTMLElement, number>();

function refresh(element: HTMLElement): void {
  if (!element.isConnected) return;
  const active = document.activeElement;
  if (active && active !== document.body && element.contains(active) && active.matches("input, textarea, select")) {
    // somebody is writing in there: wait until they leave the field
    active.addEventListener("blur", () => later(element), { once: true });
    return;
  }
  if (element.matches("[data-map]")) {
    element.dispatchEvent(new CustomEvent("map:reload"));
    return;
  }
  const url = ownPath(element.dataset.refreshUrl ?? element.getAttribute("hx-get"));
  if (!url) return;
  void htmx.ajax("GET", url, { source: element, target: element, swap: element.dataset.refreshSwap ?? "outerMorph" });
}

function later(element: HTMLElement): void {
  if (waiting.has(element)) return;
  waiting.set(
    element,
    window.setTimeout(() => {
      waiting.delete(element);
      refresh(element);
    }, 250),
  );
}

function refreshAll(match: (topic: string) => boolean): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-refresh-on]")) {
    if ((element.dataset.refreshOn ?? "").split(/\s+/).some(match)) later(element);
  }
}

function hear(told: Told): void {
  if (told.kind === "state") {
    show(told.data !== "off");
    if (told.data === "again") refreshAll(() => true); // something may have been missed meanwhile
    return;
  }
  const data = parse(told.data);
  if (told.kind === "call") void call(data);
  else if (told.kind === "notice") {
    toast({ text: data.text ?? told.data, state: (data.state as State | undefined) ?? "wait", url: data.url ?? null });
    refreshAll((topic) => topic === "notice"); // whatever counts them
  }
  else refreshAll((topic) => topic === `case:${data.id ?? told.data}` || topic === "case:*");
}

/** Holds the stream open for good: the browser reconnects dropped lines, this reconnects refused ones. */
function hold(url: string, last: () => string, tell: (told: Told) => void): void {
  let wait = 2000;
  let opened = false;
  const start = (): void => {
    const address = new URL(url, location.href);
    if (last()) address.searchParams.set("last_event_id", last());
    const source = new EventSource(address.href, { withCredentials: true });
    source.onopen = () => {
      tell({ kind: "state", data: opened ? "again" : "on" });
      opened = true;
      wait = 2000;
    };
    source.onerror = () => {
      tell({ kind: "state", data: "off" });
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(start, wait + Math.random() * 1000);
      wait = Math.min(wait * 2, 60_000);
    };
    for (const kind of EVENTS) source.addEventListener(kind, (e) => tell({ kind, data: String((e as MessageEvent).data), id: (e as MessageEvent).lastEventId }));
  };
  start();
}

const held = new Set<string>();

behaviour("[data-live]", (element) => {
  const url = ownPath(element.dataset.live);
  if (!url || held.has(url)) return;
  held.add(url);
  if (!("locks" in navigator) || typeof BroadcastChannel === "undefined") {
    let id = "";
    hold(url, () => id, (told) => {
      id = told.id || id;
      hear(told);
    });
    return;
  }
  const channel = new BroadcastChannel(`live:${url}`);
  let leader = false;
  let last: Told = { kind: "state", data: "off" };
  let id = "";
  channel.onmessage = (e: MessageEvent<Told | "ask">) => {
    if (e.data === "ask") {
      if (leader) channel.postMessage(last);
    } else if (!leader) {
      id = e.data.id || id;
      hear(e.data);
    }
  };
  channel.postMessage("ask");
  void navigator.locks.request(`live:${url}`, () => {
    leader = true;
    hold(url, () => id, (told) => {
      id = told.id || id;
      if (told.kind === "state") last = { kind: "state", data: told.data === "off" ? "off" : "on" };
      hear(told);
      channel.postMessage(told);
    });
    return new Promise<never>(() => undefined); // until this tab closes; then the next one takes over
  });
});
