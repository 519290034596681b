// What a finding is offered on the telephone is what the page's form offers; the rest is one choice further.
import assert from "node:assert/strict";
import { test } from "node:test";
import esbuild from "esbuild";

test("a finding on the water is offered what the page offers, and the rest behind it", async () => {
  const built = await esbuild.build({ entryPoints: [new URL("../src/field/offered.ts", import.meta.url).pathname], bundle: true, format: "esm", write: false });
  const { offered } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);
  const all = [["E-0101"], ["E-0104", true], ["E-0105", true], ["E-0301"], ["E-0699"], ["E-0701", false, true]].map(([code, river = false, asks = false]) => ({ code, name: code, group: "", keywords: [], asks, river }));
  const codes = ({ first, rest }) => [first.map((one) => one.code), rest.map((one) => one.code)];
  assert.deepEqual(codes(offered(all, true, [])), [["E-0104", "E-0105", "E-0699"], ["E-0101", "E-0301"]]);
  // A checklist's rules stand beside them, and elsewhere than on the water alone.
  assert.deepEqual(codes(offered(all, true, ["E-0301", "E-0104"]))[0], ["E-0104", "E-0105", "E-0301", "E-0699"]);
  assert.deepEqual(codes(offered(all, false, ["E-0301"])), [["E-0301", "E-0699"], ["E-0101", "E-0104", "E-0105"]]);
  // What was chosen stays to be seen, also where it asks more.
  assert.ok(codes(offered(all, true, ["E-0701"]))[0].includes("E-0701"));
});
