// A resident without an account, on a phone: a photograph says where it is, the report is followed by its code, thanked
// for, and complained about when it was not done. The photograph that is kept tells nothing but the picture.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import {
  act, axe, CAMERA, choose, launch, noConsoleErrors, openPage, photograph, report, screenshot, segments, signIn, startServer,
} from "../lib/index.mjs";

// In front of a building of 光明东村东邻里.
const HERE = { lat: 32.00199, lon: 120.87 };
const WORDS = "楼前堆了一大堆装修垃圾，轮椅过不去，下雨还往外淌泥水";

describe("a resident reports with a photograph and follows it by code", () => {
  let server;
  let browser;
  let phone;
  let desk;
  let worker;
  let code;
  let id;

  before(async () => {
    server = await startServer();
    browser = await launch();
    phone = await openPage(browser, server, { device: "phone" });
    [desk, worker] = [await server.session("desk"), await server.session("shi")];
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("the photograph's position fills the place, and the resident is told so before and after sending", async () => {
    await phone.goto("/");
    await phone.locator('a.door[href="/help"]').click();
    await phone.locator("#text").fill(WORDS);
    await phone.locator("#kinds .chip").first().waitFor();
    const picture = await photograph(phone, HERE);
    assert.ok(picture.includes(CAMERA) && picture.includes("Exif"), "the photograph carries its metadata");
    await phone.locator("#photo").setInputFiles({ name: "门口.jpg", mimeType: "image/jpeg", buffer: picture });
    await phone.locator(".preview img").waitFor();
    await phone.locator("[data-locate-status]", { hasText: "光明东村东邻里" }).waitFor();
    assert.equal(await phone.locator("#place").inputValue(), "", "what the resident would type is left to the resident");
    await screenshot(phone, "resident-1-photo", { full: true });
    await axe(phone);
    await phone.locator('form[action="/help"] button[type="submit"]').click();
    await phone.waitForURL(/\/help\/sent\//);
    const said = await phone.locator("main").innerText();
    assert.match(said, /位置取自您的照片/);
    assert.match(said, /光明东村东邻里/, "the place is named, so that a wrong one is noticed");
    code = (await phone.locator("#code").innerText()).trim();
    assert.match(code, /^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    await screenshot(phone, "resident-2-sent", { full: true });
    await axe(phone);
  });

  test("the desk finds it where the photograph was taken", async () => {
    const list = await (await fetch(`${server.url}/api/v1/cases?open=true`, { headers: desk })).json();
    const mine = list.items.find((row) => row.text.startsWith("楼前堆了"));
    assert.ok(mine, "the desk sees the report");
    ({ id } = mine);
    const seen = await (await fetch(`${server.url}/api/v1/cases/${id}`, { headers: desk })).json();
    assert.equal(seen.tracking_code, code);
    assert.ok(Math.abs(seen.position[0] - HERE.lon) < 1e-5 && Math.abs(seen.position[1] - HERE.lat) < 1e-5, `${seen.position}`);
  });

  test("neither the shown nor the stored picture holds a position, a camera or a time", async () => {
    const shown = [];
    for (const path of [`/follow/${code}/files/1`, `/follow/${code}/files/1?thumb=1`]) {
      const answer = await fetch(server.url + path);
      assert.equal(answer.status, 200, path);
      shown.push({ name: path, bytes: Buffer.from(await answer.arrayBuffer()) });
    }
    const folder = join(server.dataDir, "files");
    const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    assert.ok(names.length >= 2, "picture and thumbnail are stored");
    const stored = await Promise.all(
      names.map(async (one) => ({ name: one.name, bytes: await readFile(join(one.parentPath, one.name)) })),
    );
    assert.ok(stored.some(({ bytes }) => bytes.equals(shown[0].bytes)), "what is shown is what is stored");
    for (const { name, bytes } of [...shown, ...stored]) {
      for (const trace of [CAMERA, "Exif", "GPS", "2026:11:20"]) {
        assert.ok(!bytes.includes(trace), `${name} holds ${trace}`);
      }
      if (bytes.readUInt16BE(0) !== 0xffd8) continue;
      const extra = segments(bytes).filter(({ marker }) => marker > 0xe0 && marker <= 0xef);
      assert.deepEqual(extra, [], `${name} has application segments`);
    }
  });

  test("followed by its code: the way so far, the picture, a thank-you", async () => {
    await phone.goto("/");
    await phone.locator("#code").fill(code.toLowerCase().replace("-", " "));
    await phone.locator('form[action="/follow"] button').click();
    await phone.waitForURL(/\/follow\//);
    await phone.locator(".preview img").evaluate((image) => image.complete || new Promise((done) => (image.onload = done)));
    assert.ok((await phone.locator(".preview img").evaluate((image) => image.naturalWidth)) > 0, "the picture is drawn");
    await screenshot(phone, "resident-3-follow", { full: true });
    await axe(phone);
    await phone.locator("details", { hasText: "说声谢谢" }).locator("summary").click();
    await phone.locator("#thank-text").fill("这么快就有人看，谢谢");
    await phone.locator('form:has(input[value="thank"]) button').click();
    await phone.locator('.banner[data-state="ok"]', { hasText: "谢意已经转给" }).waitFor();
    const seen = await (await fetch(`${server.url}/api/v1/cases/${id}`, { headers: desk })).json();
    assert.ok(seen.events.some((event) => event.kind === "thanked" && event.text?.includes("谢谢")), "the desk sees the thanks");
  });

  test("closed but not done: the resident says so, and it is worked on again", async () => {
    const parties = await (await fetch(`${server.url}/api/v1/me`, { headers: worker })).json();
    await act(server, desk, id, { verb: "accept" });
    await act(server, desk, id, { verb: "dispatch", lead: { party: { kind: "person", id: parties.person } } });
    await act(server, worker, id, { verb: "handled", text: "已联系清运" });
    await act(server, desk, id, { verb: "verify", method: "on_the_spot", passed: true, text: "现场看过" });

    await phone.goto(`/follow/${code}`);
    await choose(phone, 'input[name="solved"][value="no"]');
    await choose(phone, 'input[name="satisfied"][value="no"]');
    await phone.locator("#rate-text").fill("只清了一半");
    await screenshot(phone, "resident-4-rate", { full: true });
    await phone.locator('form:has(input[value="rate"]) button').click();
    await phone.locator('.banner[data-state="ok"]', { hasText: "谢谢您的评价" }).waitFor();

    const complaint = phone.locator("details", { hasText: "没办好，我要反映" });
    await complaint.locator("summary").click();
    await complaint.locator("textarea").fill("   ");
    await complaint.locator("button").click();
    await phone.locator("#reopen-e").waitFor();
    assert.notEqual((await phone.locator("#reopen-e").innerText()).trim(), "", "an empty complaint is told what is missing");
    await phone.locator("#reopen-text").fill("北边那一半还堆着，轮椅还是过不去");
    await screenshot(phone, "resident-5-complain", { full: true });
    await phone.locator('form:has(input[value="reopen"]) button').click();
    await phone.locator('.banner[data-state="ok"]', { hasText: "重新开始办" }).waitFor();
    assert.match(await phone.locator(".way").innerText(), /没办好，重新开始办/);
    await screenshot(phone, "resident-6-reopened", { full: true });
    await axe(phone);
    noConsoleErrors(phone, { allow: [/422/] });

    const window = await openPage(browser, server);
    await signIn(window, "desk");
    await window.goto(`/cases/${id}`);
    assert.match(await window.locator(".timeline").innerText(), /北边那一半还堆着/);
    const thumbnail = window.locator("img.thumb").first();
    await thumbnail.scrollIntoViewIfNeeded();
    await screenshot(window, "resident-7-desk");
    noConsoleErrors(window);
    await window.context().close();
  });

  test("a code that is not one keeps what was typed and says what a code looks like", async () => {
    await phone.goto("/follow?code=ABCDE-99999");
    assert.equal(await phone.locator("#code").inputValue(), "ABCDE-99999");
    assert.notEqual((await phone.locator("#code-e").innerText()).trim(), "");
    noConsoleErrors(phone, { allow: [/404/] });
  });
});
