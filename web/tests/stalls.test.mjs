// The same cases as crates/domain/rounds/src/commands/hazard/stalls.rs has: what is written means the same on a telephone.
import assert from "node:assert/strict";
import { test } from "node:test";
import esbuild from "esbuild";

test("stalls are read as people write them", async () => {
  const built = await esbuild.build({ entryPoints: [new URL("../src/field/stalls.ts", import.meta.url).pathname], bundle: true, format: "esm", write: false });
  const { unknownStall } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);
  const all = ["C-01", "C-02", "C-03", "D-02", "甲"];
  for (const [text, section] of [["C-01、C-03", ""], ["01-02", "C"], ["1至3", "C"], ["02 02", "D"], ["甲", ""], ["", "C"]]) assert.equal(unknownStall(text, section, all), "", text);
  for (const [text, section, unknown] of [["C-09", "", "C-09"], ["7-9", "C", "7-9"], ["02, 05", "C", "05"], ["01", "D", "01"]]) assert.equal(unknownStall(text, section, all), unknown);
});
