// htmx 4 under a strict policy: nothing is evaluated, the CSRF token goes along, and an error answer never
// replaces what a person sees or typed unless the answer is a form to correct (400, 422) or a conflict (409).
import "./htmx-config";
import htmx from "htmx.org";

/** The parts of htmx's request context used here (htmx 4, docs: extension authoring). */
export interface Ctx {
  sourceElement: Element;
  target: Element | string | null;
  swap: string;
  select?: string;
  text?: string;
  status: string;
  request: { action: string; method: string; headers: Record<string, string>; body: FormData | URLSearchParams | null; submitter?: HTMLElement | null };
  response?: { status: number; headers: Headers };
}

export const ctxOf = (event: Event): Ctx | null => (event as CustomEvent<{ ctx?: Ctx }>).detail?.ctx ?? null;

function refuse(): never {
  throw new Error("Evaluating text is switched off: use a data- behaviour instead of hx-on, js: or a [filter].");
}

htmx.registerExtension("youlin", {
  init: (api: { initSecurity?: (policy: unknown, sync: unknown, async: unknown) => void }) => api.initSecurity?.(null, refuse, refuse),
} as Parameters<typeof htmx.registerExtension>[1]);

document.addEventListener("htmx:config:request", (event) => {
  const ctx = ctxOf(event);
  if (!ctx || ctx.request.method === "GET") return;
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content;
  if (csrf) ctx.request.headers["X-CSRF-Token"] = csrf;
});

// On a narrow screen the pane a row would be fetched into is not shown: then the link opens as a page.
document.addEventListener("htmx:config:request", (event) => {
  const ctx = ctxOf(event);
  const link = ctx?.sourceElement;
  if (!(link instanceof HTMLAnchorElement) || !(ctx?.target instanceof HTMLElement) || ctx.target === document.body) return;
  if (ctx.target.getClientRects().length > 0 || !link.href) return;
  event.preventDefault();
  location.assign(link.href);
});

export default htmx;
