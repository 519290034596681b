// The few helpers the behaviours share: waking elements, making elements, local storage that may be refused.

type Start = (element: HTMLElement) => void;
const behaviours: { selector: string; start: Start; seen: WeakSet<Element> }[] = [];

/** Runs `start` once for each element matching `selector`, now and in whatever htmx brings in later. */
export function behaviour(selector: string, start: Start): void {
  behaviours.push({ selector, start, seen: new WeakSet() });
}

export function wake(root: ParentNode): void {
  for (const { selector, start, seen } of behaviours) {
    const found = [...root.querySelectorAll<HTMLElement>(selector)];
    if (root instanceof HTMLElement && root.matches(selector)) found.unshift(root);
    for (const element of found) {
      if (seen.has(element)) continue;
      seen.add(element);
      start(element);
    }
  }
}

type Child = Node | string | null | undefined | false;

/** Makes an element without markup strings, so nothing typed by people is ever read as HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Listens on the document for `event` inside elements matching `selector`. */
export function on(event: string, selector: string, act: (element: HTMLElement, event: Event) => void): void {
  document.addEventListener(event, (e) => {
    const found = e.target instanceof Element ? e.target.closest<HTMLElement>(selector) : null;
    if (found) act(found, e);
  });
}

/** A storage of the browser that may be full or forbidden; reads then give null and writes give false. */
const kept = (where: () => Storage) => ({
  get(key: string): string | null {
    try {
      return where().getItem(key);
    } catch {
      return null;
    }
  },
  set(key: string, value: string): boolean {
    try {
      where().setItem(key, value);
      return true;
    } catch {
      return false;
    }
  },
  drop(key: string): void {
    try {
      where().removeItem(key);
    } catch {
      /* nothing was kept, so nothing is left */
    }
  },
  keys(): string[] {
    try {
      return Object.keys(where());
    } catch {
      return [];
    }
  },
});
export const store = kept(() => localStorage);
/** Of this tab only, and gone with it. */
export const tabStore = kept(() => sessionStorage);

/** A path on this server, or null: nothing sent to us may point the browser elsewhere. */
export function ownPath(url: string | null | undefined): string | null {
  if (!url) return null;
  try {
    const parsed = new URL(url, location.href);
    return parsed.origin === location.origin ? parsed.pathname + parsed.search + parsed.hash : null;
  } catch {
    return null;
  }
}

export const formOf = (element: Element | null | undefined): HTMLFormElement | null =>
  element instanceof HTMLFormElement ? element : (element?.closest("form") ?? null);

export const isTyping = (element: Element | null): boolean =>
  element instanceof HTMLElement &&
  (element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit])"));
