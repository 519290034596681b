// Me: what the telephone keeps, the last resort, and leaving.
import { make } from "../dom";
import { button, sure } from "./parts";
import { exportAll, takeIn } from "./carry";
import { changed, state } from "./state";
import { endRecording } from "./track";
import { t, size } from "./words";
import { signOutHere } from "./vault";

/** Whose session at the server has still to be ended. */
const DUE = "field-sign-out";

/** What was told last, until it is asked again. */
const known = { used: "", promise: "" };

export function meView(): HTMLElement {
  const used = make("p", {}, known.used);
  const promise = make("p", { class: "muted" }, known.promise);
  void storage(used, promise);
  return make(
    "div", { class: "stack-l" },
    make("section", { class: "card" }, make("h2", {}, state.pack?.me.name ?? ""), make("p", { class: "muted" }, (state.pack?.me.communities ?? []).map((one) => one.name).slice(0, 5).join(" · "))),
    make("section", { class: "card stack-s" }, make("h2", {}, t("storage")), used, promise),
    make("section", { class: "card stack-s" }, state.items.length + state.drafts.length > 0 && button(t("export"), "btn-block", exportAll, "download"), state.items.length + state.drafts.length > 0 && make("p", { class: "hint" }, t("export-hint")), takeIn()),
    make("section", { class: "card stack-s" }, button(t("sign-out"), "btn-block", signOut, "logout"), make("p", { class: "hint" }, t("sign-out-hint"))),
    make("p", {}, make("a", { href: "/today" }, t("network-page"))),
  );
}

async function storage(used: HTMLElement, promise: HTMLElement): Promise<void> {
  const estimate = await navigator.storage?.estimate?.();
  known.used = used.textContent = t("storage-used", { size: size(estimate?.usage ?? 0) });
  known.promise = promise.textContent = t((await navigator.storage?.persisted?.()) ? "persisted" : "not-persisted");
}

async function signOut(): Promise<void> {
  if (state.items.length > 0 && !(await sure(t("sign-out-sure", { n: state.items.length })))) return;
  const account = state.vault?.account ?? "";
  endRecording();
  await signOutHere();
  localStorage.setItem(DUE, account);
  await finishSignOut();
  Object.assign(state, { vault: null, pack: null, items: [], drafts: [], thrown: [], lastThrown: "", recent: [], signedOut: true, said: t("signed-out") });
  location.hash = "";
  changed();
}

/** The server's side of signing out; without signal it is done before anything else the next time. Only ever for whoever
 *  signed out: somebody else may have signed in meanwhile. */
export async function finishSignOut(): Promise<void> {
  const due = localStorage.getItem(DUE);
  if (due === null) return;
  try {
    const known = await fetch("/api/v1/field/key", { cache: "no-store" });
    const { account } = (known.ok ? await known.json() : {}) as { account?: string };
    if (account === due) await fetch("/sign-out", { method: "POST", redirect: "manual" });
    localStorage.removeItem(DUE);
  } catch {
    // no signal: the key is gone already, the session ends when there is
  }
}
