// Last year's spreadsheet of 12,000 residents, as a desk has it, is dropped on the page: columns matched and one corrected,
// tried out, taken in behind a bar, the refused rows fetched, given again without any change, and all of it taken back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inflateRawSync } from "node:zlib";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";
import { identityNumber, workbook } from "../lib/sheet.mjs";

const PEOPLE = 12_000;
const EXAMPLE = fileURLToPath(new URL("../../examples/nantong/", import.meta.url));
const TITLE = ["居民基本信息登记表（2025年度）"];
const UPPER = ["序号", "姓 名", "性别", "公民身份号码", "出生日期", "现住址", "", "", "", "联系电话（手机）", "人员说明"];
const LOWER = ["", "", "", "", "", "小区", "楼栋", "单元", "室号", "", ""];
const EXPLAINED = ["", "必填", "男/女", "18位，末位可为X", "格式：1980-01-01", "", "", "", "", "选填", ""];
const MERGED = ["A1:K1", "F2:I2", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "J2:J3", "K2:K3"];

const table = (name) => readFileSync(`${EXAMPLE}${name}.csv`, "utf8").trim().split("\n").slice(1).map((line) => line.split(","));

/** Where people of the desk's community live: estate, building, entrance, room. */
function homes() {
  const estates = new Map(table("estates").filter((row) => row[1] === "320613005018").map((row) => [row[0], row[2]]));
  const buildings = new Map(table("buildings").filter((row) => estates.has(row[1])).map((row) => [row[0], [estates.get(row[1]), row[2]]]));
  return table("dwellings").filter((row) => buildings.has(row[1])).map((row) => [...buildings.get(row[1]), row[2], row[3]]);
}

function person(n, home) {
  const [year, month, day] = [1940 + (n % 80), 1 + (n % 12), 1 + (n % 28)];
  const two = (number) => String(number).padStart(2, "0");
  const body = `${320601 + Math.floor(n / 480)}${year}${two(month)}${two(day)}${String((n % 480) * 2 + (n % 2)).padStart(3, "0")}`;
  const number = identityNumber(body);
  const births = [`${year}-${two(month)}-${two(day)}`, `${year}.${month}.${day}`, `${year}年${month}月${day}日`, year * 10_000 + month * 100 + day, { serial: Math.round((Date.UTC(year, month - 1, day) - Date.UTC(1899, 11, 30)) / 86_400_000) }];
  const numbers = [number, `身份证：${number}`, `${number.slice(0, 6)} ${number.slice(6, 14)} ${number.slice(14)}`, `${number}号`, number.toLowerCase()];
  return [n + 1, `郁${String.fromCharCode(0x4e00 + n)}`, n % 2 === 1 ? "男" : "女", numbers[n % 5], births[n % 5], ...home, `138${String(20_000_000 + n)}`, n % 40 === 0 ? "党员" : ""];
}

function residents() {
  const places = homes();
  assert.ok(places.length > 200, "the example has dwellings");
  const people = Array.from({ length: PEOPLE }, (_, n) => person(n, places[n % places.length]));
  const again = people[0].with(3, identityOf(0));
  const wrong = person(PEOPLE, places[0]).with(3, `${identityOf(PEOPLE).slice(0, 17)}${identityOf(PEOPLE).endsWith("1") ? "2" : "1"}`);
  const rows = [TITLE, UPPER, LOWER, EXPLAINED, ...people, again, again.with(3, `号码 ${again[3]}`), wrong];
  return workbook({ name: "居民", rows, merges: MERGED });
}

const identityOf = (n) => identityNumber(person(n, ["", "", "", ""])[3].replaceAll(/[^0-9Xx]/g, "").slice(0, 17));

/** Drops the file on the page, as from a folder. */
async function drop(page, server, bytes) {
  await page.goto(`${server.url}/imports?kind=residents`);
  const transfer = await page.evaluateHandle((text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "居民花名册2025.xlsx"));
    return transfer;
  }, bytes.toString("base64"));
  await page.locator("main").dispatchEvent("dragover", { dataTransfer: transfer });
  await page.locator("main").dispatchEvent("drop", { dataTransfer: transfer });
  assert.equal(await page.locator("#f-file").evaluate((field) => field.files.length), 1);
}

