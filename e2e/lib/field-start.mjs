// How the field client starts from the telephone: how much it is, and how long it takes without signal.

import { gzipSync } from "node:zlib";

const SHELL = ["/field", "/assets/field.js", "/assets/field.css", "/assets/icons.svg", "/field/words/zh-CN", "/field/sw.js"];

/** The bytes of the shell, each file compressed. */
export async function shellBytes(server) {
  let bytes = 0;
  for (const file of SHELL) bytes += gzipSync(Buffer.from(await (await fetch(server.url + file)).arrayBuffer())).length;
  return bytes;
}

/** Waits until the worker holds the whole shell. */
export const installed = (page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!(await caches.keys()).some((name) => name.startsWith("field-"))) await new Promise((done) => setTimeout(done, 50));
    return true;
  });

/**
 * Opens the client from the telephone's own store, with the processor slowed down; milliseconds of each start until today's
 * rivers stand there.
 *
 * @param {import("playwright-core").BrowserContext} window signed in, the client installed, the network off
 * @param {{ rate?: number, times?: number }} options
 */
export async function starts(window, server, { rate = 6, times = 6 } = {}) {
  const page = await window.newPage();
  const devtools = await window.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate });
  const took = [];
  for (let n = 0; n < times; n += 1) {
    await page.goto(`${server.url}/field`);
    await page.locator("h2", { hasText: "河段" }).waitFor();
    took.push(await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(performance.now())))));
  }
  await page.close();
  return took;
}
