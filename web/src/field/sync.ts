// Between the telephone and the server. Everything may break off anywhere and be done again: the server takes each item
// once, a photograph goes on where it was cut.
import { markClock, now, recallClock } from "./clock";
import { closeHere, countSealed, remember } from "./close";
import { StorageTrouble } from "./database";
import { finishSignOut } from "./signout";
import { changed, keepItem, release, reload, state } from "./state";
import { endRecording } from "./track";
import { ofItem, photosOf, type Answer, type Item, type Pack, type Photo, type Taken } from "./types";
import { unlock } from "./vault";
import { t } from "./words";

const CONTRACT = 1;
const BATCH = 50;
/** Bytes of one request; the server takes twice that. */
const LARGEST = 512 * 1024;
const PIECE = 256 * 1024;
const RECENT = 20;

/** The server could not be reached, or sent us away. */
class Stop extends Error {}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { cache: "no-store", credentials: "same-origin", ...options, signal: AbortSignal.timeout?.(60_000) });
  } catch {
    state.offline = true;
    throw new Stop("offline");
  }
  state.offline = false;
  if (answer.status === 401) {
    [state.signedOut, state.stranger] = [true, false];
    // Over by time, work goes on; ended by its owner, this telephone may be in strange hands.
    const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
    if (code === "session-revoked" && state.vault) await closeHere(t("revoked"));
    throw new Stop("signed out");
  }
  if (answer.status >= 500 || answer.status === 429) throw new Stop("later");
  return answer;
}

/** Asks who is signed in and opens their storage; false when nobody is or there is no signal. */
export async function signedIn(): Promise<boolean> {
  try {
    const answer = await ask("/api/v1/field/key");
    if (!answer.ok) {
      // Signed in, but with nothing to walk: that is said where the way back is. Whatever lies here stays its owner's.
      state.stranger = answer.status === 403;
      state.trouble = state.stranger ? "" : (((await answer.json().catch(() => ({}))) as { title?: string }).title ?? "");
      return false;
    }
    [state.signedOut, state.stranger] = [false, false];
    const { account, secret } = (await answer.json()) as { account: string; secret: string };
    if (state.vault?.account !== account) {
      // What is recorded belongs to whoever was here before.
      endRecording();
      [state.pack, state.items, state.drafts, state.thrown] = [null, [], [], []];
      state.sentDoors.clear();
      state.vault = await unlock(account, secret);
      remember(account);
      await reload();
      await recallClock();
      await countSealed();
    }
    return true;
  } catch (error) {
    if (error instanceof Stop) return false;
    // The server's secret is another one than then: what lies here stays as it is.
    if (error instanceof DOMException && error.name === "OperationError") state.trouble = t("unreadable");
    else throw error;
    return false;
  }
}

export async function fetchPack(): Promise<void> {
  const { vault } = state;
  if (!vault) return;
  const held = await vault.get<{ etag: string; pack: Pack }>("boxes", "pack");
  const answer = await ask("/api/v1/field/pack", { headers: held ? { "if-none-match": held.etag } : {} });
  await markClock(answer);
  const at = now();
  if (answer.status === 304 && held) {
    state.packAt = at;
    return;
  }
  if (!answer.ok) return;
  const pack = (await answer.json()) as Pack;
  if (pack.me.account !== vault.account) return;
  [state.pack, state.packAt] = [pack, at];
  state.sentDoors.clear();
  await vault.put("boxes", "pack", { etag: answer.headers.get("etag") ?? "", pack, at });
}

/** Milliseconds until the next try; longer each time it was in vain. */
let pause = 2_000;
let timer = 0;
let running: Promise<void> | null = null;
let again = false;

/** Sends what waits; called again while it runs, it goes round once more. */
export function sync(): Promise<void> {
  again = running !== null;
  running ??= locked().finally(() => {
    running = null;
    if (again) void sync();
  });
  return running;
}

/** One tab at a time; twice would do no harm. The tab in front may close half way (a page loaded anew does): this one looks again. */
const locked = async (): Promise<void> => {
  if (navigator.locks) await navigator.locks.request("field-sync", { ifAvailable: true }, (lock) => (lock ? whole() : tryIn(2_000)));
  else await whole();
};

function tryIn(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void sync(), milliseconds);
}

async function whole(): Promise<void> {
  if (!state.vault) return;
  state.sending = true;
  changed();
  try {
    if (!(await signedIn())) return;
    // Another tab may have sent or written meanwhile.
    await reload();
    const took = await sendAll();
    await fetchPack();
    if (took) await reload();
    if (took && state.items.length === 0) [state.said, state.trouble] = [t("outbox-none"), ""];
    pause = 2_000;
  } catch (error) {
    if (error instanceof StorageTrouble) state.trouble = t(error.full ? "full" : "broken-store");
    else if (!(error instanceof Stop)) throw error;
  } finally {
    state.sending = false;
    changed();
    // The line may come back without anybody telling the page.
    clearTimeout(timer);
    if (state.items.some(sendable) && !state.signedOut) tryIn(pause);
    pause = Math.min(pause * 2, 60_000);
  }
}

