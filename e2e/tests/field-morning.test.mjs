// A grid worker's morning on a telephone without signal: the visits proposed for today, and drafts that are not wanted after all.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer, until } from "../lib/index.mjs";

const HERE = { latitude: 32.0148, longitude: 120.8978, accuracy: 8 };
const SEEN = { context: { geolocation: HERE, permissions: ["geolocation"] } };
const OFFLINE = [/ERR_INTERNET_DISCONNECTED/, /status of 401/, /status of 403/, /ERR_FAILED/];

describe("a morning in the field", () => {
  let server;
  let browser;

  const sessions = {};
  async function pack(login) {
    sessions[login] ??= await server.session(login);
    const answer = await fetch(`${server.url}/api/v1/field/pack`, { headers: sessions[login] });
    assert.equal(answer.status, 200);
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
  async function looks(page, name) {
    await screenshot(page, `${name}-light`, { full: true });
    await axe(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await screenshot(page, `${name}-dark`, { full: true });
    await axe(page, { rules: ["color-contrast"] });
    await page.emulateMedia({ colorScheme: "light" });
  }
  async function telephone(login) {
    const page = await openPage(browser, server, { device: "phone", ...SEEN });
    await signIn(page, login);
    await open(page);
    await page.evaluate(() => navigator.serviceWorker.ready);
    return page;
  }

  before(async () => {
    server = await startServer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("the morning's visits without signal: in walking order with reasons, only what is missing is asked, each arrives once", async () => {
    const page = await telephone("shi");
    const doors = page.locator("#doors > [data-stop] [data-door]");
    await doors.first().waitFor();
    const order = () => doors.evaluateAll((all) => all.map((one) => one.dataset.door));
    const shown = await page.evaluate(async () => [...new DOMParser().parseFromString(await (await fetch("/rounds/today")).text(), "text/html").querySelectorAll("#list [data-visit] a")].map((one) => one.getAttribute("href").split("/").pop()));
    assert.equal(shown.length, 9);
    assert.deepEqual(await order(), shown, "the same visits in the same order as on the page");
    const text = await page.locator("#doors").innerText();
    for (const reason of [/8\d 岁，独自居住/, /天没人见过/, /37号表.*还有 2 项要问/, /上次没人，说好/]) assert.match(text, reason);
    assert.doesNotMatch(text, /陆冬梅|孙春花/, "names are masked");
    // Of the houses a few, those of today's doors first; the others a press away.
    const houses = page.locator("#subjects li");
    assert.equal(await houses.count(), 4);
    const first = await page.locator("#doors h3, #doors [data-stop]").first().innerText();
    const nearest = (await houses.first().innerText()).split("\n")[0];
    assert.ok(first.includes(nearest), `${nearest} is where the walk begins: ${first}`);
    await page.locator("#subjects").getByRole("button", { name: /再看/ }).click();
    assert.ok((await houses.count()) > 4);
    await looks(page, "field-doors");
    await page.context().setOffline(true);
    await page.reload();
    await ready(page);
    // Met, with what was missing and a leak; the page is killed in between.
    await page.locator("#doors [data-door]", { hasText: "37号表" }).first().click();
    await page.getByLabel("夜间有没有人照应").fill("隔壁老王照应");
    await page.locator("summary", { hasText: "听到要解决的事" }).click();
    await page.getByLabel("什么事").fill("顶楼漏水，下雨天滴到床上");
    await page.getByLabel("类别").selectOption("E-0105");
    await kept(page);
    await looks(page, "field-door");
    await page.reload();
    await ready(page);
    assert.equal(await page.getByLabel("夜间有没有人照应").inputValue(), "隔壁老王照应", "it is there after the page was killed");
    await page.getByRole("button", { name: "见到了" }).click();
    await page.locator("#doors", { hasText: "还有 8 户，已记 1 户" }).waitFor();
    // Nobody home, and on another day than those proposed; left out, for which a reason is asked.
    const [second, third] = await order();
    await page.locator(`[data-door='${second}']`).click();
    await page.getByRole("button", { name: "家里没人" }).click();
    await page.getByRole("button", { name: "明天" }).waitFor();
    await page.locator("summary", { hasText: "另一天" }).click();
    await page.getByLabel("哪一天再来").fill("2020-01-01");
    await page.getByRole("button", { name: "就这天再来" }).click();
    await page.getByText("请选还没有过的日子").waitFor();
    const other = await page.evaluate(() => {
      const day = new Date(Date.now() + 10 * 86_400_000);
      return [day.getFullYear(), String(day.getMonth() + 1).padStart(2, "0"), String(day.getDate()).padStart(2, "0")].join("-");
    });
    await page.getByLabel("哪一天再来").fill(other);
    await looks(page, "field-door-nobody");
    await page.getByRole("button", { name: "就这天再来" }).click();
    await page.locator("#doors", { hasText: "还有 7 户，已记 2 户" }).waitFor();
    await page.locator(`[data-door='${third}']`).click();
    await page.locator("summary", { hasText: "这次不去" }).click();
    await page.getByRole("button", { name: "记下：这次不去" }).click();
    await page.getByText("请写原因").waitFor();
    await page.getByLabel("为什么不去").fill("女儿接去住了，下月回来");
    await page.getByRole("button", { name: "记下：这次不去" }).click();
    await page.locator("#doors", { hasText: "还有 6 户，已记 3 户" }).waitFor();
    // A slip before it is sent: what was written is there again.
    await page.locator("#doors summary", { hasText: "已办的 3 户" }).click();
    await page.locator(`[data-door='${third}']`).click();
    await page.getByRole("button", { name: "改一改" }).click();
    assert.equal(await page.getByLabel("为什么不去").inputValue(), "女儿接去住了，下月回来");
    await page.getByRole("button", { name: "记下：这次不去" }).click();
    await page.locator("#doors", { hasText: "还有 6 户，已记 3 户" }).waitFor();
    await screenshot(page, "field-doors-waiting", { full: true });
    await page.context().setOffline(false);
    await open(page, "#waiting");
    await sent(page);
    // What became a case opens it; without signal that is said.
    const made = page.locator(".row-sub a", { hasText: "已报成工单" });
    await made.waitFor();
    await page.context().setOffline(true);
    await made.click();
    await page.getByText("有信号时才能打开").waitFor();
    await page.context().setOffline(false);
    await until(() => page.evaluate(() => navigator.onLine), { what: "signal" });
    const answer = await page.request.get(new URL(await made.getAttribute("href"), server.url).href);
    assert.equal(answer.status(), 200, "the case's page");
    const after = await pack("shi");
    const left = after.doors.flatMap((day) => day.stops.flatMap((stop) => stop.doors.map((door) => door.dwelling)));
    assert.equal(after.doors.reduce((sum, day) => sum + day.done, 0), 3, "three visits, none twice");
    assert.equal(left.length, 6);
    assert.ok([shown.indexOf(second), shown.indexOf(third)].every((at) => at >= 0) && !left.includes(second) && !left.includes(third));
    await open(page);
    await page.locator("#doors", { hasText: "还有 6 户，已记 3 户" }).waitFor();
    noConsoleErrors(page, { allow: OFFLINE });
    await page.context().close();
  });

  test("two telephones at one door: the second is shown what the first wrote down, and chooses", async () => {
    const [first, second] = [await telephone("shi"), await telephone("shi")];
    const all = (await pack("shi")).doors.flatMap((day) => day.stops.flatMap((stop) => stop.doors));
    const door = all.find((one) => one.people.some((person) => person.missing.includes("phone")));
    const person = door.people.find((one) => one.missing.includes("phone")).person;
    const card = (page) => page.locator(`[data-resident='${person}']`);
    for (const page of [first, second]) {
      await page.context().setOffline(true);
      await page.locator(`[data-door='${door.dwelling}']`).click();
    }
    // What cannot be meant is said while she still stands there.
    await card(first).getByLabel("手机号", { exact: false }).first().fill("12");
    await first.getByRole("button", { name: "见到了" }).click();
    await first.getByText("手机号是 11 位数字").waitFor();
    await card(first).getByLabel("手机号", { exact: false }).first().fill("13900002222");
    await card(second).getByLabel("手机号", { exact: false }).first().fill("13800001111");
    for (const page of [first, second]) {
      await page.getByRole("button", { name: "见到了" }).click();
      await page.locator("#view #doors").waitFor();
    }
    await first.context().setOffline(false);
    await open(first, "#waiting");
    await sent(first);
    await second.context().setOffline(false);
    await open(second, "#waiting");
    const conflict = second.locator("[data-item-state='conflict']");
    await conflict.locator(".versions").waitFor();
    assert.match(await conflict.locator(".versions").innerText(), /13800001111[\s\S]*139\*{4}2222/);
    await looks(second, "field-door-conflict");
    // Opened again, the form says it too; what is registered stays unless one says otherwise.
    await conflict.getByRole("button", { name: "改一改" }).click();
    await second.getByText("别人已经登记了电话").waitFor();
    await second.getByLabel("按我写的改").check({ force: true });
    await kept(second);
    await looks(second, "field-door-despite");
    await second.getByRole("button", { name: "见到了" }).click();
    // Saved, the door is left: only then another page is asked for.
    await second.locator("[data-door-view]").waitFor({ state: "detached" });
    await open(second, "#waiting");
    await sent(second);
    const file = await first.request.get(`${server.url}/people/${person}`);
    assert.match(await file.text(), /138\*{4}1111/);
    for (const page of [first, second]) {
      noConsoleErrors(page, { allow: OFFLINE });
      await page.context().close();
    }
  });

  test("at a door of today a number that is wrong is put right without signal", async () => {
    const page = await telephone("shi");
    const all = (await pack("shi")).doors.flatMap((day) => day.stops.flatMap((stop) => stop.doors));
    const door = all.find((one) => one.people.some((person) => person.phone_masked && person.seen));
    const person = door.people.find((one) => one.phone_masked && one.seen).person;
    await page.context().setOffline(true);
    await page.locator(`[data-door='${door.dwelling}']`).click();
    const card = page.locator(`[data-resident='${person}']`);
    await card.locator("summary", { hasText: "电话或居住情况不对" }).click();
    await card.getByLabel("正确的电话").fill("13712345678");
    await card.getByLabel("居住情况").selectOption("tenant");
    await kept(page);
    await looks(page, "field-door-correct");
    await page.getByRole("button", { name: "见到了" }).click();
    await page.locator("#view #doors").waitFor();
    await page.context().setOffline(false);
    await open(page, "#waiting");
    await sent(page);
    const file = await page.request.get(`${server.url}/people/${person}`);
    assert.match(await file.text(), /137\*{4}5678/);
    noConsoleErrors(page, { allow: OFFLINE });
    await page.context().close();
  });

  test("at a door of today that somebody has moved out is written down without signal, with the visit", async () => {
    const page = await telephone("shi");
    const all = (await pack("shi")).doors.flatMap((day) => day.stops.flatMap((stop) => stop.doors));
    const door = all.find((one) => one.people.length === 1 && one.people[0].seen);
    const [gone] = door.people;
    await page.context().setOffline(true);
    await page.locator(`[data-door='${door.dwelling}']`).click();
    const card = page.locator(`[data-resident='${gone.person}']`);
    await card.locator("summary", { hasText: "电话或居住情况不对" }).click();
    await card.getByLabel("已经搬走，不住这里了").check({ force: true });
    // A day to come is none; the one that is shown first is today.
    const day = card.getByLabel("哪天搬走的");
    const today = await day.inputValue();
    await day.fill("2099-01-01");
    // Where everybody has left, nobody was met.
    assert.equal(await page.getByRole("button", { name: "见到了" }).count(), 0);
    await page.getByRole("button", { name: "看过了，没人住" }).click();
    await card.getByText("请选搬走的那天，最晚是今天。").waitFor();
    await looks(page, "field-door-moved");
    await day.fill(today);
    await kept(page);
    // The page is killed: who left, and when, is still there.
    await page.reload();
    await ready(page);
    await open(page, `#door/${door.dwelling}`);
    await card.getByLabel("哪天搬走的").waitFor();
    assert.equal(await day.inputValue(), today);
    await page.getByRole("button", { name: "看过了，没人住" }).click();
    await page.locator("#view #doors").waitFor();
    await page.context().setOffline(false);
    await open(page, "#waiting");
    await sent(page);
    const file = await page.request.get(`${server.url}/people/dwellings/${door.dwelling}`);
    assert.ok((await file.text()).includes("搬走"), "the dwelling says who left");
    const left = await pack("shi");
    assert.ok(!JSON.stringify(left.doors).includes(gone.person), "whoever left is proposed no more");
    noConsoleErrors(page, { allow: OFFLINE });
    await page.context().close();
  });

  test("a draft is thrown away with a question, taken back at once, or a day later", async () => {
    const phone = await telephone("desk-xqy");
    const walk = phone.locator("section", { has: phone.locator("h2", { hasText: "河段" }) }).getByRole("button", { name: "走一趟" }).first();
    await walk.waitFor();
    await phone.context().setOffline(true);
    await walk.click();
    await phone.getByLabel("看到了什么").fill("上游有人在钓鱼");
    await kept(phone);
    await phone.locator(".bottombar a", { hasText: "今天" }).click();
    // What, where, when begun, and its first words.
    const row = phone.locator("[data-draft]", { hasText: "上游有人在钓鱼" });
    assert.match(await row.innerText(), /巡查 · \S+[\s\S]*开始[\s\S]*草稿已存/);
    const id = await row.getAttribute("data-draft");
    const ask = phone.locator("dialog[open]");
    await row.getByRole("button", { name: "不要这份草稿" }).click();
    await looks(phone, "field-throw");
    await ask.getByRole("button", { name: "留着" }).click();
    await row.waitFor();
    await row.getByRole("button", { name: "不要这份草稿" }).click();
    await ask.getByRole("button", { name: "扔掉" }).click();
    await row.waitFor({ state: "detached" });
    await looks(phone, "field-thrown");
    await phone.locator("#thrown-last").getByRole("button", { name: "找回来" }).click();
    await row.waitFor();
    // Thrown away from within; the page killed; taken back from the list.
    await row.getByRole("button", { name: "接着写" }).click();
    assert.equal(await phone.getByLabel("看到了什么").inputValue(), "上游有人在钓鱼");
    await phone.getByRole("button", { name: "不要这份草稿" }).click();
    await ask.getByRole("button", { name: "扔掉" }).click();
    await phone.locator("#thrown-last").waitFor();
    await phone.reload();
    await ready(phone);
    const thrown = phone.locator(`[data-thrown='${id}']`);
    await phone.locator("summary", { hasText: "扔掉的草稿（1）" }).click();
    await thrown.getByRole("button", { name: "找回来" }).click();
    await row.waitFor();
    await row.getByRole("button", { name: "不要这份草稿" }).click();
    await ask.getByRole("button", { name: "扔掉" }).click();
    await phone.locator("summary", { hasText: "扔掉的草稿（1）" }).click();
    await thrown.getByRole("button", { name: "现在就删掉" }).click();
    await ask.getByRole("button", { name: "删掉" }).click();
    await phone.locator("#thrown").waitFor({ state: "detached" });
    noConsoleErrors(phone, { allow: OFFLINE });
    await phone.context().close();
  });
});
