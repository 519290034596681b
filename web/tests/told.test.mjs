// What a finding says of itself on the telephone is what the server says of it: crates/domain/rounds/tests/told.json holds both.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const house = path.join(root, "..");
const read = async (name) => JSON.parse(await readFile(path.join(house, name), "utf8"));
let folder;
let form;

/** The client's words out of the catalogues, with holes as the server delivers them. */
async function book(language) {
  const folder = path.join(house, "locales", language);
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(path.join(folder, file), "utf8")));
  const all = Object.fromEntries(texts.flatMap((text) => [...text.matchAll(/^([a-z][\w-]*) = ?(.*)$/gm)].map(([, key, words]) => [key, words])));
  const plain = (words) => words.replace(/\{ *"([^"]*)" *\}/g, "$1").replace(/\{ *([a-z][\w-]*) *\}/g, (whole, key) => (all[key] === undefined ? whole : plain(all[key]))).replace(/\{ *\$(\w+) *\}/g, "{$1}");
  return Object.fromEntries(Object.entries(all).filter(([key]) => key.startsWith("fieldwork-")).map(([key, words]) => [key.slice(10), plain(words)]));
}

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "youlin-web-"));
  const entry = ["form/engine", "form/findings", "form/values", "form/told", "words"].map((name) => `export * from "./src/field/${name}";`).join("\n");
  await build({ stdin: { contents: entry, resolveDir: root, loader: "ts" }, bundle: true, format: "esm", target: "es2021", outfile: path.join(folder, "told.mjs") });
  form = await import(pathToFileURL(path.join(folder, "told.mjs")));
});
after(() => rm(folder, { recursive: true, force: true }));

test("a finding says what was measured and where, word for word as the server says it", async () => {
  const rules = await read("crates/engines/checklist/data/market-fire-rules.json");
  const now = form.readMoment("2026-11-27T09:00:00+08:00");
  for (const language of ["zh-CN", "en"]) {
    globalThis.document = { cookie: `prefs=lang:${language.slice(0, 2)}`, documentElement: { lang: language } };
    globalThis.fetch = async () => ({ json: () => book(language) });
    await form.loadWords();
    for (const one of await read("crates/domain/rounds/tests/told.json")) {
      const made = new form.Form(await read(`crates/engines/checklist/data/${one.checklist}.json`));
      const state = made.evaluate(one.answers, now);
      const said = form.findings(state, rules).map((found) => form.told(made, found));
      assert.deepEqual(said, one[language], JSON.stringify(one.answers));
    }
  }
});
