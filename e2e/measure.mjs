// Measures in the browser what is promised of the field client: `node measure.mjs RESULTS.json`. Its lines are added to the
// results of `make bench`; a machine that is busy with other things must not fail a test for it.

import { readFile, writeFile } from "node:fs/promises";

import { installed, launch, openPage, shellBytes, signIn, starts, startServer } from "./lib/index.mjs";

const RATE = 6;

const line = (name, value, unit, size, limit) => ({
  name, value, unit, size, limit, ratio: value / limit, target: `< ${limit} ${unit}`, ok: value < limit,
});

const [results] = process.argv.slice(2);
const server = await startServer();
const browser = await launch();
try {
  const phone = await openPage(browser, server, { device: "phone" });
  await signIn(phone, "desk-xqy");
  await phone.goto("/field");
  await phone.locator("html[data-ready]").waitFor();
  await installed(phone);
  await phone.context().setOffline(true);
  const took = (await starts(phone.context(), server, { rate: RATE, times: 9 })).sort((a, b) => a - b);
  const lines = [
    line("field.shell", (await shellBytes(server)) / 1024, "KB", "gzip, without the map", 200),
    line("field.start", took[4], "ms", `from the cache, processor slowed ${RATE} times, median of ${took.length}`, 1000),
  ];
  for (const one of lines) console.log(`${one.name}: ${one.value.toFixed(1)} ${one.unit} (${one.target})`);
  if (results) {
    const others = JSON.parse(await readFile(results, "utf8").catch(() => "[]"));
    await writeFile(results, `${JSON.stringify([...others.filter(({ name }) => !lines.some((one) => one.name === name)), ...lines], null, 2)}\n`);
  }
} finally {
  await browser.close();
  await server.close();
}