const sendable = (item: Item): boolean => item.state === "waiting" || item.state === "later";

async function sendAll(): Promise<boolean> {
  let took = false;
  for (const some of batches(state.items.filter((item) => sendable(item) && photosOf(item).length === 0))) took = (await batch(some)) || took;
  // Photographs last: a weak line carries the words first. A return visit ends a case and goes with its own, after those of before.
  const heavy = state.items.filter((one) => sendable(one) && photosOf(one).length > 0);
  for (const item of heavy.sort((a, b) => Number(a.kind !== "photo_claim") - Number(b.kind !== "photo_claim"))) {
    if (await uploadAll(item)) took = (await batch([item])) || took;
  }
  return took;
}

/** As many as go into one request: a day's track is long. */
function batches(items: Item[]): Item[][] {
  const all: Item[][] = [];
  let bytes = LARGEST;
  for (const item of items) {
    const size = JSON.stringify(item.body).length * 2;
    bytes += size;
    const last = all[all.length - 1];
    if (last && last.length < BATCH && bytes <= LARGEST) last.push(item);
    else {
      all.push([item]);
      bytes = size;
    }
  }
  return all;
}

async function batch(items: Item[]): Promise<boolean> {
  const { vault } = state;
  if (!vault || items.length === 0) return false;
  const sent_at = new Date(now());
  const body = { contract: CONTRACT, account: vault.account, items: items.map(({ id, kind, body }) => ({ id, kind, body, sent_at: sent_at.toISOString() })) };
  const answer = await ask("/api/v1/field/outbox", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) {
    const problem = (await answer.json().catch(() => ({}))) as { title?: string };
    state.trouble = problem.title ?? "";
    throw new Stop("refused");
  }
  const told = (await answer.json()) as { now: string; items: Answer[] };
  state.clockOff = Math.round((sent_at.getTime() - Date.parse(told.now)) / 60_000);
  for (const one of told.items) {
    const item = items.find(({ id }) => id === one.id);
    if (item) await apply(item, one);
  }
  return true;
}

async function apply(item: Item, answer: Answer): Promise<void> {
  const { vault } = state;
  if (!vault) return;
  if (answer.result === "done" || answer.result === "again") {
    if (item.kind === "door_visit") state.sentDoors.add(String(item.body["dwelling"]));
    if (item.kind !== "photo_claim") {
      const taken: Taken = { id: item.id, kind: item.kind, of: ofItem(item), label: item.label, at: Date.now(), ids: answer.ids };
      state.recent = [taken, ...state.recent.filter((one) => one.id !== item.id)].slice(0, RECENT);
      await vault.put("boxes", "recent", state.recent);
    }
    return release(item);
  }
  await keepItem({ ...item, state: answer.result, problem: answer.problem ?? undefined, held: answer.held ?? undefined, told_at: now() });
}

async function uploadAll(item: Item): Promise<boolean> {
  for (const photo of photosOf(item)) if (!(await upload(item, photo))) return false;
  return true;
}

/** Brings the bytes over, from wherever it was cut; false when this has to wait or was refused. */
async function upload(item: Item, photo: Photo): Promise<boolean> {
  const { vault } = state;
  if (!vault) return true;
  const bytes = await vault.get<ArrayBuffer>("blobs", photo.id);
  if (!bytes) return true;
  const announce = JSON.stringify({ id: photo.id, bytes: photo.bytes, sha256: photo.sha256, type: photo.type ?? "image/jpeg" });
  let answer = await ask("/api/v1/field/uploads", { method: "POST", headers: { "content-type": "application/json" }, body: announce });
  for (let tries = 0; tries < 10_000; tries += 1) {
    const told = (await answer.json()) as { offset?: number; done?: boolean; current?: { offset?: number }; code?: string; title?: string };
    if (answer.ok && told.done) return true;
    const offset = answer.ok ? told.offset : told.current?.offset;
    if (offset === undefined) return refuse(item, answer.status, told);
    const piece = bytes.slice(offset, offset + PIECE);
    answer = await ask(`/api/v1/field/uploads/${photo.id}`, { method: "PATCH", headers: { "content-type": "application/offset+octet-stream", "upload-offset": String(offset) }, body: piece });
  }
  return false;
}

async function refuse(item: Item, status: number, problem: object): Promise<false> {
  const final = status === 413 || status === 415 || status === 422;
  await keepItem({ ...item, state: final ? "refused" : "later", problem });
  return false;
}

/** A session that is owed its end first; then what waits, of whoever is here. */
async function comeBack(): Promise<void> {
  await finishSignOut();
  if (state.vault) return sync();
  state.offline = !navigator.onLine;
  changed();
}

/** Tries whenever there is hope: signal, a return to the page. */
export function keepTrying(): void {
  addEventListener("online", () => void comeBack());
  addEventListener("offline", () => {
    state.offline = true;
    changed();
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void comeBack());
}
