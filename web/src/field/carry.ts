// The last resort: unsent work as a file, and the way back in, on another telephone or at the desk. Items keep the numbers
// they were made with, so what had arrived after all is not taken twice.
import { make } from "../dom";
import { hex } from "./photo";
import { guarded, icon } from "./parts";
import { changed, hold, reload, state } from "./state";
import { sync } from "./sync";
import { photosOf, type Draft, type Item } from "./types";
import { t } from "./words";

type Carried = { made_at: string; account: string; items: Item[]; drafts?: Draft[]; photos: Record<string, string> };

/** Identifiers of the photographs something names. */
const named = (what: unknown): string[] => [...JSON.stringify(what).matchAll(/"(?:upload|id)":"([0-9a-f-]{36})"/g)].map((found) => found[1] ?? "");

/** Unsent work and drafts as one file, photographs in it as base64. */
export async function exportAll(): Promise<void> {
  const photos: Record<string, string> = {};
  for (const id of new Set(named([state.items, state.drafts]))) {
    const bytes = await state.vault?.get<ArrayBuffer>("blobs", id);
    if (bytes) photos[id] = await base64(bytes);
  }
  const carried: Carried = { made_at: new Date().toISOString(), account: state.vault?.account ?? "", items: state.items, drafts: state.drafts, photos };
  const link = make("a", { href: URL.createObjectURL(new Blob([JSON.stringify(carried, null, 1)], { type: "application/json" })), download: `youlin-${new Date().toISOString().slice(0, 10)}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const base64 = (bytes: ArrayBuffer): Promise<string> =>
  new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.readAsDataURL(new Blob([bytes]));
  });

/** What became of the last one: the view may be drawn anew at any moment. */
let told = "";

/** A button that takes such a file in. */
export function takeIn(): HTMLElement {
  const input = make("input", { type: "file", accept: "application/json,.json", class: "sr-only" });
  const said = make("p", { class: "hint", role: "status", id: "taken-in" }, told || t("carry-hint"));
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = "";
    if (file) {
      void guarded(async () => {
        told = await take(file);
        said.textContent = told;
        changed();
      });
    }
  });
  return make("div", { class: "stack-s" }, make("label", { class: "btn btn-block camera" }, icon("upload"), t("carry-in"), input), said);
}

/** What became of it, in words. */
async function take(file: File): Promise<string> {
  const { vault } = state;
  const carried = await read(file);
  if (!vault || !carried) return t("carry-unreadable");
  if (carried.account !== vault.account) return t("carry-other");
  const here = new Set(state.items.map((item) => item.id));
  const items = carried.items.filter((item) => !here.has(item.id)).map((item): Item => ({ ...item, state: "waiting" }));
  const bytes = new Map<string, ArrayBuffer>();
  for (const item of items) {
    const photos = photosOf(item);
    if (item.kind === "photo_claim" && photos.length === 0) return t("carry-broken");
    for (const photo of photos) {
      const found = bytesOf(carried.photos[photo.id]);
      // Changed on the way: the server would refuse it in the end.
      if (!found || hex(await crypto.subtle.digest("SHA-256", found)) !== photo.sha256) return t("carry-broken");
      bytes.set(photo.id, found);
    }
  }
  const drafts = (carried.drafts ?? []).filter((draft) => !state.drafts.some((known) => known.id === draft.id));
  for (const id of named(drafts)) {
    const found = bytesOf(carried.photos[id]);
    if (found) bytes.set(id, found);
  }
  for (const [id, found] of bytes) await vault.put("blobs", id, found);
  for (const draft of drafts) await vault.put("boxes", `draft:${draft.id}`, draft);
  await hold(items);
  await reload();
  changed();
  void sync();
  return t("carry-taken", { n: items.length, m: drafts.length });
}

function bytesOf(text: string | undefined): ArrayBuffer | null {
  try {
    return text ? Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer : null;
  } catch {
    return null;
  }
}

const KINDS = ["round", "case", "photo_claim", "return_visit", "visit_mark", "door_visit", "correction"];

/** Only what looks like such a file; what it says is looked at again by the server. */
async function read(file: File): Promise<Carried | null> {
  try {
    const told = JSON.parse(await file.text()) as Partial<Carried>;
    const sound = typeof told.account === "string" && Array.isArray(told.items) && told.items.every((item) => /^[0-9a-f-]{36}$/.test(item.id) && KINDS.includes(item.kind) && typeof item.body === "object" && typeof item.label === "string" && typeof item.made_at === "number");
    return sound ? { made_at: told.made_at ?? "", account: told.account ?? "", items: told.items ?? [], drafts: Array.isArray(told.drafts) ? told.drafts : [], photos: told.photos ?? {} } : null;
  } catch {
    return null;
  }
}
