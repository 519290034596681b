// The way is recorded only while a round counts for a policy that asks for it, and what is said of it is what happens; a
// conflict tells both versions by what they are about.
import assert from "node:assert/strict";
import { test } from "node:test";
import esbuild from "esbuild";

const contents = 'export { recordsWay, wayLines } from "./way"; export { Recorder } from "./track"; export { versionLines } from "./versions"; export { state } from "./state";';
const resolveDir = new URL("../src/field", import.meta.url).pathname;
globalThis.document = { cookie: "", documentElement: { lang: "zh-CN" }, addEventListener: () => undefined, removeEventListener: () => undefined, visibilityState: "visible" };
const built = await esbuild.build({ stdin: { contents, resolveDir, loader: "ts" }, bundle: true, format: "esm", write: false });
const { recordsWay, wayLines, Recorder, versionLines, state } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);

const asked = { id: "chief", track: true, basis: "区河长办〔2026〕3 号", photographs: 0 };
const draft = (more) => ({ id: "r", policy: "chief", asked: "chief", track: true, basis: asked.basis, ...more });

test("a round taken out of its policy records no way, however often it is opened", () => {
  state.pack = { policies: [asked] };
  assert.equal(recordsWay(draft({})), true);
  assert.equal(recordsWay(draft({ policy: null })), false, "not for this policy");
  assert.equal(recordsWay(draft({ track: false })), false);
  // A newer pack has only the policies that are due: what it rests on stays known, else nothing is recorded.
  state.pack = { policies: [] };
  assert.equal(recordsWay(draft({})), true);
  assert.equal(recordsWay(draft({ basis: undefined })), false, "nobody can say what it rests on");
});

test("no position just now is said as that, and goes when one comes", () => {
  let hear;
  let fail;
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { geolocation: { watchPosition: (heard, failed) => ([hear, fail] = [heard, failed]) && 1, clearWatch: () => undefined } } });
  const recorder = new Recorder("r", () => undefined);
  recorder.start();
  const lines = () => wayLines(recorder, Date.now());
  fail({ code: 3, PERMISSION_DENIED: 1 });
  assert.deepEqual(lines().slice(0, 2), [["strong", "track-running"], ["muted", "track-weak"]]);
  assert.ok(!lines().some(([look, words]) => look === "error" || words === "track-none"), `${lines()}`);
  hear({ coords: { longitude: 120.9, latitude: 32, accuracy: 9, speed: null } });
  assert.ok(!lines().some(([, words]) => words === "track-weak"));
  // Paused, nothing is waited for; refused by the browser it ends, in red.
  fail({ code: 2, PERMISSION_DENIED: 1 });
  recorder.stop();
  assert.deepEqual(lines(), [["strong", "track-paused"]]);
  recorder.start();
  fail({ code: 1, PERMISSION_DENIED: 1 });
  assert.deepEqual(lines(), [["strong", "track-paused"], ["error", "track-denied"]]);
});

test("of a return visit the other version is who looked, or how far it is; never a visit to a home", () => {
  const look = (passed, noted, at) => ({ passed, noted, text: passed ? "清走了" : "还在", at, by_name: "李阿姨" });
  const found = (step, ...returns) => ({ state: "case", step, text: "岸边一堆枯枝", returns });
  const lines = (held) => versionLines("return_visit", held);
  assert.deepEqual(lines({ passed: true, text: "干净了", finding: "f" }), ["return-passed", "干净了"]);
  const theirs = lines(found("verified", look(false, false, "2026-11-26T01:00:00Z"), look(true, false, "2026-11-27T01:00:00Z"), look(false, true, "2026-11-27T02:00:00Z")));
  assert.deepEqual(theirs.slice(0, 3), ["return-passed", "清走了", "李阿姨"]);
  assert.deepEqual(lines(found("open", look(false, false, "2026-11-26T01:00:00Z"))).slice(0, 1), ["return-failed"]);
  assert.deepEqual(lines(found("ended")), ["step-ended"], "closed at a desk");
  for (const all of [theirs, lines(found("ended"))]) assert.ok(!all.includes("not-visited"), `${all}`);
  // An entry of a visiting list still says so.
  assert.deepEqual(versionLines("visit_mark", { state: "open" }), ["not-visited"]);
  assert.deepEqual(versionLines("visit_mark", { state: "tried", by: "王" }), ["visit-nobody", "王"]);
});
