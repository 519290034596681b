// Drafts are kept at each keystroke: the newest state is written as soon as the one before is on the disk.
import { StorageTrouble } from "./database";
import { state } from "./state";
import type { Draft } from "./types";
import { t, when } from "./words";

let writing: Promise<void> | null = null;
let next: Draft | null = null;

/** Writes the draft and says so in `note`. */
export function keep(draft: Draft, note: HTMLElement): Promise<void> {
  draft.saved = Date.now();
  next = draft;
  writing ??= write(note).finally(() => (writing = null));
  return writing;
}

async function write(note: HTMLElement): Promise<void> {
  while (next) {
    const draft = next;
    next = null;
    try {
      await state.vault?.put("boxes", `draft:${draft.id}`, draft);
      note.textContent = t("draft-kept", { time: when(draft.saved) });
      note.removeAttribute("data-trouble");
      for (const act of document.querySelectorAll<HTMLElement>(`[data-discard="${draft.id}"]`)) act.hidden = false;
    } catch (error) {
      if (!(error instanceof StorageTrouble)) throw error;
      note.textContent = t(error.full ? "full" : "broken-store");
      note.setAttribute("data-trouble", "");
    }
  }
}

/** After the last keystroke is on the disk. */
export const settled = (): Promise<void> => writing ?? Promise.resolve();
