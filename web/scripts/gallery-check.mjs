// Opens every gallery page in Chromium under the real Content-Security-Policy, light and dark, desktop and phone:
// no policy violation, no script error, no serious axe finding, no sideways scrolling; then tries each behaviour.
import { readFile, readdir, writeFile, mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.mjs";
import { serve } from "./serve.mjs";
import { behaviours } from "./behaviours.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const axe = await readFile(path.join(root, "node_modules/axe-core/axe.min.js"), "utf8");
const faults = [];
let checks = 0;
const check = (ok, words) => {
  checks += 1;
  if (!ok) faults.push(words);
};

const server = await serve();
const browser = await launch();

function watch(page, name) {
  page.on("pageerror", (e) => faults.push(`${name}: script error: ${e.message}`));
  page.on("console", (m) => {
    if (m.type() !== "error") return;
    const text = m.text();
    if (/status of (409|422|500|401)|ERR_INTERNET_DISCONNECTED|Failed to fetch/.test(text)) return; // asked for by the behaviours
    faults.push(`${name}: console: ${text}`);
  });
}

const pages = (await readdir(path.join(root, "gallery"))).filter((f) => f.endsWith(".html")).sort();
for (const [size, viewport] of [["desktop", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
  for (const theme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport, colorScheme: theme, locale: "zh-CN" });
    for (const file of pages) {
      const name = `${file} ${size} ${theme}`;
      const page = await context.newPage();
      watch(page, name);
      await page.goto(`${server.url}/gallery/${file}`);
      await page.waitForTimeout(200);
      if (file === "map.html") {
        const ready = await page.waitForSelector("[data-map-ready]", { timeout: 20_000 }).catch(() => null);
        check(ready, `${name}: the map was not drawn`);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0, `${name}: ${wide} px wider than the screen`);
      // evaluated by the debugger, so the page's policy stays as it is
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) => r.violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.map((n) => `${n.target.join(" ")} — ${n.failureSummary?.split("\n")[1]?.trim() ?? ""}`) }))));
      checks += 1;
      for (const v of found) {
        const line = `${name}: axe ${v.impact} ${v.id}: ${v.nodes.slice(0, 3).join(" | ")}${v.nodes.length > 3 ? ` and ${v.nodes.length - 3} more` : ""}`;
        if (v.impact === "serious" || v.impact === "critical") faults.push(line);
        else if (size === "desktop" && theme === "light") console.log(`note: ${line}`);
      }
      await page.close();
    }
    await context.close();
  }
}

const folder = await mkdtemp(path.join(os.tmpdir(), "youlin-web-"));
await writeFile(path.join(folder, "big.png"), Buffer.alloc(5000, 1));
await behaviours({ browser, server, watch, check, folder });

await browser.close();
await server.close();
for (const fault of faults) console.error(fault);
console.log(`gallery: ${checks} checks, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
