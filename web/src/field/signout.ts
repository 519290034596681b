// The server's side of signing out. Without signal it is owed, and paid as soon as there is any: by the page when the line comes
// back, by the service worker when the page is closed, or by whatever page of Youlin is opened next: not every browser wakes a
// service worker. Shared by all three, so nothing of the page is used here.

/** Outside the shell's caches, which a new version sweeps. Holds one account's id, nothing else. */
const BOX = "sign-out";
const AT = "/field/sign-out-due";
/** Where an older client kept it. */
const OLDER = "field-sign-out";
/** What the browser calls the work it does for us later. */
export const TAG = "field-sign-out";

const older = (): Storage | null => (typeof localStorage === "undefined" ? null : localStorage);

async function owed(): Promise<string | null> {
  const kept = await (await caches.open(BOX)).match(AT);
  return kept ? kept.text() : (older()?.getItem(OLDER) ?? null);
}

/** Whether a session has still to be ended. */
export async function owes(): Promise<boolean> {
  if (typeof caches === "undefined") return false;
  // Nothing is laid down on a telephone where there is nothing to remember.
  const lies = (await caches.has(BOX)) || typeof older()?.getItem(OLDER) === "string";
  return lies && (await owed()) !== null;
}

/** Notes whose session has still to be ended; where the browser can, it is ended with the page closed, too. */
export async function owe(account: string): Promise<void> {
  // A full telephone still has room for this where it lay before.
  await caches.open(BOX).then((box) => box.put(AT, new Response(account))).catch(() => older()?.setItem(OLDER, account));
  type Later = ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };
  void navigator.serviceWorker?.ready.then((worker: Later) => worker.sync?.register(TAG)).catch(() => undefined);
}

async function paid(): Promise<void> {
  older()?.removeItem(OLDER);
  await (await caches.open(BOX)).delete(AT);
}

/** Ends the session that is owed; false while it could not be. Only ever that of whoever signed out: somebody else may have
 *  signed in meanwhile. One at a time, so that a session begun after it is not taken for it. */
export async function finishSignOut(): Promise<boolean> {
  if (typeof caches === "undefined") return true;
  return navigator.locks ? navigator.locks.request("field-sign-out", finish) : finish();
}

async function finish(): Promise<boolean> {
  const due = await owed();
  if (due === null) return true;
  try {
    const known = await fetch("/api/v1/field/key", { cache: "no-store", signal: AbortSignal.timeout?.(30_000) });
    if (!known.ok && known.status !== 401 && known.status !== 403) return false;
    const { account } = (known.ok ? await known.json() : {}) as { account?: string };
    if (account === due) {
      const ended = await fetch("/sign-out", { method: "POST", redirect: "manual" });
      if (!ended.ok && ended.type !== "opaqueredirect") return false;
    }
    await paid();
    return true;
  } catch {
    // No signal: the key is gone already.
    return false;
  }
}
