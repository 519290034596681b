// What is heard at a door: what cannot be meant is said before it is kept, and of two who heard different things neither is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import esbuild from "esbuild";

const contents = 'export * from "./heard";';
const resolveDir = new URL("../src/field", import.meta.url).pathname;
const built = await esbuild.build({ stdin: { contents, resolveDir, loader: "ts" }, bundle: true, format: "esm", write: false });
const { beaten, clashes, dayWrong, meant, phoneWrong, settledItem } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);

test("numbers and days that cannot be meant are told", () => {
  for (const good of ["", "13900001111", "139 0000 1111", "+86 13900001111", "０５１３-85512345", "85512345", "0513-8551 2345 转 801", "4001234567", "+44 20 7946 0958"]) assert.equal(phoneWrong(good), "", good);
  for (const bad of ["12", "139000", "1390000111", "没有", "13900001111、13800002222"]) assert.equal(phoneWrong(bad), "door-phone-wrong", bad);
  const today = new Date(2026, 10, 28);
  for (const good of ["", "1942-03-05", "1942年3月5日", "19420305", "1942", "84", "84岁", "2026-11-28"]) assert.equal(dayWrong(good, today), "", good);
  for (const bad of ["1990-13-40", "1942-02-30", "2026-11-29", "19901340"]) assert.equal(dayWrong(bad, today), "door-day-wrong", bad);
});

const person = "0192f0c1-0000-7000-8000-000000000001";
const heard = { phone: " 13800001111 ", birth: "1942", sex: "", answers: { a: "忌甜", b: " " } };
const known = (missing) => ({ person, name_masked: "马*", phone_masked: null, age: null, missing, asked: [] });

test("what somebody else wrote down meanwhile stays unless one knows better", () => {
  assert.deepEqual(beaten(known(["phone", "birth"]), heard), []);
  assert.deepEqual(beaten(known(["birth"]), heard), ["phone"]);
  assert.deepEqual(meant(known(["phone", "birth"]), person, heard), { person, phone: "13800001111", birth: "1942", sex: null, answers: [["a", "忌甜"]] });
  assert.equal(meant(known(["birth"]), person, heard).phone, "");
  const sure = meant(known(["birth"]), person, { ...heard, despite: true });
  assert.deepEqual([sure.phone, sure.despite], ["13800001111", true]);
});

test("a visit sent back goes on with one's own words or without them", () => {
  const other = "0192f0c1-0000-7000-8000-000000000002";
  const learnt = [{ person, phone: "13800001111", birth: "1942", sex: null, answers: [["q", "忌甜"]] }, { person: other, phone: "13700001111", birth: "", sex: null, answers: [] }];
  const errors = [{ field: `phone_${person}`, detail: "马*的手机号：小施 11-28 10:50 登记为 139****2222" }, { field: `answer-q_${person}`, detail: "…" }];
  const item = { id: "1", kind: "door_visit", state: "conflict", body: { dwelling: "d", learnt }, problem: { title: "…", errors } };
  assert.deepEqual(clashes(item).map(({ field }) => field), ["phone", "answer-q"]);
  assert.deepEqual(clashes({ ...item, state: "refused" }), []);
  const theirs = settledItem(item, false);
  assert.equal(theirs.id, "1");
  assert.equal(theirs.state, "waiting");
  assert.deepEqual(theirs.body.learnt[0], { person, phone: "", birth: "1942", sex: null, answers: [] });
  assert.deepEqual(theirs.body.learnt[1], learnt[1]);
  assert.deepEqual(settledItem(item, true).body.learnt[0], { ...learnt[0], despite: true });
});
