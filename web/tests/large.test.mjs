// Large checklists on slow telephones: what is worked out after each answer must not be felt.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
let folder;
let form;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "youlin-web-"));
  const entry = ["engine", "findings", "values"].map((name) => `export * from "./src/field/form/${name}";`).join("\n");
  await build({ stdin: { contents: entry, resolveDir: root, loader: "ts" }, bundle: true, format: "esm", target: "es2021", outfile: path.join(folder, "form.mjs") });
  form = await import(pathToFileURL(path.join(folder, "form.mjs")));
});
after(() => rm(folder, { recursive: true, force: true }));

/** The best of some: a shared machine has other things to do. */
function best(act) {
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now();
    act();
    return performance.now() - began;
  });
  return Math.min(...times);
}

test("five thousand questions, and three hundred stalls", async () => {
  const now = form.readMoment("2026-11-26T09:30:00+08:00");
  const items = Array.from({ length: 5_000 }, (_, n) => ({ question: { name: `q${n}`, kind: { type: "integer" }, label: {}, relevant: n > 0 ? `\${q${n - 1}} >= 0` : "", constraint: ". < 100" } }));
  const long = new form.Form({ id: "t", version: "1", languages: ["en"], title: {}, items });
  const answers = Object.fromEntries(items.map((_, n) => [`q${n}`, "1"]));
  const one = best(() => assert.equal(long.evaluate(answers, now).faults().length, 0));
  // Each waits for the next: ten thousand deep.
  const chain = Array.from({ length: 10_000 }, (_, n) => ({ question: { name: `c${n}`, kind: { type: "integer" }, label: {}, calculation: n < 9_999 ? `\${c${n + 1}} + 1` : "1" } }));
  const deep = new form.Form({ id: "t", version: "1", languages: ["en"], title: {}, items: chain });
  assert.equal(deep.evaluate({}, now).answers().c0, "10000");
  const market = new form.Form(JSON.parse(await readFile(path.join(root, "../crates/engines/checklist/data/market-fire.json"), "utf8")));
  const stalls = Array.from({ length: 300 }, (_, n) => ({ stall: `C-${n}`, extinguisher: n % 3 ? "yes" : "no", lives_in: "no" }));
  const two = best(() => {
    const standing = market.evaluate({ market_name: "x", inspected_on: "2026-11-25", stalls }, now);
    assert.equal(standing.faults().length, 0);
    assert.equal(form.findings(standing, null).length, 100);
  });
  console.log(`5,000 questions in ${one.toFixed(1)} ms, 300 stalls in ${two.toFixed(1)} ms`);
  assert.ok(one < 800 && two < 300, `${one} ms, ${two} ms`);
});

test("what this page does not know is thrown, so that it can be said", () => {
  const made = (relevant) => () => new form.Form({ id: "t", version: "1", languages: ["en"], title: {}, items: [{ question: { name: "a", kind: { type: "text" }, label: {}, relevant } }] });
  for (const text of ["pulldata('a')", "1 +", "'open", "../a", "a"]) assert.throws(made(text), Error, text);
});
