// A number nobody knows calls the desk: the panel says so and helps to find whose it is. Attached to a person, the next
// call from it brings the person's file.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, ring, screenshot, signIn, startServer } from "../lib/index.mjs";

const UNKNOWN = "13912345678";

describe("a call from an unknown number", () => {
  let server;
  let browser;
  let desk;

  before(async () => {
    server = await startServer();
    browser = await launch();
    desk = await openPage(browser, server);
    await signIn(desk, "desk");
    await desk.goto("/desk");
    await desk.locator('[data-live-state="on"]').first().waitFor({ state: "attached" });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const panel = () => desk.locator("#call-slot .call").first();

  test("the panel says that nobody is known by it and offers to find the person", async () => {
    const answer = await ring(server, UNKNOWN, "call-1");
    assert.equal(answer.status, 202);
    assert.equal((await answer.json()).known, false);
    await panel().waitFor();
    const said = await panel().innerText();
    assert.doesNotMatch(said, new RegExp(UNKNOWN), "the number stays masked");
    assert.match(said, /没有|不认识|未登记/);
    await screenshot(desk, "call-1-unknown");
    await axe(desk);
  });

  test("a name nobody has is told; the right one is found, masked, with where they live", async () => {
    const search = panel().locator('input[name="who"]');
    await search.fill("查无此人");
    await search.press("Enter");
    await panel().locator("[aria-live] .hint, [aria-live] .error").first().waitFor();
    await search.fill("顾卫东");
    await search.press("Enter");
    const found = panel().locator("[aria-live] li", { hasText: "顾" }).first();
    await found.waitFor();
    assert.doesNotMatch(await found.innerText(), /顾卫东/, "masked");
    assert.match(await found.innerText(), /光明东村/, "two of one name are told apart by where they live");
    await screenshot(desk, "call-2-found");
    await axe(desk);
    await found.locator("button").click();
  });

  test("attached, the same panel shows the file, and a case can be noted from it", async () => {
    await panel().locator('a[href^="/people/"]').first().waitFor();
    await screenshot(desk, "call-3-attached");
    await axe(desk);
    const note = panel().locator(".call-foot .btn-primary");
    assert.match(await note.getAttribute("href"), /person=/);
    await panel().locator("[data-dismiss]").click();
    assert.equal(await desk.locator("#call-slot .call").count(), 0);
  });

  test("the next call from it brings the file at once", async () => {
    const answer = await ring(server, UNKNOWN, "call-2");
    assert.equal((await answer.json()).known, true);
    await panel().waitFor();
    const said = await panel().innerText();
    assert.match(said, /顾\*/);
    assert.match(said, /光明东村/);
    assert.equal(await panel().locator('input[name="who"]').count(), 0, "nobody is asked for");
    await screenshot(desk, "call-4-known");
    await axe(desk);
    noConsoleErrors(desk);
  });
});
