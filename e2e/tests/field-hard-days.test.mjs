// What goes wrong in the field: the way of a patrol with the page killed in between, eighty photographs cut off, a server
// that was upgraded while work waits, a telephone that only gives its work out as a file, a clock that jumps on a visit.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { act, axe, launch, noConsoleErrors, openPage, photograph, screenshot, signIn, startServer, until } from "../lib/index.mjs";

const HERE = { latitude: 32.0148, longitude: 120.8978, accuracy: 8 };
const SEEN = { context: { geolocation: HERE, permissions: ["geolocation"] } };
const OFFLINE = [/ERR_INTERNET_DISCONNECTED/, /status of 401/, /status of 403/, /ERR_FAILED/];

describe("hard days in the field", () => {
  let server;
  let browser;
  let phone;
  let window;

  const sessions = {};
  async function get(path, login = "desk-xqy") {
    sessions[login] ??= await server.session(login);
    const answer = await fetch(server.url + path, { headers: sessions[login] });
    assert.equal(answer.status, 200, path);
    return answer.json();
  }
  const ready = (page) => page.locator("html[data-ready]").waitFor();
  const kept = (page) => page.locator(".draft-note", { hasText: "草稿已存" }).waitFor();
  const open = async (page, hash = "") => {
    await page.goto(`${server.url}/field${hash}`);
    await page.reload();
    await ready(page);
  };
  const sent = (page) => until(async () => (await page.locator("#unsent").count()) === 0, { what: "all is sent", timeout: 90_000 });

  before(async () => {
    server = await startServer();
    browser = await launch();
    phone = await openPage(browser, server, { device: "phone", ...SEEN });
    window = phone.context();
    await signIn(phone, "desk-xqy");
  });
  // A test that stopped halfway leaves nothing in the way of the next.
  afterEach(() => window.unrouteAll());
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("the way is recorded only where the policy asks, survives the page, and is handed in", async () => {
    const whole = await get("/api/v1/field/pack");
    // What the chief of the village is asked, on any day of the week, and with a track.
    const theirs = await get("/api/v1/field/pack", "chief-xqy");
    const due = theirs.due.filter((one) => whole.reaches.some((reach) => reach.id === one.subject.id));
    const policies = theirs.policies.map((one) => ({ ...one, track: true, basis: "区河长办〔2026〕3 号" }));
    let asked = { due: [], policies: [] };
    await window.route("**/api/v1/field/pack", (route) => route.fulfill({ json: { ...whole, ...asked } }));
    const batches = [];
    await window.route("**/api/v1/field/outbox", (route) => {
      batches.push(route.request().postDataJSON());
      return route.continue();
    });
    await phone.clock.install({ time: new Date() });
    await open(phone);
    // A round nobody asked a track for records none.
    await phone.locator("section", { has: phone.locator("h2", { hasText: "河段" }) }).getByRole("button", { name: "走一趟" }).first().click();
    await phone.getByText("这一趟不记录轨迹").waitFor();
    await phone.getByText("不算在哪项安排里").waitFor();
    assert.equal(await phone.locator("#track").count(), 0);
    await phone.getByText("这次不走").click();
    // Once a policy asks for it, the same button begins the round it asks for, and says so.
    asked = { due, policies };
    await open(phone);
    await phone.getByText(due[0].policy_title).first().waitFor();
    await phone.locator("section", { has: phone.locator("h2", { hasText: "河段" }) }).getByRole("button", { name: "走一趟" }).first().click();
    await phone.getByText(`这一趟算在：${due[0].policy_title}`).waitFor();
    assert.equal(await phone.locator("#track").count(), 1);
    const fixes = async (page) => Number(await page.locator("#track").getAttribute("data-fixes"));
    const walk = async (page, steps, from) => {
      for (let n = 0; n < steps; n += 1) {
        const before = await fixes(page);
        await page.clock.fastForward(10_000);
        await page.context().setGeolocation({ latitude: 32.0148, longitude: 120.8978 + (from + n) * 0.0003, accuracy: 9 });
        await until(async () => (await fixes(page)) > before, { what: "a fix", timeout: 60_000 });
      }
    };
    await phone.locator("#track").waitFor();
    await walk(phone, 4, 1);
    await phone.getByText("区河长办〔2026〕3 号").first().waitFor();
    await screenshot(phone, "field-track", { full: true });
    await axe(phone);
    // Taken out of the policy nothing is recorded, nor when the page is opened again; put back it goes on.
    const outside = phone.getByLabel("不按这项安排算");
    await outside.check();
    await phone.getByText(`这一趟不算在「${due[0].policy_title}」里，也不记录轨迹`).waitFor();
    await kept(phone);
    await phone.reload();
    await ready(phone);
    assert.equal(await outside.isChecked(), true);
    await phone.getByText("这一趟不算在").waitFor();
    assert.equal(await phone.getByText(/按规定记录轨迹|正在记录/).filter({ visible: true }).count(), 0);
    await outside.uncheck();
    await phone.getByText(`这一趟算在：${due[0].policy_title}`).waitFor();
    await phone.getByText("正在记录，已有").waitFor();
    await until(async () => (await fixes(phone)) >= 4, { what: "the way so far", timeout: 60_000 });
    // Standing about says nothing new.
    const before = await fixes(phone);
    await phone.clock.fastForward(2_000);
    await phone.evaluate(() => void navigator.geolocation.watchPosition(({ coords }) => (globalThis.heard = coords.longitude)));
    const almost = 120.8978 + 4 * 0.0003 + 0.000001;
    await window.setGeolocation({ latitude: 32.0148, longitude: almost, accuracy: 9 });
    await until(async () => (await phone.evaluate(() => globalThis.heard)) === almost, { what: "the page hears where it is" });
    assert.equal(await fixes(phone), before);
    // Under a finding the way knows where one is: the device is not asked anew.
    await phone.evaluate(() => {
      globalThis.asked = 0;
      const { geolocation } = navigator;
      const own = geolocation.getCurrentPosition.bind(geolocation);
      geolocation.getCurrentPosition = (...args) => {
        globalThis.asked += 1;
        own(...args);
      };
    });
    await phone.getByRole("button", { name: "加一个问题" }).click();
    await phone.locator("[data-at='0']").getByRole("button", { name: "取位置" }).click();
    await phone.locator("[data-at='0']").getByText("用的是正在记的轨迹里刚才的位置，误差约 9 米").waitFor();
    assert.equal(await phone.evaluate(() => globalThis.asked), 0);
    await phone.locator("[data-at='0']").getByRole("button", { name: "去掉" }).first().click();
    const url = phone.url();
    const at = await phone.evaluate(() => Date.now());
    await phone.close({ runBeforeUnload: false });
    phone = await window.newPage();
    // Two minutes nobody heard anything.
    await phone.clock.install({ time: new Date(at + 120_000) });
    await phone.goto(url);
    await ready(phone);
    await until(async () => (await fixes(phone)) >= before, { what: "the way so far", timeout: 60_000 });
    await walk(phone, 3, 8);
    await phone.getByText("中间断了 1 次").waitFor();
    await screenshot(phone, "field-track-gap", { full: true });
    await phone.getByLabel("看到了什么").fill("河面干净");
    // The sentence says less than the checklist asks: both ways out are said, and the sentence alone is enough.
    await phone.getByRole("button", { name: "结束，存下" }).click();
    await phone.getByText("还有 2 处要填").first().waitFor();
    await phone.getByRole("button", { name: "不填清单，只交这句话" }).click();
    await phone.locator("[data-said]").waitFor({ state: "detached" });
    await phone.getByRole("button", { name: "结束，存下" }).click();
    await until(() => batches.flatMap((one) => one.items).some((item) => item.kind === "round"), { what: "the round is on its way", timeout: 60_000 });
    await sent(phone);
    const { track } = batches.flatMap((one) => one.items).find((item) => item.kind === "round").body;
    assert.ok(track.fixes.length >= 7, `${track.fixes.length} fixes`);
    assert.equal(track.mock, false);
    for (const [t, lon, lat, accuracy, speed] of track.fixes) assert.ok(t > 1e12 && lon > 120 && lat > 32 && accuracy >= 8 && accuracy <= 9 && (speed === null || speed >= 0));
    assert.deepEqual(track.fixes.map(([t]) => t), track.fixes.map(([t]) => t).sort((a, b) => a - b));
    // Nothing of the way stays behind.
    const left = await phone.evaluate(async () => {
      const db = await new Promise((done) => (indexedDB.open("youlin-field").onsuccess = (event) => done(event.target.result)));
      return new Promise((done) => (db.transaction("boxes").objectStore("boxes").getAllKeys().onsuccess = (event) => done(event.target.result.map(([, id]) => id))));
    });
    assert.ok(!left.some((id) => id.startsWith("track:")), `${left}`);
    await window.unroute("**/api/v1/field/pack");
    await window.unroute("**/api/v1/field/outbox");
    noConsoleErrors(phone, { allow: OFFLINE });
    await phone.close();
    phone = await window.newPage();
  });

  test("what the policy asks is said before the round is kept; before and after of what was put right at once", async () => {
    const whole = await get("/api/v1/field/pack");
    const theirs = await get("/api/v1/field/pack", "chief-xqy");
    const here = theirs.due.filter((one) => whole.reaches.some((reach) => reach.id === one.subject.id));
    const due = here.map((one) => ({ ...one, policy_title: "至少走一刻钟" }));
    const policies = theirs.policies.map((one) => ({ ...one, minutes: 15, track: false }));
    await window.route("**/api/v1/field/pack", (route) => route.fulfill({ json: { ...whole, due, policies } }));
    const items = [];
    await window.route("**/api/v1/field/outbox", (route) => {
      items.push(...route.request().postDataJSON().items);
      return route.continue();
    });
    await open(phone);
    await phone.getByText(due[0].policy_title).first().waitFor();
    await phone.locator("section", { has: phone.locator("h2", { hasText: "河段" }) }).getByRole("button", { name: "走一趟" }).first().click();
    await phone.getByText("这项安排要求至少 15 分钟。").waitFor();
    await phone.getByLabel("看到了什么").fill("水上漂着两个瓶子，捡起来了");
    await phone.getByRole("button", { name: "加一个问题" }).click();
    const found = phone.locator("section[data-at='0']");
    await found.getByLabel("是什么").fill("两个塑料瓶");
    await found.getByLabel("类别").selectOption("E-0104");
    await found.getByLabel("当场处理好了").check();
    const taken = async (label, n, buffer) => {
      const part = found.locator(".cluster", { has: phone.locator("label.camera", { hasText: label }) });
      await part.locator('input[type="file"]').setInputFiles({ name: `${n}.jpg`, mimeType: "image/jpeg", buffer });
      await part.getByText(`照片 ${n} 张`).waitFor();
      return part;
    };
    const plain = await phone.evaluate(() => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
      return canvas.toDataURL("image/jpeg").split(",")[1];
    });
    await taken("处理前", 1, await photograph(phone, { lat: HERE.latitude, lon: HERE.longitude }));
    const put = await taken("处理后", 1, Buffer.from(plain, "base64"));
    // The same picture again shows nothing more, and would be missed for ever as one that never came.
    await put.locator('input[type="file"]').setInputFiles({ name: "again.jpg", mimeType: "image/jpeg", buffer: Buffer.from(plain, "base64") });
    await put.getByText("这张照片已经选过了：again.jpg").waitFor();
    const after = await taken("处理后", 2, await photograph(phone, { lat: HERE.latitude, lon: HERE.longitude, wall: "#7a9a68" }));
    // One too many is taken away again.
    await after.getByRole("button", { name: "去掉第 2 张照片" }).click();
    await after.getByText("照片 1 张").waitFor();
    await screenshot(phone, "field-on-the-spot", { full: true });
    await axe(phone);
    const keepIt = phone.getByRole("button", { name: "结束，存下" });
    const plainly = phone.getByRole("button", { name: "不填清单，只交这句话" });
    if (await plainly.count()) await plainly.click();
    await keepIt.click();
    await phone.getByText("现在才 0 分钟").waitFor();
    // Said again as often as it is pressed.
    await keepIt.click();
    await phone.getByText("现在才 0 分钟").waitFor();
    assert.equal(items.length, 0, "nothing is kept that would be refused");
    // It was written down when it was over: the time is put right where it stands.
    const earlier = new Date(Date.now() + 8 * 3600e3 - 20 * 60e3).toISOString().slice(0, 16);
    await phone.locator("[data-times]").getByLabel("开始").fill(earlier);
    await keepIt.click();
    await until(() => items.some((item) => item.kind === "round"), { what: "the round is on its way", timeout: 60_000 });
    await sent(phone);
    const { body } = items.find((item) => item.kind === "round");
    assert.equal(body.policy, due[0].policy);
    assert.ok(Date.parse(body.ended_at) - Date.parse(body.began_at) >= 15 * 60e3, `${body.began_at} ${body.ended_at}`);
    assert.ok(Math.abs(body.findings[0].lat - HERE.latitude) < 0.001, "it lies where it was photographed");
    const stages = items.filter((item) => item.kind === "photo_claim").map((item) => item.body.stage);
    assert.deepEqual([...new Set(stages)].sort(), ["after", "before"]);
    await phone.goto(`${server.url}/rounds/${items.find((item) => item.kind === "round").id}`);
    await phone.locator("article", { hasText: "两个塑料瓶" }).locator("img").nth(1).waitFor();
    await screenshot(phone, "field-on-the-spot-round", { full: true });
    await window.unroute("**/api/v1/field/pack");
    await window.unroute("**/api/v1/field/outbox");
    // The telephone has its own work again.
    await open(phone);
    await phone.getByText("至少走一刻钟").first().waitFor({ state: "detached" });
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("eighty photographs, cut off in the middle, all arrive once", async () => {
    await open(phone);
    await window.setOffline(true);
    await phone.locator("section", { has: phone.locator("h2", { hasText: "河段" }) }).getByRole("button", { name: "走一趟" }).first().click();
    await phone.getByLabel("看到了什么").fill("八十张照片");
    const pictures = await phone.evaluate(() => Array.from({ length: 80 }, (_, n) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
      const pen = canvas.getContext("2d");
      pen.fillStyle = `hsl(${n * 4} 60% 50%)`;
      pen.fillRect(0, 0, 320, 240);
      pen.fillStyle = "#fff";
      pen.font = "120px sans-serif";
      pen.fillText(String(n), 40, 160);
      return canvas.toDataURL("image/jpeg", 0.8).split(",")[1];
    }));
    const began = Date.now();
    await phone.locator('section.card > .cluster input[type="file"]').first().setInputFiles(pictures.map((picture, n) => ({ name: `${n}.jpg`, mimeType: "image/jpeg", buffer: Buffer.from(picture, "base64") })));
    await phone.getByText("照片 80 张").waitFor({ timeout: 90_000 });
    console.log(`80 photographs taken in within ${Date.now() - began} ms`);
    await kept(phone);
    const id = phone.url().split("/").pop();
    await phone.getByRole("button", { name: "结束，存下" }).click();
    await phone.locator("#unsent[data-count='81']").waitFor();
    let pieces = 0;
    await window.route("**/api/v1/field/uploads/*", (route) => {
      pieces += 1;
      return pieces === 30 ? window.setOffline(true).then(() => route.abort()) : route.continue();
    });
    await window.setOffline(false);
    await until(() => pieces >= 30, { what: "thirty photographs", timeout: 90_000 });
    await phone.close({ runBeforeUnload: false });
    phone = await window.newPage();
    await window.unroute("**/api/v1/field/uploads/*");
    await window.setOffline(false);
    const again = Date.now();
    await phone.goto(`${server.url}/field#waiting`);
    await ready(phone);
    await sent(phone);
    console.log(`the rest sent within ${Date.now() - again} ms`);
    const round = await get(`/api/v1/rounds/${id}`);
    assert.equal(round.photos.length, 80);
    assert.equal(new Set(round.photos.map((photo) => photo.id)).size, 80);
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("a return visit without signal brings photographs of the same spot, once", async () => {
    // One found it, another put it right; nobody has looked yet.
    const whole = await get("/api/v1/field/pack");
    const [reach] = whole.reaches;
    const finder = await server.session("grid-xqy-2");
    const handed = await fetch(`${server.url}/api/v1/rounds`, { method: "POST", headers: { ...finder, "content-type": "application/json" }, body: JSON.stringify({
      id: crypto.randomUUID(), kind: "patrol", community: reach.community, subject: { kind: "reach", id: reach.id }, outcome: "done", channel: "page",
      began_at: new Date(Date.now() - 3600e3).toISOString(), ended_at: new Date(Date.now() - 1800e3).toISOString(), text: "岸边有一堆枯枝",
      findings: [{ id: crypto.randomUUID(), category: "E-0104", severity: "low", text: "岸边一堆枯枝", lon: HERE.longitude, lat: HERE.latitude, bank: "left" }],
    }) });
    assert.equal(handed.status, 201, await handed.clone().text());
    const { case: { id } } = (await get("/api/v1/field/pack")).findings.find((one) => one.text === "岸边一堆枯枝");
    const fixer = await server.session("grid-xqy-1");
    const { person } = await get("/api/v1/me", "grid-xqy-1");
    for (const [who, step] of [
      [sessions["desk-xqy"], { verb: "accept" }],
      [sessions["desk-xqy"], { verb: "dispatch", lead: { party: { kind: "person", id: person } } }],
      [fixer, { verb: "handled", text: "清走了" }],
    ]) await act(server, who, id, step);
    const found = (await get("/api/v1/field/pack")).findings.find((one) => one.text === "岸边一堆枯枝");
    assert.equal(found.step, "to_revisit");
    const row = (page) => page.locator("section", { has: page.locator("h2", { hasText: "回头看" }) }).locator("li", { hasText: found.text }).first();
    await open(phone);
    await row(phone).locator("summary").waitFor();
    await window.setOffline(true);
    await row(phone).locator("summary").click();
    for (const colour of ["#2a6", "#26a"]) {
      const picture = await phone.evaluate((fill) => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 80, height: 60 });
        const pen = canvas.getContext("2d");
        pen.fillStyle = fill;
        pen.fillRect(0, 0, 80, 60);
        return canvas.toDataURL("image/jpeg").split(",")[1];
      }, colour);
      await row(phone).locator('input[type="file"]').setInputFiles({ name: "after.jpg", mimeType: "image/jpeg", buffer: Buffer.from(picture, "base64") });
      await row(phone).getByText(`照片 ${colour === "#2a6" ? 1 : 2} 张`).waitFor();
    }
    await phone.close({ runBeforeUnload: false });
    phone = await window.newPage();
    await phone.goto(`${server.url}/field`);
    await ready(phone);
    await row(phone).getByText("照片 2 张").waitFor();
    await row(phone).getByLabel("看到了什么").fill("已经清走，岸边干净");
    await screenshot(phone, "field-return", { full: true });
    await axe(phone);
    await row(phone).getByRole("button", { name: "处理好了", exact: true }).click();
    await phone.locator("#unsent[data-count='1']").waitFor();
    // The row has its answer, and takes no second one.
    await row(phone).getByText("已写好，待送").waitFor();
    assert.equal(await row(phone).locator("textarea, button").count(), 0);
    // The first answer gets lost on its way: it is asked again, and taken once.
    let lost = 0;
    await window.route("**/api/v1/field/outbox", async (route) => {
      lost += 1;
      if (lost > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await window.setOffline(false);
    await sent(phone);
    await window.unroute("**/api/v1/field/outbox");
    assert.ok(lost > 1);
    const round = await get(`/api/v1/rounds/${found.round}`);
    const { returns } = round.findings.find((one) => one.id === found.id);
    assert.equal(returns.length, 1);
    const page = await (await fetch(`${server.url}/rounds/${found.round}`, { headers: await server.session("desk-xqy") })).text();
    assert.equal(new Set(page.match(/\/rounds\/spots\/[0-9a-f-]{36}/g)).size, 2, "as it is now, beside as it was found");
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("a server is upgraded while work waits: the page becomes new, the work is still there", async () => {
    // In front of the server stands one that can give out another version of the shell, and nothing else meanwhile.
    let version = null;
    let restarting = false;
    const front = http.createServer((request, response) => {
      if (restarting && request.url.startsWith("/api/v1/field/")) return response.writeHead(503).end();
      const passed = http.request(server.url + request.url, { method: request.method, headers: { ...request.headers, "accept-encoding": "identity" } }, (answer) => {
        if (version === null || request.url !== "/field/sw.js") {
          response.writeHead(answer.statusCode, answer.headers);
          return answer.pipe(response);
        }
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const text = Buffer.concat(parts).toString().replace(/"version":"[^"]*"/, `"version":"${version}"`);
          const { "content-length": _, ...headers } = answer.headers;
          response.writeHead(answer.statusCode, headers).end(text);
        });
      });
      passed.on("error", () => response.destroy());
      request.pipe(passed);
    });
    front.listen(0, "127.0.0.1");
    await once(front, "listening");
    const url = `http://127.0.0.1:${front.address().port}`;
    const page = await openPage(browser, { url, account: (who) => server.account(who) }, { device: "phone", ...SEEN });
    try {
      await signIn(page, "desk-xqy");
      await page.goto(`${url}/field#note`);
      await ready(page);
      await page.evaluate(() => navigator.serviceWorker.ready);
      await page.context().setOffline(true);
      await page.getByLabel("什么事").fill("升级之前写的");
      await page.getByLabel("类别").selectOption("E-0105");
      await page.getByRole("button", { name: "取位置" }).click();
      await page.getByText("有位置").waitFor();
      await page.getByRole("button", { name: "存下" }).first().click();
      await page.locator("#unsent[data-count='1']").waitFor();
      await page.goto(`${url}/field#note`);
      await ready(page);
      await page.getByLabel("什么事").fill("升级时还没写完的");
      await kept(page);
      version = "upgraded";
      // The new worker comes while nothing can be sent.
      restarting = true;
      await page.context().setOffline(false);
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration("/field"))?.update());
      await page.waitForFunction(async () => (await caches.keys()).join() === "field-upgraded", undefined, { timeout: 60_000 });
      await page.reload();
      await ready(page);
      assert.equal(await page.getByLabel("什么事").inputValue(), "升级时还没写完的");
      await page.locator("#unsent[data-count='1']").waitFor();
      restarting = false;
      await page.goto(`${url}/field#waiting`);
      await page.reload();
      await page.locator("#view").getByText("全部送出了").waitFor();
      noConsoleErrors(page, { allow: [...OFFLINE, /\b503\b/] });
    } finally {
      await page.context().close();
      front.close();
      front.closeAllConnections();
    }
  });

  test("a clock that is set while work waits: no round of another year, and no typed one either", async () => {
    await window.setOffline(false);
    await open(phone);
    await sent(phone);
    await window.setOffline(true);
    // Two years ahead while it is written, right again when it is sent.
    const ahead = await window.newPage();
    await ahead.clock.install({ time: new Date(Date.now() + 730 * 86_400_000) });
    await ahead.goto(`${server.url}/field`);
    await ready(ahead);
    await ahead.locator("section", { has: ahead.locator("h2", { hasText: "河段" }) }).getByRole("button", { name: "走一趟" }).first().click();
    const words = "走到桥下，一切都好";
    await ahead.getByLabel("看到了什么").first().fill(words);
    const times = ahead.locator("[data-times]");
    await times.locator("summary").click();
    const [began, ended] = [times.locator("input").nth(0), times.locator("input").nth(1)];
    const was = await began.inputValue();
    for (const [at, input, told] of [["2016-03-01T08:00", began, "一年以前的时间"], [`${Number(was.slice(0, 4)) + 1}${was.slice(4)}`, ended, "这个时间还没到"]]) {
      await input.fill(at);
      await ahead.getByRole("button", { name: "结束，存下" }).click();
      await ahead.locator(".error[role=alert]", { hasText: told }).waitFor();
      assert.equal(await input.inputValue(), at, "what was typed stays");
      assert.equal(await ahead.getByLabel("看到了什么").first().inputValue(), words);
      await screenshot(ahead, "field-time-wrong", { full: true });
      await input.fill(was);
    }
    await kept(ahead);
    const round = ahead.url().split("/").pop();
    await ahead.getByRole("button", { name: "结束，存下" }).click();
    await ahead.locator("#unsent[data-count='1']").waitFor();
    await ahead.close();
    // The clock is one for all pages of a browser.
    await window.clock.setSystemTime(new Date());
    await window.setOffline(false);
    await open(phone, "#waiting");
    await sent(phone);
    // Nothing here leads nowhere: the round can be looked at.
    await phone.getByRole("link", { name: "看这一趟" }).first().waitFor();
    await screenshot(phone, "field-sent-links", { full: true });
    await axe(phone);
    const held = await get(`/api/v1/rounds/${round}`);
    assert.ok(Math.abs(Date.parse(held.line.ended_at) - Date.parse(held.received_at)) < 5_000, "put to the receipt");
    assert.ok(Date.parse(held.phone_times.began_at) > Date.now() + 700 * 86_400_000, "what the telephone wrote is kept");
    await phone.getByRole("link", { name: "看这一趟" }).first().click();
    await phone.locator("#phone-times", { hasText: "手机上写的是" }).waitFor();
    await screenshot(phone, "field-phone-times", { full: true });
    noConsoleErrors(phone, { allow: OFFLINE });
  });

  test("unsent work leaves in a file and is taken in elsewhere, once", async () => {
    await open(phone, "#note");
    await window.setOffline(true);
    await phone.getByLabel("什么事").fill("路灯不亮，带出来的");
    await phone.getByLabel("类别").selectOption("E-0105");
    const picture = await phone.evaluate(() => Object.assign(document.createElement("canvas"), { width: 60, height: 60 }).toDataURL("image/jpeg").split(",")[1]);
    await phone.locator('input[type="file"]').setInputFiles({ name: "lamp.jpg", mimeType: "image/jpeg", buffer: Buffer.from(picture, "base64") });
    await phone.getByText("照片 1 张").waitFor();
    await phone.getByRole("button", { name: "取位置" }).click();
    await phone.getByText("有位置").waitFor();
    await phone.getByRole("button", { name: "存下" }).first().click();
    await phone.locator("#unsent[data-count='2']").waitFor();
    await phone.goto(`${server.url}/field#me`);
    const [download] = await Promise.all([phone.waitForEvent("download"), phone.getByRole("button", { name: "导出成文件" }).click()]);
    const file = await download.path();
    const text = await readFile(file, "utf8");

    const desk = await openPage(browser, server, { device: "desktop" });
    const take = async (path, login = "desk-xqy") => {
      await desk.goto(`${server.url}/field#me`);
      await desk.reload();
      await ready(desk);
      // Until then the page is whoever's was here before.
      await desk.getByRole("heading", { name: (await get("/api/v1/field/pack", login)).me.name }).waitFor();
      await desk.locator('input[type="file"]').setInputFiles(path);
    };
    const changed = async (name, act) => {
      const carried = JSON.parse(text);
      act(carried);
      const path = join(tmpdir(), `youlin-${process.pid}-${name}.json`);
      await writeFile(path, typeof carried === "string" ? carried : JSON.stringify(carried));
      return path;
    };
    // Somebody else may not hand it in as their own, a damaged file takes nothing, what is no such file says so.
    await signIn(desk, "grid-xqy-1");
    await take(file, "grid-xqy-1");
    await desk.getByText("另一个账号导出的").waitFor();
    await desk.context().clearCookies();
    await signIn(desk, "desk-xqy");
    await take(await changed("photo", (carried) => (carried.photos[Object.keys(carried.photos)[0]] = "AAAA")));
    await desk.getByText("照片不完整").waitFor();
    await take(await changed("other", (carried) => (carried.items = [{ id: "../x" }])));
    await desk.getByText("不是从这里导出的文件").waitFor();
    await take(file);
    await desk.getByText("收回 2 条").waitFor();
    await screenshot(desk, "field-carried", { full: true });
    await axe(desk);
    await sent(desk);
    // The telephone finds its line again: nothing is doubled.
    await window.setOffline(false);
    await open(phone, "#waiting");
    await sent(phone);
    const { items } = JSON.parse(text);
    const { account } = JSON.parse(text);
    const words = items.filter((item) => item.kind === "case").map(({ id, kind, body }) => ({ id, kind, body }));
    const told = await (await fetch(`${server.url}/api/v1/field/outbox`, { method: "POST", headers: { ...(await server.session("desk-xqy")), "content-type": "application/json" }, body: JSON.stringify({ contract: 1, account, items: words }) })).json();
    assert.deepEqual(told.items.map((one) => one.result), ["again"]);
    noConsoleErrors(phone, { allow: OFFLINE });
    await desk.context().close();
  });
});
