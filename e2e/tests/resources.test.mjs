// Lending and professional support: the desk lends a wheelchair to a case, sees what is late, the three lists show it; a
// specialist is asked, answers on a phone, and the asker ends it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

describe("resources and support", () => {
  let server;
  let browser;
  let desk;
  let phone;
  let loan;
  let request;

  before(async () => {
    server = await startServer();
    browser = await launch();
    desk = await openPage(browser, server);
    await signIn(desk, "desk");
    phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "fire");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("the three lists are three views, each row opens its record", async () => {
    await desk.goto(`${server.url}/lists/resources`);
    await desk.locator("main .row", { hasText: "轮椅" }).first().waitFor();
    await screenshot(desk, "resources-list");
    await axe(desk);
    const text = await desk.locator("main").innerText();
    assert.match(text, /议事室/);
    assert.match(text, /1 件超期未还/);
    await desk.locator("nav.tabs a", { hasText: "任务清单" }).click();
    await desk.waitForURL(/\/lists\/tasks/);
    await desk.locator("nav.chips a", { hasText: "借用" }).click();
    await desk.locator("main", { hasText: "归还：轮椅 × 1" }).waitFor();
    await screenshot(desk, "resources-tasks");
    await axe(desk);
    await desk.locator("nav.tabs a", { hasText: "问题清单" }).click();
    await desk.locator("main", { hasText: "铺路钢板" }).waitFor();
    await screenshot(desk, "resources-problems");
    await axe(desk);
  });

  test("each list is taken away as a file of its own kind, for a purpose that is asked for", async () => {
    const taken = {};
    for (const [list, kind] of [["problems", "csv"], ["tasks", "csv"], ["resources", "csv"], ["resources", "xlsx"]]) {
      await desk.goto(`${server.url}/lists/${list}`);
      await desk.locator(`main a[href*="/export/${kind}"]`).click();
      await desk.locator("#f-purpose").fill("周例会");
      if (kind === "xlsx") await axe(desk);
      const [file] = await Promise.all([desk.waitForEvent("download"), desk.locator('main form button[type="submit"]').click()]);
      assert.match(file.suggestedFilename(), new RegExp(`^youlin-${list}-.*\\.${kind}$`));
      taken[`${list}.${kind}`] = await readFile(await file.path());
    }
    for (const list of ["problems", "tasks", "resources"]) {
      const text = taken[`${list}.csv`].toString("utf8");
      assert.doesNotMatch(text, /<html|<!doctype/i, list);
      assert.match(text, /周例会/, list);
    }
    assert.match(taken["problems.csv"].toString("utf8"), /12号楼门口路面挖开/);
    assert.match(taken["tasks.csv"].toString("utf8"), /归还/);
    assert.match(taken["resources.csv"].toString("utf8"), /轮椅/);
    assert.equal(taken["resources.xlsx"].subarray(0, 4).toString("latin1"), "PK\u0003\u0004");
  });

  test("a wheelchair is found from a case, lent, and shown there", async () => {
    await desk.goto(`${server.url}/lists/problems`);
    await desk.locator("main table a", { hasText: "12号楼门口路面挖开" }).first().click();
    await desk.waitForURL(/\/cases\//);
    const section = desk.locator("section.section", { hasText: "用到的资源" });
    await section.waitFor();
    await screenshot(desk, "resources-case");
    await section.locator("a", { hasText: "找资源" }).click();
    await desk.waitForURL(/\/resources\/free/);
    await axe(desk);
    await desk.locator("main .row", { hasText: "轮椅" }).first().waitFor();
    await screenshot(desk, "resources-free");
    await desk.locator("main .row", { hasText: "轮椅" }).first().click();
    await desk.waitForURL(/\/book/);
    await axe(desk);
    await desk.locator("#f-count").fill("9");
    await desk.locator('main form[method="post"] button[type="submit"]').click();
    await desk.locator(".form-summary", { hasText: "最多还能借" }).waitFor();
    await desk.locator("#f-count").fill("1");
    await desk.locator('main form[method="post"] button[type="submit"]').click();
    await desk.waitForURL(/\/loans\//);
    loan = new URL(desk.url()).pathname;
    await desk.locator("button", { hasText: "交给借用人" }).click();
    await desk.locator(".banner", { hasText: "已借出" }).waitFor();
    await screenshot(desk, "resources-loan");
    await axe(desk);
    await desk.locator("dl.facts a", { hasText: /^20/ }).click();
    await desk.locator(`a[href="${loan}"]`).waitFor();
  });

  test("what is late is listed, and what comes back broken becomes a case", async () => {
    await desk.goto(`${server.url}/loans/late`);
    await screenshot(desk, "resources-late");
    await axe(desk);
    await desk.locator("main .row", { hasText: "轮椅" }).first().click();
    await desk.waitForURL(/\/loans\//);
    await desk.locator("summary", { hasText: "有损坏" }).click();
    await desk.locator("#f-damage").fill("左边的刹车失灵");
    await desk.locator("#f-category").selectOption({ index: 1 });
    await desk.locator("button", { hasText: "收回" }).click();
    await desk.locator(".banner", { hasText: "已归还" }).waitFor();
    await desk.locator("a", { hasText: "看损坏的工单" }).click();
    await desk.waitForURL(/\/cases\//);
    await desk.locator("main", { hasText: "左边的刹车失灵" }).waitFor();
  });

  test("the calendar is seven days on the desk and a list on a phone", async () => {
    await desk.goto(`${server.url}/lists/resources?kind=equipment&q=${encodeURIComponent("轮椅")}`);
    await desk.locator("main .row").first().click();
    await desk.locator(".days .day").first().waitFor();
    assert.equal(await desk.locator(".days .day").count(), 7);
    await screenshot(desk, "resources-calendar");
    await axe(desk);
    const worker = await openPage(browser, server, { device: "phone" });
    await signIn(worker, "shi");
    await worker.goto(desk.url());
    await worker.locator(".days .day").first().waitFor();
    await screenshot(worker, "resources-calendar-phone");
    await axe(worker);
    await worker.locator("a", { hasText: "预约" }).click();
    await worker.locator("button", { hasText: "申请借用" }).waitFor();
    await screenshot(worker, "resources-book-phone");
    await axe(worker);
    noConsoleErrors(worker);
  });

  test("a fire officer is asked, answers on a phone, and the asker ends it", async () => {
    await desk.goto(`${server.url}/support/new`);
    await axe(desk);
    await desk.locator("#f-field").selectOption("fire_safety");
    await desk.locator("#f-area").selectOption({ index: 0 });
    await desk.locator("#f-question").fill("12号楼的楼道充电，怎么劝住户才听得进去？");
    await desk.locator('main form[method="post"] button[type="submit"]').click();
    await desk.waitForURL(/\/support\/[0-9a-f]/);
    request = new URL(desk.url()).pathname;
    await desk.locator("label.check", { hasText: "孩儿巷消防救援站" }).locator("input").check();
    await screenshot(desk, "support-offer");
    await axe(desk);
    await desk.locator("button", { hasText: "去请" }).click();
    await desk.locator(".banner", { hasText: "等对方答应" }).waitFor();

    await phone.goto(`${server.url}/support`);
    await axe(phone);
    await phone.locator("main .row", { hasText: "楼道充电" }).click();
    await phone.locator("button", { hasText: "答应" }).first().click();
    await phone.locator("#f-text").fill("先讲清楚起火只要几分钟，再告诉他楼下充电棚怎么用。");
    await screenshot(phone, "support-answer-phone");
    await axe(phone);
    await phone.locator("button", { hasText: "发出答复" }).click();
    await phone.locator(".banner", { hasText: "答复已发出" }).waitFor();
    assert.equal(await phone.locator("button", { hasText: "确认并结束" }).count(), 0, "only the asker ends it");

    await desk.goto(server.url + request);
    await desk.locator(".timeline", { hasText: "充电棚" }).waitFor();
    await desk.locator("label.chip", { hasText: "帮上了" }).click();
    await desk.locator("#f-done").fill("三户都搬到了充电棚。");
    await screenshot(desk, "support-confirm");
    await axe(desk);
    await desk.locator("button", { hasText: "确认并结束" }).click();
    await desk.locator(".banner", { hasText: "已确认并结束" }).waitFor();
    noConsoleErrors(desk, { allow: [/409/] });
    noConsoleErrors(phone);
  });
});
