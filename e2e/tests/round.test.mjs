// A grid worker in front of 12号楼 with a phone: the building as a stack, a dwelling with only what is missing, a new
// tenant, everything confirmed; and a visiting list walked to its end.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

describe("from door to door", () => {
  let server;
  let browser;
  let phone;

  before(async () => {
    server = await startServer();
    browser = await launch();
    phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "shi");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("the building is a stack of doors, each with who lives there and what is to be asked", async () => {
    await phone.goto(`${server.url}/people`);
    await phone.locator('main a[href="/people/buildings"]').click();
    await phone.locator("main .row", { hasText: "12号楼" }).first().click();
    await phone.waitForURL(/\/people\/buildings\//);
    assert.ok((await phone.locator(".door").count()) > 4);
    await screenshot(phone, "round-building");
    await axe(phone);
  });

  test("only what is missing is asked, and what was heard is noted with who said it", async () => {
    await phone.locator(".door", { hasText: /缺(电话|出生日期|性别)/ }).first().click();
    await phone.waitForURL(/\/people\/dwellings\//);
    await screenshot(phone, "round-dwelling");
    await axe(phone);
    const card = phone.locator("section.card", { hasText: "还缺" }).first();
    await card.locator('input[name="phone"]').fill("1390000");
    await card.locator('button[type="submit"]').click();
    await phone.locator(".form-summary").waitFor();
    const again = phone.locator("section.card", { has: phone.locator(".form-summary") });
    assert.equal(await again.locator('input[name="phone"]').inputValue(), "1390000", "what was typed stays");
    await again.locator("summary", { hasText: "更正" }).click();
    await again.locator('input[name="birth"]').fill("农历三月初五");
    await again.locator('input[name="phone"]').fill("");
    await again.locator('button[type="submit"]').click();
    await phone.locator(".form-summary", { hasText: "农历" }).waitFor();
    await again.locator('input[name="birth"]').fill("1942年3月5日");
    const number = again.locator('input[name="phone"]');
    await number.fill("139 0000 4321");
    await again.locator("summary", { hasText: "标签有变化" }).click();
    await again.getByLabel("独居").check();
    await again.locator('button[type="submit"]').click();
    // Others are registered there: whoever says "alone" is asked once whether they mean it.
    await again.locator("#f-alone").waitFor();
    assert.match(await again.innerText(), /这里还登记着/);
    await screenshot(phone, "round-alone");
    await axe(phone);
    await again.getByLabel("确实一个人住").check();
    await again.locator('button[type="submit"]').click();
    await phone.locator('.banner[data-state="ok"]').waitFor();
    const text = await phone.locator("main").innerText();
    assert.match(text, /独居/);
    assert.match(text, /施.*上门/s);
  });

  test("a new tenant is entered at the door, and the dwelling is confirmed with one tap", async () => {
    const dwelling = phone.url().split("?")[0];
    await phone.locator('main a[href^="/people/new?dwelling="]').click();
    await phone.locator("#f-name").fill("沈新来");
    await phone.locator("#f-relation").selectOption("tenant");
    await phone.locator('main form button[type="submit"]').last().click();
    await phone.waitForURL(/\/people\/dwellings\/[0-9a-f-]+\?saved=new/);
    await phone.goto(dwelling);
    assert.match(await phone.locator("main").innerText(), /沈\*/);
    await phone.locator('button[value="confirmed"]').click();
    await phone.waitForURL(/saved=visit/);
    assert.match(await phone.locator(".page-head").innerText(), /核实/);
    await screenshot(phone, "round-confirmed");
  });

  test("the three figures open to their dwellings", async () => {
    await phone.goto(`${server.url}/people/quality`);
    await phone.locator(".figure").nth(1).click();
    await phone.locator("main .row").first().waitFor();
    await screenshot(phone, "round-quality");
    await axe(phone);
    noConsoleErrors(phone, { allow: [/422/] });
  });
});
