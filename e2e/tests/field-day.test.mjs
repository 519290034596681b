// The field client's day without signal, beyond rivers: visits house by house, a correction two people make at one door,
// checklists of every kind of question, the way of a patrol where a policy asks for it, the map of the own area, work
// carried back in a file.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, photograph, screenshot, signIn, startServer, until } from "../lib/index.mjs";

const HERE = { latitude: 32.0148, longitude: 120.8978, accuracy: 8 };
const SEEN = { context: { geolocation: HERE, permissions: ["geolocation"] } };
const OFFLINE = [/ERR_INTERNET_DISCONNECTED/, /status of 401/, /status of 403/, /ERR_FAILED/];
const CHECKLISTS = new URL("../../crates/engines/checklist/data/", import.meta.url);

describe("a day in the field", () => {
  let server;
  let browser;
  let phone;
  let window;
  let people;

  const sessions = {};
  async function get(path, login = "grid-xqy-1") {
    sessions[login] ??= await server.session(login);
    const answer = await fetch(server.url + path, { headers: sessions[login] });
    assert.equal(answer.status, 200, path);
    return answer.json();
  }
  const pack = (login) => get("/api/v1/field/pack", login);
  const entries = async () => (await pack()).visits.flatMap((list) => list.entries);
  const ready = (page) => page.locator("html[data-ready]").waitFor();
  const kept = (page) => page.locator(".draft-note", { hasText: "草稿已存" }).waitFor();
  const open = async (page, hash = "") => {
    await page.goto(`${server.url}/field${hash}`);
    await page.reload();
    await ready(page);
  };
  const sent = (page) => until(async () => (await page.locator("#unsent").count()) === 0, { what: "all is sent", timeout: 90_000 });
  async function looks(page, name) {
    await screenshot(page, `${name}-light`, { full: true });
    await axe(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await screenshot(page, `${name}-dark`, { full: true });
    await axe(page, { rules: ["color-contrast"] });
    await page.emulateMedia({ colorScheme: "light" });
  }

  before(async () => {
    server = await startServer();
    browser = await launch();
    people = [];
    for (const q of "王张陈顾李周赵吴朱秦许曹徐高黄袁季陆") people.push(...(await get(`/api/v1/people?q=${encodeURIComponent(q)}`)));
    people = [...new Map(people.map((one) => [one.id, one])).values()].slice(0, 7);
    assert.ok(people.length >= 6, "people live in this grid");
    const desk = await openPage(browser, server);
    await signIn(desk, "desk-xqy");
    await desk.goto("/people/visits");
    await desk.evaluate(async ({ community, ids }) => {
      const body = new URLSearchParams({ community: String(community), title: "入冬走访", reason: "独居，三十天没见到" });
      for (const id of ids) body.append("person", id);
      await fetch("/people/visits", { method: "POST", body });
    }, { community: people[0].community, ids: people.map((one) => one.id) });
    await desk.context().close();
    phone = await openPage(browser, server, { device: "phone", ...SEEN });
    window = phone.context();
    await signIn(phone, "grid-xqy-1");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("visits: met, nobody in, left out, a leaking roof, a new number, all without signal", async () => {
    await open(phone);
    await phone.locator("#visits .row").first().waitFor();
    const before = await entries();
    assert.ok(before.length >= 6 && before.every((one) => one.person && one.seen), "the pack says what was seen before");
    await phone.evaluate(() => navigator.serviceWorker.ready);
    await looks(phone, "field-day");
    await window.setOffline(true);
    const row = (n) => phone.locator("#visits > .stack-s .row, #visits > div .row").nth(n);
    // Met: two touches.
    const began = Date.now();
    const first = await row(0).getAttribute("data-entry");
    await row(0).click();
    await phone.getByRole("button", { name: "见到了" }).click();
    await phone.locator("#view #visits").waitFor();
    console.log(`a visit recorded in ${Date.now() - began} ms of machine time`);
    assert.ok(Date.now() - began < 20_000);
    // Nobody in, tomorrow again.
    const second = await row(0).getAttribute("data-entry");
    await row(0).click();
    await phone.getByRole("button", { name: "家里没人" }).click();
    await looks(phone, "field-visit-nobody");
    await phone.getByRole("button", { name: "明天" }).click();
    await phone.locator("#view #visits").waitFor();
    // Left out: a reason is asked for.
    const rows = phone.locator("#visits .row[data-entry]");
    const third = await rows.evaluateAll((all, done) => all.map((one) => one.dataset.entry).find((id) => !done.includes(id)), [first, second]);
    await phone.locator(`[data-entry='${third}']`).click();
    await phone.getByRole("button", { name: "这次不去" }).click();
    await phone.getByText("请写原因").waitFor();
    await phone.getByLabel("听到、看到了什么").fill("去女儿家住了，月底回来");
    await phone.getByRole("button", { name: "这次不去" }).click();
    await phone.locator("#view #visits").waitFor();
    // A leaking roof is heard, a number corrected; the page is killed in between.
    const fourth = await phone.locator("#visits .row[data-entry]").evaluateAll((all, done) => all.map((one) => one.dataset.entry).find((id) => !done.includes(id)), [first, second, third]);
    await phone.locator(`[data-entry='${fourth}']`).click();
    await phone.locator("summary", { hasText: "听到要解决的事" }).click();
    await phone.getByLabel("什么事").fill("顶楼漏水，下雨天滴到床上");
    await phone.getByLabel("类别").selectOption("E-0105");
    await phone.locator("summary", { hasText: "电话或居住情况不对" }).click();
    await phone.getByLabel("正确的电话").fill("13912345678");
    await phone.getByLabel("居住情况").selectOption("tenant");
    await kept(phone);
    const url = phone.url();
    await phone.close({ runBeforeUnload: false });
    phone = await window.newPage();
    await phone.goto(url);
    await ready(phone);
    assert.equal(await phone.getByLabel("什么事").inputValue(), "顶楼漏水，下雨天滴到床上");
    assert.equal(await phone.getByLabel("正确的电话").inputValue(), "13912345678");
    await looks(phone, "field-visit");
    await phone.getByRole("button", { name: "见到了" }).click();
    await phone.locator("#view #visits").waitFor();
    await screenshot(phone, "field-day-waiting", { full: true });
    await window.setOffline(false);
    await open(phone, "#waiting");
    await sent(phone);
    await screenshot(phone, "field-day-sent", { full: true });
    const after = new Map((await entries()).map((one) => [one.entry, one]));
    assert.deepEqual([first, second, third, fourth].map((id) => after.get(id)?.state), ["seen", "tried", "skipped", "seen"]);
    assert.equal(after.get(third).note, "去女儿家住了，月底回来");
    assert.equal(after.get(fourth).relation, "tenant");
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("two telephones correct one household: both versions are shown, and one is chosen", async () => {
    const other = await openPage(browser, server, { device: "phone", ...SEEN });
    await signIn(other, "desk-xqy");
    await open(phone);
    await open(other);
    const visit = (await entries()).find((one) => one.state === "open");
    for (const page of [phone, other]) {
      await page.locator(`[data-entry='${visit.entry}']`).first().waitFor();
      await page.context().setOffline(true);
      await page.locator(`[data-entry='${visit.entry}']`).first().click();
      await page.locator("summary", { hasText: "电话或居住情况不对" }).click();
    }
    await other.getByLabel("正确的电话").fill("13800001111");
    await other.getByRole("button", { name: "家里没人" }).click();
    await other.getByRole("button", { name: "以后再说" }).click();
    await other.locator("#view #visits").waitFor();
    await other.context().setOffline(false);
    await open(other, "#waiting");
    await sent(other);
    await phone.getByLabel("正确的电话").fill("13900002222");
    await phone.getByRole("button", { name: "见到了" }).click();
    // Saved, the visit leads back to the day: only then another page is asked for.
    await phone.locator("#view #visits").waitFor();
    await window.setOffline(false);
    await open(phone, "#waiting");
    const conflict = phone.locator("[data-item-state='conflict']", { hasText: "改登记" });
    await conflict.locator(".versions").waitFor();
    assert.match(await conflict.locator(".versions").innerText(), /13900002222[\s\S]*138\*{4}1111/);
    await looks(phone, "field-correction-conflict");
    // The mark on the list may meet the same door, now or a moment later.
    await until(async () => {
      const mine = phone.locator("[data-item-state='conflict']").getByRole("button", { name: "还是送我写的" }).first();
      if (await mine.count()) await mine.click({ timeout: 2000 }).catch(() => {});
      return (await phone.locator("#unsent").count()) === 0;
    }, { what: "what I wrote is sent after all", timeout: 90_000 });
    const now = (await entries()).find((one) => one.entry === visit.entry);
    assert.equal(now.state, "seen");
    noConsoleErrors(phone, { allow: OFFLINE });
    await other.context().close();
  });

  test("the checklist of a visit: what is relevant, what is missing, what follows", async () => {
    await open(phone);
    const visit = (await entries()).find((one) => one.state === "open" && one.dwelling);
    await phone.locator(`[data-entry='${visit.entry}']`).first().click();
    await window.setOffline(true);
    await phone.getByRole("button", { name: "按入户清单逐项问" }).click();
    const form = phone.locator("[data-form='door-visit@1']");
    await form.waitFor();
    await form.getByLabel("见到了").check();
    await form.getByRole("button", { name: "下一页" }).click();
    await form.getByLabel("漏水").check();
    await looks(phone, "field-checklist");
    // A photograph that only now is asked for.
    const photo = await photograph(phone, { lat: HERE.latitude, lon: HERE.longitude });
    await form.locator('input[type="file"]').setInputFiles({ name: "roof.jpg", mimeType: "image/jpeg", buffer: photo });
    await form.getByText("照片 1 张").waitFor();
    await form.getByLabel("其他").check();
    await form.getByRole("button", { name: "检查一遍" }).click();
    await form.getByText("还有 1 处要填或要改").waitFor();
    await screenshot(phone, "field-checklist-missing", { full: true });
    await form.getByRole("button", { name: "去填" }).click();
    await form.getByLabel("具体说说").fill("想学用手机挂号");
    await kept(phone);
    await phone.reload();
    await ready(phone);
    assert.equal(await form.getByLabel("具体说说").inputValue(), "想学用手机挂号", "answers are there after the page was killed");
    await form.getByRole("button", { name: "检查一遍" }).click();
    await form.getByText("都填好了").waitFor();
    assert.ok((await form.locator("[data-found]").count()) >= 2, "findings are shown before anything is handed in");
    await looks(phone, "field-checklist-end");
    await phone.getByRole("button", { name: "结束，存下" }).click();
    await phone.locator("#unsent").waitFor();
    await window.setOffline(false);
    await open(phone, "#waiting");
    await sent(phone);
    await phone.locator(".row-title", { hasText: "入户走访" }).first().waitFor();
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("a river by its checklist: the answers are kept, what follows from them is a case", async () => {
    await open(phone);
    await phone.locator("section", { has: phone.locator("h2", { hasText: "河段" }) }).getByRole("button", { name: "走一趟" }).first().click();
    await window.setOffline(true);
    await phone.getByRole("button", { name: "用清单：河道巡查" }).click();
    const form = phone.locator("[data-form='river-patrol@1']");
    const pick = (question, n) => form.locator("fieldset", { hasText: question }).locator("input").nth(n).check();
    await form.getByLabel("天气").fill("晴");
    await form.getByRole("button", { name: "下一页" }).click();
    await pick("河面有没有漂浮垃圾", 1);
    await form.locator("fieldset", { hasText: "当场捞起来了吗" }).getByLabel("否").waitFor();
    await form.getByLabel("透明度").fill("3米");
    await form.getByText("请写数字").waitFor();
    await form.getByLabel("透明度").fill("35");
    await form.getByText("请写数字").waitFor({ state: "hidden" });
    await form.getByRole("button", { name: "下一页" }).click();
    await pick("岸边有没有垃圾堆放", 0);
    await pick("有没有发现新的排污口", 0);
    await form.getByRole("button", { name: "下一页" }).click();
    await form.getByRole("button", { name: "加一个" }).click();
    await form.getByRole("button", { name: "取位置" }).click();
    await form.getByText("有位置，误差约 8 米").waitFor();
    await form.getByRole("button", { name: "检查一遍" }).click();
    await form.getByText("都填好了").waitFor();
    assert.deepEqual(await form.locator("[data-found]").evaluateAll((all) => all.map((one) => one.dataset.found)), ["floating"]);
    await looks(phone, "field-river-checklist");
    const id = phone.url().split("/").pop();
    await phone.getByRole("button", { name: "结束，存下" }).click();
    await phone.locator("#unsent").waitFor();
    await window.setOffline(false);
    await open(phone, "#waiting");
    await sent(phone);
    const round = await get(`/api/v1/rounds/${id}`);
    assert.deepEqual([round.answers.floating, round.answers.transparency, round.answers.points.length], ["few", "35", 1]);
    assert.equal(round.findings.length, 1);
    assert.ok(round.findings[0].case, "it is a case");
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("a talk is written down without signal: what is missing is said at once, and it arrives", async () => {
    await open(phone);
    await phone.locator("section", { has: phone.locator("h2", { hasText: "河段" }) }).getByRole("button", { name: "记一次宣传" }).first().click();
    await window.setOffline(true);
    const save = phone.getByRole("button", { name: "存下", exact: true }).first();
    await save.click();
    await phone.getByText("请写讲了什么").waitFor();
    await phone.getByLabel("讲了什么").fill("孩子们认识河");
    await phone.getByLabel("到了多少人").fill("42");
    await phone.getByLabel("发了什么").fill("宣传单 60 份");
    await kept(phone);
    await phone.reload();
    await ready(phone);
    assert.equal(await phone.getByLabel("讲了什么").inputValue(), "孩子们认识河", "it is there after the page was killed");
    await looks(phone, "field-talk");
    const id = phone.url().split("/").pop();
    await save.click();
    await phone.locator("#unsent").waitFor();
    await window.setOffline(false);
    await open(phone, "#waiting");
    await sent(phone);
    await phone.locator(".row-title", { hasText: "宣传" }).first().waitFor();
    const round = await get(`/api/v1/rounds/${id}`);
    assert.deepEqual([round.line.kind, round.talk.reached, round.talk.topic], ["talk", 42, "孩子们认识河"]);
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("a market: stalls, measured values against their limits, a barcode read and typed, a signature", async () => {
    const checklist = JSON.parse(await readFile(new URL("market-fire.json", CHECKLISTS), "utf8"));
    checklist.items.push({ question: { name: "tag", kind: { type: "barcode" }, label: { "zh-CN": "灭火器条码", en: "Tag" } } });
    const rules = JSON.parse(await readFile(new URL("market-fire-rules.json", CHECKLISTS), "utf8"));
    await window.setOffline(false);
    const whole = await pack();
    const market = { kind: "premises", id: crypto.randomUUID(), community: whole.me.communities[0].id, name: "新桥综合市场", area: "", position: null, parts: 300, stalls: ["C-12", "C-13"] };
    await window.route("**/api/v1/field/pack", (route) => route.fulfill({ json: {
      ...whole, rules, due_left_out: 7, parties: [{ id: crypto.randomUUID(), name: "新桥市场管理公司" }], subjects: [market, ...(whole.subjects ?? [])],
      listed: [{ id: crypto.randomUUID(), premises: market.id, rule: "lane-width", category: "E-0504", text: "消防车道宽度不足", section: "C", stalls: [], evidence: {}, since: "2026-11-03" }], checklists: [...whole.checklists.filter((one) => !one.subjects.includes("premises")), { name: "market-fire@2", subjects: ["premises"], kind: "inspection", form: checklist, judged: true }],
    } }));
    // This browser reads no codes by itself; one that does says a code for a white picture and none for a black one.
    await window.addInitScript(() => {
      globalThis.BarcodeDetector = class {
        async detect(image) {
          const pen = new OffscreenCanvas(1, 1).getContext("2d");
          pen.drawImage(image, 0, 0, 1, 1);
          return pen.getImageData(0, 0, 1, 1).data[0] > 127 ? [{ rawValue: "6901234567892" }] : [];
        }
      };
    });
    const plain = async (colour) => Buffer.from(await phone.evaluate((fill) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 40 });
      const pen = canvas.getContext("2d");
      pen.fillStyle = fill;
      pen.fillRect(0, 0, 40, 40);
      return canvas.toDataURL("image/jpeg").split(",")[1];
    }, colour), "base64");
    await open(phone);
    await phone.locator("#subjects").getByText("新桥综合市场").waitFor();
    assert.match(await phone.locator("#due-left-out").innerText(), /另有 7 条没有带上/);
    await phone.getByLabel("按名称找").fill("综合市场");
    await phone.locator("#subjects").getByRole("button", { name: "去看一看" }).click();
    await window.setOffline(true);
    const form = phone.locator("[data-form='market-fire@2']");
    await form.getByLabel("市场名称").fill("新桥综合市场");
    await form.getByLabel("检查日期").fill(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
    await form.getByRole("button", { name: "下一页" }).click();
    await form.getByLabel("消防车道最窄处宽度").fill("3。1");
    await form.getByRole("button", { name: "下一页" }).click();
    await form.getByRole("button", { name: "加一个：分区检查" }).click();
    await form.getByRole("button", { name: "下一页" }).click();
    await form.getByRole("button", { name: "加一个：配电回路" }).click();
    await form.getByLabel("回路编号").fill("C-1");
    await form.getByLabel("接了几个摊位").fill("11");
    await form.getByLabel("额定电流").fill("63");
    await form.getByLabel("实测电流").fill("81.5");
    await looks(phone, "field-market");
    await form.getByRole("button", { name: "下一页" }).click();
    for (const [n, stall] of [["0", "C-12"], ["1", "C-13"]]) {
      await form.getByRole("button", { name: "加一个：摊位" }).click();
      await form.getByLabel("摊位号").nth(Number(n)).fill(stall);
    }
    await form.locator("section.card", { hasText: "摊位 2" }).locator("fieldset", { hasText: "有人住宿" }).getByLabel("是", { exact: true }).check();
    await form.getByRole("button", { name: "下一页" }).click();
    await form.getByText("共检查 2 个摊位").waitFor();
    // A code in a photograph, where the browser reads codes; what it does not know is typed.
    const tag = form.getByLabel("灭火器条码");
    const scanned = form.locator(".field", { has: phone.getByLabel("灭火器条码") }).locator('input[type="file"]');
    await scanned.setInputFiles({ name: "wall.jpg", mimeType: "image/jpeg", buffer: await plain("#000000") });
    await form.getByText("没有认出条码").waitFor();
    await scanned.setInputFiles({ name: "tag.jpg", mimeType: "image/jpeg", buffer: await plain("#ffffff") });
    await until(async () => (await tag.inputValue()) === "6901234567892", { what: "the code is read" });
    await tag.fill("6901234567892-2");
    const paper = await form.locator("canvas").boundingBox();
    await phone.mouse.move(paper.x + 30, paper.y + 40);
    await phone.mouse.down();
    await phone.mouse.move(paper.x + 120, paper.y + 20, { steps: 5 });
    await phone.mouse.move(paper.x + 200, paper.y + 60, { steps: 5 });
    await phone.mouse.up();
    await form.locator("canvas[data-kept]").waitFor();
    await kept(phone);
    await screenshot(phone, "field-market-signature", { full: true });
    // It is there when one comes back to the page.
    await form.getByRole("button", { name: "上一页" }).click();
    await form.getByRole("button", { name: "下一页" }).click();
    await form.locator(".ask-photo img").waitFor();
    await form.getByRole("button", { name: "下一页" }).click();
    const found = form.locator("[data-found]");
    assert.deepEqual(await found.evaluateAll((all) => all.map((one) => one.dataset.found)), ["lane-width", "overload", "lives-in"]);
    assert.match(await form.locator("[data-found='overload'] textarea").inputValue(), /实测 81\.5 A（额定 [0-9.]+ A），要求不超过额定值的 100%/);
    assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing runs out of the screen");
    assert.match(await form.locator("[data-found='lane-width'] textarea").inputValue(), /实测 3\.1 m，要求不小于 4 m/);
    // Where it is and who puts it right by when, as the page asks; a stall that is not there is named at once.
    const lane = form.locator("[data-found='lane-width']");
    await lane.locator("summary", { hasText: "由谁几天内整改" }).click();
    // What is on the list here already is said, as long as it is not said to lie elsewhere.
    const listed = lane.locator("[data-listed]");
    assert.match(await listed.innerText(), /11月3日 起就在清单上.*不另立事件/);
    await lane.getByLabel("分区").fill("D");
    await listed.waitFor({ state: "hidden" });
    await lane.getByLabel("分区").fill("");
    await listed.waitFor();
    assert.equal(await form.locator("[data-found='overload'] [data-listed]").isVisible(), false);
    await lane.getByLabel("摊位").fill("C-99");
    await lane.getByLabel("摊位").blur();
    await lane.getByText("没有摊位 C-99").waitFor();
    await lane.getByLabel("摊位").fill("C-12");
    await lane.getByLabel("由谁整改").selectOption({ label: "新桥市场管理公司" });
    await lane.getByLabel("几个工作日内改好").fill("25");
    await lane.getByText("没有摊位 C-99").waitFor({ state: "detached" });
    // One of her own is asked the same.
    await phone.getByRole("button", { name: "加一个问题" }).click();
    await phone.getByLabel("问题 1", { exact: true }).getByLabel("由谁整改").waitFor();
    await phone.getByLabel("问题 1", { exact: true }).getByRole("button", { name: "去掉" }).click();
    // A stretch with a section that was not named: the form says so.
    await form.getByText("还有 1 处要填或要改").waitFor();
    await looks(phone, "field-market-end");
    await kept(phone);
    // The next pack has this checklist no more: what was begun with it goes on.
    await window.unroute("**/api/v1/field/pack");
    await window.setOffline(false);
    await open(phone, `#${phone.url().split("#")[1]}`);
    await phone.locator(".outbox", { hasText: "没有信号" }).waitFor({ state: "detached" });
    await form.getByRole("button", { name: "去填" }).click();
    await form.locator("fieldset", { hasText: "分区" }).locator("input").first().check();
    await form.getByRole("button", { name: "检查一遍" }).click();
    await form.getByText("都填好了").waitFor();
    await phone.getByRole("button", { name: "结束，存下" }).click();
    await phone.locator("#view #visits").waitFor();
    // The server knows no such market: refused, and everything is back in its form.
    await phone.goto(`${server.url}/field#waiting`);
    await phone.locator("[data-item-state='refused']", { hasText: "新桥综合市场" }).waitFor();
    await phone.getByRole("button", { name: "改一改再送" }).click();
    await form.waitFor();
    await form.getByRole("button", { name: "5 摊位" }).click();
    assert.deepEqual(await form.getByLabel("摊位号").evaluateAll((all) => all.map((one) => one.value)), ["C-12", "C-13"]);
    await form.getByRole("button", { name: "检查一遍" }).click();
    assert.deepEqual([await lane.getByLabel("摊位").inputValue(), await lane.getByLabel("几个工作日内改好").inputValue()], ["C-12", "25"]);
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("the map of the own area, without signal and without anybody's tiles", async () => {
    await open(phone);
    await window.setOffline(true);
    await phone.getByRole("link", { name: "看地图" }).click();
    await phone.locator(".map-drawn .map-area").first().waitFor({ state: "attached" });
    // A house somebody is to be visited in today is one of those.
    assert.ok((await phone.locator(".map-drawn .map-building, .map-drawn .map-today").count()) > 0, "buildings are drawn");
    // A name stands above the marks and none lies under one where there was room beside it.
    const layers = await phone.locator(".map-drawn > g").evaluateAll((all) => all.map((one) => (one.querySelector(".map-label") ? "names" : one.querySelector(".map-point:not(.map-here)") ? "points" : "")));
    assert.ok(layers.indexOf("names") > layers.indexOf("points"), `${layers}`);
    await looks(phone, "field-map");
    await phone.getByRole("button", { name: "我在哪里" }).click();
    await phone.getByText("有位置，误差约 8 米").waitFor();
    const before = await phone.locator(".map-drawn").getAttribute("viewBox");
    const box = await phone.locator(".map-drawn").boundingBox();
    await phone.mouse.move(box.x + 150, box.y + 150);
    await phone.mouse.down();
    await phone.mouse.move(box.x + 220, box.y + 190, { steps: 4 });
    await phone.mouse.up();
    assert.notEqual(await phone.locator(".map-drawn").getAttribute("viewBox"), before, "it moves with the finger");
    await phone.getByRole("button", { name: "缩小" }).click();
    await screenshot(phone, "field-map-here", { full: true });
    await window.setOffline(false);
    noConsoleErrors(phone, { allow: OFFLINE });
  });
});
