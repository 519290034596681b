// The steps of a case besides the straight way, each pressed by whoever may: more time asked for and given, put off and
// taken up again, filed anew, watched from above, handed to others and back, refused with a reason, merged and parted,
// taken back, and opened again by the one who reported it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import {
  act, axe, choose, launch, noConsoleErrors, openPage, openStep, photograph, press, report, screenshot, sendStep, signIn, standsAt, startServer, until,
} from "../lib/index.mjs";

const HOUR = 3_600_000;

describe("the steps beside the straight way", () => {
  let server;
  let browser;
  let who;
  const windows = {};

  before(async () => {
    // All these people come from one address, faster than people do.
    server = await startServer({ env: { YOULIN_SIGN_INS_PER_MINUTE: "1000" } });
    browser = await launch();
    who = { desk: await server.session("desk"), shi: await server.session("shi") };
    for (const login of ["desk", "lead", "supervisor"]) {
      windows[login] = await openPage(browser, server);
      await signIn(windows[login], login);
    }
    for (const login of ["shi", "gu", "resident", "property"]) {
      windows[login] = await openPage(browser, server, { device: "phone" });
      await signIn(windows[login], login);
    }
  });
  after(async () => {
    for (const page of Object.values(windows)) noConsoleErrors(page, { allow: [/40[49]/, /422/] });
    await browser?.close();
    await server?.close();
  });

  const me = async (login) =>
    (await fetch(`${server.url}/api/v1/me`, { headers: await server.session(login) })).json();
  const seen = async ({ id }) => (await fetch(`${server.url}/api/v1/cases/${id}`, { headers: who.desk })).json();

  /** The case in this person's window. */
  async function at(login, { url }) {
    await windows[login].goto(url);
    return windows[login];
  }

  async function confirmed(page) {
    await page.locator('#verb-form button[type="submit"]').click();
    await page.locator("dialog.dialog button[value=yes]").click();
    await page.locator("#verb-form").waitFor({ state: "detached" });
  }

  /** A case that 小施 leads. */
  async function dispatched(text, more = {}) {
    const one = await report(server, who.desk, { text, ...more });
    await act(server, who.desk, one.id, { verb: "accept" });
    await act(server, who.desk, one.id, { verb: "dispatch", lead: { party: { kind: "person", id: (await me("shi")).person } } });
    return one;
  }

  const day = (days) => new Date(Date.now() + days * 24 * HOUR).toISOString().slice(0, 10);

  test("the worker asks for more time, the community's lead gives it, the limit moves", async () => {
    const one = await dispatched("花坛边砖松了一片，要等料");
    const before = await seen(one);
    const worker = await at("shi", one);
    await openStep(worker, "ask_extension");
    await worker.locator("#v-days").fill("3");
    await worker.locator("#v-reason").fill("砖要下周一才到货");
    await screenshot(worker, "steps-1-ask-extension");
    await axe(worker);
    await sendStep(worker);
    await worker.locator(".record-head .banner", { hasText: "砖要下周一才到货" }).waitFor();

    const lead = await at("lead", one);
    await openStep(lead, "decide_extension");
    await choose(lead, 'input[name="approve"][value="yes"]');
    await screenshot(lead, "steps-1-decide-extension");
    await axe(lead);
    await sendStep(lead);
    await lead.locator(".timeline", { hasText: "延期" }).waitFor();
    const now = await seen(one);
    assert.ok(Date.parse(now.due_at) - Date.parse(before.due_at) >= 3 * 24 * HOUR, `${before.due_at} → ${now.due_at}`);
    assert.equal(now.extensions, 1);
    assert.equal(now.extension_asked, null);
  });

  test("put off until a day, the clock stands and the day is shown; taken up again it runs", async () => {
    const one = await dispatched("围墙边的树要等落叶后才能移");
    const before = await seen(one);
    const lead = await at("lead", one);
    await openStep(lead, "defer");
    await lead.locator("#v-until").fill(day(-3));
    await lead.locator("#v-reason").fill("园林部门说入冬后再移");
    await lead.locator('#verb-form button[type="submit"]').click();
    await lead.locator("#v-until-e, .form-summary").first().waitFor();
    assert.equal(await lead.locator("#v-reason").inputValue(), "园林部门说入冬后再移", "a day in the past is told, nothing is lost");
    await screenshot(lead, "steps-2-defer-past");
    await lead.locator("#v-until").fill(day(20));
    await sendStep(lead);
    await standsAt(lead, "缓办");
    const [, month, date] = day(20).split("-").map(Number);
    assert.match(await lead.locator(".record-head").innerText(), new RegExp(`${month}月${date}日`), "the day of the review");
    await screenshot(lead, "steps-2-deferred");
    await axe(lead);
    const desk = await at("desk", one);
    await press(desk, "resume");
    await standsAt(desk, "已派遣");
    const now = await seen(one);
    assert.ok(Date.parse(now.due_at) >= Date.parse(before.due_at), "the time it stood does not count");
    assert.equal(now.review_at, null);
  });

  test("filed anew, watched from above, given to somebody else, returned with a reason", async () => {
    const one = await dispatched("路边停车挡住了消防通道，昨晚救护车绕行");
    const desk = await at("desk", one);
    await openStep(desk, "recategorise");
    const other = await desk.locator("#v-category option").evaluateAll((all) => all.find((one) => one.textContent.includes("消防"))?.value);
    assert.ok(other, "a category about fire lanes");
    await desk.locator("#v-category").selectOption(other);
    await desk.locator("#v-reason").fill("不是路灯，是消防通道被占");
    await screenshot(desk, "steps-3-recategorise");
    await axe(desk);
    await sendStep(desk);
    await desk.locator(".timeline", { hasText: "消防通道被占" }).waitFor();
    assert.equal((await seen(one)).category, other);

    const above = await at("supervisor", one);
    await openStep(above, "supervise");
    await above.locator("#v-text").fill("请今天内联系到车主");
    await screenshot(above, "steps-3-supervise");
    await axe(above);
    await sendStep(above);
    await above.locator(".record-head", { hasText: "督办" }).first().waitFor();

    await at("desk", one);
    await openStep(desk, "reassign");
    await desk.locator("#v-lead").selectOption(`person:${(await me("gu")).person}`);
    await desk.locator("#v-reason").fill("小顾认识车主");
    await screenshot(desk, "steps-3-reassign");
    await axe(desk);
    await sendStep(desk);
    await desk.locator(".tasks", { hasText: "顾晓东" }).waitFor();

    const worker = await at("gu", one);
    await openStep(worker, "return");
    await worker.locator("#v-reason").fill("车主已搬走，要交警联系");
    await screenshot(worker, "steps-3-return");
    await axe(worker);
    await worker.locator('#verb-form button[type="submit"]').click();
    await until(async () => (await seen(one)).status === "accepted", { what: "the case to be back at the desk" });
    await at("desk", one);
    await standsAt(desk, "待派遣");
    assert.match(await desk.locator(".timeline").innerText(), /车主已搬走，要交警联系/, "the desk reads why");
    await screenshot(desk, "steps-3-returned");
  });

  test("who does the work sees how it looks, where it is and why it came back", async () => {
    const worker = who.shi;
    const { id, url } = await dispatched("12号楼前路灯不亮");
    const form = new FormData();
    const buffer = await photograph(windows.shi, { lat: 32.0, lon: 120.9 });
    form.set("photo", new Blob([buffer], { type: "image/jpeg" }), "work.jpg");
    const kept = await fetch(`${url}/files`, { method: "POST", headers: worker, body: form, redirect: "manual" });
    assert.equal(kept.status, 303);
    await act(server, worker, id, { verb: "handled", text: "换了灯泡" });
    await act(server, who.desk, id, { verb: "verify", method: "on_the_spot", passed: false, text: "夜里去看，还是不亮" });
    const { person } = await me("shi");
    const task = (await seen({ id })).tasks.find((one) => one.party.id === person);
    const phone = await at("shi", { url: `${server.url}/tasks/${task.id}` });
    assert.match(await phone.locator("#back").innerText(), /夜里去看，还是不亮/);
    await until(async () => (await phone.locator("#shots img").evaluateAll((all) => all.filter((one) => one.naturalWidth > 0).length)) === 1, { what: "the photograph is drawn" });
    assert.match(await phone.locator('main a[href^="geo:"]').getAttribute("href"), /^geo:3[12]\.\d+,12[01]\./);
    await screenshot(phone, "steps-task-back");
    await axe(phone);
  });

  test("who only lends a hand in a quarrel reads where and when, and nothing of what it is about", async () => {
    const one = await report(server, who.desk, { text: "楼上楼下为漏水吵了三年", category: "E-0601" });
    await act(server, who.desk, one.id, { verb: "accept" });
    const { organisation } = (await me("property")).grants.find((grant) => grant.organisation);
    await act(server, who.desk, one.id, {
      verb: "dispatch",
      lead: { party: { kind: "person", id: (await me("shi")).person } },
      supporting: [{ party: { kind: "organisation", id: organisation }, text: "带上查漏的仪器" }],
    });
    const task = (await seen(one)).tasks.find((each) => each.party.id === organisation);
    const phone = await at("property", { url: `${server.url}/tasks/${task.id}` });
    await phone.locator("#withheld").waitFor();
    await screenshot(phone, "steps-3-withheld", { full: true });
    await axe(phone);
    const text = await phone.locator("main").innerText();
    assert.match(text, /带上查漏的仪器/);
    assert.doesNotMatch(text, /吵了三年/);
    await act(server, who.shi, one.id, { verb: "handled", text: "劝好了，各修各的" });
    await at("property", one);
    await phone.locator("#withheld").waitFor();
    assert.doesNotMatch(await phone.locator("main").innerText(), /吵了三年|各修各的/, "also when it is over");
  });

  test("handed up, and handed back to the community", async () => {
    const one = await dispatched("两个小区共用的围墙要塌，两边物业都不管");
    const desk = await at("desk", one);
    await openStep(desk, "escalate");
    await choose(desk, 'input[name="to"][value="parent_area"]');
    await desk.locator("#v-reason").fill("跨社区，请街道协调");
    await screenshot(desk, "steps-4-escalate");
    await axe(desk);
    await sendStep(desk);
    await standsAt(desk, "已上报");
    const above = await at("supervisor", one);
    await openStep(above, "hand_back");
    await above.locator("#v-reason").fill("已协调，由跃龙社区牵头");
    await screenshot(above, "steps-4-hand-back");
    await axe(above);
    await sendStep(above);
    await at("desk", one);
    assert.match(await desk.locator(".timeline").innerText(), /由跃龙社区牵头/);
    assert.notEqual((await seen(one)).status, "escalated");
  });

  test("two reports of the same thing become one, and two again", async () => {
    const [first, second] = [
      await report(server, who.desk, { text: "12号楼单元门锁坏了关不上，夜里不安全" }),
      await report(server, who.desk, { text: "12号楼单元门锁坏了，门一直敞着" }),
    ];
    const desk = await at("desk", second);
    await openStep(desk, "merge");
    await desk.locator("#v-into", { hasText: first.number }).waitFor();
    await choose(desk, `input[name="into"][value="${first.number}"]`);
    await screenshot(desk, "steps-5-merge");
    await axe(desk);
    await desk.locator('#verb-form button[type="submit"]').click();
    const undo = desk.locator(".toast", { hasText: "已并单" }).getByRole("button", { name: "撤销" });
    await undo.waitFor();
    await desk.locator(".record", { hasText: second.number }).first().waitFor();
    await screenshot(desk, "steps-5-merged");
    await axe(desk);
    assert.equal((await seen(second)).status, "merged");
    await undo.click();
    await until(async () => (await seen(second)).status === "reported", { what: "the two are parted again" });
    // … and by the button of the record, for whoever comes later
    await at("desk", second);
    await openStep(desk, "merge");
    await desk.locator("#v-into-number").fill(first.number);
    await desk.locator('#verb-form button[type="submit"]').click();
    await desk.locator(".toast", { hasText: "已并单" }).waitFor();
    await at("desk", second);
    await desk.locator('form[action$="/unmerge"] button').first().click();
    await standsAt(desk, "待立案");
    await screenshot(desk, "steps-5-parted");
  });

  test("refused with a reason, the reporter reads it and has it opened again; then takes it back", async () => {
    const { person } = await me("resident");
    const one = await report(server, who.desk, { text: "楼上漏水到我家厨房，说了几次没人管", reporter: person });
    const desk = await at("desk", one);
    await openStep(desk, "decline");
    await desk.locator("#v-reason").fill("邻里之间的漏水请先找物业");
    await screenshot(desk, "steps-6-decline");
    await axe(desk);
    await confirmed(desk);
    await standsAt(desk, "不予立案");

    const resident = await at("resident", one);
    assert.match(await resident.locator("main").innerText(), /邻里之间的漏水请先找物业/);
    await screenshot(resident, "steps-6-declined");
    await axe(resident);
    await openStep(resident, "reopen");
    await resident.locator("#v-reason").fill("物业说管不了，请社区出面");
    await screenshot(resident, "steps-6-reopen");
    await axe(resident);
    await sendStep(resident);
    await at("desk", one);
    assert.match(await desk.locator(".timeline").innerText(), /物业说管不了，请社区出面/);
    assert.notEqual((await seen(one)).status, "declined");

    await at("resident", one);
    await openStep(resident, "cancel");
    await resident.locator("#v-reason").fill("楼上已经修好了");
    await confirmed(resident);
    await standsAt(resident, "已撤回");
    await screenshot(resident, "steps-6-cancelled");
    await at("desk", one);
    await standsAt(desk, "已撤回");
  });
});
