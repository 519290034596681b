// A grid worker's morning: nine visits proposed by need, in walking order; one written down in a few taps with what was
// missing and a leaking roof, one where nobody was at home, one left out, one added. Then the desk's view of the whole day.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

describe("visits", () => {
  let server;
  let browser;
  let phone;
  let desk;

  before(async () => {
    server = await startServer();
    browser = await launch();
    phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "shi");
    desk = await openPage(browser, server);
    await signIn(desk, "desk");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const left = () => phone.locator("#list [data-visit]").count();

  test("nine visits are proposed, each with its reasons", async () => {
    await phone.goto(`${server.url}/rounds/today`);
    await phone.locator("#list [data-stop]").first().waitFor();
    await screenshot(phone, "visits-today");
    await screenshot(phone, "visits-today-whole", { full: true });
    await axe(phone);
    const text = await phone.locator("#list").innerText();
    assert.equal(await left(), 9, text);
    for (const reason of [/8\d 岁，独自居住/, /天没人见过/, /登记出院/, /新搬来/, /37号表.*还有 2 项要问/, /按安排该走访：高龄老人每月走访/, /上次没人，说好/]) assert.match(text, reason);
    assert.doesNotMatch(text, /陆冬梅|孙春花/, "names are masked");
  });

  test("one is written down in a few taps, with what was missing and a leak that becomes a case", async () => {
    await phone.locator("#list [data-visit] a", { hasText: "37号表" }).first().click();
    await phone.waitForURL(/\/rounds\/visits\//);
    await screenshot(phone, "visits-door");
    await screenshot(phone, "visits-door-whole", { full: true });
    await axe(phone);
    const began = Date.now();
    await phone.getByLabel("夜间有没有人照应").fill("隔壁老王照应");
    await phone.locator("#f-text").fill("精神好");
    await phone.locator("#problem summary").click();
    await phone.locator("#f-problem").fill("屋顶漏水，下雨卧室滴水");
    await phone.locator('button[name="outcome"][value="done"]').click();
    await phone.waitForURL(/\/rounds\/today\?saved=/);
    assert.ok(Date.now() - began < 20_000, "twenty seconds");
    const said = await phone.locator(".banner[data-state=ok]").innerText();
    assert.match(said, /已记下/);
    assert.match(said, /已报工单/);
    assert.equal(await left(), 8);
    await screenshot(phone, "visits-saved");
    await axe(phone);
    await phone.locator(".banner a").first().click();
    await phone.waitForURL(/\/cases\//);
    assert.match(await phone.locator("main").innerText(), /屋顶漏水/);
  });

  test("nobody at home, left out, taken off and added", async () => {
    await phone.goto(`${server.url}/rounds/today`);
    await phone.locator("#list [data-visit] a", { hasText: "上次没人" }).click();
    await phone.locator("#nobody summary").click();
    await phone.locator("#f-again_day").fill("2020-01-01");
    await phone.locator('button[value="tried"]').click();
    await phone.locator(".form-summary", { hasText: "已经过了" }).waitFor();
    await screenshot(phone, "visits-refused");
    await axe(phone);
    await phone.locator("#f-again_day").fill("");
    await phone.locator('button[value="tried"]').click();
    await phone.waitForURL(/saved=/);
    await phone.getByText("约了别的日子（1）").waitFor();
    assert.equal(await left(), 7);
    await phone.locator("#list [data-visit] a", { hasText: "登记出院" }).click();
    await phone.locator("#skip summary").click();
    await phone.locator('button[value="skipped"]').click();
    await phone.locator(".form-summary", { hasText: "原因" }).waitFor();
    await phone.locator("#f-reason").fill("女儿接去住了，下月回来");
    await phone.locator('button[value="skipped"]').click();
    await phone.waitForURL(/saved=/);
    assert.equal(await left(), 6);
    await phone.locator("#list [data-visit] a").first().click();
    await phone.locator('button[value="taken_away"]').click();
    await phone.getByText("今天拿掉的（1）").waitFor();
    await phone.locator("summary", { hasText: "加一户" }).click();
    await phone.locator("#f-address").fill("没有这条路999号");
    await phone.locator("#f-address").press("Enter");
    await phone.locator(".form-summary", { hasText: "没有找到" }).waitFor();
    await phone.locator("#f-address").fill("光明东村12号楼1单元304");
    await phone.locator("#f-address").press("Enter");
    await phone.locator("#list", { hasText: "今天自己加的" }).waitFor();
    await screenshot(phone, "visits-changed", { full: true });
    await axe(phone);
  });

  test("the visit stands in the person's life, and the desk sees the community's day and what counts", async () => {
    await desk.goto(`${server.url}/rounds/visits`);
    await desk.locator("[data-visitor]").first().waitFor();
    assert.match(await desk.locator("main").innerText(), /不给人排名/);
    await screenshot(desk, "visits-team");
    await axe(desk);
    await desk.locator('a[href^="/rounds/visits/rule"]').click();
    await desk.locator("#f-per_day").fill("0");
    await desk.locator('main form button[type="submit"]').click();
    await desk.locator(".form-summary", { hasText: "1 到 60" }).waitFor();
    await screenshot(desk, "visits-rule", { full: true });
    await axe(desk);
    await desk.locator("#f-per_day").fill("8");
    await desk.locator('main form button[type="submit"]').click();
    await desk.waitForURL(/saved=1/);
    await desk.goto(`${server.url}/rounds/policies`);
    assert.match(await desk.locator("main").innerText(), /高龄老人每月走访/);
    await screenshot(desk, "visits-policies");
    await axe(desk);
    const missed = desk.locator('a[href*="standing?of=missed"]').first();
    const figure = Number(await missed.innerText());
    await missed.click();
    await desk.waitForURL(/standing/);
    assert.equal(await desk.locator("[data-list] [data-item]").count(), figure, "each missed visit stands behind the figure");
    assert.match(await desk.locator("[data-list]").innerText(), /号楼/);
    await screenshot(desk, "visits-standing");
    await axe(desk);
    await desk.goto(`${server.url}/rounds/today`);
    await screenshot(desk, "visits-desk-today");
    await axe(desk);
    noConsoleErrors(phone, { allow: [/422/] });
  });
});
