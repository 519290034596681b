// What the telephone says is on the list already is what the server will say: crates/domain/rounds/tests/same.json holds both.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const house = path.join(root, "..");
const read = async (name) => JSON.parse(await readFile(path.join(house, name), "utf8"));
let folder;
let field;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "youlin-web-"));
  const entry = ["form/engine", "form/findings", "form/values", "same"].map((name) => `export * from "./src/field/${name}";`).join("\n");
  await build({ stdin: { contents: entry, resolveDir: root, loader: "ts" }, bundle: true, format: "esm", target: "es2021", outfile: path.join(folder, "same.mjs") });
  field = await import(pathToFileURL(path.join(folder, "same.mjs")));
});
after(() => rm(folder, { recursive: true, force: true }));

test("a hazard met again is known as the one on the list", async () => {
  const rules = await read("crates/engines/checklist/data/market-fire-rules.json");
  const now = field.readMoment("2026-11-27T09:00:00+08:00");
  for (const one of await read("crates/domain/rounds/tests/same.json")) {
    const form = new field.Form(await read(`crates/engines/checklist/data/${one.checklist}.json`));
    const found = field.findings(form.evaluate(one.answers, now), rules);
    assert.equal(found.length, one.typed.length, one.what);
    const again = field.seenAgain(form, found.map((found, n) => ({ found, typed: one.typed[n] })), one.listed, one.stalls);
    assert.deepEqual(again.map((same) => (same ? one.listed.indexOf(same) : null)), one.again, one.what);
  }
});
