// Figures by clicks: how many over 80 who live alone in a grid, with no volunteer in the same building; opened to the
// people, who stay masked; grouped, drawn, exported, saved; on the desk and on a grid worker's phone.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

/** Opens the list of conditions, picks one by its name and fills the form. */
async function condition(page, name, { who, op, value, ticks = [] }) {
  await page.locator(".insight-offers > summary").click();
  await page.locator(".insight-offers .chip", { hasText: new RegExp(`^${name}$`) }).first().click();
  const form = page.locator("form#add");
  await form.waitFor();
  if (who) await form.locator("#add-who").selectOption({ label: who });
  if (op) await form.locator("#add-op").selectOption({ label: op });
  for (const tick of ticks) await form.locator("label.chip", { hasText: new RegExp(`^${tick} \\d+$`) }).click();
  if (value) {
    const field = form.locator("#add-v");
    if ((await field.evaluate((one) => one.tagName)) === "SELECT") await field.selectOption({ label: value });
    else await field.fill(value);
  }
  await form.locator('button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname === "/insight/query" && !url.searchParams.has("add"));
}

/** The desk's page scrolls inside itself, so its answer is taken by itself. */
async function picture(page, name) {
  await screenshot(page, name, { full: true });
  const answer = page.locator("#answer");
  if ((await answer.count()) > 0) await answer.screenshot({ path: (await screenshot(page, `${name}-answer`)), animations: "disabled" });
}

/** The island has drawn, from the figures of the drawing that stays for paper. */
async function live(page, drawn) {
  const card = page.locator("figure[data-chart-ready]", { has: page.locator(drawn) });
  await card.locator(".chart-live canvas").waitFor();
  assert.ok(await card.locator(drawn).isHidden(), "one drawing at a time");
  return card;
}

/** Clicks into the middle of what ECharts drew until the page of records opens. */
async function opens(page, card, points) {
  const box = await card.locator(".chart-live").boundingBox();
  for (const [x, y] of points) {
    // A click beside a mark asks for nothing; what was asked for may take its time.
    const asked = page.waitForRequest((one) => one.isNavigationRequest() && one.url().includes("/insight/evidence?"), { timeout: 3_000 });
    await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
    if (!(await asked.then(() => true, () => false))) continue;
    await page.waitForURL(/\/insight\/evidence\?/);
    return;
  }
  assert.fail("no mark opened its records");
}

/** The Python of the checks, where it has DuckDB. */
const python = () => {
  const path = fileURLToPath(new URL("../../target/venv/bin/python", import.meta.url));
  try {
    execFileSync(path, ["-c", "import duckdb"], { stdio: "ignore" });
    return path;
  } catch {
    return null;
  }
};

const total = async (page) => Number(await page.locator("#total b").innerText());
const chips = (page) => page.locator(".insight-chips .chip").allInnerTexts();

for (const [device, login, dark] of [["desktop", "desk", false], ["phone", "shi", true]]) {
  describe(`a question composed by clicks on the ${device}`, () => {
    let server;
    let browser;
    let page;

    before(async () => {
      server = await startServer();
      browser = await launch();
      page = await openPage(browser, server, { device, dark });
      await signIn(page, login);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test("indicators of one's own area, each with its records and its definition", async () => {
      await page.goto(`${server.url}/insight`);
      assert.match(await page.locator("main").innerText(), /立案率[\s\S]*口径第 1 版/);
      await screenshot(page, `insight-${device}-1-indicators`, { full: true });
      await axe(page);
    });

    test("over 80, living alone, no volunteer in the same building", async () => {
      await page.goto(`${server.url}/insight/query`);
      const everybody = await total(page);
      assert.ok(everybody > 20, `${everybody} residents`);
      await condition(page, "年龄", { op: "至少", value: "80" });
      const old = await total(page);
      assert.ok(old > 0 && old < everybody, `${old} of ${everybody}`);
      await screenshot(page, `insight-${device}-2-one`, { full: true });
      await condition(page, "标签", { ticks: ["独居"] });
      const alone = await total(page);
      assert.ok(alone <= old);
      await page.locator(".insight-offers > summary").click();
      await screenshot(page, `insight-${device}-3-offers`, { full: true });
      await axe(page);
      await page.locator(".insight-offers > summary").click();
      await condition(page, "标签", { who: "同一楼栋里没有符合的居民", ticks: ["志愿者"] });
      const nobody = await total(page);
      assert.ok(nobody <= alone, `${nobody} of ${alone}`);
      assert.match((await chips(page)).join("|"), /年龄至少 80\|.*标签：独居\|.*同一楼栋里没有“标签：志愿者”的居民/s);
      await screenshot(page, `insight-${device}-4-composed`, { full: true });
      await axe(page);
    });

    test("the figure opens to exactly its people, masked; a person leads to the file where revealing asks for a purpose", async () => {
      await page.locator(".insight-chips .chip", { hasText: "同一楼栋" }).click();
      await page.waitForURL((url) => url.searchParams.getAll("f").length === 2);
      const figure = await total(page);
      await page.locator("#total").click();
      await page.waitForURL(/\/insight\/evidence\?/);
      assert.match(await page.locator("#count").innerText(), new RegExp(`居民 ${figure} 条`));
      const names = await page.locator("#records .row-title").allInnerTexts();
      assert.equal(names.length, Math.min(figure, 50));
      for (const name of names) assert.match(name, /\*/);
      await screenshot(page, `insight-${device}-5-evidence`, { full: true });
      await axe(page);
      await page.locator("#records a").first().click();
      await page.waitForURL(/\/people\/[0-9a-f-]+$/);
      assert.match(await page.locator("main").innerText(), /[一-鿿]\*/);
      await page.goBack();
    });

    test("ages by sex as a pyramid, reports by month as a line, each with its table", async () => {
      await page.goto(`${server.url}/insight/query?d=persons`);
      await page.locator("#q-g0").selectOption("age~10");
      await page.waitForURL(/g=age/);
      await page.locator("#q-g1").selectOption("sex");
      await page.waitForURL(/g=sex/);
      await live(page, "svg.chart-pyramid");
      const cells = (await page.locator("#figures tbody tr:not(.total) td.num:not(.total) a").allInnerTexts()).map(Number);
      assert.equal(cells.reduce((sum, one) => sum + one, 0), await total(page));
      await picture(page, `insight-${device}-6-pyramid`);
      await axe(page);
      await page.locator("#figures td.num a").first().click();
      await page.waitForURL(/\/insight\/evidence\?/);
      assert.match(await page.locator("#count").innerText(), new RegExp(`居民 ${cells[0]} 条`));
      await page.goto(`${server.url}/insight/query?d=cases&g=reported~month`);
      await live(page, "svg.chart-time");
      await picture(page, `insight-${device}-7-line`);
      await axe(page);
      await page.goto(`${server.url}/insight/query?d=persons&g=area~5`);
      await live(page, "svg.chart-map");
      await picture(page, `insight-${device}-8-map`);
      await axe(page);
    });

    test("every mark of a chart opens its records, in the browser, on paper and without script", async () => {
      await page.goto(`${server.url}/insight/query?d=persons&g=area~5&g=sex`);
      const stacked = await live(page, "svg.chart-stacked");
      await picture(page, `insight-${device}-11-stacked`);
      await axe(page);
      await page.emulateMedia({ media: "print" });
      assert.ok(await stacked.locator("svg.chart-stacked").isVisible());
      assert.ok(await stacked.locator(".chart-live").isHidden());
      await page.emulateMedia({ media: "screen" });
      await stacked.scrollIntoViewIfNeeded();
      await opens(page, stacked, [[0.35, 0.5], [0.3, 0.6], [0.4, 0.7], [0.3, 0.4]]);
      assert.match(await page.locator("#count").innerText(), /居民 \d+ 条/);

      const context = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
      const plain = await context.newPage();
      await plain.goto(`${server.url}/insight/query?d=persons&g=area~5`);
      await plain.locator("svg.chart-bars a rect").first().click();
      await plain.waitForURL(/\/insight\/evidence\?/);
      await context.close();
    });

    test("a question without a value is asked again; a wrong one says what is wrong", async () => {
      await page.goto(`${server.url}/insight/query?d=persons&add=persons~age`);
      await page.locator('form#add button[type="submit"]').click();
      await page.locator('form#add [role="alert"]').waitFor();
      await page.goto(`${server.url}/insight/query?d=persons&g=size`);
      await page.locator(".form-summary").waitFor();
      await screenshot(page, `insight-${device}-9-wrong`, { full: true });
      await axe(page);
    });

    test("Parquet has its types and its definition", async (t) => {
      await page.goto(`${server.url}/insight/query?d=cases&g=reported~month&g=area~5`);
      const cells = (await page.locator("#figures tbody tr:not(.total) td.num:not(.total) a").allInnerTexts()).map(Number);
      const [file] = await Promise.all([page.waitForEvent("download"), page.locator('a[href*="/export/parquet"]').click()]);
      const path = await file.path();
      assert.equal((await readFile(path)).subarray(0, 4).toString(), "PAR1");
      const duck = python();
      if (!duck) return t.skip("duckdb is not installed under target/venv");
      const script = `
import duckdb, json, sys
file = "'" + sys.argv[1] + "'"
ask = lambda text: duckdb.sql(text.replace("FILE", file)).fetchall()
rows = ask("DESCRIBE SELECT * FROM read_parquet(FILE)")
total = ask('SELECT sum("' + rows[3][0] + '") FROM read_parquet(FILE)')[0][0]
notes = ask("SELECT decode(key), decode(value) FROM parquet_kv_metadata(FILE)")
print(json.dumps({"types": [row[1] for row in rows], "total": int(total), "notes": dict(notes)}))`;
      const said = JSON.parse(execFileSync(duck, ["-c", script, path]).toString());
      assert.deepEqual(said.types, ["DATE", "VARCHAR", "VARCHAR", "BIGINT"]);
      assert.equal(said.total, cells.reduce((sum, one) => sum + one, 0));
      assert.match(said.notes.README, /事件/);
    });

    test("the export carries its definition", async () => {
      await page.goto(`${server.url}/insight/query?d=persons&f=age~ge~80&g=area~5`);
      const [csv] = await Promise.all([page.waitForEvent("download"), page.locator('a[href*="/export/csv"]').click()]);
      const text = await readFile(await csv.path(), "utf8");
      assert.match(text, /条件,年龄至少 80/);
      assert.match(text, /合计,\d+,\d+/);
      const [xlsx] = await Promise.all([page.waitForEvent("download"), page.locator('a[href*="/export/xlsx"]').click()]);
      assert.equal((await readFile(await xlsx.path())).subarray(0, 2).toString(), "PK");
      const [map] = await Promise.all([page.waitForEvent("download"), page.locator('a[href*="/export/geojson"]').click()]);
      const features = JSON.parse(await readFile(await map.path(), "utf8")).features;
      assert.ok(features.some((one) => one.geometry?.type));
    });

    test("a question is kept and found again", async () => {
      // Clear of the buttons that stay at the bottom of a phone.
      const keep = page.locator("details.card > summary");
      await keep.evaluate((summary) => summary.scrollIntoView({ block: "center" }));
      await keep.click();
      await page.locator("#f-title").fill("八十岁以上");
      await page.locator('form[action="/insight/views"] button[type="submit"]').click();
      await page.locator('.banner[data-state="ok"]').waitFor();
      await page.goto(`${server.url}/insight`);
      await page.locator("main a", { hasText: "八十岁以上" }).click();
      await page.waitForURL(/\/insight\/query\?d=persons&f=age/);
      await page.goto(`${server.url}/insight`);
      await screenshot(page, `insight-${device}-10-kept`, { full: true });
      await page.locator("main form button", { hasText: "删除" }).click();
      await page.waitForURL(/\/insight$/);
      assert.doesNotMatch(await page.locator("main").innerText(), /八十岁以上/);
      noConsoleErrors(page, { allow: [/422.*g=size/] });
    });
  });
}
