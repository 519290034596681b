// Holds the REST interface to its own description: Schemathesis reads /api/v1/openapi.json and sends what it allows
// and what it forbids. Found are 5xx, undocumented status codes and media types, and bodies of another shape.
// Each operation is one test, once for a visitor and once for a person signed in (YOULIN_CONTRACT_LOGIN, a login or
// role; unless told, the first of the demo's accounts without a second factor). Ends with `N passed, N failed`.
//
// Started by schemathesis.sh, which finds the program.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { startServer } from "./lib/server.mjs";

const OUTPUT = fileURLToPath(new URL("./output/contract/", import.meta.url));
const EXAMPLES = process.env.YOULIN_CONTRACT_EXAMPLES ?? "20";
const CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"];

/** Runs Schemathesis once; its report is the source of the totals. */
async function probe(server, who, headers) {
  const report = join(OUTPUT, `${who}.xml`);
  const folder = join(OUTPUT, who);
  await mkdir(folder, { recursive: true });
  const child = spawn(
    "schemathesis",
    [
      "run",
      `${server.url}/api/v1/openapi.json`,
      "--no-color",
      // One: Python 3.11 counts the recursion of its parser for all threads together and trips over it.
      "--workers=1",
      `--max-examples=${EXAMPLES}`,
      "--phases=examples,coverage,fuzzing",
      `--checks=${CHECKS.join(",")}`,
      "--continue-on-failure",
      "--generation-deterministic",
      "--request-timeout=20",
      "--warnings=off",
      "--report=junit",
      `--report-junit-path=${report}`,
      ...Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
    ],
    // Its own leftovers (.hypothesis, .schemathesis) stay with the output.
    { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  const [code] = await once(child, "close");
  console.log(`\n== as ${who}\n${said}`);
  return counted(who, await readFile(report, "utf8").catch(() => ""), code);
}

/** Passed and failed operations of a JUnit report. A run that failed without naming one counts as one failure. */
function counted(who, xml, code) {
  const cases = xml.match(/<testcase\b[^>]*\/>|<testcase\b[\s\S]*?<\/testcase>/g) ?? [];
  const faults = cases.filter((one) => /<(failure|error)\b/.test(one));
  for (const one of faults) console.log(`FAILED ${who}: ${/\bname="([^"]*)"/.exec(one)?.[1]}`);
  const failed = faults.length;
  const skipped = cases.filter((one) => /<skipped\b/.test(one)).length;
  const passed = cases.length - failed - skipped;
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}

/** The headers of the person signed in: a machine's key when the demo made one, else a session. */
async function signedIn(server) {
  const { access } = server;
  if (access.api_key && !process.env.YOULIN_CONTRACT_LOGIN) return { authorization: `Bearer ${access.api_key}` };
  const login = process.env.YOULIN_CONTRACT_LOGIN ?? access.accounts.find((account) => !account.totp_secret)?.login;
  return server.session(login);
}

await rm(OUTPUT, { recursive: true, force: true });
await mkdir(OUTPUT, { recursive: true });
const total = { passed: 0, failed: 0 };
const server = await startServer();
try {
  const described = await fetch(`${server.url}/api/v1/openapi.json`);
  if (described.status !== 200) throw new Error(`/api/v1/openapi.json answered ${described.status}`);
  // Both at once: each keeps one core busy with making up requests, the server has little to do.
  const both = [["visitor", {}], ["person", await signedIn(server)]];
  for (const { passed, failed } of await Promise.all(both.map(([who, headers]) => probe(server, who, headers)))) {
    total.passed += passed;
    total.failed += failed;
  }
} catch (error) {
  console.error(error.message);
  total.failed += 1;
} finally {
  await server.close();
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
