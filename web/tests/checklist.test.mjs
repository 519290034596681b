// The client's evaluator of checklists against what the engine of the server wrote down
// (crates/engines/checklist/tests/vectors.json): the same form, the same answers, the same meaning.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const engine = path.join(root, "../crates/engines/checklist");
let folder;
let form;
let vectors;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "youlin-web-"));
  const entry = ["engine", "findings", "values", "expr", "score"].map((name) => `export * from "./src/field/form/${name}";`).join("\n");
  await build({ stdin: { contents: entry, resolveDir: root, loader: "ts" }, bundle: true, format: "esm", target: "es2021", outfile: path.join(folder, "form.mjs") });
  form = await import(pathToFileURL(path.join(folder, "form.mjs")));
  vectors = JSON.parse(await readFile(path.join(engine, "tests/vectors.json"), "utf8"));
});
after(() => rm(folder, { recursive: true, force: true }));

const calculate = ([name, calculation]) => ({ question: { name, kind: { type: "calculate" }, calculation } });

async function checklistOf(set) {
  if (set.shipped) return JSON.parse(await readFile(path.join(engine, `data/${set.shipped}.json`), "utf8"));
  const checklist = structuredClone(vectors.base);
  checklist.items.push(...set.calculations.map(calculate));
  checklist.items.find((item) => item.group?.name === "rep").group.items.push(...set.inside.map(calculate));
  return checklist;
}

const sorted = (all) => all.map((one) => JSON.stringify(one)).sort();

test("it knows every function of the engine, and no other", () => {
  assert.deepEqual(Object.keys(form.FUNCTIONS), vectors.functions);
});

test("what stands, what is calculated, what is wrong and what is found are the engine's", async () => {
  const now = form.readMoment(vectors.now);
  let cases = 0;
  let values = 0;
  const differ = [];
  for (const [n, set] of vectors.sets.entries()) {
    const made = new form.Form(await checklistOf(set));
    for (const [m, one] of set.cases.entries()) {
      const state = made.evaluate(one.answers, now);
      const kept = state.answers();
      const where = `${set.shipped ?? `set ${n}`}, case ${m}`;
      for (const name of new Set([...Object.keys(kept), ...Object.keys(one.kept)])) {
        values += 1;
        const [ours, theirs] = [JSON.stringify(sortedKeys(kept[name])), JSON.stringify(sortedKeys(one.kept[name]))];
        if (ours !== theirs) differ.push(`${where}: ${name} = ${ours}, the engine says ${theirs}; ${set.calculations?.find(([known]) => known === name)?.[1] ?? JSON.stringify(set.inside)}`);
      }
      const faults = sorted(state.faults().map(({ question, place, code }) => [question, place, code]));
      if (JSON.stringify(faults) !== JSON.stringify(sorted(one.faults))) differ.push(`${where}: faults ${faults} / ${sorted(one.faults)}`);
      const found = form.findings(state, set.shipped ? vectors.rules : null).map(({ rule, place, evidence }) => [rule.code, place, sortedKeys(evidence)]);
      const theirs = one.findings.map(([code, place, evidence]) => [code, place, sortedKeys(evidence)]);
      if (JSON.stringify(found) !== JSON.stringify(theirs)) differ.push(`${where}: findings ${JSON.stringify(found)} / ${JSON.stringify(theirs)}`);
      cases += 1;
    }
  }
  console.log(`${cases} fillings, ${values} values`);
  assert.equal(differ.length, 0, `${differ.length} differ:\n${differ.slice(0, 12).join("\n")}`);
});

test("points are the engine's", () => {
  const made = new form.Form(vectors.scored);
  const now = form.readMoment(vectors.now);
  for (const [n, one] of vectors.scores.entries()) {
    assert.deepEqual(form.score(made.evaluate(one.answers, now)), one.score, `case ${n}: ${JSON.stringify(one.answers)}`);
  }
  assert.equal(form.score(new form.Form({ ...vectors.scored, items: [{ question: { name: "a", kind: { type: "text" } } }], findings: [] }).evaluate({}, now)), null);
});

function sortedKeys(value) {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (value && typeof value === "object") return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortedKeys(value[key])]));
  return value;
}
