// Form no. 37: a workbook of somebody upstairs with 23 columns is handed in, mapped by its names, filled in its own layout;
// four columns nobody holds become questions at the door, and the answers stand in it the next time. And a figure that
// opened to its people becomes a visiting list.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { inflateRawSync } from "node:zlib";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";
import { workbook } from "../lib/sheet.mjs";

const HELD = [
  "序号", "姓名", "性别", "出生日期", "年龄", "身份证号码", "联系电话", "现住址", "社区", "所属网格", "所属微网格", "楼栋",
  "与房屋关系", "家庭人口数", "是否独居", "是否行动不便", "是否使用轮椅", "人员类别", "最近走访日期",
];
const UNHELD = ["饮食禁忌", "常用药品", "紧急联系人关系", "助餐意愿"];

const blank = () => {
  const columns = [...HELD, ...UNHELD];
  const rows = [["第37号 高龄独居老人台账"], columns, [], [], [], ["填表人："]];
  return workbook({ name: "台账", rows });
};

/** The texts of the first sheet, without a library. */
function texts(book) {
  for (let at = book.indexOf("PK\x03\x04"); at >= 0; at = book.indexOf("PK\x03\x04", at + 4)) {
    const [name, extra] = [book.readUInt16LE(at + 26), book.readUInt16LE(at + 28)];
    if (book.subarray(at + 30, at + 30 + name).toString() !== "xl/worksheets/sheet1.xml") continue;
    const packed = book.subarray(at + 30 + name + extra);
    return inflateRawSync(packed).toString();
  }
  return "";
}

