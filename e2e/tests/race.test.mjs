// Two windows change the same case. Whoever comes second is told by whom and what was changed, loses nothing of what was
// typed, and decides: keep it and save on the newer state, or look at the newer state first.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, openStep, report, screenshot, signIn, standsAt, startServer } from "../lib/index.mjs";

describe("two windows change the same case", () => {
  let server;
  let browser;
  let fast;
  let slow;
  let who;

  before(async () => {
    server = await startServer();
    browser = await launch();
    who = await server.session("desk");
    [fast, slow] = [await openPage(browser, server), await openPage(browser, server)];
    await signIn(fast, "lead");
    await signIn(slow, "desk");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Both look at a new case; the slow one has begun a note, the fast one accepts the case. */
  async function raced(text, words) {
    const one = await report(server, who, { text });
    await Promise.all([fast.goto(one.url), slow.goto(one.url)]);
    await openStep(slow, "note");
    await slow.locator("#v-text").fill(words);
    await fast.locator('form:has(input[value="accept"]) button').first().click();
    await standsAt(fast, "待派遣");
    return one;
  }

  async function refused(words) {
    await slow.locator('#verb-form button[type="submit"]').click();
    const panel = slow.locator("#verb-form [data-conflict]");
    await panel.waitFor();
    assert.equal(await slow.locator("#v-text").inputValue(), words, "what was typed stays");
    return panel;
  }

  test("the second is told who did what and what it is now; keeping saves on the newer state", async () => {
    const words = "住户说下午三点以后在家，带梯子去";
    const one = await raced("三楼楼道灯坏了，老人上下楼看不见", words);
    const panel = await refused(words);
    const said = await panel.innerText();
    assert.match(said, /已经有人修改过/);
    assert.match(said, /负责人.*立案/s, "who did what");
    assert.match(said, /待立案/, "what it was when it was opened");
    assert.match(said, /待派遣/, "what it is now");
    await screenshot(slow, "race-1-conflict");
    await axe(slow);
    await panel.locator("[data-conflict-keep]").click();
    await slow.locator("#verb-form").waitFor({ state: "detached" });
    await slow.locator(".timeline", { hasText: words }).waitFor();
    await standsAt(slow, "待派遣");
    await screenshot(slow, "race-2-kept");
    const seen = await (await fetch(`${server.url}/api/v1/cases/${one.id}`, { headers: who })).json();
    assert.deepEqual(seen.events.map((event) => event.kind), ["reported", "accepted", "noted"], "both steps stand, each once");
  });

  test("taking the newer state shows it, and the draft is still there to be brought back", async () => {
    const words = "已电话核实，是声控开关坏了";
    await raced("五楼楼道灯也坏了，按了没反应", words);
    const panel = await refused(words);
    await panel.locator("a.btn").click();
    await standsAt(slow, "待派遣");
    assert.equal(await slow.locator("[data-conflict]").count(), 0);
    await openStep(slow, "note");
    await slow.locator("[data-draft-note]", { hasText: "草稿" }).waitFor();
    await screenshot(slow, "race-3-draft");
    await slow.locator("[data-draft-note] button").first().click();
    assert.equal(await slow.locator("#v-text").inputValue(), words, "the draft comes back");
  });

  test("a step that is no longer possible says so and what is possible, and loses nothing", async () => {
    const one = await report(server, who, { text: "楼下积水，推车过不去" });
    await Promise.all([fast.goto(one.url), slow.goto(one.url)]);
    await openStep(slow, "decline");
    await slow.locator("#v-reason").fill("属于市政管网，不归社区");
    await openStep(fast, "cancel");
    await fast.locator("#v-reason").fill("住户说已经退了");
    await fast.locator('#verb-form button[type="submit"]').click();
    await fast.locator("dialog.dialog button[value=yes]").click();
    await standsAt(fast, "已撤回");
    await slow.locator('#verb-form button[type="submit"]').click();
    await slow.locator("dialog.dialog button[value=yes]").click();
    await slow.locator("#verb-form [data-conflict]").waitFor();
    assert.equal(await slow.locator("#v-reason").inputValue(), "属于市政管网，不归社区");
    assert.match(await slow.locator("[data-conflict]").innerText(), /「已撤回」，这一步已经做不了了/);
    assert.equal(await slow.locator("[data-conflict-keep]").count(), 0, "what would be refused again is not offered");
    await screenshot(slow, "race-4-too-late");
    await axe(slow);
    noConsoleErrors(slow, { allow: [/409/] });
    noConsoleErrors(fast);
  });
});
