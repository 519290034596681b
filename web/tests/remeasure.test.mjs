// What is measured again on a return visit is looked at on the telephone as the server looks at it.
import assert from "node:assert/strict";
import { test } from "node:test";
import esbuild from "esbuild";

const contents = 'export * from "./remeasure"; export { versionLines } from "./versions"; export { loadWords } from "./words";';
const resolveDir = new URL("../src/field", import.meta.url).pathname;
globalThis.document = { cookie: "", documentElement: { lang: "zh-CN" } };
const book = { "remeasured-low": "low {value} {limit}", "remeasured-high": "high {value} {limit}", "remeasured-share": "share {value} {rating} {percent}", "remeasured-number": "number {unit}", "remeasured-negative": "negative", "remeasured-said": "said {why}", "remeasured-range": "range", "remeasured-whole": "whole", remeasure: "{what}（{unit}）", "remeasure-hint": "{was} / {needed}", "told-at-least": "≥ {limit}", "told-share": "≤ {percent}%", "told-of-rating": "{value} of {rating}", "told-pieces": "个", measured: "实测" };
globalThis.fetch = async () => ({ json: async () => book });
const built = await esbuild.build({ stdin: { contents, resolveDir, loader: "ts" }, bundle: true, format: "esm", write: false });
const { askedAgain, plain, wrong, versionLines, loadWords } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);
await loadWords();

const lane = { question: { "zh-CN": "最窄处宽度" }, judgement: { test: { must: "at_least", limit: 400, unit: "cm" }, measured: { kind: "quantity", value: "3.1", unit: "m" } } };
const load = { question: {}, judgement: { test: { must: "share_at_most", percent: 100 }, measured: { kind: "share", value: "58.5", of: "40", unit: "A" } } };
const exits = { question: {}, judgement: { test: { must: "at_most", limit: 2, unit: "count" }, measured: { kind: "quantity", value: "3", unit: "count" } } };

test("the field says what was found then and what is needed", () => {
  assert.deepEqual(askedAgain(lane), { label: "最窄处宽度（m）", hint: "3.1 m / ≥ 4 m" });
  assert.deepEqual(askedAgain(load), { label: "实测（A）", hint: "58.5 A of 40 A / ≤ 100%" });
});

test("a value that still breaks its rule is not said to be put right", () => {
  for (const [of, typed, passed, said] of [
    [lane, "3.99", true, "low 3.99 m 4 m"],
    [lane, "３．９９", true, "low 3.99 m 4 m"],
    [lane, "4.0", true, ""],
    [lane, "3.4", false, ""],
    [lane, " ", true, ""],
    [lane, "3.4米", false, "number m"],
    [lane, "-1", false, "negative"],
    [load, "40.1", true, "share 40.1 A 40 A 100"],
    [load, "40", true, ""],
    [exits, "3", true, "high 3 2"],
    [exits, "x", true, "number "],
    [exits, "2", true, ""],
  ]) assert.equal(wrong(of, typed, passed), said, `${typed} ${passed}`);
  assert.equal(plain(" ３．４ "), "3.4");
});

test("a value the question itself does not take is refused before it is kept", () => {
  const own = { name: "lane_width", kind: { type: "decimal" }, label: {}, constraint: ". > 0 and . <= 50", constraint_message: { "zh-CN": "0 到 50 米" } };
  const bounded = { ...lane, own };
  assert.equal(wrong(bounded, "51", true), "said 0 到 50 米");
  assert.equal(wrong(bounded, "0", false), "said 0 到 50 米");
  assert.equal(wrong(bounded, "３.４", false), "");
  assert.equal(wrong({ ...lane, own: { ...own, constraint_message: undefined } }, "51", true), "range");
  assert.equal(wrong({ ...exits, own: { ...own, kind: { type: "integer" } } }, "1.5", false), "whole");
});

test("of two visits each says what it measured", () => {
  const back = (value, at) => ({ noted: false, passed: false, text: value, at, by_name: "甲", judgement: { judgement: { measured: { value } } } });
  const held = versionLines("return_visit", { step: "open", returns: [back("3.4", "2026-11-27T06:00:00Z"), back("3.6", "2026-11-27T07:00:00Z")] });
  assert.ok(held.includes("实测 3.6") && !held.includes("实测 3.4"), held.join());
  assert.ok(versionLines("return_visit", { passed: true, text: "好了", measured: "4.1" }).includes("实测 4.1"));
});
