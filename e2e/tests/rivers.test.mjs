// The river: what is due, a patrol in one's own words with what was found, the case at whoever cleans, somebody else who
// goes back and looks, and the public board behind the sign. Desk, phone and passer-by.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, photograph, screenshot, signIn, startServer, until } from "../lib/index.mjs";

describe("rivers", () => {
  let server;
  let browser;
  let phone;
  let desk;
  let sign;

  before(async () => {
    server = await startServer();
    browser = await launch();
    phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "green");
    desk = await openPage(browser, server);
    await signIn(desk, "desk-xsq");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("the team sees what is due and notes a patrol on the phone", async () => {
    await phone.goto(`${server.url}/rounds`);
    const due = phone.locator("#due");
    await due.getByText("新桥新村中心河").first().waitFor();
    await screenshot(phone, "rivers-due");
    await axe(phone);
    await phone.locator('#due a[href^="/rounds/new"]').first().click();
    await phone.waitForURL(/\/rounds\/new/);
    // A river in order is said in a sentence too, and what it fills is not overwritten by what was kept while typing.
    await phone.locator("#f-text").fill("河面干净，没有漂浮垃圾。岸边没有垃圾堆放。暂未发现排污口。");
    await phone.locator(".draft-note", { hasText: "草稿已保存" }).waitFor();
    await phone.locator('button[name="fill"]').click();
    await until(async () => (await phone.locator("#f-a_outlets").inputValue()) === "none", { what: "the checklist is filled" });
    assert.equal(await phone.locator("#f-a_floating").inputValue(), "none");
    // The sentence of the source fills the checklist, for the walker to confirm.
    await phone.locator("#f-text").fill("河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。请安排相关人员进行现场处理。");
    await phone.locator('button[name="fill"]').click();
    await phone.locator(".banner", { hasText: "要记成问题" }).waitFor();
    assert.equal(await phone.locator("#f-a_floating").inputValue(), "few");
    assert.equal(await phone.locator("#f-a_bank").inputValue(), "some");
    assert.equal(await phone.locator("#f-a_outlets").inputValue(), "none");
    assert.equal(await phone.locator("#f-category_1").inputValue(), "E-0105");
    await screenshot(phone, "rivers-filled");
    await axe(phone);
    await phone.locator("#f-found_0").fill("");
    await phone.locator("#f-category_1").selectOption("");
    await phone.locator("#f-found_1").fill("");
    await phone.locator("#f-text").fill("河面有几片油污，岸边干净。");
    await phone.locator("#f-category_0").selectOption("E-0106");
    await phone.locator("#f-bank_0").selectOption("left");
    await phone.locator("#f-began").fill("2026-01-02T09:00");
    await phone.locator("#f-ended").fill("2026-01-02T08:00");
    await phone.locator("#f-outcome").selectOption("skipped");
    await screenshot(phone, "rivers-form");
    await axe(phone);
    await phone.locator('main form button.btn-primary[type="submit"]').click();
    await phone.locator(".form-summary").waitFor();
    const wrong = await phone.locator(".form-summary").innerText();
    assert.match(wrong, /早于/);
    assert.match(wrong, /原因/);
    assert.equal(await phone.locator("#f-text").inputValue(), "河面有几片油污，岸边干净。", "what was typed stays");
    // As long as the team's policy asks at least.
    const local = (minutes) => new Date(Date.now() + 8 * 3600e3 - minutes * 60e3).toISOString().slice(0, 16);
    await phone.locator("#f-began").fill(local(20));
    await phone.locator("#f-ended").fill(local(0));
    await phone.locator("#f-outcome").selectOption("done");
    await phone.locator("#f-found_0").fill("桥洞下有油污");
    // What she picks up herself is done with, and shows how it was before.
    const bottles = phone.locator("details", { has: phone.locator("#f-found_1") });
    await bottles.locator("summary").click();
    await phone.locator("#f-category_1").selectOption("E-0105");
    await phone.locator("#f-found_1").fill("两个塑料瓶");
    await phone.locator("#f-before_1").waitFor({ state: "hidden" });
    await bottles.locator('input[name="on_spot_1"]').check({ force: true });
    const choose = async (stage, wall) => {
      const buffer = await photograph(phone, { lat: 32.0, lon: 120.9, wall });
      await phone.locator(`#f-${stage}_1`).setInputFiles({ name: `${stage}.jpg`, mimeType: "image/jpeg", buffer });
    };
    await choose("before", "#4a4238");
    await choose("after", "#4a4238");
    await screenshot(phone, "rivers-on-spot");
    await axe(phone);
    // One picture shows no difference.
    await phone.locator('main form button.btn-primary[type="submit"]').click();
    await phone.locator("#f-after_1-e", { hasText: "同一张照片" }).waitFor();
    await choose("after", "#7a9a68");
    await phone.locator('main form button.btn-primary[type="submit"]').click();
    await phone.waitForURL(/\/rounds\/[0-9a-f-]+\?saved=1/);
    const text = await phone.locator("main").innerText();
    assert.match(text, /疑似排污/);
    assert.match(text, /已派遣/, "the cleaner of the policy has it at once");
    await screenshot(phone, "rivers-round", { full: true });
    const pair = phone.locator("section", { has: phone.getByRole("heading", { name: "前后对比" }) }).last();
    assert.deepEqual(await pair.locator("figcaption").evaluateAll((all) => all.map((one) => one.innerText.split(" · ")[0].trim())), ["发现时", "当场处理后"]);
    await axe(phone);
  });

  test("somebody else goes back and looks; only then it ends", async () => {
    await phone.goto(`${server.url}/rounds`);
    await phone.locator("#back .row").first().click();
    await phone.waitForURL(/\/rounds\/[0-9a-f-]+#f-/);
    const card = phone.locator("article", { has: phone.locator('form[action*="/return"]') });
    await card.locator('input[value="yes"]').check({ force: true });
    await card.locator("textarea").fill("河面干净，没有漂浮物。");
    await screenshot(phone, "rivers-return");
    await card.locator('button[type="submit"]').click();
    await phone.waitForURL(/saved=back/);
    assert.match(await phone.locator("main").innerText(), /回访合格/);
  });

  test("the desk sees the reach over time, and its policies as counts", async () => {
    await desk.goto(`${server.url}/places/rivers`);
    await desk.locator("main tbody a").first().click();
    await desk.waitForURL(/\/places\/rivers\/[0-9a-f-]+/);
    sign = (await desk.locator("dd .num").first().innerText()).trim();
    await screenshot(desk, "rivers-register");
    await axe(desk);
    await desk.goto(`${server.url}/rounds/policies`);
    assert.match(await desk.locator("main").innerText(), /镇级河长每月巡河/);
    await screenshot(desk, "rivers-policies");
    await axe(desk);
    await desk.goto(`${server.url}/rounds/policies/new`);
    await desk.locator("#f-title").fill("汛期加巡");
    await desk.locator("#f-photographs").fill("2");
    await desk.locator('main form button[type="submit"]').click();
    await desk.locator(".form-summary", { hasText: "依据" }).waitFor();
    await axe(desk);
    await desk.locator("#f-basis").fill("区河长办汛期通知（示例）");
    await desk.locator('main form button[type="submit"]').click();
    await desk.waitForURL(/\/rounds\/policies\?saved=/);
    assert.match(await desk.locator("main").innerText(), /汛期加巡/);
    await desk.goto(`${server.url}/rounds`);
    await desk.locator('#due a.row-title[href*="/rounds/reaches/"]').first().click();
    await desk.waitForURL(/\/rounds\/reaches\//);
    await screenshot(desk, "rivers-reach");
    await axe(desk);
  });

  test("the chiefs walk their own lines of the policy", async () => {
    for (const [login, title] of [["chief-cd", "镇级河长每月巡河"], ["chief-xsq", "村级河长每周巡河"]]) {
      const chief = await openPage(browser, server, { device: "phone" });
      await signIn(chief, login);
      await chief.goto(`${server.url}/rounds`);
      const due = chief.locator("#due li", { hasText: title }).filter({ hasText: "小石桥段" });
      await screenshot(chief, `rivers-${login}`);
      await due.getByRole("link", { name: "记一次巡查" }).click();
      await chief.waitForURL(/\/rounds\/new/);
      assert.equal(await chief.locator("#f-policy option:checked").innerText(), title);
      await chief.locator("#f-text").fill("河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。请安排相关人员进行现场处理。");
      await chief.locator('button[name="fill"]').click();
      await chief.locator(".banner", { hasText: "要记成问题" }).waitFor();
      assert.equal(await chief.locator("#f-policy option:checked").innerText(), title);
      await chief.locator('main form button.btn-primary[type="submit"]').click();
      await chief.waitForURL(/\/rounds\/[0-9a-f-]+\?saved=1/);
      assert.doesNotMatch(await chief.locator("main").innerText(), /额外/, "it counts");
      await chief.goto(`${server.url}/rounds`);
      await chief.locator("#due").waitFor();
      assert.equal(await due.count(), 0, "nothing of it is left to walk");
      await chief.context().close();
    }
  });

  test("a passer-by reads the board and says what they saw", async () => {
    const visitor = await openPage(browser, server, { device: "phone" });
    await visitor.goto(`${server.url}/r/${sign}`);
    const text = await visitor.locator("main").innerText();
    assert.match(text, /村（社区）级河长/);
    assert.match(text, /已解决/);
    assert.doesNotMatch(text, /绿如蓝/, "nobody who walked is named");
    await screenshot(visitor, "rivers-board");
    await axe(visitor);
    assert.equal(await visitor.locator("#f-category").inputValue(), "", "nobody's report is filed under what merely stood first");
    await visitor.locator("#f-category").selectOption({ index: 1 });
    await visitor.locator("#f-text").fill("栏杆下面有人倒了一袋垃圾");
    await visitor.locator("#f-phone").fill("139");
    await visitor.locator('#say button[type="submit"]').click();
    await visitor.locator(".form-summary").waitFor();
    assert.equal(await visitor.locator("#f-text").inputValue(), "栏杆下面有人倒了一袋垃圾");
    await visitor.locator("#f-phone").fill("");
    await visitor.locator('#say button[type="submit"]').click();
    await visitor.waitForURL(/\/help\/sent\//);
    await visitor.goto(`${server.url}/r/${sign}`);
    assert.equal(await visitor.locator("#f-text").inputValue(), "", "what was sent does not come back as a draft");
    const code = await visitor.goto(`${server.url}/r/${sign}/code.svg`);
    assert.match(code.headers()["content-type"], /svg/);
    const unknown = await visitor.goto(`${server.url}/r/XXXXXXXX`);
    assert.equal(unknown.status(), 404);
  });

  test("nothing went wrong in the console", () => {
    noConsoleErrors(phone, { allow: [/422/] });
    noConsoleErrors(desk, { allow: [/422/] });
  });
});
