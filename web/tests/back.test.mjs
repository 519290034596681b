// What the server sent back keeps everything that was written, for whoever lives there now; of two notes each has its address.
import assert from "node:assert/strict";
import { test } from "node:test";
import esbuild from "esbuild";

const contents = 'export * from "./back"; export { state } from "./state"; export { begunNote, isOver, noteAt } from "./note";';
const resolveDir = new URL("../src/field", import.meta.url).pathname;
globalThis.document = { cookie: "", documentElement: { lang: "zh-CN" } };
const built = await esbuild.build({ stdin: { contents, resolveDir, loader: "ts" }, bundle: true, format: "esm", write: false });
const { state, reopened, doorOf, leftBehind, noteFrom, begunNote, noteAt, isOver } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);

const person = (id, name) => ({ person: id, name_masked: name, phone_masked: null, age: 80, may_report: true, missing: ["phone"], asked: [] });
const door = { dwelling: "d", room: "101", address: "1号楼101", whys: ["独居"], stands_in_for: null, policy: null, lived: ["a", "b"], people: [person("a", "周**"), person("b", "王**")] };
const typed = () => ({
  id: "visit", door: true, dwelling: "d", address: door.address, began_at: "2026-11-27T06:00:00Z", note: "精神不错", reason: "", problem: "楼道灯坏了", problem_id: "p", category: "E-0105", urgent: true, photos: [{ id: "shot" }], plain: false, saved: 1, reporter: "a",
  learnt: { a: { phone: "13912345678", birth: "", sex: "", answers: {} }, b: { phone: "13900000000", birth: "", sex: "", answers: { q: "不吃辣" } } }, community: 7, shown: door, shown_at: 10,
});
const item = (state_, more = {}) => ({ id: "visit", kind: "door_visit", label: door.address, made_at: 5, state: state_, door: typed(), body: { dwelling: "d", outcome: "tried", began_at: "2026-11-27T06:00:00Z", ended_at: "2026-11-27T06:20:00Z", try_again_at: "2026-12-01T01:00:00Z" }, ...more });
const held = { community: 7, lived: ["b"], people: [person("b", "王**")] };

test("a visit whose household changed comes back to its door, whether or not the day still has it", () => {
  state.packAt = 20;
  state.pack = { doors: [], visits: [] };
  const draft = reopened(item("conflict", { problem: { title: "住户变了" }, held, told_at: 30 }));
  assert.deepEqual([draft.outcome, draft.ended_at, draft.again, draft.back, draft.note, draft.problem], ["tried", "2026-11-27T06:20:00Z", "2026-12-01T01:00:00Z", "住户变了", "精神不错", "楼道灯坏了"]);
  assert.deepEqual([draft.learnt, draft.photos], [typed().learnt, typed().photos], "nothing that was typed is gone");
  assert.deepEqual(draft.gone.map((one) => one.name_masked), ["周**"], "whoever left is known by name");
  const at = doorOf(draft);
  assert.deepEqual([at.left, at.community, at.door.lived, at.door.people.length, at.door.address], [true, 7, ["b"], 1, door.address]);
  assert.equal(leftBehind(draft), false, "it is no note");
  // A pack fetched since has the last word, one fetched before has not.
  state.pack = { doors: [{ community: 7, stops: [{ doors: [{ ...door, lived: ["c"], people: [person("c", "李**")] }] }] }], visits: [] };
  assert.deepEqual([doorOf(draft).left, doorOf(draft).door.lived], [false, ["b"]]);
  state.packAt = 40;
  assert.deepEqual(doorOf(draft).door.lived, ["c"]);
});

test("moved out altogether: the door is there and nobody behind it", () => {
  state.pack = { doors: [], visits: [] };
  const draft = reopened(item("conflict", { held: { community: 7, lived: [], people: [] }, told_at: 30 }));
  assert.deepEqual([doorOf(draft).door.lived, doorOf(draft).door.people, draft.gone.length], [[], [], 2]);
  // Before it was answered it is changed as it stands, and ends when it is handed in.
  assert.deepEqual([reopened(item("waiting")).ended_at, reopened(item("waiting")).back], [undefined, undefined]);
});

test("what has no door any more is a note that says how it ended, and what was heard", () => {
  state.pack = { doors: [], visits: [] };
  const { shown: _shown, community: _community, ...older } = typed();
  assert.equal(leftBehind(older), true);
  const note = noteFrom({ ...older, outcome: "done", ended_at: "2026-11-27T06:20:00Z", moved: { someone: "2026-11-20" } });
  for (const words of ["精神不错", "楼道灯坏了", "13912345678", "不吃辣", "visit-seen", "door-moved-line"]) assert.ok(note.text.includes(words), words);
  assert.deepEqual([note.left, note.place, note.photos, note.urgent, note.category], [true, door.address, typed().photos, true, "E-0105"]);
});

test("each note opens by its own name; the tab never opens one of a visit", () => {
  const note = (id, more) => ({ id, text: id, category: "", place: "", urgent: false, photos: [], saved: 1, ...more });
  state.drafts = [note("home", { home: "d", saved: 9 }), note("mended", { back: true, saved: 8 }), note("left", { left: true, saved: 7 }), note("old"), note("own", { saved: 2 })];
  assert.equal(begunNote(), "own");
  for (const { id } of state.drafts) assert.equal(noteAt(id).text, id);
  assert.deepEqual([noteAt("fresh").id, noteAt("fresh").text], ["fresh", ""], "an address nothing is written under is blank, under that name");
  state.drafts = state.drafts.slice(0, 3);
  assert.ok(!["home", "mended", "left"].includes(begunNote()));
  // What was handed in is not written over.
  state.items = [{ id: "sent" }];
  assert.deepEqual([isOver("sent"), isOver("fresh")], [true, false]);
});
