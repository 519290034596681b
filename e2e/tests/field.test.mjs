// The field client in flight mode: a river walked without signal, the page killed and opened again, the clock wrong, the
// session gone in between; then signal, and everything has arrived once.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { axe, installed, launch, noConsoleErrors, openPage, photograph, screenshot, shellBytes, signIn, starts, startServer, until } from "../lib/index.mjs";

const SENTENCE = "河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。请安排相关人员进行现场处理。";
const AT_RIVER = { latitude: 32.0148, longitude: 120.8978, accuracy: 8 };
const SEEN = { context: { geolocation: AT_RIVER, permissions: ["geolocation"] } };
// Without signal the browser itself complains of each attempt.
const OFFLINE = [/ERR_INTERNET_DISCONNECTED/, /status of 401/, /status of 403/, /ERR_FAILED/];

describe("without signal", () => {
  let server;
  let browser;
  let phone;
  let window;

  before(async () => {
    server = await startServer();
    browser = await launch();
    phone = await openPage(browser, server, { device: "phone", ...SEEN });
    window = phone.context();
    await signIn(phone, "desk-xqy");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const ready = (page) => page.locator("html[data-ready]").waitFor();
  const kept = (page) => page.locator(".draft-note", { hasText: "草稿已存" }).waitFor();
  const sessions = {};
  async function get(path, login = "desk-xqy") {
    sessions[login] ??= await server.session(login);
    const headers = sessions[login];
    const answer = await fetch(server.url + path, { headers });
    assert.equal(answer.status, 200, path);
    return answer.json();
  }

  test("one visit with signal takes everything along", async () => {
    await phone.goto(`${server.url}/field`);
    await ready(phone);
    await phone.locator("h2", { hasText: "河段" }).waitFor();
    await installed(phone);
    await screenshot(phone, "field-today-light", { full: true });
    await axe(phone);
    await phone.emulateMedia({ colorScheme: "dark" });
    await screenshot(phone, "field-today-dark", { full: true });
    await axe(phone, { rules: ["color-contrast"] });
    await phone.emulateMedia({ colorScheme: "light" });
    noConsoleErrors(phone);
  });

  test("it is small, and starts from the telephone without signal", async () => {
    const bytes = await shellBytes(server);
    console.log(`shell: ${(bytes / 1024).toFixed(1)} KB gzip`);
    assert.ok(bytes < 200 * 1024, `${bytes} bytes`);
    await window.setOffline(true);
    // How fast is measured by `make bench`: here it has to start.
    const took = await starts(window, server, { times: 2 });
    console.log(`from the telephone at 1/6 of the speed: ${took.map((ms) => `${Math.round(ms)} ms`).join(", ")}`);
  });

  test("a river in flight mode: killed, reopened, the clock two years off, the session gone", async () => {
    const photo = await photograph(phone, { lat: AT_RIVER.latitude, lon: AT_RIVER.longitude });
    await phone.reload();
    await ready(phone);
    await phone.locator(".outbox", { hasText: "没有信号" }).waitFor();
    await phone.locator("section", { has: phone.locator("h2", { hasText: "河段" }) }).getByRole("button", { name: "走一趟" }).first().click();
    await phone.getByLabel("看到了什么").fill(SENTENCE);
    // One sentence fills the checklist, without signal: proposed, with the words it came from.
    const said = phone.locator("[data-said='4']");
    await said.waitFor();
    const chosen = (question) => said.locator(`[data-question='${question}'] input:checked`).inputValue();
    assert.deepEqual(await Promise.all(["floating", "bank", "outlets"].map(chosen)), ["few", "some", "none"]);
    await said.getByText("您说的是：“漂浮垃圾少许”").waitFor();
    await kept(phone);
    await screenshot(phone, "field-said-light", { full: true });
    await axe(phone);
    await phone.emulateMedia({ colorScheme: "dark" });
    await screenshot(phone, "field-said-dark", { full: true });
    await axe(phone, { rules: ["color-contrast"] });
    await phone.emulateMedia({ colorScheme: "light" });
    // The telephone's system ends the page without asking.
    const url = phone.url();
    await phone.close({ runBeforeUnload: false });
    phone = await window.newPage();
    await phone.clock.install({ time: new Date(Date.now() - 730 * 86_400_000) });
    await phone.goto(url);
    await ready(phone);
    assert.equal(await phone.getByLabel("看到了什么").inputValue(), SENTENCE, "the draft is there");
    // Proposals are hers to confirm: nothing is handed in before she did.
    await phone.getByRole("button", { name: "结束，存下" }).click();
    await phone.getByText("从您的话里填了 4 项，还没看过").waitFor();
    // What she sets herself stays, whatever she writes afterwards.
    const bank = phone.locator("[data-said] [data-question='bank']");
    await bank.getByLabel("大量").check();
    await phone.locator("[data-said='3']").waitFor();
    await phone.getByLabel("看到了什么").first().fill(`${SENTENCE}护栏断了一截。`);
    assert.equal(await bank.locator("input:checked").inputValue(), "many");
    assert.equal(await phone.locator(".suggest button").count(), 1, "what no question asks of is offered as a problem");
    await phone.getByLabel("看到了什么").first().fill(SENTENCE);
    await phone.getByRole("button", { name: "都对" }).click();
    await phone.locator("[data-said='0']").waitFor();
    // What follows from the answers; what was not found is none.
    assert.deepEqual(await phone.locator("[data-found]").evaluateAll((all) => all.map((one) => one.dataset.found)), ["floating", "bank"]);
    const first = phone.locator("[data-found='floating']");
    await first.getByRole("button", { name: "取位置" }).click();
    await first.getByText("有位置").waitFor();
    await first.locator('input[type="file"]').setInputFiles({ name: "river.jpg", mimeType: "image/jpeg", buffer: photo });
    await first.getByText("照片 1 张").waitFor();
    await phone.locator('section.card:not([data-found]) > .cluster input[type="file"]').first().setInputFiles({ name: "river.jpg", mimeType: "image/jpeg", buffer: photo });
    await phone.getByText("照片 1 张").nth(1).waitFor();
    // Two bottles, picked up at once.
    await phone.getByRole("button", { name: "加一个问题" }).click();
    const third = phone.locator("section[data-at='0']");
    await third.getByLabel("是什么").fill("两个塑料瓶");
    await third.getByLabel("类别").selectOption("E-0104");
    await third.getByLabel("当场处理好了").check();
    await kept(phone);
    await screenshot(phone, "field-round-light", { full: true });
    await axe(phone);
    await phone.emulateMedia({ colorScheme: "dark" });
    await screenshot(phone, "field-round-dark", { full: true });
    await axe(phone, { rules: ["color-contrast"] });
    await phone.emulateMedia({ colorScheme: "light" });
    await phone.getByRole("button", { name: "结束，存下" }).click();
    await phone.locator("#unsent[data-count='3']").waitFor();

    // Back in signal, but the session has ended meanwhile: nothing is sent, nothing is lost.
    await window.clearCookies();
    await window.setOffline(false);
    await phone.reload();
    await phone.getByText("登录已过期").waitFor();
    await phone.locator("#unsent[data-count='3']").waitFor();
    await screenshot(phone, "field-expired", { full: true });
    // The example has findings of its own; what she found is what was not there before.
    const before = new Set((await get("/api/v1/field/pack")).findings.map((found) => found.id));
    const found = async () => (await get("/api/v1/field/pack")).findings.filter((one) => !before.has(one.id));
    assert.equal((await found()).length, 0);
    await phone.clock.resume();
    const other = await window.newPage();
    await signIn(other, "desk-xqy");
    await other.goto(`${server.url}/field`);
    await until(async () => (await other.locator("#unsent").count()) === 0 && (await found()).length === 2, { what: "everything arrives", timeout: 60_000 });
    await other.goto(`${server.url}/field#waiting`);
    await other.locator(".row-title", { hasText: "巡查" }).waitFor();
    await screenshot(other, "field-arrived", { full: true });
    const arrived = await found();
    assert.deepEqual(arrived.map((one) => one.category).sort(), ["E-0104", "E-0105"]);
    assert.ok(arrived.every((one) => one.case && one.step === "open"), "both are cases");
    // Once: the same again changes nothing, and the clock was put right.
    await other.reload();
    await ready(other);
    assert.equal((await found()).length, 2);
    const round = await get(`/api/v1/rounds/${url.split("/").pop()}`);
    assert.deepEqual([round.answers.floating, round.answers.bank, round.answers.outlets], ["few", "many", "none"]);
    assert.equal(round.text, SENTENCE, "the sentence is the round's own words");
    const off = Math.abs(Date.now() - Date.parse(arrived[0].found_at));
    assert.ok(off < 600_000, `found ${off} ms from now`);
    for (const page of [phone, other]) noConsoleErrors(page, { allow: OFFLINE });
    await phone.close();
    phone = other;
  });

  test("记一笔 with a photograph that is cut in the middle", async () => {
    // Large enough for several pieces: noise does not pack.
    const photo = await phone.evaluate(async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 1400, height: 1000 });
      const pen = canvas.getContext("2d");
      const image = pen.createImageData(1400, 1000);
      for (let at = 0; at < image.data.length; at += 65_536) crypto.getRandomValues(image.data.subarray(at, at + 65_536));
      for (let at = 3; at < image.data.length; at += 4) image.data[at] = 255;
      pen.putImageData(image, 0, 0);
      return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
    });
    await phone.goto(`${server.url}/field#note`);
    await ready(phone);
    await phone.getByLabel("什么事").fill("河边的护栏断了一截");
    await phone.locator('input[type="file"]').setInputFiles({ name: "rail.jpg", mimeType: "image/jpeg", buffer: Buffer.from(photo, "base64") });
    await phone.getByText("照片 1 张").waitFor();
    await phone.getByLabel("在哪里").fill("新桥新村中心河东桥");
    await phone.getByRole("button", { name: "取位置" }).click();
    await phone.getByText("有位置").waitFor();
    assert.equal(await phone.getByLabel("类别").inputValue(), "E-0105", "the category is suggested");
    await screenshot(phone, "field-note-light", { full: true });
    await axe(phone);
    // The line breaks after the second piece.
    let pieces = 0;
    const offsets = [];
    await window.route("**/api/v1/field/uploads/*", async (route) => {
      pieces += 1;
      offsets.push(Number(route.request().headers()["upload-offset"]));
      if (pieces === 3) return route.abort();
      return route.continue();
    });
    await phone.getByRole("button", { name: "存下" }).first().click();
    await until(() => pieces >= 3, { what: "three pieces", timeout: 60_000 });
    await phone.locator("#unsent[data-count='1']").waitFor();
    await phone.goto(`${server.url}/field#waiting`);
    await phone.getByRole("button", { name: "现在送出" }).click();
    await phone.locator('#view').getByText("全部送出了").waitFor();
    assert.equal(offsets[3], offsets[2], "it goes on where it was cut, not from the beginning");
    await window.unroute("**/api/v1/field/uploads/*");
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("a full telephone says so and loses nothing", async () => {
    await phone.goto(`${server.url}/field#note`);
    await ready(phone);
    await phone.getByLabel("什么事").fill("第一句");
    await kept(phone);
    await phone.evaluate(() => {
      IDBObjectStore.prototype.realPut = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await phone.getByLabel("什么事").fill("第一句，第二句");
    await phone.locator(".draft-note[data-trouble]", { hasText: "手机存储满了" }).waitFor();
    await screenshot(phone, "field-full");
    await phone.evaluate(() => (IDBObjectStore.prototype.put = IDBObjectStore.prototype.realPut));
    await phone.getByLabel("什么事").press("End");
    await phone.getByLabel("什么事").pressSequentially("。");
    await phone.locator(".draft-note:not([data-trouble])").waitFor();
    await phone.reload();
    await ready(phone);
    assert.equal(await phone.getByLabel("什么事").inputValue(), "第一句，第二句。");
  });

  test("what is refused is said with what to mend", async () => {
    await window.setOffline(true);
    await phone.reload();
    await ready(phone);
    await phone.getByLabel("类别").selectOption("E-0105");
    // Outside the town: the server cannot know it before.
    await window.setGeolocation({ latitude: 10, longitude: 10, accuracy: 5 });
    await phone.getByRole("button", { name: "取位置" }).click();
    await phone.getByText("有位置").waitFor();
    await phone.getByRole("button", { name: "存下" }).first().click();
    await phone.locator("#unsent[data-count='1']").waitFor();
    await window.setOffline(false);
    await phone.goto(`${server.url}/field#waiting`);
    await phone.locator("[data-item-state='refused'] .error").first().waitFor();
    await screenshot(phone, "field-refused", { full: true });
    await axe(phone);
    await window.setGeolocation(AT_RIVER);
    await phone.getByRole("button", { name: "改一改再送" }).click();
    assert.equal(await phone.getByLabel("什么事").inputValue(), "第一句，第二句。");
    await phone.getByRole("button", { name: "取位置" }).click();
    await phone.getByText("误差约 8 米").waitFor();
    await phone.getByRole("button", { name: "存下" }).first().click();
    await phone.locator("#status").getByText("全部送出了").waitFor();
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("signing out leaves nothing readable, and another person sends nothing of mine", async () => {
    await window.setOffline(true);
    await phone.goto(`${server.url}/field#note`);
    await ready(phone);
    await phone.getByLabel("什么事").fill("只有我能看的一句话");
    await phone.getByLabel("类别").selectOption("E-0105");
    await phone.getByRole("button", { name: "取位置" }).click();
    await phone.getByText("有位置").waitFor();
    await phone.getByRole("button", { name: "存下" }).first().click();
    await phone.locator("#unsent[data-count='1']").waitFor();
    await phone.goto(`${server.url}/field#me`);
    await phone.getByRole("button", { name: "退出" }).waitFor();
    await screenshot(phone, "field-me", { full: true });
    await axe(phone);
    // The last resort: unsent work as a file.
    const [download] = await Promise.all([phone.waitForEvent("download"), phone.getByRole("button", { name: "导出成文件" }).click()]);
    const exported = JSON.parse(await readFile(await download.path(), "utf8"));
    assert.deepEqual(exported.items.map((item) => item.body.text), ["只有我能看的一句话"]);
    await phone.getByRole("button", { name: "退出" }).click();
    await phone.getByRole("button", { name: "确定" }).click();
    await phone.getByText("已退出").waitFor();
    const left = await phone.evaluate(async () => {
      const db = await new Promise((done) => (indexedDB.open("youlin-field").onsuccess = (event) => done(event.target.result)));
      const all = (table) => new Promise((done) => (db.transaction(table).objectStore(table).getAll().onsuccess = (event) => done(event.target.result)));
      const tables = {};
      for (const table of db.objectStoreNames) tables[table] = await all(table);
      const plain = [];
      for (const rows of Object.values(tables)) {
        for (const row of rows) for (const value of Object.values(row)) plain.push(value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value instanceof CryptoKey ? "KEY" : String(value));
      }
      const storage = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
      const cached = [];
      for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) cached.push(await (await (await caches.open(name)).match(request)).text());
      return { counts: Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.length])), text: [...plain, ...storage, ...cached].join("\n") };
    });
    assert.deepEqual(left.counts, { blobs: 0, boxes: 0, outbox: 1, profiles: 1 });
    for (const secret of ["只有我能看", "KEY", "新桥新村中心河", "护栏"]) assert.ok(!left.text.includes(secret), `${secret} can be read`);

    // Signal after the page was closed: whatever page is opened next ends the session that was owed.
    await phone.goto("about:blank");
    await window.setOffline(false);
    await phone.goto(`${server.url}/today`);
    await phone.waitForURL(/\/sign-in/);
    // And somebody else.
    await phone.goto(`${server.url}/field`);
    await phone.getByText("封存").first().waitFor();
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    await signIn(phone, "grid-xqy-1");
    await phone.goto(`${server.url}/field`);
    await phone.getByText("还有别人没送出的内容（1 条）").waitFor();
    assert.equal(await phone.locator("#unsent").count(), 0);
    await screenshot(phone, "field-other", { full: true });
    await window.clearCookies();
    // The owner again: the same key, and it goes out.
    await signIn(phone, "desk-xqy");
    await phone.goto(`${server.url}/field#waiting`);
    await phone.locator(".row-title", { hasText: "只有我能看的一句话" }).waitFor();
    await phone.locator('#view').getByText("全部送出了").waitFor();
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("whoever walks no rounds is told so and led back to their own pages", async () => {
    const page = await openPage(browser, server, { device: "phone" });
    await signIn(page, "resident");
    await page.goto(`${server.url}/field`);
    await page.locator("#strangers").getByText("这里是走访、巡查的人用的").waitFor();
    await screenshot(page, "field-stranger", { full: true });
    await axe(page);
    await page.getByRole("link", { name: "回首页" }).click();
    await page.waitForURL(`${server.url}/`);
    noConsoleErrors(page, { allow: OFFLINE });
    await page.context().close();
  });

  test("a stolen telephone whose session was ended sends nothing", async () => {
    const headers = await server.session("grid-xqy-1");
    const { account } = await (await fetch(`${server.url}/api/v1/field/key`, { headers })).json();
    await fetch(`${server.url}/sign-out`, { method: "POST", headers, redirect: "manual" });
    const place = { lat: AT_RIVER.latitude, lon: AT_RIVER.longitude };
    const item = { id: crypto.randomUUID(), kind: "case", body: { text: "偷来的手机", category: "E-0105", place } };
    const body = JSON.stringify({ contract: 1, account, items: [item] });
    const send = (who) => fetch(`${server.url}/api/v1/field/outbox`, { method: "POST", headers: { ...who, "content-type": "application/json" }, body });
    assert.equal((await send(headers)).status, 401);
    // Nor does anybody else send it as their own; the owner does, once.
    assert.equal((await send(await server.session("grid-xqy-2"))).status, 403);
    const again = await server.session("grid-xqy-1");
    const results = [];
    for (let n = 0; n < 2; n += 1) results.push((await (await send(again)).json()).items[0].result);
    assert.deepEqual(results, ["done", "again"]);
  });

  test("two telephones at one door: the second sees both versions", async () => {
    const people = [];
    for (const q of ["王", "张", "陈", "顾", "李"]) people.push(...(await get(`/api/v1/people?q=${encodeURIComponent(q)}`, "grid-xqy-1")));
    const person = people[0];
    assert.ok(person, "somebody lives in this grid");
    const desk = await openPage(browser, server);
    await signIn(desk, "desk-xqy");
    await desk.goto("/people/visits");
    await desk.evaluate(async ({ community, person }) => {
      const body = new URLSearchParams({ community: String(community), person, title: "看一看", reason: "独居" });
      await fetch("/people/visits", { method: "POST", body });
    }, { community: person.community, person: person.id });
    await desk.context().close();
    const second = await openPage(browser, server, { device: "phone" });
    await signIn(second, "grid-xqy-1");
    for (const page of [phone, second]) {
      await page.goto(`${server.url}/field`);
      await page.reload();
      await ready(page);
    }
    for (const page of [phone, second]) await page.locator("#visits .row").first().waitFor();
    for (const page of [phone, second]) {
      await page.context().setOffline(true);
      await page.locator("#visits .row").first().click();
    }
    await second.getByLabel("听到、看到了什么").fill("屋顶漏水");
    await second.getByRole("button", { name: "见到了" }).click();
    await phone.getByRole("button", { name: "家里没人" }).click();
    await phone.getByRole("button", { name: "以后再说" }).click();
    for (const page of [phone, second]) await page.locator("#unsent").waitFor();
    await second.context().setOffline(false);
    await second.locator("#unsent").waitFor({ state: "detached" });
    await window.setOffline(false);
    await phone.goto(`${server.url}/field#waiting`);
    await phone.locator("[data-item-state='conflict'] .versions").waitFor();
    assert.match(await phone.locator(".versions").innerText(), /家里没人[\s\S]*见到了[\s\S]*屋顶漏水/);
    await screenshot(phone, "field-conflict", { full: true });
    await axe(phone);
    await phone.getByRole("button", { name: "以已有的为准" }).click();
    await phone.getByRole("button", { name: "确定" }).click();
    await phone.locator("#unsent").waitFor({ state: "detached" });
    await second.context().close();
  });
});
