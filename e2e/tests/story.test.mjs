// The first story of the page, end to end, in several windows: the telephone rings at the desk, neighbours answer on their
// phones, the grid worker does the work, the son follows from home, and only the call back closes the case.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import {
  axe, choose, launch, noConsoleErrors, openPage, openStep as step, ring, screenshot, signIn, startServer, until,
} from "../lib/index.mjs";

const SON = "13800001234";
const WORDS = "瘫痪的老人需要去医院复诊，小区路面改造推不了轮椅，能不能帮忙想想办法";

describe("a telephone call becomes a verified, closed case", () => {
  let server;
  let browser;
  let desk;
  let caseUrl;
  let code;

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

  test("the call slides in the caller's file without taking away what is being typed", async () => {
    await desk.goto(`${server.url}/desk`);
    await desk.locator('[data-live-state="on"]').first().waitFor({ state: "attached" });
    const search = desk.locator('input[name="q"]').first();
    await search.click();
    await search.pressSequentially("楼道");
    const answer = await ring(server, "138 0000 1234", "story-1");
    assert.equal(answer.status, 202);
    assert.equal((await answer.json()).known, true);
    const panel = desk.locator("#call-slot .call");
    await panel.waitFor();
    await search.pressSequentially("灯");
    assert.equal(await search.inputValue(), "楼道灯");
    const text = await panel.innerText();
    assert.match(text, /周\*/, "the caller's masked name");
    assert.match(text, /光明东村12号楼/, "where the caller lives");
    assert.doesNotMatch(text, new RegExp(SON), "the number stays masked");
    await screenshot(desk, "story-1-call");
    await axe(desk);
  });

  test("an announcement with a wrong signature or a replayed one is refused or does nothing", async () => {
    const forged = await fetch(`${server.url}/hooks/telephony/incoming`, {
      method: "POST",
      headers: { "content-type": "application/json", "youlin-signature": "t=1,v1=00" },
      body: "{}",
    });
    assert.equal(forged.status, 401);
    const again = await ring(server, SON, "story-1");
    assert.equal(again.status, 202, "the same call again is the same call");
  });

  test("the worker notes it: place filled, category and urgency suggested with reasons", async () => {
    await desk.locator("#call-slot .call-foot .btn-primary").click();
    await desk.waitForURL(/\/cases\/new/);
    await desk.locator("#text").fill(WORDS);
    const first = desk.locator('#categories input[name="category"]').first();
    await desk.locator("#categories small").first().waitFor();
    assert.match(await desk.locator("#categories").innerText(), /轮椅/, "the reason names a word of the report");
    await first.check();
    assert.match(await desk.locator("#case-main").innerText(), /光明东村12号楼/, "the caller's dwelling is the place");
    await choose(desk, 'input[name="urgency"][value="urgent"]');
    await screenshot(desk, "story-2-new-case");
    await axe(desk);
    await desk.locator('#new-case button[type="submit"]').click();
    const saved = desk.locator("#saved-code");
    await saved.waitFor();
    code = (await saved.innerText()).trim();
    assert.match(code, /^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    caseUrl = desk.url().split("?")[0];
    await screenshot(desk, "story-2-saved");
  });

  test("dispatch: the grid worker leads, three neighbours and the property company support", async () => {
    await desk.goto(caseUrl);
    await step(desk, "dispatch");
    const lead = desk.locator("#v-lead");
    assert.notEqual(await lead.inputValue(), "", "the grid worker of the place is chosen already");
    const helpers = desk.locator('#v-supporting input[name="supporting"]');
    for (let n = 0; n < 3; n += 1) await helpers.nth(n).check();
    const property = desk.locator("fieldset", { hasText: "物业" }).locator('input[name="supporting"]').first();
    const value = await property.getAttribute("value");
    await property.check();
    await desk.locator(`input[name="text-${value}"]`).fill("在挖开的路段铺一段坡道，让轮椅能过");
    await screenshot(desk, "story-3-dispatch");
    await desk.locator('#verb-form button[type="submit"]').click();
    await desk.locator(".tasks li").nth(4).waitFor();
    assert.equal(await desk.locator(".tasks li").count(), 5);
    await screenshot(desk, "story-3-dispatched");
  });

  test("a neighbour answers by a link on the phone, without an account", async () => {
    const links = await desk.locator(".tasks [data-copy*='/t/']").evaluateAll((all) => all.map((one) => one.dataset.copy));
    assert.ok(links.length >= 4, "each open task has a link");
    const rows = desk.locator(".tasks li");
    const neighbours = [];
    for (let n = 0; n < (await rows.count()); n += 1) {
      const row = rows.nth(n);
      const link = row.locator("[data-copy*='/t/']");
      if ((await link.count()) > 0) neighbours.push({ text: await row.innerText(), link: await link.first().getAttribute("data-copy") });
    }
    for (const { text, link } of neighbours.filter((one) => one.text.includes("协办"))) {
      const phone = await openPage(browser, server, { device: "phone" });
      await phone.goto(server.url + new URL(link).pathname);
      assert.doesNotMatch(await phone.locator("main").innerText(), new RegExp(SON));
      const yes = phone.locator('button[name="step"]').first();
      await screenshot(phone, `story-3-link-${text.includes("物业") ? "property" : "neighbour"}`);
      await axe(phone);
      await yes.click();
      await phone.locator('.banner[data-state="ok"]').waitFor();
      noConsoleErrors(phone);
      await phone.context().close();
    }
    const tampered = await openPage(browser, server, { device: "phone" });
    const answer = await tampered.goto(`${server.url}/t/${new URL(neighbours[0].link).pathname.slice(3).replace(/.$/, (c) => (c === "A" ? "B" : "A"))}`);
    assert.ok([404, 410].includes(answer.status()), `a tampered link answered ${answer.status()}`);
    await tampered.context().close();
  });

  test("the grid worker handles it, a follow-up is planned, and it cannot close before that ended", async () => {
    const worker = await openPage(browser, server, { device: "phone" });
    await signIn(worker, "shi");
    await worker.goto(`${server.url}/today`);
    await screenshot(worker, "story-4-today");
    await worker.goto(caseUrl);
    await worker.locator('form:has(input[value="start"]) button').first().click();
    await worker.locator(".record-head", { hasText: "处置中" }).first().waitFor();
    await step(worker, "handled");
    await worker.locator("#v-text").fill("邻居们一起把老人送到医院，已经看完医生。");
    await worker.locator('#verb-form button[type="submit"]').click();
    await screenshot(worker, "story-4-handled");
    await worker.locator(".record-head", { hasText: "待核实" }).first().waitFor();
    noConsoleErrors(worker);
    await worker.context().close();

    await desk.goto(caseUrl);
    await step(desk, "plan_follow_up");
    const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
    await desk.locator("#v-at").fill(`${day}T16:00`);
    await desk.locator("#v-text").fill("老人出院回家，请大家再来搭把手");
    const parties = desk.locator('#v-parties input[name="parties"]');
    if ((await desk.locator('#v-parties input[name="parties"]:checked').count()) === 0) await parties.first().check();
    await screenshot(desk, "story-4-follow-up");
    await desk.locator('#verb-form button[type="submit"]').click();
    await desk.locator(".tasks", { hasText: "老人出院回家" }).waitFor();

    await step(desk, "verify");
    await choose(desk, 'input[name="passed"][value="yes"]');
    await desk.locator("#v-text").fill("先打个电话问问");
    await desk.locator('#verb-form button[type="submit"]').click();
    await desk.locator("[data-conflict]").waitFor();
    assert.equal(await desk.locator("#v-text").inputValue(), "先打个电话问问", "what was typed stays");
    await screenshot(desk, "story-4-not-yet");
  });

  test("everything that was promised ends, the son is called back, and only now it closes", async () => {
    await desk.goto(caseUrl);
    for (;;) {
      const finish = desk.locator(".tasks a[href*='finish_task']").first();
      if ((await finish.count()) === 0) break;
      const before = await desk.locator(".tasks a[href*='finish_task']").count();
      await finish.click();
      await desk.locator("#verb-form #v-note").fill("做完了");
      await desk.locator('#verb-form button[type="submit"]').click();
      await until(async () => (await desk.locator(".tasks a[href*='finish_task']").count()) < before, { what: "the task has ended" });
    }
    await step(desk, "verify");
    for (const question of ["responded", "solved", "satisfied"]) {
      await choose(desk, `input[name="${question}"][value="yes"]`);
    }
    await desk.locator("#v-text").fill("儿子说老人已经到家，很满意。");
    await desk.locator("#v-thanks").fill("谢谢网格员和邻居们");
    await choose(desk, 'input[name="passed"][value="yes"]');
    await screenshot(desk, "story-5-verify");
    await desk.locator('#verb-form button[type="submit"]').click();
    await desk.locator(".record-head", { hasText: "已结案" }).first().waitFor();
    await screenshot(desk, "story-5-closed");
    await axe(desk);
    noConsoleErrors(desk, { allow: [/409/] });
  });

  test("the resident's page tells the whole way, with nobody's private data on it", async () => {
    const resident = await openPage(browser, server, { device: "phone" });
    await resident.goto(`${server.url}/`);
    await resident.locator("#code").fill(code.toLowerCase());
    await resident.locator('form[action="/follow"] button').click();
    await resident.waitForURL(/\/follow\//);
    const page = await resident.locator("main").innerText();
    for (const secret of ["138", "周建国", "周*", "304", "12号楼", "小施"]) assert.ok(!page.includes(secret), `${secret} stands on the public page`);
    assert.match(page, /谢谢/);
    await screenshot(resident, "story-5-follow", { full: true });
    await axe(resident);
    noConsoleErrors(resident);
    await resident.context().close();
  });
});
