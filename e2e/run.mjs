// Runs the journeys: `node run.mjs [tests/one.test.mjs …]`. Loads the example once into a template folder that every
// server of the run starts from, then hands over to `node --test`, whose summary is the last thing printed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { startServer } from "./lib/server.mjs";

const HERE = fileURLToPath(new URL("./", import.meta.url));
// Two journeys at a time keep two cores busy while one of them waits for the other's page or for the disk.
const JOBS = process.env.YOULIN_E2E_JOBS ?? "2";

async function testFiles() {
  if (process.argv.length > 2) return process.argv.slice(2);
  const names = await readdir(join(HERE, "tests"));
  return names.filter((name) => name.endsWith(".test.mjs")).sort().map((name) => join("tests", name));
}

/** Fills `folder` with the loaded example. A failure is told here and again, as a failed test, by each journey. */
async function load(folder) {
  const began = performance.now();
  try {
    const server = await startServer({ dataDir: folder });
    await server.stop();
    console.log(`example loaded in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return folder;
  } catch (error) {
    console.error(`the example could not be loaded: ${error.message}`);
    return undefined;
  }
}

const folder = await mkdtemp(join(tmpdir(), "youlin-e2e-template-"));
await rm(join(HERE, "output"), { recursive: true, force: true });
let code = 1;
try {
  const template = await load(folder);
  const child = spawn(
    process.execPath,
    ["--test", "--test-reporter=spec", `--test-concurrency=${JOBS}`, ...(await testFiles())],
    {
      cwd: HERE,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...(template ? { YOULIN_E2E_TEMPLATE: template } : {}) },
    },
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.removeAllListeners(signal);
    process.on(signal, () => child.kill("SIGTERM"));
  }
  [code] = await once(child, "exit");
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = code ?? 1;
