// A grid is split on the desk: what goes is ticked, what that moves is shown, and from then on every list follows.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

describe("a grid is split", () => {
  let server;
  let browser;
  let admin;

  before(async () => {
    server = await startServer();
    browser = await launch();
    admin = await openPage(browser, server, { device: "desktop" });
    await signIn(admin, "admin");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const buildingsOf = async (area) => admin.evaluate(async (id) => (await (await fetch(`/places?area=${id}`)).text()), area);

  test("ticked, looked at, done; the new grid has its doors and its worker", async () => {
    const areas = await admin.evaluate(async () => (await (await fetch("/api/v1/areas/find?q=" + encodeURIComponent("和美网格"))).json()));
    const grid = (areas.items ?? areas).find((one) => one.name === "和美网格");
    await admin.goto(`${server.url}/admin/areas/split?area=${grid.id}`);
    await screenshot(admin, "split-form", { full: true });
    await axe(admin);
    await admin.locator("#name").fill("和美二网格");
    const whole = admin.locator('input[name="neighbourhoods"]');
    assert.ok((await whole.count()) >= 1, "the grid's neighbourhoods are offered");
    await whole.first().check();
    await admin.locator("#taker").selectOption({ index: 1 });
    await admin.locator('form[method="get"] button[type="submit"]').click();
    await admin.locator("#preview").waitFor();
    await screenshot(admin, "split-preview");
    await axe(admin);
    await admin.locator('#preview button[type="submit"]').click();
    await admin.waitForURL(/\/admin\/areas\?/);
    await screenshot(admin, "split-done");
    await axe(admin);
    assert.match(await admin.locator("main").innerText(), /和美二网格/);
    const found = await admin.evaluate(async () => (await (await fetch("/api/v1/areas/find?q=" + encodeURIComponent("和美二网格"))).json()));
    const opened = (found.items ?? found).find((one) => one.name === "和美二网格");
    assert.ok(opened, "the new grid is found");
    assert.match(await buildingsOf(opened.id), /号楼/);
  });

  test("nothing went wrong in the console", () => noConsoleErrors(admin));
});
