// The market of 1997: a campaign whose figures open to their hazards, an inspection by section and stall on the phone, what was
// measured judged in exact numbers, and hazards that leave the list only when somebody else saw them put right.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, photograph, screenshot, signIn, startServer } from "../lib/index.mjs";

describe("market", () => {
  let server;
  let browser;
  let above; // the district's operator
  let worker; // who inspects, on the phone
  let operator; // who caused it and puts it right
  let fire; // who looks again, on the phone
  let desk;
  let market;

  before(async () => {
    server = await startServer();
    browser = await launch();
    const as = async (login, options) => {
      const page = await openPage(browser, server, options);
      await signIn(page, login);
      return page;
    };
    above = await as("district");
    worker = await as("grid-glt-1", { device: "phone" });
    operator = await as("property-glt");
    fire = await as("fire", { device: "phone" });
    desk = await as("desk-glt");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const submit = (page, form) => page.locator(`${form} button[type="submit"]`).last().click();
  /** The hazard of the market in this state, from the list. */
  const hazard = async (page, of, words) => {
    await page.goto(`${server.url}/rounds/hazards?of=${of}`);
    await page.locator("a.row", { hasText: words }).first().click();
    await page.waitForURL(/\/rounds\/hazards\/[0-9a-f-]+/);
    return page.url().split("/").pop().split("?")[0];
  };

  test("every figure of the campaign opens to its hazards", async () => {
    await above.goto(`${server.url}/rounds`);
    await above.locator('a[href="/rounds/campaigns"]').click();
    await above.locator("main tbody a", { hasText: "老旧市场消防专项整治" }).click();
    await above.waitForURL(/\/rounds\/campaigns\/[0-9a-f-]+$/);
    const figure = async (href) => Number(await above.locator(`.figures a[href*="of=${href}"] b`).innerText());
    assert.equal(await figure("found"), 5);
    assert.equal(await figure("removed"), 2);
    await screenshot(above, "market-campaign");
    await axe(above);
    for (const [of, count] of [["found", 5], ["removed", 2]]) {
      await above.locator(`.figures a[href*="of=${of}"]`).click();
      await above.waitForURL(new RegExp(`of=${of}`));
      assert.equal(await above.locator("main [data-item]").count(), count);
      if (of === "found") {
        await screenshot(above, "market-hazards");
        await axe(above);
      }
      await above.goBack();
    }
    await above.locator("#premises a", { hasText: "中原综合批发市场" }).click();
    await above.waitForURL(/\/rounds\/premises\//);
    market = above.url();
    assert.match(await above.locator("main").innerText(), /300 个摊位/);
    await screenshot(above, "market-premises");
    await axe(above);
  });

  test("a hazard says clause, rule set, what was measured, and comes out the same again", async () => {
    await hazard(above, "found", "消防车道宽度不足");
    const text = await above.locator("main").innerText();
    assert.match(text, /3\.1 m/);
    assert.match(text, /不小于 4 m/);
    assert.match(text, /market-fire-example@1/);
    assert.match(text, /示例，不是现行法规/);
    assert.match(text, /结论一致/);
    assert.match(text, /返工/);
    await screenshot(above, "market-hazard");
    await axe(above);
    await hazard(above, "found", "回路负荷超过额定值");
    const load = await above.locator("main").innerText();
    assert.match(load, /58\.5 A（额定 40 A）/);
    assert.match(load, /C-01、C-02/);
  });

  test("an inspection by section and stall on the phone", async () => {
    await worker.goto(market);
    await screenshot(worker, "market-premises-phone");
    await axe(worker);
    await worker.locator('a[href^="/rounds/new?subject=premises"]').click();
    await worker.waitForURL(/\/rounds\/new/);
    assert.equal(await worker.locator("#f-a_market_name").inputValue(), "中原综合批发市场", "what the register knows is filled in");
    assert.equal(await worker.locator("#stalls option").count(), 300);
    // What is on the list of section C already would only be seen again.
    await worker.locator("#f-text").fill("只复核了 D 区和南门。");
    await worker.locator("#f-a_lane_width").fill("60");
    await worker.locator('button[name="more"][value="sections"]').click();
    await worker.locator("[id='f-a_section.1']").selectOption("d");
    await worker.locator("[id='f-a_panel.1']").selectOption("foam_b3");
    await worker.locator("[id='f-a_panel_area.1']").fill("120");
    // The tab is closed and opened again: the section is there with all that was said of it.
    await worker.locator("[data-draft-note]", { hasText: "草稿已保存" }).waitFor();
    await worker.waitForFunction(() => Object.values(localStorage).some((one) => one.includes("a_panel_area.1") && one.includes("120")));
    await worker.reload();
    await worker.locator("[id='f-a_panel_area.1']").waitFor();
    await worker.waitForFunction(() => document.getElementById("f-a_panel_area.1")?.value === "120");
    assert.equal(await worker.locator("[id='f-a_section.1']").inputValue(), "d");
    // Another one folds the first, which says what it is about, and keeps what was typed.
    await worker.locator('button[name="more"][value="sections"]').click();
    await worker.locator("[id='i-sections.2']").waitFor();
    const first = worker.locator("[id='i-sections.1']");
    assert.equal(await first.evaluate((one) => one.open), false);
    assert.match(await first.locator("summary").innerText(), /D 区/);
    await screenshot(worker, "market-folded-phone", { full: true });
    await worker.locator('button[name="less"][value="sections.2"]').click();
    await worker.locator("[id='i-sections.2']").waitFor({ state: "detached" });
    await first.locator("summary").click();
    assert.equal(await worker.locator("[id='f-a_panel_area.1']").inputValue(), "120");
    // Signed without drawing: the name is typed and confirmed.
    const pad = worker.locator("[data-signature]");
    await pad.locator("summary").first().click();
    await pad.getByPlaceholder("签名人姓名").fill("陈建国");
    await pad.getByRole("button", { name: "确认用这个姓名签名" }).click();
    await pad.locator("canvas[data-kept]").waitFor();
    await screenshot(worker, "market-signature-phone");
    await submit(worker, "main form");
    await worker.locator(".form-summary").waitFor();
    assert.equal(await worker.locator("#f-text").inputValue(), "只复核了 D 区和南门。", "what was typed stays");
    await worker.locator("#f-a_lane_width").fill("4");
    await submit(worker, "main form");
    await worker.locator("#found").waitFor();
    assert.equal(await worker.locator("#found [data-proposed]").count(), 1, "4 m meets the rule");
    assert.match(await worker.locator("#found").innerText(), /不得有：泡沫夹芯板（B2 级）、泡沫夹芯板（B3 级）/);
    assert.equal(await worker.locator("#f-section_0").inputValue(), "D");
    await worker.locator("#f-stalls_0").fill("Z-99");
    await worker.locator("#f-fixer_0").selectOption({ label: "郭里头村安居物业服务有限公司" });
    await worker.locator("#f-days_0").fill("20");
    await screenshot(worker, "market-inspect-phone");
    await axe(worker);
    await submit(worker, "main form");
    await worker.locator(".form-summary", { hasText: "Z-99" }).waitFor();
    await worker.locator("#f-stalls_0").fill("01-03");
    await submit(worker, "main form");
    await worker.waitForURL(/\/rounds\/[0-9a-f-]+\?saved=1/);
    assert.match(await worker.locator("#judgements").innerText(), /符合/);
    assert.equal(await worker.locator('img[alt*="signature.png"]').count(), 1);
    await screenshot(worker, "market-round-phone");
    await axe(worker);
    await worker.locator('#findings a[href^="/rounds/hazards/"]').click();
    await worker.waitForURL(/\/rounds\/hazards\//);
    assert.match(await worker.locator("main").innerText(), /D-01、D-02、D-03/);
  });

  test("a policy asks for the old markets by a question, a talk is noted in a few fields, and both are seen at the market", async () => {
    await desk.goto(`${server.url}/rounds/policies/new`);
    await desk.locator('nav.chips a[href*="about=premises"]').click();
    await desk.waitForURL(/about=premises/);
    await desk.locator("#f-title").fill("老旧市场每月检查");
    await desk.locator("#f-walkers").selectOption("grid_worker");
    await desk.locator("#f-kind").selectOption("market");
    await desk.locator("#f-built_before").fill("2000");
    await screenshot(desk, "policy-premises", { full: true });
    await axe(desk);
    await submit(desk, "main form");
    await desk.waitForURL(/policies\?saved=/);
    const line = desk.locator("main tbody tr", { hasText: "老旧市场每月检查" });
    assert.match(await line.innerText(), /市场 · 2000 年以前建成/);
    await line.locator('a[href$="of=open"]').click();
    await desk.waitForURL(/standing/);
    assert.match(await desk.locator("main [data-item]").allInnerTexts().then((all) => all.join()), /中原综合批发市场/);
    await axe(desk);
    await worker.goto(market);
    assert.match(await worker.locator("#due").innerText(), /老旧市场每月检查[\s\S]*还没来过/);
    await worker.locator('a[href^="/rounds/talks/new"]').click();
    await worker.locator("#f-topic").fill("摊位起火怎么办");
    await worker.locator("#f-reached").fill("60");
    await worker.locator("#f-handed_out").fill("宣传单 60 份");
    await screenshot(worker, "talk-phone");
    await axe(worker);
    await submit(worker, "main form");
    await worker.waitForURL(/saved=1/);
    assert.match(await worker.locator("main").innerText(), /宣传 · 中原综合批发市场[\s\S]*摊位起火怎么办[\s\S]*60/);
    await worker.goto(market);
    await worker.locator('#due a[href*="&policy="]').click();
    assert.equal(await worker.locator("#f-policy option:checked").innerText(), "老旧市场每月检查");
    await worker.goto(market);
    await screenshot(worker, "market-due-phone", { full: true });
    await axe(worker);
  });

  test("whoever caused it reports it put right and cannot remove it", async () => {
    const id = await hazard(operator, "listed", "消防车道宽度不足");
    assert.equal(await operator.locator('input[value="recheck"]').count(), 0);
    await operator.locator("summary", { hasText: "整改好了" }).click();
    await operator.locator("#f-fixed-text").fill("北侧台阶已拆，最窄处 4.1 m。");
    await operator.locator("#f-fixed-photo").setInputFiles({ name: "lane.jpg", mimeType: "image/jpeg", buffer: await photograph(operator, { lat: 32.0386, lon: 120.9067 }) });
    await screenshot(operator, "market-fixed");
    await axe(operator);
    await submit(operator, 'form:has(input[value="fixed"])');
    await operator.waitForURL(/saved=1/);
    assert.match(await operator.locator("main").innerText(), /待复查/);
    const refused = await operator.evaluate(async (path) => {
      const answer = await fetch(path, { method: "POST", body: new URLSearchParams({ verb: "recheck", passed: "yes", text: "好了" }) });
      return [answer.status, await answer.text()];
    }, `/rounds/hazards/${id}`);
    assert.equal(refused[0], 403);
    assert.match(refused[1], /不能自己销号/);
  });

  test("somebody else looks again, with the photograph the campaign asks for", async () => {
    await hazard(fire, "to_recheck", "消防车道宽度不足");
    assert.match(await fire.locator("#story").innerText(), /报整改完成：北侧台阶已拆，最窄处 4\.1 m。[\s\S]*整改后/);
    const form = 'form:has(input[value="recheck"])';
    await fire.locator(`${form} input[value="yes"]`).check({ force: true });
    await fire.locator("#f-recheck-text").fill("实测 4.1 m。");
    await fire.locator("#f-measured").fill("4.1");
    await submit(fire, form);
    await fire.locator(".form-summary", { hasText: "1 张现场照片" }).waitFor();
    assert.equal(await fire.locator("#f-measured").inputValue(), "4.1");
    assert.equal(await fire.locator("#f-recheck-text").inputValue(), "实测 4.1 m。");
    await screenshot(fire, "market-recheck-phone");
    await axe(fire);
    await fire.locator(`${form} input[value="yes"]`).check({ force: true });
    await fire.locator("#f-photo").setInputFiles({ name: "again.jpg", mimeType: "image/jpeg", buffer: await photograph(fire, { lat: 32.0386, lon: 120.9067, wall: "#8fa37a" }) });
    // It was found by a measured value, and is measured again: what still breaks the rule is not put right.
    for (const [typed, said] of [["3.9", /实测 3\.9 m，仍低于要求的 4 m/], ["60", /宽度在 0 到 50 米之间/], ["约 4", /要填数字/]]) {
      await fire.locator("#f-measured").fill(typed);
      await fire.locator(`${form} input[value="yes"]`).check({ force: true });
      await submit(fire, form);
      await fire.locator("#f-measured-e", { hasText: said }).waitFor();
      assert.equal(await fire.locator("#f-measured").inputValue(), typed);
    }
    await screenshot(fire, "market-remeasured-wrong");
    // The photograph is still here.
    await fire.locator("#f-measured").fill("4.1");
    await fire.locator(`${form} input[value="yes"]`).check({ force: true });
    await submit(fire, form);
    await fire.waitForURL(/saved=1/);
    assert.match(await fire.locator("main").innerText(), /已销号/);
    assert.match(await fire.locator("#story").innerText(), /复查实测 4\.1 m/);
    await fire.goto(market);
    assert.match(await fire.locator("#removed").innerText(), /消防车道宽度不足/);
  });

  test("more time is granted by somebody else", async () => {
    await hazard(desk, "listed", "C 区屋面约 860");
    const form = 'form:has(input[value="decide_extension"])';
    await desk.locator(`${form} input[value="yes"]`).check({ force: true });
    await axe(desk);
    await submit(desk, form);
    await desk.waitForURL(/saved=1/);
    assert.match(await desk.locator("main").innerText(), /已延期 1 次/);
  });

  test("a newer rule set lists what it would change, and changes nothing", async () => {
    const sets = await above.evaluate(async () => (await fetch("/api/v1/rule-sets")).json());
    const rules = { ...sets[0].rules, version: "2" };
    rules.rules = rules.rules.map((rule) => (rule.code === "lane-width" ? { ...rule, test: { must: "at_least", limit: 300, unit: "cm" } } : rule));
    await above.goto(`${server.url}/rounds/rules`);
    await above.locator("summary", { hasText: "录入" }).click();
    await above.locator("#f-text").fill("{");
    await submit(above, 'form[action="/rounds/rules"]');
    await above.locator(".form-summary").waitFor();
    await axe(above);
    await above.locator("#f-text").fill(JSON.stringify(rules));
    await submit(above, 'form[action="/rounds/rules"]');
    await above.waitForURL(/\/rounds\/rules\/[0-9a-f-]+/);
    const changes = await above.locator("#changes").innerText();
    assert.match(changes, /原来不符合，变成符合/);
    assert.match(changes, /不小于 3 m/);
    await screenshot(above, "market-rules");
    await axe(above);
    await submit(above, 'form[action$="/use"]');
    await above.waitForURL(/\/rounds\/rules\?saved=1/);
    await screenshot(above, "market-rules-used");
    await hazard(above, "removed", "消防车道宽度不足");
    const text = await above.locator("#judgement").innerText();
    assert.match(text, /market-fire-example@1/);
    assert.match(text, /结论一致/);
  });

  test("a campaign is made from the register, looked at, and started", async () => {
    await above.goto(`${server.url}/rounds/campaigns/new`);
    await above.locator("#f-title").fill("冬季餐饮场所检查");
    await above.locator("#f-kind").selectOption("catering");
    await above.locator("#f-photographs").fill("2");
    await submit(above, "main form");
    await above.locator(".form-summary", { hasText: "依据" }).waitFor();
    await screenshot(above, "market-campaign-form");
    await axe(above);
    await above.locator("#f-basis").fill("冬季防火通知（示例）");
    await submit(above, "main form");
    await above.waitForURL(/\/list$/);
    assert.match(await above.locator("#add").innerText(), /餐饮/);
    await screenshot(above, "market-campaign-list");
    await axe(above);
    await submit(above, "main form");
    await above.waitForURL(/\/rounds\/campaigns\/[0-9a-f-]+\?saved=1/);
    assert.match(await above.locator("#premises").innerText(), /还没查/);
  });

  test("nothing went wrong in the console", () => {
    for (const page of [above, worker, operator, fire, desk]) noConsoleErrors(page, { allow: [/422/, /403/] });
  });
});
