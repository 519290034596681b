// The market of the page: its plan of stalls, a merchant entered at a free one with a wrong code first, another taking the
// stall over, an owner from the register, equipment that is due; and a market that cannot be closed over its merchants.
// On a desk and on a phone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

const CODE = "92320613000099912";

describe("merchants and premises", () => {
  let server;
  let browser;
  let desk;
  let phone;

  before(async () => {
    server = await startServer();
    browser = await launch();
    desk = await openPage(browser, server);
    await signIn(desk, "desk-glt");
    phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "grid-glt-1");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("the market stands in the list with its stalls, and opens to its plan", async () => {
    await desk.goto(`${server.url}/places/premises`);
    await screenshot(desk, "premises-list");
    await axe(desk);
    await desk.locator("main a", { hasText: "中原综合批发市场" }).click();
    await desk.waitForURL(/\/places\/premises\/[0-9a-f-]+$/);
    assert.equal(await desk.locator("[data-stall]").count(), 300);
    assert.match(await desk.locator("main").innerText(), /20000/);
    await screenshot(desk, "premises-market");
    await axe(desk);
  });

  test("a merchant is entered at a free stall; what was typed stays when the code is wrong", async () => {
    const free = desk.locator(".plan-cell.is-empty").first();
    const stall = await free.locator(".plan-number").innerText();
    await free.locator('a[href*="/people/merchants/new"]').click();
    await desk.locator("#f-name").fill("友邻五金试验行");
    await desk.locator("#f-goods").fill("锁具、合页");
    await desk.locator("#f-credit_code").fill(`${CODE}X`);
    await desk.locator("#f-phone").fill("13900007777");
    await desk.locator('main form button[type="submit"]').click();
    await desk.locator("#f-credit_code-e").waitFor();
    assert.equal(await desk.locator("#f-goods").inputValue(), "锁具、合页", "what was typed stays");
    await screenshot(desk, "merchant-form-refused");
    await axe(desk);
    await desk.locator("#f-credit_code").fill("");
    await desk.locator("#f-kind").selectOption("unknown");
    await desk.locator('main form button[type="submit"]').click();
    await desk.waitForURL(/\/people\/merchants\/[0-9a-f-]+\?saved=new/);
    const text = await desk.locator("main").innerText();
    assert.match(text, new RegExp(stall));
    assert.match(text, /139\*\*\*\*7777/);
    assert.match(text, /没有代码/);
    await screenshot(desk, "merchant-page");
    await axe(desk);
  });

  test("an owner comes from the register, masked, and the merchant stands on that person's page", async () => {
    await desk.locator('main a[href$="/persons/new"]').click();
    await desk.locator("#f-who").fill("严");
    await desk.locator('form[role="search"] button[type="submit"]').last().click();
    await desk.locator("main .row").first().click();
    await desk.waitForURL(/person=/);
    await desk.locator("#f-relation").selectOption("owner");
    await screenshot(desk, "merchant-person");
    await axe(desk);
    await desk.locator('form[action$="/persons"] button[type="submit"]').click();
    await desk.waitForURL(/saved=changed/);
    await desk.locator("#persons [data-person] a").first().click();
    await desk.locator("#merchants", { hasText: "友邻五金试验行" }).waitFor();
    await screenshot(desk, "person-merchants");
    await desk.goBack();
  });

  test("the market is not closed over its merchants", async () => {
    await desk.locator('.crumbs a[href^="/places/premises/"]').first().click();
    const fold = desk.locator("details", { has: desk.locator('form[action$="/close"]') });
    await fold.locator("summary").click();
    await fold.locator('input[name="reason"]').fill("整体搬迁");
    await fold.locator('button[type="submit"]').click();
    const dialog = desk.locator("dialog[open]");
    await dialog.locator("button").last().click();
    await desk.locator("#f-closed-e").first().waitFor();
    assert.match(await desk.locator(".form-summary").innerText(), /还有 \d+ 家商户/);
    await screenshot(desk, "premises-close-refused");
    await axe(desk);
  });

  test("on a phone: the plan, the list of what is due, and a look noted on the spot", async () => {
    await phone.goto(`${server.url}/places/premises?kind=market`);
    await screenshot(phone, "phone-premises-list");
    await phone.locator("main a", { hasText: "中原综合批发市场" }).click();
    await phone.locator("[data-stall]").first().waitFor();
    await screenshot(phone, "phone-premises-market");
    await axe(phone);
    await phone.goto(`${server.url}/places/equipment?due=soon`);
    await screenshot(phone, "phone-equipment-due");
    await axe(phone);
    const before = await phone.locator("[data-equipment]").count();
    await phone.locator("[data-equipment] a").first().click();
    await phone.locator("#f-state").selectOption("working");
    await phone.locator("#f-due_on").fill("2099-01-01");
    await phone.locator("#f-note").fill("压力正常");
    await phone.locator('form[action$="/check"] button[type="submit"]').click();
    await phone.waitForURL(/saved=checked/);
    assert.match(await phone.locator("main").innerText(), /压力正常/);
    await screenshot(phone, "phone-equipment-checked");
    await axe(phone);
    await phone.goto(`${server.url}/places/equipment?due=soon`);
    assert.equal(await phone.locator("[data-equipment]").count(), before - 1);
  });

  test("merchants are found by what they sell, in the list and in the one search box", async () => {
    await desk.goto(`${server.url}/people/merchants?q=${encodeURIComponent("合页")}`);
    await desk.locator("[data-merchant]", { hasText: "友邻五金试验行" }).waitFor();
    await desk.goto(`${server.url}/people/merchants?without=responsible`);
    assert.ok((await desk.locator("[data-merchant]").count()) > 20);
    await screenshot(desk, "merchants-without-responsible");
    await axe(desk);
  });

  test("the building page shows its equipment and what is due", async () => {
    await phone.goto(`${server.url}/places/equipment?kind=fire_hydrant`);
    await phone.locator("[data-equipment]", { hasText: "郭里新居" }).or(phone.locator("[data-equipment]", { hasText: "中原公寓" })).first().locator("a").click();
    await phone.locator('.crumbs a[href^="/places/buildings/"]').click();
    await phone.locator("#equipment [data-equipment]").first().waitFor();
    await screenshot(phone, "phone-building-equipment");
    await axe(phone);
    noConsoleErrors(phone, { allow: [/422/] });
    noConsoleErrors(desk, { allow: [/422/] });
  });
});
