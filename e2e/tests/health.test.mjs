// The server comes up, says so, and its front page is in order on a desk and on a phone, by day and by night.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, startServer } from "../lib/index.mjs";

describe("a started server", () => {
  let server;
  let browser;

  before(async () => {
    server = await startServer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  for (const path of ["/healthz", "/readyz"]) {
    test(`${path} answers 200`, async () => {
      const answer = await fetch(`${server.url}${path}`);
      assert.equal(answer.status, 200);
    });
  }

  test("an unknown page is a 404 that says so", async () => {
    const answer = await fetch(`${server.url}/there/is/no/such/page`, { headers: { accept: "text/html" } });
    assert.equal(answer.status, 404);
  });

  test("the demo names its sign-ins, its Open311 key and its telephone secret", () => {
    assert.ok(server.access.accounts.length > 0, "no accounts");
    for (const { login, password, display_name: name, roles } of server.access.accounts) {
      assert.ok(login && password && name && roles.length > 0, `the account ${login} is incomplete`);
      assert.ok(server.output.includes(login), `the console does not name ${login}`);
    }
    assert.ok(server.access.open311_key, "no Open311 key");
    assert.ok(server.access.telephony_secret, "no telephone secret");
  });

  for (const device of ["desktop", "phone"]) {
    for (const dark of [false, true]) {
      const name = `front-${device}-${dark ? "dark" : "light"}`;
      test(`the front page is in order: ${device}, ${dark ? "dark" : "light"}`, async () => {
        const page = await openPage(browser, server, { device, dark });
        const answer = await page.goto("/");
        assert.equal(answer.status(), 200);
        assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
        await screenshot(page, name, { full: true });
        const [width, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
        assert.ok(width <= room, `the page is ${width} px wide in a window of ${room} px`);
        await axe(page);
        noConsoleErrors(page);
        await page.context().close();
      });
    }
  }
});
