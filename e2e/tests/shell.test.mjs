// What is around every page: the bell that counts, the look and the language, the keyboard, drafts, paper, the source.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, openStep, report, screenshot, signIn, startServer, until } from "../lib/index.mjs";

const SOURCE = "https://code.example/youlin";

describe("around every page", () => {
  let server;
  let browser;
  let desk;
  let who;

  before(async () => {
    server = await startServer({ env: { YOULIN_SOURCE_URL: SOURCE } });
    browser = await launch();
    who = await server.session("desk");
    desk = await openPage(browser, server);
    await signIn(desk, "desk");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const unread = async (page) => {
    const count = page.locator("#notices-badge .count");
    return (await count.count()) === 0 ? 0 : Number(await count.innerText());
  };

  test("the bell counts what is unread, by itself, at the desk and on the phone", async () => {
    await desk.goto("/desk");
    await desk.locator("#notices-badge").waitFor();
    await desk.locator('[data-live-state="on"]').first().waitFor({ state: "attached" });
    const before = await unread(desk);
    await report(server, who, { text: "楼道堆物，走不过去" });
    await until(async () => (await unread(desk)) === before + 1, { what: "the bell to count one more" });
    await screenshot(desk, "shell-1-bell");

    const phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "shi");
    await phone.goto("/today");
    await phone.locator("#notices-badge").waitFor();
    assert.ok((await unread(phone)) > 0, "the grid worker has notices of the example");
    await phone.locator('#waits a[href="/rounds/today"]').waitFor();
    await phone.locator('#waits a[href="/field"]').waitFor();
    await phone.locator(".phonebar summary").click();
    await phone.locator('.phonebar [data-pref="print"][data-value="large"]').click();
    await phone.locator(".phonebar summary").click();
    const right = await phone.locator(".phonebar summary").evaluate((menu) => menu.getBoundingClientRect().right);
    assert.ok(right <= 390, `the way back from the large print stays on the screen: ${right}`);
    await phone.evaluate(() => (document.documentElement.dataset.print = "normal"));
    await screenshot(phone, "shell-1-bell-phone");
    await axe(phone);
    await phone.locator("#notices-badge").click();
    await phone.waitForURL(/\/notices$/);
    await phone.locator('form[action="/notices/read"] button').click();
    await phone.locator('form[action="/notices/read"]').waitFor({ state: "detached" });
    await phone.locator("#notices-badge").waitFor();
    assert.equal(await unread(phone), 0, "read is read");
    noConsoleErrors(phone);
    await phone.context().close();
  });

  test("the look does not forget the language, nor the language the look", async () => {
    const page = await openPage(browser, server);
    await page.goto("/follow");
    await page.locator('footer button[name="lang"][value="en"]').click();
    await page.waitForURL(/\/follow$/);
    assert.equal(await page.locator("html").getAttribute("lang"), "en", "the same page, in English");
    await page.locator('[data-pref="print"]').click();
    assert.equal(await page.locator("html").getAttribute("data-print"), "large");
    await page.goto("/");
    assert.equal(await page.locator("html").getAttribute("lang"), "en", "the large print did not cost the language");
    assert.equal(await page.locator("html").getAttribute("data-print"), "large");
    await screenshot(page, "shell-2-english-large", { full: true });
    await axe(page);
    await page.locator('footer button[name="lang"][value="zh"]').click();
    await page.waitForFunction(() => document.documentElement.lang === "zh-CN");
    assert.equal(await page.locator("html").getAttribute("data-print"), "large", "nor the language the print");
    await page.goto("/");
    assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
    noConsoleErrors(page);
    await page.context().close();

    await desk.goto("/desk");
    await desk.locator(".topbar details.menu > summary").click();
    await screenshot(desk, "shell-2-menu");
    await axe(desk);
    await desk.locator('.topbar button[data-pref="theme"][data-value="dark"]').click();
    assert.equal(await desk.locator("html").getAttribute("data-theme"), "dark");
    await desk.locator('.topbar button[name="lang"][value="en"]').click();
    await desk.waitForFunction(() => document.documentElement.lang === "en");
    assert.equal(await desk.locator("html").getAttribute("data-theme"), "dark");
    await desk.locator(".topbar details.menu > summary").click();
    await desk.locator('.topbar button[data-pref="theme"][data-value="auto"]').click();
    await desk.locator('.topbar button[name="lang"][value="zh"]').click();
    await desk.waitForFunction(() => document.documentElement.lang === "zh-CN");
  });

  test("the source of the running version is one press away", async () => {
    const page = await openPage(browser, server, { device: "phone" });
    for (const path of ["/", "/help", "/follow", "/sign-in"]) {
      await page.goto(path);
      assert.ok(await page.locator(`a[href="${SOURCE}"]`).isVisible(), path);
    }
    await page.context().close();
    await desk.goto("/desk");
    assert.equal(await desk.locator(`.topbar a[href="${SOURCE}"]`).count(), 1);
  });

  test("the keyboard goes all the way: help, search, down the list, open, new", async () => {
    await desk.goto("/desk");
    await desk.keyboard.press("?");
    const help = desk.locator("dialog[open]");
    await help.waitFor();
    for (const key of ["/", "j", "k", "n", "?"]) assert.ok((await help.locator("kbd").allInnerTexts()).includes(key), `${key} is explained`);
    await screenshot(desk, "shell-3-keys");
    await axe(desk);
    await desk.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    await desk.keyboard.press("/");
    assert.equal(await desk.evaluate(() => document.activeElement.getAttribute("type")), "search");
    await desk.keyboard.press("Escape");
    await desk.evaluate(() => document.activeElement.blur());
    await desk.keyboard.press("j");
    await desk.keyboard.press("j");
    const second = await desk.locator("[data-item] a.row").nth(1).getAttribute("href");
    await desk.keyboard.press("Enter");
    await desk.waitForURL((url) => url.pathname === new URL(second, server.url).pathname || url.href.includes(second.split("/").pop()));
    await desk.locator("#record .record-head").waitFor();
    await screenshot(desk, "shell-3-opened");
    await desk.evaluate(() => document.activeElement.blur());
    await desk.keyboard.press("n");
    await desk.waitForURL(/\/cases\/new/);
  });

  test("what was typed survives a reload, and only goes when it was saved", async () => {
    const one = await report(server, who, { text: "车棚灯不亮" });
    await desk.goto(one.url);
    await openStep(desk, "note");
    await desk.locator("#v-text").fill("已联系电工，下午来");
    await desk.locator("[data-draft-note]", { hasText: "草稿已保存" }).waitFor();
    await desk.reload();
    await openStep(desk, "note");
    assert.equal(await desk.locator("#v-text").inputValue(), "已联系电工，下午来");
    await desk.locator("[data-draft-note]", { hasText: "已恢复" }).waitFor();
    await screenshot(desk, "shell-4-draft");
    await desk.locator('#verb-form button[type="submit"]').click();
    await desk.locator(".timeline", { hasText: "已联系电工" }).waitFor();
    await openStep(desk, "note");
    assert.equal(await desk.locator("#v-text").inputValue(), "", "what was saved is no draft any more");

    const phone = await openPage(browser, server, { device: "phone" });
    await phone.goto("/help");
    await phone.locator("#text").fill("路口井盖翘起来了");
    await phone.locator("[data-draft-note]", { hasText: "草稿已保存" }).waitFor();
    await phone.reload();
    assert.equal(await phone.locator("#text").inputValue(), "路口井盖翘起来了", "a resident's words too");
    noConsoleErrors(phone);
    await phone.context().close();
  });

  test("a case on paper: the case and nothing of the screen", async () => {
    const one = await report(server, who, { text: "单元门合页松了，门关不严" });
    await desk.goto(one.url);
    await desk.emulateMedia({ media: "print" });
    for (const gone of [".rail", ".topbar", ".record-bar", "#record-form"]) {
      assert.ok(!(await desk.locator(gone).first().isVisible()), `${gone} is on the paper`);
    }
    for (const there of [".record-head h1", ".timeline", ".facts"]) assert.ok(await desk.locator(there).first().isVisible(), there);
    await desk.setViewportSize({ width: 794, height: 1123 }); // A4 at 96 dpi
    const [wide, room] = await desk.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= room, `${wide} px on a sheet of ${room} px`);
    const whole = await desk.evaluate(() => document.documentElement.scrollHeight >= document.querySelector(".record").getBoundingClientRect().bottom);
    assert.ok(whole, "the case is cut off at the end of the first screen");
    await screenshot(desk, "shell-5-paper", { full: true });
    await desk.emulateMedia({ media: "screen" });
    noConsoleErrors(desk);
  });
});
