// Links to a neighbour's task that open nothing any more: expired, tampered with, cut off by a messenger. Each says in the
// neighbour's language what happened and whom to call. The expired one is a real one: issued by the running program,
// which is then started again with its clock further ahead than links live.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { act, axe, launch, noConsoleErrors, openPage, report, screenshot, signIn, startServer } from "../lib/index.mjs";

describe("a neighbour's link that opens nothing any more", () => {
  let server;
  let browser;
  let path;

  before(async () => {
    server = await startServer();
    browser = await launch();
    const who = await server.session("desk");
    const worker = await (await fetch(`${server.url}/api/v1/me`, { headers: await server.session("shi") })).json();
    const neighbour = await (await fetch(`${server.url}/api/v1/me`, { headers: await server.session("volunteer") })).json();
    const one = await report(server, who, { text: "老人要下楼晒太阳，请邻居搭把手" });
    await act(server, who, one.id, { verb: "accept" });
    await act(server, who, one.id, {
      verb: "dispatch",
      lead: { party: { kind: "person", id: worker.person } },
      supporting: [{ party: { kind: "person", id: neighbour.person }, text: "一起抬轮椅下楼" }],
    });
    const desk = await openPage(browser, server);
    await signIn(desk, "desk");
    await desk.goto(one.url);
    const row = desk.locator(".tasks li", { hasText: "一起抬轮椅下楼" });
    path = new URL(await row.locator("[data-copy*='/t/']").getAttribute("data-copy")).pathname;
    await desk.context().close();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function opened(address, { status, name, locale = "zh-CN", dark = false }) {
    const phone = await openPage(browser, server, { device: "phone", locale, dark });
    const answer = await phone.goto(address);
    assert.equal(answer.status(), status, `${address} answered ${answer.status()}`);
    await screenshot(phone, name);
    await axe(phone);
    noConsoleErrors(phone, { allow: [new RegExp(String(status))] });
    const text = await phone.locator("main").innerText();
    if (status !== 200) {
      assert.match(await phone.locator('a[href^="tel:"]').first().innerText(), /0513/, "whom to call");
      assert.ok(!text.includes("轮椅"), "nothing of the task is told");
    }
    await phone.context().close();
    return text;
  }

  test("fresh, it opens the task", async () => {
    assert.match(await opened(path, { status: 200, name: "link-1-fresh" }), /一起抬轮椅下楼/);
  });

  test("with one letter changed it is refused, in Chinese and in English", async () => {
    const middle = Math.floor(path.length / 2);
    const tampered = path.slice(0, middle) + (path[middle] === "A" ? "B" : "A") + path.slice(middle + 1);
    const said = await opened(tampered, { status: 404, name: "link-2-tampered" });
    assert.match(said, /打不开/);
    assert.match(said, /从原来的短信里打开，或打电话/);
    const english = await opened(tampered, { status: 404, name: "link-2-tampered-en", locale: "en", dark: true });
    assert.match(english, /cannot be opened/);
    assert.doesNotMatch(english.replace(/^.*社区.*$/gm, ""), /[一-鿿]/, "no Chinese sentence on an English page");
  });

  test("cut off by a messenger it says so", async () => {
    assert.match(await opened(path.slice(0, -30), { status: 404, name: "link-3-cut" }), /不完整|打不开/);
    assert.match(await opened(`${path.slice(0, 12)}`, { status: 404, name: "link-3-cut-short" }), /不完整/);
  });

  test("after its days it has expired, and its answer is not taken any more", async () => {
    await server.stop();
    server.env = { ...server.env, YOULIN_DEMO_DAYS_AHEAD: "15" };
    await server.start();
    const said = await opened(path, { status: 410, name: "link-4-expired" });
    assert.match(said, /已经过期/);
    assert.match(said, /请打电话给社区/);
    const english = await opened(path, { status: 410, name: "link-4-expired-en", locale: "en" });
    assert.match(english, /has expired/);
    const answer = await fetch(server.url + path, {
      method: "POST",
      headers: { origin: server.url, "content-type": "application/x-www-form-urlencoded", "accept-language": "zh-CN" },
      body: "step=accept",
    });
    assert.equal(answer.status, 410);
    assert.match(await answer.text(), /已经过期/);
  });
});