describe("one form, entered once", () => {
  let form;
  let server;
  let browser;
  let desk;

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

  const fill = async () => {
    const [file] = await Promise.all([
      desk.waitForEvent("download"),
      desk.locator('form[action$="/fill"] button[type="submit"]').click(),
    ]);
    return texts(await readFile(await file.path()));
  };

  test("the blank workbook is handed in and its columns are known by their names", async () => {
    await desk.goto(`${server.url}/insight/forms`);
    await screenshot(desk, "forms-list");
    await axe(desk);
    await desk.locator("#f-file").setInputFiles({
      name: "37.xlsx",
      mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      buffer: blank(),
    });
    await desk.locator("#f-number").fill("37");
    await desk.locator("#f-requester").fill("街道民政办");
    await desk.locator('main form[enctype] button[type="submit"]').click();
    await desk.waitForURL(/\/insight\/forms\/[0-9a-f-]+\?done=new/);
    form = desk.url().split("?")[0];
    const text = await desk.locator("main").innerText();
    assert.match(text, /有 4 栏没有人掌握/);
    for (const column of UNHELD) assert.match(text, new RegExp(column));
    await screenshot(desk, "forms-mapped", { full: true });
    await axe(desk);
  });

  test("which people stand in it is a kept question", async () => {
    await desk.goto(`${server.url}/insight/query?d=persons&f=age~ge~83`);
    await desk.locator("details", { has: desk.locator("#f-title") }).locator("summary").click();
    await desk.locator("#f-title").fill("八十三岁以上");
    await desk.locator('form[action="/insight/views"] button[type="submit"]').click();
    await desk.waitForURL(/saved=1/);
    await desk.goto(form);
    await desk.locator("#f-rows").selectOption({ label: "一行一个居民：八十三岁以上" });
    await desk.locator('form[action$="/map"] button[type="submit"]').click();
    await desk.waitForURL(/done=map/);
    const sheet = await fill();
    assert.match(sheet, /第37号 高龄独居老人台账/, "its own layout");
    assert.match(sheet, /填表人：/);
    assert.match(sheet, /光明东村/);
    assert.doesNotMatch(sheet, /\*\*/, "in the clear, and noted");
  });

  test("only what nobody holds is asked at the door, once, and stands in it the next time", async () => {
    await desk.goto(form);
    for (const column of UNHELD) await desk.locator("#f-column").getByLabel(column).check();
    await desk.locator('#ask form[method="get"] button[type="submit"]').click();
    await desk.locator("#ask .banner").waitFor();
    assert.match(await desk.locator("#ask .banner").innerText(), /\d+ 人 × 4 栏 = \d+ 条，确认？/);
    await desk.locator('form[action$="/ask"] button[type="submit"]').click();
    await desk.waitForURL(/done=ask/);
    await screenshot(desk, "forms-asked");
    const phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "shi");
    await phone.goto(`${server.url}/insight/evidence?d=persons&f=age~ge~83`);
    await phone.locator("#records a").first().click();
    await phone.waitForURL(/\/people\//);
    const id = phone.url().match(/people\/([0-9a-f-]+)/)[1];
    const card = await (await phone.request.get(`${server.url}/api/v1/people/${id}`)).json();
    await phone.goto(`${server.url}/people/dwellings/${card.card.place.dwelling}`);
    const own = phone.locator(`#p-${id}`);
    for (const column of UNHELD) await own.getByLabel(column).waitFor();
    await own.getByLabel("饮食禁忌").fill("不吃海鲜");
    await screenshot(phone, "forms-at-the-door", { full: true });
    await axe(phone);
    await own.locator('form[action$="/facts"] button[type="submit"]').click();
    await phone.locator('.banner[data-state="ok"]').waitFor();
    await desk.goto(form);
    assert.match(await fill(), /不吃海鲜/);
    await desk.goto(`${server.url}/insight/forms`);
    assert.match(await desk.locator("main").innerText(), /街道民政办/);
    await screenshot(desk, "forms-ledger", { full: true });
    noConsoleErrors(desk);
  });

  test("a card of single cells is filled for its area; what nobody holds is typed with its source", async () => {
    await desk.goto(`${server.url}/insight/forms`);
    await desk.locator("#f-file").setInputFiles({
      name: "card.xlsx",
      mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      buffer: workbook({
        name: "情况卡",
        rows: [["社区情况卡"], ["单位名称", "", "常住人口", ""], ["商户数", "", "立案率", ""], ["物业费收缴率", "", "负责人", ""]],
      }),
    });
    await desk.locator("#f-requester").fill("街道办");
    await desk.locator('main form[enctype] button[type="submit"]').click();
    await desk.waitForURL(/done=new/);
    const card = desk.url().split("?")[0];
    const text = await desk.locator("main").innerText();
    assert.match(text, /这是一张卡片/);
    assert.match(text, /有 2 栏没有人掌握/);
    const chosen = async (name) => desk.getByLabel(name, { exact: true }).locator("option:checked").innerText();
    assert.equal(await chosen("商户数"), "商户数");
    assert.equal(await chosen("立案率"), "立案率");
    const fixed = (name) => desk.getByLabel(`“${name}”的固定内容`);
    assert.equal(await fixed("负责人").isVisible(), false);
    await desk.getByLabel("负责人", { exact: true }).selectOption("constant");
    await fixed("负责人").fill("施建国");
    await screenshot(desk, "forms-card", { full: true });
    await desk.locator('form[action$="/map"] button[type="submit"]').click();
    await desk.waitForURL(/done=map/);
    const gap = desk.locator("#typed details");
    assert.match(await desk.locator("#typed").innerText(), /谁管着这件事就问谁/);
    await gap.locator('input[name="value"]').fill("92.5");
    await gap.locator('input[name="said_by"]').fill("光明物业");
    await gap.locator('button[type="submit"]').click();
    await desk.waitForURL(/done=typed/);
    await screenshot(desk, "forms-typed", { full: true });
    await axe(desk);
    const sheet = await fill();
    assert.match(sheet, /施建国/);
    assert.match(sheet, /<v>92\.5<\/v>/);
    await desk.goto(`${server.url}/insight/forms/ledger?of=fetched`);
    assert.match(await desk.locator("#records").innerText(), /手工填的 · 光明物业/);
    await screenshot(desk, "forms-fetched");
    const phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "desk");
    await phone.goto(card);
    await screenshot(phone, "forms-card-phone", { full: true });
    await axe(phone);
    await phone.goto(`${server.url}/insight/forms/ledger?of=forms`);
    await screenshot(phone, "forms-ledger-phone", { full: true });
  });

  test("counts out stands beside the other two figures and opens to its columns", async () => {
    await desk.goto(`${server.url}/people/quality`);
    const figure = desk.locator(".figure", { hasText: "统得出" }).first();
    await figure.waitFor();
    await screenshot(desk, "forms-counts-out", { full: true });
    await axe(desk);
    assert.match(await figure.innerText(), /\d+\.\d %/);
    await figure.click();
    await desk.waitForURL(/\/insight\/evidence\?/);
    assert.match(await desk.locator("#records").innerText(), /现住址[\s\S]*已有记录 · \d+ 格/);
    assert.doesNotMatch(await desk.locator("#records").innerText(), /常用药品/);
    await screenshot(desk, "forms-counts-out-records", { full: true });
    await axe(desk);
    await desk.goto(`${server.url}/insight`);
    assert.match(await desk.locator("main").innerText(), /统得出/);
  });

  test("a wrong workbook is called so; a newer one keeps what was said", async () => {
    await desk.goto(form);
    await desk.locator("summary", { hasText: "新版的空白表" }).click();
    const send = async (rows) => {
      await desk.locator('form[action$="/blank"] input[type="file"]').setInputFiles({
        name: "37.xlsx",
        mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        buffer: workbook({ name: "台账", rows }),
      });
      await desk.locator('form[action$="/blank"] button[type="submit"]').click();
    };
    await send([["采购单"], ["品名", "单价", "数量"]]);
    await desk.locator(".form-summary").waitFor();
    assert.match(await desk.locator(".form-summary").innerText(), /不像是这张表/);
    await screenshot(desk, "forms-wrong-workbook", { full: true });
    await axe(desk);
    await send([["第37号 高龄独居老人台账（2027年）"], [...HELD, ...UNHELD, "是否党员"], [], []]);
    await desk.waitForURL(/done=blank/);
    assert.match(await desk.locator("main").innerText(), /是否党员/);
  });

  test("more persons than one takes alone wait for a second person, and go once", async () => {
    await desk.goto(form);
    await desk.locator("#f-rows").selectOption({ label: "一行一个居民" });
    await desk.locator('form[action$="/map"] button[type="submit"]').click();
    await desk.waitForURL(/done=map/);
    await desk.locator('form[action$="/release"]').waitFor();
    assert.equal(await desk.locator('form[action$="/fill"]').count(), 0);
    await screenshot(desk, "forms-release-needed", { full: true });
    await axe(desk);
    await desk.locator("#f-purpose").fill("冬季走访慰问");
    await desk.locator('form[action$="/release"] button[type="submit"]').click();
    await desk.waitForURL(/done=release/);
    assert.match(await desk.locator("main").innerText(), /还没有答复/);
    const lead = await openPage(browser, server);
    await signIn(lead, "lead");
    await lead.goto(`${server.url}/people/exports/approve`);
    const asked = lead.locator('[data-export="asked"]', { hasText: "冬季走访慰问" });
    await screenshot(lead, "forms-release-asked", { full: true });
    await axe(lead);
    await asked.locator('button[value="approve"]').click();
    await lead.waitForLoadState();
    await desk.goto(form);
    assert.match(await desk.locator("main").innerText(), /冬季走访慰问[\s\S]*只能下载一次/);
    await screenshot(desk, "forms-release-granted", { full: true });
    const sheet = await fill();
    assert.match(sheet, /冬季走访慰问/);
    await desk.goto(form);
    await desk.locator('form[action$="/release"]').waitFor();
  });

  test("a figure that opened to its people becomes a visiting list, walked to its end", async () => {
    await desk.goto(`${server.url}/insight/evidence?d=persons&f=age~ge~80&f=labels~is~living_alone`);
    const list = desk.locator('form[action="/insight/evidence/list"]');
    await list.locator('input[name="title"]').fill("独居高龄老人");
    await list.locator('button[type="submit"]').click();
    await desk.waitForURL(/\/people\/visits\//);
    await screenshot(desk, "forms-visits");
    await axe(desk);
    const open = desk.locator('button[value="seen"]');
    const count = await open.count();
    assert.ok(count > 0);
    await open.first().click();
    await desk.waitForURL(/#e-/);
    await desk.waitForFunction((before) => document.querySelectorAll('button[value="seen"]').length === before - 1, count);
  });
});
