// Closing the storage on this telephone: by its owner who signs out, or because the server says the session was ended.
import { settled } from "./drafts";
import { changed, state } from "./state";
import { endRecording } from "./track";
import { sealedWork, signOutHere } from "./vault";

/** Who was here last, to tell their sealed work from somebody else's. */
const LAST = "field-last";

export const remember = (account: string): void => localStorage.setItem(LAST, account);

/** The key goes and the pack with it; what was not sent stays sealed until its owner is here again. */
export async function closeHere(said: string): Promise<void> {
  await settled();
  endRecording();
  await signOutHere();
  Object.assign(state, { vault: null, pack: null, items: [], drafts: [], thrown: [], forms: [], typed: {}, lastThrown: "", recent: [], signedOut: true, said, trouble: "" });
  state.sentDoors.clear();
  await countSealed();
  location.hash = "";
  changed();
}

/** How much lies sealed here of whoever is or was here last, and of others. */
export async function countSealed(): Promise<void> {
  const own = state.vault?.account ?? localStorage.getItem(LAST);
  const all = await sealedWork(state.vault?.account);
  const sum = (mine: boolean): number => all.filter(({ account }) => (account === own) === mine).reduce((n, one) => n + one.items, 0);
  [state.sealedOwn, state.sealedOthers] = [sum(true), sum(false)];
}
