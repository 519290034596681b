// What is kept on the telephone is sealed with a key of the account (ADR 0008). The key is made of a secret that only the
// server knows and a salt that only this telephone has; the browser holds it without being able to read it. Signing out,
// or another person signing in, destroys it: what stays is unreadable until the same account signs in again.
import { all, count, drop, forget, one, profiles, saveProfile, within, type Profile, type Sealed, type Table } from "./database";

const text = new TextEncoder();
const CHECK = "youlin-field";

async function makeKey(secret: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const bytes = Uint8Array.from(atob(secret), (c) => c.charCodeAt(0));
  const root = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  bytes.fill(0);
  return crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info: text.encode("field storage v1") }, root, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function seal(key: CryptoKey, name: string, bytes: BufferSource): Promise<{ iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(name) }, key, bytes) };
}

const unseal = (key: CryptoKey, name: string, sealed: { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }): Promise<ArrayBuffer> =>
  crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData: text.encode(name) }, key, sealed.data);

/** The opened storage of one account. */
export class Vault {
  constructor(
    readonly account: string,
    private readonly key: CryptoKey,
  ) {}

  private name(table: Table, id: string): string {
    return `${this.account}/${table}/${id}`;
  }

  /** Seals bytes ready to be written; several go into one transaction with `write`. */
  async prepare(table: Table, id: string, value: unknown, at = Date.now()): Promise<{ table: Table; row: Sealed }> {
    const bytes = value instanceof ArrayBuffer ? value : text.encode(JSON.stringify(value));
    return { table, row: { account: this.account, id, at, ...(await seal(this.key, this.name(table, id), bytes)) } };
  }

  /** All of it or nothing. */
  async write(rows: { table: Table; row: Sealed }[], gone: { table: Table; id: string }[] = []): Promise<void> {
    await within(["boxes", "outbox", "blobs"], "readwrite", (of) => {
      for (const { table, row } of rows) of(table).put(row);
      for (const { table, id } of gone) of(table).delete([this.account, id]);
    });
  }

  async put(table: Table, id: string, value: unknown, at = Date.now()): Promise<void> {
    await this.write([await this.prepare(table, id, value, at)]);
  }

  private async read<T>(table: Table, sealed: Sealed): Promise<T> {
    const bytes = await unseal(this.key, this.name(table, sealed.id), sealed);
    return (table === "blobs" ? bytes : JSON.parse(new TextDecoder().decode(bytes))) as T;
  }

  async get<T>(table: Table, id: string): Promise<T | undefined> {
    const sealed = await one(table, this.account, id);
    return sealed && this.read<T>(table, sealed);
  }

  /** In the order they were made. */
  async all<T>(table: Table, prefix = ""): Promise<{ id: string; at: number; value: T }[]> {
    const rows = (await all(table, this.account, prefix)).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    return Promise.all(rows.map(async (row) => ({ id: row.id, at: row.at, value: await this.read<T>(table, row) })));
  }

  async ids(table: Table): Promise<string[]> {
    return (await all(table, this.account)).map((row) => row.id);
  }

  drop(table: Table, id: string): Promise<unknown> {
    return drop(table, this.account, id);
  }
}

/** The storage somebody is signed in to on this telephone, signal or not. */
export async function resume(): Promise<Vault | null> {
  const known = (await profiles()).find((profile) => profile.key);
  return known?.key ? new Vault(known.account, known.key) : null;
}

/** Opens the storage of an account that has just proved itself to the server, and closes everybody else's. */
export async function unlock(account: string, secret: string): Promise<Vault> {
  for (const other of await profiles()) if (other.account !== account && other.key) await lock(other);
  const known = (await profiles()).find((profile) => profile.account === account);
  const salt = known?.salt ?? crypto.getRandomValues(new Uint8Array(16));
  const key = await makeKey(secret, salt);
  if (known?.check) await unseal(key, CHECK, known.check);
  const check = known?.check ?? (await seal(key, CHECK, text.encode(CHECK)));
  await saveProfile({ account, salt, key, check });
  return new Vault(account, key);
}

/** Destroys a key. What was not sent stays sealed; without such, nothing stays at all. */
async function lock(profile: Profile): Promise<void> {
  const { account, salt, check } = profile;
  await saveProfile(check ? { account, salt, check } : { account, salt });
  const written = (id: string): boolean => /^(draft|track|form):/.test(id);
  const drafts = (await all("boxes", account)).filter((row) => row.id.startsWith("draft:"));
  if ((await count("outbox", account)) + drafts.length === 0) return void (await forget(account));
  for (const row of await all("boxes", account)) if (!written(row.id)) await drop("boxes", account, row.id);
}

export async function signOutHere(): Promise<void> {
  for (const profile of await profiles()) if (profile.key) await lock(profile);
}

/** Accounts whose work lies sealed here, and how much. */
export async function sealedWork(except?: string): Promise<{ account: string; items: number }[]> {
  const others = (await profiles()).filter((profile) => profile.account !== except && !profile.key);
  const work = await Promise.all(others.map(async ({ account }) => ({ account, items: await count("outbox", account) })));
  return work.filter((one) => one.items > 0);
}
