// Me: what the telephone keeps, the last resort, and leaving.
import { make } from "../dom";
import { button, sure } from "./parts";
import { exportAll, takeIn } from "./carry";
import { closeHere } from "./close";
import { finishSignOut, owe } from "./signout";
import { state } from "./state";
import { t, size } from "./words";

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
  await owe(account);
  await closeHere(t("signed-out"));
  await finishSignOut();
}
