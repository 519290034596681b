// Story 6, on a phone: a resident opens their own file with a one-time code, sees who looked at it and why, puts an error
// right, withdraws a consent, takes the file away. The demo has no SMS gateway and writes the code to its console.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer, until } from "../lib/index.mjs";

const NUMBER = "13912345678";

describe("a resident's own file", () => {
  let server;
  let browser;
  let desk;
  let page;
  let person;
  let asked = 0;

  before(async () => {
    server = await startServer({ env: { YOULIN_SIGN_INS_PER_MINUTE: "100" } });
    browser = await launch();
    desk = await openPage(browser, server);
    page = await openPage(browser, server, { device: "phone" });
    await signIn(desk, "desk");
    person = await register("周晓梅", [NUMBER]);
    // Somebody looks, and says why.
    await desk.goto(person);
    await desk.locator('form[action$="/reveal"] input[value="name"]').check();
    await desk.locator("#f-purpose").fill("回访：轮椅是否送到");
    await desk.locator('form[action$="/reveal"] button[type="submit"]').click();
    await desk.locator("[data-revealed]").first().waitFor();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Enters somebody at the desk and answers the path of the file. */
  async function register(name, numbers) {
    await desk.goto("/people/new");
    await desk.locator('[name="name"]').fill(name);
    for (const [n, number] of numbers.entries()) {
      await desk.locator(n === 0 ? '[name="phone"]' : `[name="phone${n + 1}"]`).first().fill(number);
    }
    const consent = desk.locator('input[value="help.be-asked"]');
    if (await consent.count()) await consent.first().check();
    await desk.locator('main form button[type="submit"]').last().click();
    await desk.waitForURL(/\/people\/[0-9a-f-]{36}/);
    return new URL(desk.url()).pathname;
  }

  /** The next code on the console. */
  async function code() {
    const codes = () => [...server.output.matchAll(/code[^0-9a-f]{1,20}?(\d{6})\b/g)].map(([, digits]) => digits);
    await until(() => codes().length > asked, { what: "a code on the console", timeout: 60_000 });
    asked = codes().length;
    return codes().at(-1);
  }

  async function ask(number, on = page) {
    await on.goto("/my-file");
    await on.locator("#f-phone").fill(number);
    await on.locator('form[action="/my-file"] button').click();
    await on.waitForURL(/\/my-file\/code\//);
  }

  async function enter(digits, on = page) {
    await on.locator("#f-code").fill(digits);
    await on.locator('form:has(#f-code) button[type="submit"]').click();
  }

  const said = async (on = page) => (await on.locator(".form-summary, .error").allInnerTexts()).join("\n");

  test("the way in: what is no number, an unknown number, a wrong code, too many tries", async () => {
    await page.goto("/");
    await page.locator('a[href="/my-file"]').click();
    await axe(page);
    await screenshot(page, "own-file-1-start");
    await page.locator("#f-phone").fill("12ab");
    await page.locator('form[action="/my-file"] button').click();
    assert.notEqual(await said(), "");
    await axe(page);

    await ask("13900009999");
    const words = await page.locator("main").innerText();
    await screenshot(page, "own-file-2-code");
    await axe(page);
    await ask(NUMBER);
    assert.equal(await page.locator("main").innerText(), words, "known and unknown numbers are answered the same");
    const right = await code();
    const wrong = right === "000000" ? "000001" : "000000";
    for (const left of [4, 3, 2, 1]) {
      await enter(wrong);
      assert.match(await said(), new RegExp(`${left} 次`));
    }
    await screenshot(page, "own-file-2-wrong");
    await axe(page);
    await enter(wrong);
    assert.match(await said(), /失效/);
    assert.equal(await page.locator("#f-code").count(), 0, "only a new one helps");
    await screenshot(page, "own-file-2-over");
    await axe(page);
    noConsoleErrors(page, { allow: [/422/] });
  });

  test("the file: everything in plain words, by day and by night", async () => {
    await ask(NUMBER);
    await enter(await code());
    await page.waitForURL(/\/my-file$/);
    const text = await page.locator("main").innerText();
    for (const part of ["周晓梅", "139 1234 5678", "可以请我帮忙", "回访：轮椅是否送到"]) assert.ok(text.includes(part), part);
    await axe(page);
    await screenshot(page, "own-file-3-file", { full: true });
    const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(width <= 0, `${width} px wider than the phone`);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.reload(); // colours fade into one another; look at them when they stand
    await axe(page);
    await screenshot(page, "own-file-3-file-dark", { full: true });
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto("/people");
    assert.match(page.url(), /sign-in/, "it is no account");
    noConsoleErrors(page);
  });

  test("a consent is withdrawn, and the desk sees that", async () => {
    await page.goto("/my-file");
    await page.locator('#agreed button[value="off"]').first().click();
    await page.waitForURL(/saved=consent/);
    assert.match(await page.locator("#agreed").innerText(), /撤回/);
    await screenshot(page, "own-file-4-withdrawn");
    await axe(page);
    await desk.goto(person);
    assert.match(await desk.locator('form:has(input[value="help.be-asked"])').innerText(), /撤回/);
  });

  test("a new number is proven by a code before it stands there", async () => {
    await page.goto("/my-file");
    await page.locator("#f-phone").fill("13800007777");
    await page.locator('form[action="/my-file/phones"] button').click();
    await page.waitForURL(/\/my-file\/phones\//);
    await axe(page);
    await enter(await code());
    await page.waitForURL(/saved=phone/);
    assert.match(await page.locator("#numbers").innerText(), /138 0000 7777/);
  });

  test("an error is put right: asked for, entered by accepting it, answered", async () => {
    await page.goto("/my-file");
    await page.locator("#f-fact").selectOption("name");
    await page.locator("#f-wish").fill("周小梅");
    await page.locator('form[action="/my-file/corrections"] button').click();
    await page.waitForURL(/saved=correction/);
    await page.locator("#f-fact").selectOption("label");
    await page.locator("#f-wish").fill("我不是独居");
    await page.locator('form[action="/my-file/corrections"] button').click();
    await page.waitForURL(/saved=correction/);
    await desk.goto("/people/corrections");
    await screenshot(desk, "own-file-5-corrections", { full: true });
    await axe(desk);
    const request = (words) => desk.locator("section[data-correction]", { hasText: words });
    await request("我不是独居").locator('button[value="decline"]').click();
    assert.match(await said(desk), /填|写|理由|必/, "declining needs a reason");
    await request("我不是独居").locator('input[name="answer"]').fill("档案里没有这个标签");
    await request("我不是独居").locator('button[value="decline"]').click();
    await desk.waitForURL(/saved=declined/);
    // The name stands covered until somebody says what for.
    assert.equal(await request("周小梅").count(), 0);
    const name = request("姓名");
    await name.locator("summary").click();
    await name.locator('form[action$="/reveal"] button').click();
    await desk.locator('section[data-correction] [role="status"]', { hasText: "周小梅" }).waitFor();
    await screenshot(desk, "own-file-5-revealed", { full: true });
    await axe(desk);
    await name.locator('button[value="accept"]').click();
    await desk.waitForURL(/saved=accepted/);
    await page.goto("/my-file");
    assert.equal(await page.locator("h1").innerText(), "周小梅");
    assert.match(await page.locator("#wrong").innerText(), /档案里没有这个标签/);
    noConsoleErrors(desk, { allow: [/422/] });
  });

  test("it is taken away: a page to print and a data file", async () => {
    await page.goto("/my-file");
    await page.locator('#take button[value="print"]').click();
    await page.locator("[data-own-document]").waitFor();
    await axe(page);
    await page.emulateMedia({ media: "print" });
    await screenshot(page, "own-file-6-print", { full: true });
    await page.emulateMedia({ media: "screen" });
    await page.goto("/my-file");
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator('#take button[value="json"]').click()]);
    let text = "";
    for await (const piece of await download.createReadStream()) text += piece;
    const { file, sections } = JSON.parse(text);
    assert.equal(file.name, "周小梅");
    assert.deepEqual(file.looks.map(({ purpose }) => purpose), ["核对本人提出的更正", "回访：轮椅是否送到"]);
    assert.deepEqual(sections.map(({ name }) => name), ["cases", "loans", "visits", "talents"]);
    await page.goto("/my-file");
    assert.match(await page.locator("#take").innerText(), /您带走过/);
  });

  test("a couple with one number chooses; closing it closes it", async () => {
    const both = "13655556666";
    await register("陈大勇", [both]);
    await register("吴桂兰", [both]);
    const window = await openPage(browser, server, { device: "phone", locale: "en" });
    await ask(both, window);
    await enter(await code(), window);
    await window.waitForURL(/\/my-file$/);
    const choice = await window.locator("main").innerText();
    assert.ok(choice.includes("陈**") && choice.includes("吴**") && !choice.includes("大勇"), choice);
    await axe(window);
    await screenshot(window, "own-file-7-choose");
    await window.locator('button[name="person"]').last().click();
    await window.locator("#who").waitFor();
    await screenshot(window, "own-file-7-english", { full: true });
    await axe(window);
    await window.locator('form[action="/my-file/leave"] button').click();
    await window.goto("/my-file");
    assert.equal(await window.locator("#f-phone").count(), 1);
    noConsoleErrors(window);
  });

  test("those who oversee see the record of processing, unusual looks, and which key seals what", async () => {
    const auditor = await openPage(browser, server);
    await signIn(auditor, "auditor");
    await auditor.goto("/admin/processing?days=7");
    const record = await auditor.locator("main").innerText();
    assert.ok(record.includes("本人带走") && record.includes("回访：轮椅是否送到"), record);
    await screenshot(auditor, "own-file-8-record", { full: true });
    await axe(auditor);
    await auditor.goto("/admin/looks?days=90");
    await screenshot(auditor, "own-file-8-looks", { full: true });
    await axe(auditor);
    const figure = auditor.locator('a[href^="/admin/looks/entries"]').first();
    if (await figure.count()) {
      const count = Number(await figure.innerText());
      await figure.click();
      assert.equal(await auditor.locator("tr[data-look]").count(), count, "the figure is its entries");
      await axe(auditor);
      await screenshot(auditor, "own-file-8-entries");
    }
    noConsoleErrors(auditor);
    const admin = await openPage(browser, server);
    await signIn(admin, "admin");
    await admin.goto("/admin/sealing");
    assert.match(await admin.locator("main").innerText(), /全部内容都由第 1 号钥匙封着/);
    await screenshot(admin, "own-file-8-sealing", { full: true });
    await axe(admin);
    await admin.goto("/admin/retention");
    await screenshot(admin, "own-file-9-retention", { full: true });
    await axe(admin);
    const due = admin.locator('tr[data-rule="moved_out"] td.num a');
    const count = Number(await due.innerText());
    await due.click();
    await admin.waitForURL(/moved_out/);
    assert.equal(await admin.locator("li[data-due]").count(), Math.min(count, 500), "the figure is its entries");
    await screenshot(admin, "own-file-9-retention-list", { full: true });
    await axe(admin);
    noConsoleErrors(admin);
  });

  test("a large list waits for a second person and is taken once, with a name on it", async () => {
    await desk.goto("/people");
    await desk.locator('a[href="/people/exports"]').click();
    await desk.locator("#f-purpose").fill("重阳节慰问");
    await desk.locator('form[action="/people/exports"] button').click();
    await desk.locator('[data-export="asked"]').waitFor();
    await screenshot(desk, "own-file-9-exports", { full: true });
    await axe(desk);
    const lead = await openPage(browser, server);
    await signIn(lead, "community_lead");
    await lead.goto("/people/exports/approve");
    await lead.locator('[data-export="asked"] button[value="approve"]').click();
    await lead.locator('[data-export="approved"]').waitFor();
    await axe(lead);
    await desk.goto("/people/exports");
    const [download] = await Promise.all([
      desk.waitForEvent("download"),
      desk.locator('[data-export="approved"] form[action$="/take"] button').click(),
    ]);
    let text = "";
    for await (const piece of await download.createReadStream()) text += piece;
    assert.match(text.split("\n")[0], /跃龙社区服务台.*重阳节慰问.*同意/);
    await desk.goto("/people/exports");
    assert.equal(await desk.locator('form[action$="/take"]').count(), 0, "once");
    noConsoleErrors(desk, { allow: [/422/] });
  });
});
