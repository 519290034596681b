// The client's reader of sentences against what the engine of the server read (crates/engines/checklist/tests/sentences.json):
// the same words, the same answers, the same doubts; and what becomes of them in a round.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const engine = path.join(root, "../crates/engines/checklist");
const json = async (file) => JSON.parse(await readFile(path.join(engine, file), "utf8"));
let folder;
let code;
let checklist;
let rules;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "youlin-web-"));
  const contents = ['export * from "./src/field/form/engine";', 'export * from "./src/field/form/reading";', 'export * from "./src/field/said";', 'export { state } from "./src/field/state";'].join("\n");
  await build({ stdin: { contents, resolveDir: root, loader: "ts" }, bundle: true, format: "esm", target: "es2021", outfile: path.join(folder, "reading.mjs") });
  globalThis.document ??= { documentElement: { lang: "zh-CN", dataset: {} }, cookie: "" };
  code = await import(pathToFileURL(path.join(folder, "reading.mjs")));
  [checklist, rules] = [await json("data/river-patrol.json"), await json("data/river-patrol-reading.json")];
});
after(() => rm(folder, { recursive: true, force: true }));

test("every sentence is read as the engine reads it", async () => {
  const { cases } = await json("tests/sentences.json");
  const reader = code.Reader.of(new code.Form(checklist), rules);
  const at = ({ from, to }) => [from, to];
  const differ = [];
  for (const { text, ...wanted } of cases) {
    const read = reader.read(text);
    const ours = {
      filled: read.filled.map((one) => [one.question, one.value, at(one.span)]), unsure: read.unsure.map((one) => [one.question, one.why, at(one.span)]), rest: read.rest.map(at),
    };
    for (const part of ["filled", "unsure", "rest"]) {
      const [mine, theirs] = [JSON.stringify(ours[part]), JSON.stringify(wanted[part])];
      if (mine !== theirs) differ.push(`${text.slice(0, 80)}: ${part} ${mine}, the engine says ${theirs}`);
    }
  }
  console.log(`${cases.length} sentences`);
  assert.ok(cases.length > 500);
  assert.equal(differ.length, 0, `${differ.length} differ:\n${differ.slice(0, 12).join("\n")}`);
});

test("rules that ask for what the checklist does not have read nothing", () => {
  const form = new code.Form({ ...checklist, items: [{ question: { name: "floating", kind: { type: "text" }, label: {} } }], findings: [] });
  assert.equal(code.Reader.of(form, rules), null);
});

test("what was read is proposed, follows the sentence, and never overwrites an answer of her own", () => {
  const name = "river-patrol@1";
  code.state.pack = { due: [], checklists: [{ name, subjects: ["reach"], kind: "patrol", form: checklist, judged: false, reading: rules }] };
  const draft = { subject: { kind: "reach", id: "r" }, subject_name: "河", policy: null, text: "河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。护栏断了。" };
  assert.equal(code.readInto(draft), "护栏断了", "the rest is looked through for other problems");
  const { answers, proposed } = draft.form;
  assert.deepEqual([answers.floating, answers.bank, answers.outlets], ["few", "some", "none"]);
  assert.deepEqual(proposed.bank, { words: "河道周边有一些垃圾", ok: false });
  assert.equal(code.unconfirmed(draft.form), 3);
  // She says there is a lot, whatever is written later.
  answers.bank = "many";
  code.answered(draft.form, "bank", true);
  draft.text = "河面漂浮垃圾很多、河道周边有少许垃圾堆放。";
  code.readInto(draft);
  assert.deepEqual([answers.floating, answers.bank, answers.outlets], ["many", "many", undefined], "what is no longer said is no longer proposed");
  code.confirm(draft.form);
  draft.text = "河面干净";
  code.readInto(draft);
  assert.equal(answers.floating, "many", "what she confirmed is hers");
  assert.equal(code.unconfirmed(draft.form), 0);
  // One sentence taken back leaves no checklist behind, and none begins where she wanted the sentence only.
  const other = { subject: draft.subject, subject_name: "河", policy: null, text: "河面干净" };
  code.readInto(other);
  assert.ok(other.form.said);
  other.text = "河";
  code.readInto(other);
  assert.equal(other.form, undefined);
  code.readInto(Object.assign(other, { text: "河面干净", plain: true }));
  assert.equal(other.form, undefined);
});
