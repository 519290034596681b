// Screenshots of the gallery: node scripts/shots.mjs [folder] [page …]. Desktop and phone, light and dark.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { launch } from "./browser.mjs";
import { serve } from "./serve.mjs";

const [folder = "target/shots", ...only] = process.argv.slice(2);
const pages = ["index", "desk", "board", "map", "worker-today", "note", "partner-task", "resident-home", "resident-track", "sign-in", "admin", "wall"];
const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
await mkdir(folder, { recursive: true });
const server = await serve();
const browser = await launch();
for (const [size, viewport] of Object.entries(sizes)) {
  for (const theme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport, colorScheme: theme, deviceScaleFactor: 1, hasTouch: size === "phone", locale: "zh-CN" });
    for (const name of pages.filter((p) => only.length === 0 || only.includes(p))) {
      const page = await context.newPage();
      await page.goto(`${server.url}/gallery/${name}.html`);
      if (name === "map") await page.waitForSelector("[data-map-ready]", { timeout: 15000 }).catch(() => console.error("map not ready"));
      await page.waitForTimeout(name === "map" ? 1500 : 250);
      await page.screenshot({ path: path.join(folder, `${name}-${size}-${theme}.png`), fullPage: size === "phone" || name === "index" });
      await page.close();
    }
    await context.close();
  }
}
await browser.close();
await server.close();
