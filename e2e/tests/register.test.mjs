// An administrator keeps the register on the pages alone: an organisation that can be written to, a building with its
// staircase, a person with two numbers, a role; then a file with two faulty lines, mended, taken in behind a bar.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

const ROWS = 1200;

/** Persons of one dwelling; lines 3 and 7 are wrong in `faulty`. */
function persons({ faulty }) {
  const lines = ["key,name,phones,area_code,labels"];
  for (let n = 0; n < ROWS; n += 1) {
    const phone = faulty && n === 1 ? "138" : `138${String(10_000_000 + n)}`;
    const code = faulty && n === 5 ? "000" : "320613005018";
    lines.push(`reg-${n},郁${String.fromCharCode(0x4e00 + n)},${phone},${code},`);
  }
  return lines.join("\n");
}

async function give(page, server, text) {
  await page.goto(`${server.url}/imports?kind=persons`);
  await page.locator("#f-file").setInputFiles({ name: "居民.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.locator('main button[type="submit"]').click();
  await page.waitForURL(/\/imports\/[0-9a-f-]+$/);
  await page.locator("#n-new").waitFor({ timeout: 90_000 });
}

const figures = async (page) =>
  Promise.all(["new", "changed", "unchanged", "refused"].map(async (name) => Number(await page.locator(`#n-${name}`).innerText())));

describe("the register is kept on the pages alone", () => {
  let server;
  let browser;
  let page;

  before(async () => {
    server = await startServer();
    browser = await launch();
    page = await openPage(browser, server);
    await signIn(page, "administrator");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("an organisation with an e-mail address; a wrong one is named beside its field and kept", async () => {
    await page.goto(`${server.url}/admin`);
    await page.locator('main a[href="/people/organisations"]').click();
    await page.locator("main .actions .btn-primary").first().click();
    await page.locator("#f-name").fill("新桥物业");
    await page.locator("#f-kind").selectOption("property_company");
    await page.locator("#f-area").selectOption({ label: (await page.locator("#f-area option", { hasText: "跃龙社区" }).first().innerText()) });
    await page.locator("#f-email").evaluate((field) => { field.type = "text"; });
    await page.locator("#f-email").fill("wuye@");
    await page.locator('main button[type="submit"]').click();
    await page.locator("#f-email-e").waitFor();
    assert.equal(await page.locator("#f-email").inputValue(), "wuye@");
    await screenshot(page, "register-1-organisation-fault");
    await axe(page);
    await page.locator("#f-email").fill("wuye@xinqiao.example");
    await page.locator('main button[type="submit"]').click();
    await page.locator('.banner[data-state="ok"]').waitFor();
    assert.match(await page.locator("main").innerText(), /wuye@xinqiao\.example/);
    await screenshot(page, "register-1-organisation");
    await axe(page);
  });

  test("an estate, a building and a staircase of dwellings", async () => {
    await page.goto(`${server.url}/places`);
    await page.locator('main a[href^="/places/estates/new"]').first().click();
    await page.locator("#f-name").fill("新桥小区");
    await page.locator("#f-area").selectOption({ index: 1 });
    await screenshot(page, "register-2-estate");
    await axe(page);
    await page.locator('main button[type="submit"]').click();
    const estate = page.locator("section.card", { hasText: "新桥小区" });
    await estate.locator('a[href^="/places/buildings/new"]').click();
    await page.locator("#f-name").fill("3号楼");
    await page.locator("#f-aliases").fill("3幢；邮局楼");
    await page.locator("#f-floors").fill("6");
    await page.locator("#f-area").selectOption({ index: 1 });
    await page.locator('main button[type="submit"]').click();
    await page.waitForURL(/\/places\/buildings\/[0-9a-f-]+\?saved=new$/);
    await page.locator('main a[href^="/places/dwellings/new"]').first().click();
    await page.locator("#m-entrance").fill("1单元");
    await screenshot(page, "register-2-staircase");
    await axe(page);
    await page.locator('form[action$="/staircase"] button[type="submit"]').click();
    await page.locator("table", { hasText: "602" }).waitFor();
    await screenshot(page, "register-2-building");
    await axe(page);
    await page.locator("a.tag", { hasText: "302" }).click();
    await page.locator('a[href^="/people?dwelling="]').click();
    await page.locator('a[href^="/people/new?dwelling="]').click();
  });

  test("a person with two numbers in that dwelling, and a role in the organisation", async () => {
    assert.match(await page.locator("#f-address").inputValue(), /新桥小区3号楼1单元302/);
    await page.locator("#f-name").fill("郁念慈");
    await page.locator("#f-relation").selectOption("owner");
    await page.locator("#f-phone").fill("138 0000 2222");
    await page.locator("#f-phone2").fill("0513-85550000");
    await page.locator('label:has(input[value="elderly"])').click();
    await screenshot(page, "register-3-person", { full: true });
    await axe(page);
    await page.locator('main form[action="/people"] button[type="submit"]').click();
    await page.locator('.banner[data-state="ok"]').waitFor();
    const file = await page.locator("main").innerText();
    assert.match(file, /郁\*\*/);
    assert.doesNotMatch(file, /念慈/);
    await screenshot(page, "register-3-file", { full: true });
    await axe(page);
    await page.locator('main a[href^="/people/memberships/new"]').click();
    await page.locator("#f-organisation").selectOption({ label: "新桥物业" });
    await page.locator("#f-role").selectOption("property_staff");
    await screenshot(page, "register-3-role");
    await axe(page);
    await page.locator('form[action="/people/memberships"] button[type="submit"]').click();
    await page.locator("table", { hasText: "郁念慈" }).waitFor();
  });

  test("a file with two faulty lines is judged, mended, taken in with a bar that survives a reload, and again", async () => {
    await give(page, server, persons({ faulty: true }));
    assert.deepEqual(await figures(page), [ROWS - 2, 0, 0, 2]);
    const lines = await page.locator("#faults tbody th").allInnerTexts();
    assert.deepEqual(lines.map((text) => text.trim()), ["3", "7"]);
    await screenshot(page, "register-4-judged", { full: true });
    await axe(page);
    await give(page, server, persons({ faulty: false }));
    assert.deepEqual(await figures(page), [ROWS, 0, 0, 0]);
    await page.locator('form[action$="/accept"] button').click();
    await page.locator("progress").waitFor();
    await screenshot(page, "register-4-running");
    await page.reload();
    await page.locator("#n-new").waitFor({ timeout: 90_000 });
    assert.deepEqual(await figures(page), [ROWS, 0, 0, 0]);
    await page.locator('.banner[data-state="ok"]').waitFor();
    await screenshot(page, "register-4-done");
    await axe(page);
    await give(page, server, persons({ faulty: false }));
    assert.deepEqual(await figures(page), [0, 0, ROWS, 0]);
    assert.equal(await page.locator('form[action$="/accept"]').count(), 0, "there is nothing to take in");
  });

  test("on the telephone and in the dark, too", async () => {
    const phone = await openPage(browser, server, { device: "phone", dark: true });
    await signIn(phone, "administrator");
    for (const [name, path] of [
      ["organisations", "/people/organisations"],
      ["organisation-form", "/people/organisations/new"],
      ["person-form", "/people/new"],
      ["imports", "/imports"],
    ]) {
      await phone.goto(server.url + path);
      await screenshot(phone, `register-5-${name}`, { full: true });
      await axe(phone);
      const wide = await phone.evaluate("document.documentElement.scrollWidth > innerWidth + 1");
      assert.equal(wide, false, `${path} scrolls sideways`);
    }
    noConsoleErrors(phone);
    noConsoleErrors(page, { allow: [/422/] });
    await phone.context().close();
  });
});
