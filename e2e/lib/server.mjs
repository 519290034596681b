// The server under test: the built binary, started on a free loopback port with a data folder of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { freePort, until } from "./wait.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where the binary is looked for; YOULIN_BIN names another. */
export const BINARY = resolve(process.env.YOULIN_BIN ?? join(ROOT, "target/debug/youlin"));

// A debug build fills the example's half year in one go; on a slow machine that takes its time.
const START_LIMIT = Number(process.env.YOULIN_E2E_START_SECONDS ?? 180) * 1000;
const STOP_LIMIT = 20_000;

/** @typedef {{ login: string, password: string, display_name: string, roles: string[], totp_secret?: string }} Account */

const running = new Set();
// A test process that dies must not leave its server behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => process.exit(128));
}

function mustExist() {
  try {
    accessSync(BINARY, constants.X_OK);
  } catch {
    throw new Error(`${BINARY} is missing: build it with \`cargo build -p youlin\`, or name another in YOULIN_BIN`);
  }
}

/** A running `youlin demo`. Made by `startServer`. */
export class Server {
  #child;
  #output = "";

  constructor(dataDir, env, ownsData) {
    this.dataDir = dataDir;
    this.env = env;
    this.ownsData = ownsData;
  }

  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The id of the server's process. */
  get pid() {
    return this.#child?.pid;
  }

  /** Everything the server wrote to its console, of all its starts. */
  get output() {
    return this.#output;
  }

  /** Starts the process and waits for /readyz. After a stop the port stays the same, so open pages find it again. */
  async start() {
    mustExist();
    this.port ??= await freePort();
    const child = spawn(BINARY, ["demo"], {
      cwd: this.dataDir,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        TZ: "Asia/Shanghai",
        YOULIN_MODE: "demo",
        YOULIN_LISTEN: `127.0.0.1:${this.port}`,
        YOULIN_PUBLIC_URL: this.url,
        YOULIN_DATA_DIR: this.dataDir,
        ...this.env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    const keep = (chunk) => {
      this.#output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    const spawned = new Promise((_, reject) => child.once("error", reject));
    try {
      await Promise.race([spawned, this.#ready()]);
      this.access = JSON.parse(await readFile(join(this.dataDir, "demo-access.json"), "utf8"));
    } catch (error) {
      const said = this.#output.slice(-4000);
      await this.kill();
      throw new Error(`the server did not start: ${error.message}\n--- it said:\n${said}`, { cause: error });
    }
    return this;
  }

  async #ready() {
    const child = this.#child;
    const ended = () => child.exitCode !== null || child.signalCode !== null;
    await until(
      async () => ended() || (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5000) })).status === 200,
      { what: `${this.url}/readyz to answer 200`, timeout: START_LIMIT, every: 50 },
    );
    if (ended()) throw new Error(`it ended with ${child.signalCode ?? `code ${child.exitCode}`}`);
  }

  /** Asks the server to stop and waits; a server that does not stop by itself is a fault and is reported. */
  async stop() {
    const child = this.#child;
    if (!running.has(child)) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT);
    const [, signal] = await gone;
    clearTimeout(timer);
    if (signal === "SIGKILL") throw new Error(`the server did not stop within ${STOP_LIMIT / 1000} s of SIGTERM`);
  }

  /** Ends the server without a warning, as a power cut would. */
  async kill() {
    const child = this.#child;
    if (!running.has(child)) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Stops, and removes what the server had written. */
  async close() {
    try {
      await this.stop();
    } finally {
      if (this.ownsData) await rm(this.dataDir, { recursive: true, force: true });
    }
  }

  /**
   * Signs in without a browser. Returns the headers that make a request this person's, for `fetch`.
   * @param {string} loginOrRole see `account`; the account must not need a second factor
   */
  async session(loginOrRole) {
    const { login, password } = this.account(loginOrRole);
    const answer = await fetch(`${this.url}/sign-in`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: this.url },
      body: new URLSearchParams({ login, password }),
    });
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    if (answer.status !== 303 && answer.status !== 302) throw new Error(`sign-in of ${login} answered ${answer.status}`);
    if (cookies.length === 0) throw new Error(`sign-in of ${login} set no cookie`);
    return { cookie: cookies.join("; "), origin: this.url };
  }

  /**
   * One of the printed sign-ins, by login or, when no login is called so, the first that has the role.
   * @returns {Account}
   */
  account(loginOrRole) {
    const { accounts } = this.access;
    const found =
      accounts.find((account) => account.login === loginOrRole) ??
      accounts.find((account) => account.roles.includes(loginOrRole));
    if (found) return found;
    const known = accounts.map((account) => `${account.login} (${account.roles.join(", ")})`).join(", ");
    throw new Error(`the demo has no account or role ${loginOrRole}; it has ${known}`);
  }
}

/**
 * Starts `youlin demo` and waits until it is ready. Close it in `after()`.
 *
 * The example is loaded once for the whole run (run.mjs makes a template folder); each server works on its own copy,
 * so that tests neither wait for the loading nor see each other's data.
 *
 * @param {{ env?: Record<string, string>, databaseUrl?: string, fresh?: boolean, dataDir?: string }} options
 *   `env`: further settings; `databaseUrl`: instead of the embedded database; `fresh`: load the example anew;
 *   `dataDir`: use this folder, and leave it there
 */
export async function startServer({ env = {}, databaseUrl, fresh = false, dataDir } = {}) {
  mustExist();
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), "youlin-e2e-")));
  const template = process.env.YOULIN_E2E_TEMPLATE;
  if (template && !fresh && !databaseUrl && !dataDir) await cp(template, folder, { recursive: true });
  const settings = databaseUrl ? { ...env, YOULIN_DATABASE_URL: databaseUrl } : env;
  const server = new Server(folder, settings, !dataDir);
  try {
    return await server.start();
  } catch (error) {
    await server.close();
    throw error;
  }
}
