// Chromium and what the journeys do with a page: open it as a device, sign in, take a picture, look for faults.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { accessSync, constants, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const OUTPUT = fileURLToPath(new URL("../output/", import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Devices the pages are made for. */
export const DEVICES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  wall: { viewport: { width: 1920, height: 1080 } },
};

// No phoning home, no GPU, and software WebGL for the map.
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

function executable() {
  const named = process.env.CHROMIUM ? [process.env.CHROMIUM] : [];
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)));
  for (const path of [...named, ...found, "/usr/bin/chromium"]) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // looked for at the next place
    }
  }
  throw new Error("Chromium is missing: install it with `apt-get install chromium fonts-noto-cjk`");
}

/** Starts Chromium, again where it fell over while starting, as it does now and then on a busy machine. Close it in `after()`. */
export async function launch() {
  for (let left = 2; ; left -= 1) {
    try {
      return await chromium.launch({ executablePath: executable(), args: FLAGS });
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

// What each page complained about, and which server it belongs to.
const faults = new WeakMap();
const servers = new WeakMap();

/**
 * A new window with a session of its own, on `server`, with its complaints collected from the first moment.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {import("./server.mjs").Server} server
 * @param {{ device?: keyof typeof DEVICES, dark?: boolean, locale?: string, context?: object }} options
 *   `context`: further options of the browser context (position, permissions, offline…)
 */
export async function openPage(browser, server, { device = "desktop", dark = false, locale = "zh-CN", context } = {}) {
  const window = await browser.newContext({
    ...DEVICES[device],
    baseURL: server.url,
    colorScheme: dark ? "dark" : "light",
    locale,
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
    ...context,
  });
  // A shared machine may be busy with other things.
  window.setDefaultTimeout(30_000);
  window.on("page", (page) => watch(page, server));
  return window.newPage();
}

function watch(page, server) {
  const complaints = [];
  faults.set(page, complaints);
  servers.set(page, server);
  page.on("console", (message) => {
    const { url, lineNumber } = message.location();
    if (message.type() === "error") complaints.push(`console: ${message.text()} (${url}:${lineNumber})`);
  });
  page.on("pageerror", (error) => complaints.push(`script: ${error.stack ?? error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} from ${response.url()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== server.url) {
      complaints.push(`asked a foreign server: ${request.url()}`);
    }
  });
}

/**
 * Fails when the page wrote an error, threw, got a 5xx, broke its content security policy or asked a foreign server
 * since it was opened (or since the last call). An expected refusal (Chromium logs each 4xx) is named in `allow`.
 *
 * @param {import("playwright-core").Page} page made by `openPage`
 * @param {{ allow?: RegExp[] }} options
 */
export function noConsoleErrors(page, { allow = [] } = {}) {
  const complaints = faults.get(page);
  assert.ok(complaints, "noConsoleErrors needs a page made by openPage");
  const left = complaints.splice(0).filter((complaint) => !allow.some((pattern) => pattern.test(complaint)));
  assert.deepEqual(left, [], `${page.url()} has complaints`);
}

/**
 * Signs in through the page, as a person would, with the second factor when the account has one.
 *
 * @param {import("playwright-core").Page} page made by `openPage`
 * @param {string} loginOrRole see `Server.account`
 */
export async function signIn(page, loginOrRole) {
  const account = servers.get(page).account(loginOrRole);
  await page.goto("/sign-in");
  const form = page.locator("form", { has: page.locator('input[type="password"]') });
  await form.locator('input[name="login"]').fill(account.login);
  await form.locator('input[type="password"]').fill(account.password);
  await form.locator('[type="submit"]').click();
  const code = page.locator('input[autocomplete="one-time-code"]');
  await page.waitForURL((url) => url.pathname !== "/sign-in");
  if (account.totp_secret && (await code.count()) > 0) {
    const before = page.url();
    await code.fill(oneTimeCode(account.totp_secret));
    await code.locator("xpath=ancestor::form").locator('[type="submit"]').click();
    await page.waitForURL((url) => url.href !== before);
  }
  return account;
}

/**
 * The one-time code of RFC 6238 (SHA-1, 30 s, six digits) for a base32 secret.
 * @param {string} secret
 * @param {number} now milliseconds
 */
export function oneTimeCode(secret, now = Date.now()) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.toUpperCase().replace(/[^A-Z2-7]/g, "")]
    .map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/**
 * Keeps a picture of the page as e2e/output/NAME.png, or .jpeg where there are many; `full` for the whole length. Returns
 * the file's path.
 */
export async function screenshot(page, name, { full = false, type = "png" } = {}) {
  const path = join(OUTPUT, `${name}.${type}`);
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path, fullPage: full, animations: "disabled", type, ...(type === "jpeg" && { quality: 60 }) });
  return path;
}

/**
 * Runs axe (WCAG 2.0 to 2.2, A and AA) and fails on serious and critical findings, each named with its element.
 *
 * @param {import("playwright-core").Page} page
 * @param {{ within?: string, rules?: string[] }} options `within`: a selector, to look at one part only; `rules`: only these
 * @returns the lesser findings, for whoever wants to see them
 */
export async function axe(page, { within, rules } = {}) {
  // Evaluated, not added as a tag: the content security policy stays on while we look.
  if (!(await page.evaluate("typeof globalThis.axe === 'object'"))) await page.evaluate(AXE);
  const result = await page.evaluate(
    async ([selector, only]) => {
      // A bar that stays in view covers part of whatever lies at its edge just then, and one scrolls on: here it lies still.
      const bars = [...document.querySelectorAll("body *")].filter((one) => ["sticky", "fixed"].includes(getComputedStyle(one).position));
      const were = bars.map((one) => one.style.position);
      for (const one of bars) one.style.position = "static";
      try {
        return await globalThis.axe.run(selector ?? document, {
          runOnly: only ?? ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
          resultTypes: ["violations"],
        });
      } finally {
        bars.forEach((one, n) => (one.style.position = were[n]));
      }
    },
    [within, rules],
  );
  const text = (finding) =>
    `${finding.impact} ${finding.id}: ${finding.help}\n` +
    finding.nodes.map((node) => `    ${node.target.join(" ")}  ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`).join("\n");
  const grave = result.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.ok(grave.length === 0, `axe on ${page.url()}:\n${grave.map(text).join("\n")}`);
  return result.violations;
}
