// IndexedDB behind a few promises. What is personal is sealed before it comes here (vault.ts).

/** Storage said no: full, or not allowed at all. */
export class StorageTrouble extends Error {
  constructor(readonly full: boolean) {
    super(full ? "storage full" : "storage refused");
  }
}

export type Table = "profiles" | "boxes" | "outbox" | "blobs";

/** A sealed record: only whose it is, which one, and when it was made stay readable. */
export type Sealed = { account: string; id: string; at: number; iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer };
export type Profile = { account: string; salt: Uint8Array<ArrayBuffer>; key?: CryptoKey; check?: { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer } };

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("youlin-field", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("profiles", { keyPath: "account" });
      for (const table of ["boxes", "outbox", "blobs"]) request.result.createObjectStore(table, { keyPath: ["account", "id"] });
    };
    request.onsuccess = () => {
      // A newer version in another tab may go on.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(trouble(request.error));
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

function trouble(error: unknown): Error {
  if (error instanceof DOMException && error.name === "QuotaExceededError") return new StorageTrouble(true);
  return new StorageTrouble(false);
}

/** One transaction; resolves when it is on the disk, so that what was said to be kept is kept. */
export async function within<T>(tables: Table[], mode: IDBTransactionMode, act: (table: (name: Table) => IDBObjectStore) => IDBRequest<T> | void): Promise<T | undefined> {
  const db = await database();
  return new Promise((resolve, reject) => {
    let request: IDBRequest<T> | void;
    try {
      const change = db.transaction(tables, mode, { durability: "strict" });
      change.oncomplete = () => resolve(request ? request.result : undefined);
      change.onabort = () => reject(trouble(change.error));
      change.onerror = () => reject(trouble(change.error));
      request = act((name) => change.objectStore(name));
    } catch (error) {
      reject(trouble(error));
    }
  });
}

const ofAccount = (account: string, prefix = ""): IDBKeyRange => (prefix ? IDBKeyRange.bound([account, prefix], [account, `${prefix}\uffff`]) : IDBKeyRange.bound([account], [account, []]));

export const all = async (table: Table, account: string, prefix = ""): Promise<Sealed[]> => (await within<Sealed[]>([table], "readonly", (of) => of(table).getAll(ofAccount(account, prefix)))) ?? [];
export const one = (table: Table, account: string, id: string): Promise<Sealed | undefined> => within<Sealed>([table], "readonly", (of) => of(table).get([account, id]));
export const count = async (table: Table, account: string): Promise<number> => (await within<number>([table], "readonly", (of) => of(table).count(ofAccount(account)))) ?? 0;
export const profiles = async (): Promise<Profile[]> => (await within<Profile[]>(["profiles"], "readonly", (of) => of("profiles").getAll())) ?? [];
export const saveProfile = (profile: Profile): Promise<unknown> => within(["profiles"], "readwrite", (of) => of("profiles").put(profile));

export const drop = (table: Table, account: string, id: string): Promise<unknown> => within([table], "readwrite", (of) => of(table).delete([account, id]));

/** Everything of an account goes, its profile with it. */
export const forget = (account: string): Promise<unknown> =>
  within(["profiles", "boxes", "outbox", "blobs"], "readwrite", (of) => {
    for (const table of ["boxes", "outbox", "blobs"] as Table[]) of(table).delete(ofAccount(account));
    of("profiles").delete(account);
  });
