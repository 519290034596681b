// What happens to an answer that is not a success. 400 and 422 carry the form back and are swapped as usual;
// 409 goes to the conflict panel; everything else leaves the page as it is and says a sentence.
import { ctxOf, type Ctx } from "./htmx";
import { toast } from "./toast";
import { showConflict } from "./conflict";
import { say, type Word } from "./words";

const WORDS: Record<number, Word> = { 401: "signedOut", 403: "notAllowed", 404: "notFound", 410: "notFound", 413: "tooLarge", 429: "tooMany" };

/** The server's own sentence, when the answer holds one: <p data-message>…</p>, or a problem+json title. */
function sentence(ctx: Ctx): string | null {
  const text = ctx.text ?? "";
  if (ctx.response?.headers.get("content-type")?.includes("problem+json")) {
    try {
      const problem = JSON.parse(text) as { title?: string; detail?: string };
      return problem.detail ?? problem.title ?? null;
    } catch {
      return null;
    }
  }
  if (!text.includes("data-message")) return null;
  return new DOMParser().parseFromString(text, "text/html").querySelector("[data-message]")?.textContent?.trim() ?? null;
}

document.addEventListener("htmx:response:error", (event) => {
  const ctx = ctxOf(event);
  const status = ctx?.response?.status;
  if (!ctx || !status || status === 400 || status === 422) return;
  if (status === 409 && showConflict(ctx)) return;
  ctx.swap = "none"; // a template can still ask for a swap with hx-status:404="…"
  const own = sentence(ctx);
  if (status === 401) {
    toast({ text: own ?? say("signedOut"), state: "soon", url: `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, urlText: say("signIn") });
    return;
  }
  toast({ text: own ?? say(WORDS[status] ?? (status === 409 ? "conflictBare" : "serverFault")), state: "late" });
});

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = (event as CustomEvent<{ ctx?: Ctx; error?: unknown }>).detail;
  if (!ctx || ctx.response) {
    console.error(error);
    return;
  }
  const late = ctx.status.includes("timeout") || (error as { name?: string } | undefined)?.name === "AbortError" || error === "timeout";
  toast({ text: say(late ? "timeout" : "offline"), state: "late" });
});