const send = async (page) => {
  await page.locator('main form[action="/imports"] button[type="submit"]').click();
  await page.waitForURL(/\/imports\/[0-9a-f-]+$/);
};

const figures = async (page) =>
  Promise.all(["new", "changed", "unchanged", "doubtful", "refused"].map(async (name) => Number(await page.locator(`#n-${name}`).innerText())));

/** The words of a workbook: enough to look into what came back. */
function texts(bytes) {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = bytes.readUInt32LE(end + 16);
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [size, label, extra, remark] = [bytes.readUInt32LE(at + 20), ...[28, 30, 32].map((place) => bytes.readUInt16LE(at + place))];
    if (bytes.toString("utf8", at + 46, at + 46 + label).endsWith("sharedStrings.xml")) {
      const file = bytes.readUInt32LE(at + 42);
      const from = file + 30 + bytes.readUInt16LE(file + 26) + bytes.readUInt16LE(file + 28);
      const xml = inflateRawSync(bytes.subarray(from, from + size)).toString("utf8");
      return [...xml.matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map((match) => match[1]);
    }
    at += 46 + label + extra + remark;
  }
  return [];
}

describe("last year's spreadsheet", () => {
  let server;
  let browser;
  let page;
  let sheet;
  let address;

  before(async () => {
    sheet = residents();
    server = await startServer();
    browser = await launch();
    page = await openPage(browser, server);
    await signIn(page, "desk");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("is dropped on the page; its columns are found, and one is corrected", async () => {
    await drop(page, server, sheet);
    await screenshot(page, "sheets-1-dropped");
    await axe(page);
    await send(page);
    await page.locator("#columns").waitFor({ timeout: 120_000 });
    const fields = await page.locator('#columns select[name="column"]').evaluateAll((all) => all.map((one) => one.value));
    assert.deepEqual(fields, ["", "name", "sex", "identity", "birth", "estate", "building", "entrance", "room", "phone", "note"]);
    assert.match(await page.locator("#columns").innerText(), /字典/, "the hidden sheet is named");
    await page.locator('#columns select[name="column"]').last().selectOption("labels");
    await screenshot(page, "sheets-2-columns", { full: true });
    await axe(page);
  });

  test("is tried out: what is new, and what is refused and why", async () => {
    await page.locator('#columns button[type="submit"]').click();
    await page.locator("#n-new").waitFor({ timeout: 120_000 });
    address = page.url();
    assert.deepEqual(await figures(page), [PEOPLE, 0, 0, 2, 1]);
    assert.match(await page.locator("#doubts").innerText(), /第 5 行是同一个人/);
    const why = await page.locator("#faults").innerText();
    assert.match(why, /最后一位与前面对不上/);
    await screenshot(page, "sheets-3-judged", { full: true });
    await axe(page);
  });

  test("goes in behind a bar that survives a reload; the refused rows come back as a workbook", async () => {
    await page.locator('form[action$="/accept"] button').click();
    await page.locator("progress").waitFor();
    await page.reload();
    await screenshot(page, "sheets-4-running");
    await page.locator("#undo").waitFor({ timeout: 180_000 });
    // What the repeated rows say is in the register by now.
    assert.deepEqual(await figures(page), [PEOPLE, 0, 2, 0, 1]);
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#refused").click()]);
    const words = texts(readFileSync(await download.path()));
    assert.ok(words.includes("公民身份号码") && words.includes("原因"), words.slice(0, 20).join(" "));
    assert.ok(words.some((text) => text.includes("最后一位与前面对不上")));
    assert.ok(words.includes(`郁${String.fromCharCode(0x4e00 + PEOPLE)}`), "the row as it stands in the file");
    await screenshot(page, "sheets-5-done", { full: true });
    await axe(page);
  });

  test("given again, its columns are remembered and nothing changes", async () => {
    await drop(page, server, sheet);
    await send(page);
    await page.locator("#n-new").waitFor({ timeout: 180_000 });
    assert.deepEqual(await figures(page), [0, 0, PEOPLE + 2, 0, 1]);
    assert.equal(await page.locator('form[action$="/accept"]').count(), 0, "there is nothing to take in");
    await screenshot(page, "sheets-6-again", { full: true });
  });

  test("is taken back as a whole", async () => {
    await page.goto(address);
    await page.locator("#undo").click();
    await screenshot(page, "sheets-7-sure");
    await page.locator("dialog[open] .btn-primary, dialog[open] .btn-danger").first().click();
    await page.locator(".banner", { hasText: "恢复到导入之前" }).waitFor({ timeout: 180_000 });
    assert.match(await page.locator(".banner").innerText(), /12[,，]?000/);
    assert.equal(await page.locator("#undo").count(), 0);
    await screenshot(page, "sheets-8-undone", { full: true });
    await axe(page);
    await drop(page, server, sheet);
    await send(page);
    await page.locator("#n-new").waitFor({ timeout: 180_000 });
    assert.deepEqual(await figures(page), [PEOPLE, 0, 0, 2, 1], "nobody of them is known any more");
  });

  test("a list of another kind is known by its columns and given as what it is with one press", async () => {
    const shops = "商户名称,统一社会信用代码,经营者,联系电话,经营地址\n玉荷花店,,裘安,13820009999,光明东村1号楼\n";
    await drop(page, server, Buffer.from(shops));
    await send(page);
    const give = page.locator('form[action$="/kind"] button[value="shops"]').first();
    await give.waitFor({ timeout: 60_000 });
    await screenshot(page, "sheets-10-other-kind", { full: true });
    await axe(page);
    await give.click();
    await page.waitForURL((url) => url.pathname.startsWith("/imports/") && url.href !== address);
    const columns = page.locator('#columns select[name="column"]');
    await columns.first().waitFor({ timeout: 60_000 });
    const fields = await columns.evaluateAll((all) => all.map((one) => one.value));
    assert.deepEqual(fields.slice(0, 2), ["shop", "credit_code"]);
    await screenshot(page, "sheets-11-given-as", { full: true });
    noConsoleErrors(page);
  });

  test("a file that is no table is told by its name; on the telephone and in the dark, too", async () => {
    const phone = await openPage(browser, server, { device: "phone", dark: true });
    await signIn(phone, "desk");
    for (const [bytes, words] of [
      [Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(504), Buffer.from("EncryptedPackage", "utf16le")]), /打开密码/],
      [Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(504), Buffer.from("Workbook", "utf16le")]), /\.xls/],
      [Buffer.from("品名,单价\n毛巾,3\n肥皂,2\n"), /没有认出一列/],
    ]) {
      await drop(phone, server, bytes);
      await send(phone);
      await phone.locator('.banner[data-state="late"]').waitFor({ timeout: 60_000 });
      assert.match(await phone.locator(".banner").innerText(), words);
      await axe(phone);
    }
    const few = "姓名,生日,住址\n裘安,42.3.5,光明东村1号楼1单元101\n沈云,1960-01-01,人民公园\n";
    await drop(phone, server, Buffer.from(few));
    await send(phone);
    await phone.locator("#columns").waitFor({ timeout: 60_000 });
    await screenshot(phone, "sheets-9-columns-phone", { full: true });
    await axe(phone);
    await phone.locator('#columns button[type="submit"]').click();
    await phone.locator("#doubts select").selectOption("take");
    await screenshot(phone, "sheets-9-doubts-phone", { full: true });
    await axe(phone);
    const wide = await phone.evaluate("document.documentElement.scrollWidth > innerWidth + 1");
    assert.equal(wide, false, "the page scrolls sideways");
    await phone.locator('form[action$="/accept"] button').click();
    await phone.locator("#undo").waitFor({ timeout: 60_000 });
    assert.deepEqual(await figures(phone), [1, 0, 0, 0, 1]);
    noConsoleErrors(phone);
    noConsoleErrors(page);
    await phone.context().close();
  });
});
