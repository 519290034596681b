// One box for everything: a person by pinyin, initials or the end of a number, an address, a case by its words, an
// organisation; masked, within the scope, while one types.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

describe("one box finds people, addresses, cases and organisations", () => {
  let server;
  let browser;
  let desk;

  before(async () => {
    server = await startServer();
    browser = await launch();
    desk = await openPage(browser, server);
    await signIn(desk, "desk");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const found = async (typed) => {
    await desk.locator("main input[name=q]").fill(typed);
    await desk.waitForURL((url) => url.searchParams.get("q") === typed);
    await desk.locator("#found:not(.htmx-request)").waitFor();
    return desk.locator("#found").innerText();
  };

  test("the box of the bar leads to the page, which follows the typing", async () => {
    await desk.goto(`${server.url}/desk`);
    await desk.keyboard.press("/");
    await desk.keyboard.type("路灯");
    await desk.keyboard.press("Enter");
    await desk.waitForURL(/\/find\?q=/);
    assert.match(await desk.locator("#found").innerText(), /事件[\s\S]*灯/);
    await screenshot(desk, "find-cases");
    await axe(desk);
    assert.match(await found("光明东村12号楼"), /光明东村12号楼/);
    // Cases of that place come first; others only speak of it, and say so.
    const cases = await desk.locator('#found a[href^="/cases/"]').allInnerTexts();
    const other = cases.findIndex((text) => /文字里提到/.test(text));
    const own = other < 0 ? cases : cases.slice(0, other);
    for (const text of own) assert.match(text, /光明东村12号楼/);
    assert.ok(cases.slice(own.length).every((text) => /文字里提到/.test(text)), cases.join("\n"));
    await screenshot(desk, "find-place");
    assert.match(await found("物业"), /物业/);
  });

  test("people are found by what the desk hears, and stay masked", async () => {
    await desk.goto(`${server.url}/find`);
    const byTail = await found("1234");
    assert.match(byTail, /居民[\s\S]*\*/);
    assert.match(await found("zhou"), /周\*/, "pinyin");
    assert.match(await found("周"), /周\*/);
    assert.doesNotMatch(await found("周"), /138\d{8}/, "numbers stay masked");
    await screenshot(desk, "find-people");
    assert.match(await found("没有这样的东西呀"), /没有找到/);
    await axe(desk);
  });

  test("a grid worker on the phone finds only what is theirs", async () => {
    const phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "grid_worker");
    await phone.locator('header a[href="/find"]').click();
    await phone.waitForURL(/\/find/);
    await phone.locator("main input[name=q]").fill("周");
    await phone.waitForURL((url) => url.searchParams.get("q") === "周");
    await screenshot(phone, "find-phone");
    await axe(phone);
  });
});
