// One way to start the installed Chromium (CHROMIUM overrides the path), with software WebGL for the map.
import { chromium } from "playwright-core";
import { existsSync } from "node:fs";

const found = [process.env.CHROMIUM, "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((p) => p && existsSync(p));

export async function launch() {
  if (!found) throw new Error("No Chromium found: install Debian's package chromium, or set CHROMIUM to a browser.");
  return chromium.launch({ executablePath: found, headless: true, args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"] });
}
