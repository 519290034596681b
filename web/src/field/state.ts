// What the client knows now, and who wants to hear when it changes.
import type { Vault } from "./vault";
import { photosOf, type Draft, type Item, type Pack, type PackChecklist, type Taken, type Thrown } from "./types";

export const state = {
  vault: null as Vault | null,
  pack: null as Pack | null,
  /** When the pack was fetched. */
  packAt: 0,
  items: [] as Item[],
  recent: [] as Taken[],
  /** Dwellings whose visit was taken since the pack came: it still has them. */
  sentDoors: new Set<string>(),
  drafts: [] as Draft[],
  /** Drafts that were thrown away, and which of them last. */
  thrown: [] as Thrown[],
  lastThrown: "",
  /** Checklists drafts were begun with; a newer pack may not have them any more. */
  forms: [] as PackChecklist[],
  /** Half-written words of the forms in lists, by what they are about. */
  typed: {} as Record<string, string>,
  /** The server no longer knows us; work goes on, nothing is sent. */
  signedOut: false,
  /** Whoever is signed in walks no rounds. */
  stranger: false,
  offline: false,
  sending: false,
  /** Minutes the telephone's clock is wrong. */
  clockOff: 0,
  /** A sentence at the top until the next one. */
  said: "",
  /** The same where something went wrong. */
  trouble: "",
  /** Items that lie sealed here: of whoever was here last, and of other accounts. */
  sealedOwn: 0,
  sealedOthers: 0,
};

const listeners: (() => void)[] = [];
export const onChange = (act: () => void): void => void listeners.push(act);
export const changed = (): void => listeners.forEach((act) => act());

export async function reload(): Promise<void> {
  const { vault } = state;
  if (!vault) return;
  const [items, recent, drafts, forms, typed, packed, thrown] = await Promise.all([
    vault.all<Item>("outbox"),
    vault.get<Taken[]>("boxes", "recent"),
    vault.all<Draft>("boxes", "draft:"),
    vault.all<PackChecklist>("boxes", "form:"),
    vault.get<Record<string, string>>("boxes", "typed"),
    vault.get<{ pack: Pack; at: number }>("boxes", "pack"),
    vault.all<Thrown>("boxes", "thrown:"),
  ]);
  state.items = items.map((row) => row.value);
  state.drafts = drafts.map((row) => row.value);
  state.thrown = thrown.map((row) => row.value);
  state.forms = forms.map((row) => row.value);
  [state.recent, state.typed] = [recent ?? [], typed ?? {}];
  if (packed) [state.pack, state.packAt] = [packed.pack, packed.at];
}

/** Keeps written work: items, and the boxes they were made of (draft, track) go in the same transaction. */
export async function hold(items: Item[], ...gone: string[]): Promise<void> {
  const { vault } = state;
  if (!vault) return;
  const rows = await Promise.all(items.map((item, n) => vault.prepare("outbox", item.id, item, item.made_at + n)));
  await vault.write(rows, gone.map((id) => ({ table: "boxes" as const, id })));
  await reload();
  changed();
}

/** Keeps half-written words; an empty text is none. */
export async function type(about: string, words: string): Promise<void> {
  if (words) state.typed[about] = words;
  else delete state.typed[about];
  await state.vault?.put("boxes", "typed", state.typed);
}

/** An item nobody wants any more, with the bytes of its photograph. */
export async function release(item: Item): Promise<void> {
  const { vault } = state;
  if (!vault) return;
  const gone: { table: "outbox" | "blobs"; id: string }[] = [{ table: "outbox", id: item.id }];
  for (const photo of photosOf(item)) gone.push({ table: "blobs", id: photo.id });
  await vault.write([], gone);
  // Not read anew: of eighty photographs each would open all others.
  state.items = state.items.filter((one) => one.id !== item.id);
  changed();
}

/** An item as it stands now, on the disk and here. */
export async function keepItem(next: Item): Promise<void> {
  await state.vault?.put("outbox", next.id, next, next.made_at);
  state.items = state.items.map((one) => (one.id === next.id ? next : one));
}

/** Photographs and checklists that neither a draft nor an item names any more: taken back, or left by a page that was killed. */
export async function tidyPhotos(): Promise<void> {
  const { vault } = state;
  if (!vault) return;
  const named = JSON.stringify([state.items, state.drafts, state.thrown, state.typed]);
  const gone = (await vault.ids("blobs")).filter((id) => !named.includes(id));
  const forms = state.forms.filter(({ name }) => !named.includes(`"${name}"`)).map(({ name }) => ({ table: "boxes" as const, id: `form:${name}` }));
  if (gone.length + forms.length > 0) await vault.write([], [...gone.map((id) => ({ table: "blobs" as const, id })), ...forms]);
}
