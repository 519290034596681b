// Rosters and people who lead: a hole in the coverage opens to its dwellings and closes; a rota with a substitute, seen by
// whoever asks who is responsible; a neighbour named, suggested with the reason, asked, agreeing, listed, and taking it back.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer, until } from "../lib/index.mjs";

describe("rosters, leaders and talents", () => {
  let server;
  let browser;
  let desk;
  let phone;

  before(async () => {
    server = await startServer();
    browser = await launch();
    desk = await openPage(browser, server);
    await signIn(desk, "desk");
    phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "shi");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const figure = async (page) => Number(await page.locator('[data-figure="no_worker"]').innerText());

  test("a figure of the coverage opens to exactly its dwellings, and a shared team leaves holes", async () => {
    await desk.goto(`${server.url}/people`);
    await desk.locator('main a[href="/rosters"]').click();
    await desk.waitForURL(/\/rosters/);
    await desk.locator(".map-legend, .map-note").first().waitFor();
    await screenshot(desk, "rosters-coverage", { full: true });
    await axe(desk);
    const before = await figure(desk);
    // One worker is given a single building: the rest of the neighbourhood has nobody.
    await desk.locator('main tr[data-area] td a[href^="/rosters/teams/"]').first().click();
    await desk.locator('nav.chips a[href^="/rosters/teams/"]').first().click();
    await desk.locator('[data-member="micro_grid_worker"]').first().waitFor();
    await screenshot(desk, "rosters-team", { full: true });
    await axe(desk);
    const card = desk.locator('[data-member="micro_grid_worker"]').first();
    await card.locator("summary").click();
    await card.locator('form[action="/rosters/shares"] button').click();
    await desk.locator('.banner[data-state="ok"]').waitFor();
    await desk.goto(`${server.url}/rosters`);
    const after = await figure(desk);
    assert.ok(after > before, `${after} > ${before}`);
    await desk.locator('.figure[href*="kind=no_worker"]').click();
    assert.equal(Number(await desk.locator("[data-count]").getAttribute("data-count")), after);
    assert.equal(await desk.locator("main [data-item]").count(), Math.min(after, 500));
    await screenshot(desk, "rosters-holes");
    await axe(desk);
  });

  test("the cards of a team can be printed, and their code opens a public page", async () => {
    await desk.goto(`${server.url}/rosters`);
    await desk.locator('main tr[data-area] td a[href^="/rosters/teams/"]').first().click();
    await desk.locator('main a[href$="/cards"]').click();
    await desk.locator(".qr svg").waitFor();
    await screenshot(desk, "rosters-cards");
    await axe(desk);
    const address = await desk.locator('main a[href^="/my-grid-worker/"]').getAttribute("href");
    const visitor = await openPage(browser, server, { device: "phone" });
    await visitor.goto(`${server.url}${address}`);
    assert.match(await visitor.locator("main").innerText(), /网格员/);
    await screenshot(visitor, "rosters-public");
    await axe(visitor);
    await visitor.context().close();
  });

  test("a rota is planned, somebody is away, the substitute agrees and takes the shifts", async () => {
    await desk.goto(`${server.url}/duty`);
    await screenshot(desk, "duty", { full: true });
    await axe(desk);
    await desk.locator('main a[href="/duty/new"]').click();
    await desk.locator("#f-name").fill("年终接待班");
    await desk.locator("#f-days").selectOption("every_day");
    await desk.locator("#f-from").fill("22:00");
    await desk.locator("#f-to").fill("23:00");
    await desk.locator('input[name="member"]').nth(0).check();
    await screenshot(desk, "duty-form", { full: true });
    await axe(desk);
    await desk.locator('main form button[type="submit"]').last().click();
    await desk.waitForURL(/saved=rota/);
    // Beyond the end of the month, which may be tonight.
    await desk.locator("#f-to").fill(new Date(Date.now() + (8 + 20 * 24) * 3600e3).toISOString().slice(0, 10));
    await desk.locator('form[action$="/plan"] button').click();
    await desk.waitForURL(/saved=plan/);
    const planned = await desk.locator("[data-shift]").count();
    await screenshot(desk, "duty-month", { full: true });
    await axe(desk);
    await desk.locator('a[rel="next"]').click();
    await desk.waitForURL(/month=/);
    assert.ok(planned + (await desk.locator("[data-shift]").count()) >= 20);

    // 小施 says on the phone that she is away from today on, and asks a colleague.
    await phone.goto(`${server.url}/duty/absences`);
    const other = phone.locator("#f-substitute option", { hasText: "顾晓东" }).first();
    await phone.locator("#f-substitute").selectOption(await other.getAttribute("value"));
    await screenshot(phone, "duty-absence-phone");
    await axe(phone);
    await phone.locator('main form.form button[type="submit"]').click();
    await phone.locator('[data-absence="asked"]').first().waitFor();
    await desk.goto(`${server.url}/duty`);
    await desk.locator('form[data-absence] button[value="yes"]').first().click();
    await desk.locator('[data-absence="accepted"]').first().waitFor();
    await screenshot(desk, "duty-absences", { full: true });
    // Whoever asked is told.
    const told = async () => {
      await phone.goto(`${server.url}/notices`);
      return (await phone.locator("main").innerText()).includes("您的代班或换班有答复了");
    };
    await until(told, { what: "the answer in the list of notices" });
    await axe(desk);
    // Whoever asks who looks after 光明东村12号楼 is told who is there.
    const visitor = await openPage(browser, server, { device: "phone" });
    await visitor.goto(`${server.url}/my-grid-worker?address=${encodeURIComponent("光明东村12号楼")}`);
    const text = await visitor.locator("main").innerText();
    assert.match(text, /顾晓东/);
    assert.match(text, /代施雨晴/);
    await screenshot(visitor, "duty-substitute-public");
    await axe(visitor);
    await visitor.context().close();
    // She has no doors to walk and is told who does, on the page and on the field client; the community sees it, too.
    await phone.goto(`${server.url}/rounds/today`);
    await phone.locator("[data-leave]", { hasText: "由顾晓东替" }).waitFor();
    assert.equal(await phone.locator("[data-visit]").count(), 0);
    await screenshot(phone, "visits-on-leave");
    await axe(phone);
    await phone.goto(`${server.url}/field`);
    await phone.locator("#doors .banner", { hasText: "由顾晓东替" }).waitFor();
    assert.equal(await phone.locator("#doors [data-stop]").count(), 0);
    await screenshot(phone, "field-on-leave");
    await axe(phone);
    await desk.goto(`${server.url}/rounds/visits`);
    await desk.locator("[data-leave]", { hasText: "由顾晓东替" }).waitFor();
    await screenshot(desk, "visits-team-on-leave");
    await axe(desk);
    await phone.goto(`${server.url}/duty`);
    await screenshot(phone, "duty-phone");
    await axe(phone);
  });

  test("hours of seconded staff are figures that open to their records", async () => {
    await desk.goto(`${server.url}/rosters/seconded`);
    await screenshot(desk, "seconded", { full: true });
    await axe(desk);
    await desk.locator('main a[href*="state=confirmed"]').first().click();
    assert.equal(await desk.locator("main [data-item]").count(), 2);
    await desk.goto(`${server.url}/rosters/seconded`);
    await desk.locator("main .row").first().click();
    await desk.locator('[data-hours="noted"] button[value="confirm"]').first().click();
    await desk.locator('[data-hours="confirmed"]').nth(2).waitFor();
    await axe(desk);
  });

  test("a resident names a neighbour; suggested, asked, agreed, listed", async () => {
    const visitor = await openPage(browser, server, { device: "phone" });
    await visitor.goto(`${server.url}/name-a-neighbour`);
    await screenshot(visitor, "named-public");
    await axe(visitor);
    await visitor.locator("#f-address").fill("光明东村12号楼");
    await visitor.locator("#f-name").fill("周建国");
    await visitor.locator("#f-why").fill("雪天总是第一个出来扫雪");
    await visitor.locator('main form button[type="submit"]').click();
    await visitor.waitForURL(/sent=yes/);
    await visitor.context().close();

    await desk.goto(`${server.url}/talents/named`);
    const naming = desk.locator("[data-naming]", { hasText: "扫雪" });
    await naming.locator('a[href*="at="]').click();
    await desk.locator("[data-naming]", { hasText: "扫雪" }).locator('form[action^="/talents/named/"] button').first().click();
    await desk.waitForURL(/\/talents\/named$/);
    await screenshot(desk, "talents-named", { full: true });
    await axe(desk);
    await desk.goto(`${server.url}/talents/suggested`);
    const one = desk.locator("[data-suggestion]", { hasText: "扫雪" });
    await one.waitFor();
    await screenshot(desk, "talents-suggested");
    await axe(desk);
    await one.locator("summary").click();
    await one.locator('input[name="field"]').fill("冬天扫雪");
    await one.locator('button[type="submit"]').click();
    await desk.waitForURL(/saved=asked/);
    assert.equal(await desk.locator("[data-listed]", { hasText: "冬天扫雪" }).count(), 0);
    await screenshot(desk, "talents", { full: true });
    await axe(desk);
    await desk.locator("[data-waiting] form", { hasText: "冬天扫雪" }).locator('button[value="yes"]').click();
    await desk.locator("[data-listed] [data-item]", { hasText: "冬天扫雪" }).waitFor();
    await phone.goto(`${server.url}/talents`);
    await phone.locator("[data-listed] [data-item]", { hasText: "冬天扫雪" }).waitFor();
    await screenshot(phone, "talents-phone");
    await axe(phone);
    noConsoleErrors(desk);
    noConsoleErrors(phone);
  });
});
