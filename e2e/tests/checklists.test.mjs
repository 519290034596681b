// A place's own checklist: copied, edited with faults at the question, published; asked on a phone with "add another"; printed, its
// code read from a picture of the sheet, entered at the desk, recognised the second time; out and in as a workbook.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import jsQR from "jsqr";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

/** What a code in a picture says; the browser only gives the pixels. */
async function readCode(page, png) {
  const found = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    // One number a pixel is enough for black on white, and quick to hand over.
    let grey = "";
    for (let at = 0; at < data.length; at += 4) grey += data[at] > 127 ? "1" : "0";
    return { grey, width, height };
  }, png.toString("base64"));
  const pixels = new Uint8ClampedArray(found.grey.length * 4);
  for (let at = 0; at < found.grey.length; at += 1) pixels.fill(found.grey[at] === "1" ? 255 : 0, at * 4, at * 4 + 3);
  return jsQR(pixels, found.width, found.height)?.data;
}

describe("checklists", () => {
  let server;
  let browser;
  let lead;
  let phone;
  let market;

  before(async () => {
    server = await startServer();
    browser = await launch();
    lead = await openPage(browser, server);
    await signIn(lead, "lead");
    phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "shi");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("the head of the community copies one, mends what is named, publishes it", async () => {
    await lead.goto(`${server.url}/rounds/checklists`);
    assert.match(await lead.locator("main").innerText(), /商户消防自查/);
    await screenshot(lead, "checklists-list");
    await axe(lead);
    await lead.goto(`${server.url}/rounds/checklists/new?from=building-check@1`);
    await lead.locator("#f-title").fill("跃龙楼栋巡检");
    await lead.locator("#f-code").fill("Building Check");
    await lead.locator('main form button[type="submit"]').click();
    await lead.locator(".form-summary").waitFor();
    await axe(lead);
    await lead.locator("#f-code").fill("building-yl");
    await lead.locator('main form button[type="submit"]').click();
    await lead.waitForURL(/building-yl@1$/);
    await axe(lead);
    // By keyboard: the second question asks under a condition that is none.
    await lead.locator("#q-1 > summary").focus();
    await lead.keyboard.press("Enter");
    await lead.locator("#q1_relevant").fill("pulldata('x', ${wall})");
    await lead.locator("#q1_relevant").press("Enter");
    await lead.locator("#faults").waitFor();
    assert.match(await lead.locator("#q-1 .error").first().innerText(), /没有这个函数/);
    assert.equal(await lead.locator('form[action$="/publish"]').count(), 0);
    await screenshot(lead, "checklists-faults");
    await axe(lead);
    await lead.locator("#q1_relevant").fill("");
    await lead.locator("#q1_points").fill("fine=10 minor=5");
    await lead.locator("#f-pass_percent").fill("60");
    await lead.locator('#q-1 button[value="add:1:text"]').click();
    await lead.locator("#q2_name").fill("caretaker");
    await lead.locator("#q2_label_zh-CN").fill("物业谁在场");
    await lead.locator("#q2_label_en").fill("Who of the property company was there");
    await lead.locator('.checklist-bar button[name="preview"]').click();
    await lead.waitForURL(/preview$/);
    await lead.getByText("物业谁在场").waitFor();
    await screenshot(lead, "checklists-preview");
    await axe(lead);
    await lead.goto(`${server.url}/rounds/checklists/building-yl@1`);
    await lead.locator('form[action$="/publish"] button').click();
    await lead.waitForURL(/saved=published/);
    assert.match(await lead.locator("main").innerText(), /在用/);
    await screenshot(lead, "checklists-published");
    await axe(lead);
  });

  test("a grid worker answers it on the phone, one entrance after the other", async () => {
    await phone.goto(`${server.url}/rounds/ask?checklist=building-yl@1&q=${encodeURIComponent("光明东村12号楼")}`);
    await axe(phone);
    await phone.locator("#found a.row-title").first().click();
    await phone.waitForURL(/rounds\/new/);
    await phone.locator("[data-score]", { hasText: "还有 1 项没看" }).waitFor();
    await phone.locator("#f-a_wall").selectOption("fine");
    await phone.locator("[data-score]", { hasText: "得分 10 / 10" }).waitFor();
    await phone.locator("#f-a_fire_lane").selectOption("goods");
    // The width is asked only now.
    await phone.locator("#f-a_lane_width").waitFor();
    await phone.locator("#f-a_lane_width").fill("3.2");
    await phone.locator('button[name="more"]').first().click();
    await phone.locator("[id='f-a_entrance.1']").fill("1单元");
    await phone.locator("[id='f-a_door.1']").selectOption("fine");
    await phone.locator("[id='f-a_lights.1']").selectOption("bad");
    await phone.locator("[id='f-a_hydrant.1']").selectOption("fine");
    await phone.locator("[id='f-a_stairs.1'] input[value='clear']").check({ force: true });
    await phone.locator("[id='f-a_entrance_photo.1']").waitFor();
    await phone.locator('button[name="more"]').first().click();
    await phone.locator("[id='f-a_entrance.2']").fill("2单元");
    assert.equal(await phone.locator("#f-a_lane_width").inputValue(), "3.2");
    assert.equal(await phone.locator("[id='f-a_entrance.1']").inputValue(), "1单元");
    await screenshot(phone, "checklists-phone");
    await axe(phone);
    await phone.locator('main form button.btn-primary[type="submit"]').click();
    await phone.locator(".form-summary").waitFor();
    assert.equal(await phone.locator("[id='f-a_entrance.2']").inputValue(), "2单元", "what was typed stays");
    await axe(phone);
    await phone.locator('button[name="less"]').first().click();
    await phone.locator("[id='f-a_entrance.2']").waitFor({ state: "detached" });
    await phone.locator('main form button.btn-primary[type="submit"]').click();
    await phone.locator(".banner", { hasText: "要记成问题" }).waitFor();
    assert.match(await phone.locator("#f-found_1").inputValue(), /1单元/);
    await screenshot(phone, "checklists-proposed");
    await phone.locator('main form button.btn-primary[type="submit"]').click();
    await phone.waitForURL(/\/rounds\/[0-9a-f-]+\?saved=1/);
    const text = await phone.locator("main").innerText();
    assert.match(text, /跃龙楼栋巡检/);
    assert.match(text, /3\.2 m/);
    assert.match(text, /得分 10 \/ 10，合格线 60%，合格/);
    await screenshot(phone, "checklists-round");
    await axe(phone);
  });

  test("a sheet of paper: its code opens the round at the desk, and the second time it is known", async () => {
    await lead.goto(`${server.url}/rounds/ask?checklist=merchant-selfcheck@2`);
    market = await lead.locator('#found a[href^="/rounds/sheet"]').first().getAttribute("href");
    await lead.goto(server.url + market);
    await axe(lead);
    await lead.emulateMedia({ media: "print" });
    const paper = await lead.screenshot();
    await screenshot(lead, "checklists-sheet");
    await lead.emulateMedia({ media: null });
    const address = await readCode(lead, paper);
    assert.match(address, /\/rounds\/new\?round=[0-9a-f-]+&subject=premises:[0-9a-f-]+&checklist=merchant-selfcheck@2&channel=paper$/);
    const local = server.url + address.slice(address.indexOf("/rounds/new"));
    await lead.goto(local);
    assert.equal(await lead.locator("#f-channel").inputValue(), "paper");
    // Another sheet of the same premises is another draft, and so is a round that is noted on foot.
    const round = new URL(local).searchParams.get("round");
    assert.equal(await lead.locator("form[data-draft]").getAttribute("data-draft"), `sheet:${round}`);
    const day = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
    // A sheet may be of any day: when it was is asked for, and nothing is preset.
    for (const field of ["began", "ended"]) assert.equal(await lead.locator(`#f-${field}`).inputValue(), "");
    await lead.locator("#f-began").fill(`${day}T00:01`);
    await lead.locator("#f-ended").fill(`${day}T00:02`);
    await lead.locator("#f-a_checked_on").fill(day);
    await lead.locator("#f-a_checker").fill("周老板");
    for (const name of ["extinguisher", "exits_clear", "signs_lit", "power_off"]) await lead.locator(`#f-a_${name}`).selectOption("yes");
    await lead.locator("#f-a_wiring input[value='fine']").check({ force: true });
    await lead.locator("#f-a_flammables").selectOption("none");
    await lead.locator("#f-a_open_flame").selectOption("no");
    await lead.locator("#f-a_lives_in").selectOption("no");
    // A code in a photograph, where the browser reads codes; elsewhere the field is typed, and nothing else is shown.
    assert.equal(await lead.locator("[data-barcode-for] input").count(), 0);
    await lead.evaluate(() => {
      globalThis.BarcodeDetector = class {
        detect = async () => [{ rawValue: "SZ-0042" }];
      };
    });
    await lead.locator('button[name="more"][value="appliances"]').click();
    await lead.locator("[id='f-a_appliance_until.1']").fill("2099-12-31");
    await lead.locator('[data-barcode-for="f-a_appliance_code.1"] input').setInputFiles({ name: "code.png", mimeType: "image/png", buffer: paper });
    await lead.waitForFunction(() => document.getElementById("f-a_appliance_code.1").value === "SZ-0042");
    await lead.locator('main form button.btn-primary[type="submit"]').click();
    await lead.locator(".form-summary", { hasText: "谁说的" }).waitFor();
    await lead.locator("#f-told_by").fill("周老板");
    await lead.locator('main form button.btn-primary[type="submit"]').click();
    await lead.waitForURL(/\/rounds\/[0-9a-f-]+\?saved=1/);
    await lead.goto(local);
    await lead.waitForURL(/known=1/);
    assert.match(await lead.locator("main").innerText(), /已经录入过/);
    await screenshot(lead, "checklists-known");
    await axe(lead);
  });

  test("out as a workbook and in again; what is no workbook is said", async () => {
    const [download] = await Promise.all([lead.waitForEvent("download"), lead.goto(`${server.url}/rounds/checklists/building-yl@1/form.xlsx`).catch(() => null)]);
    const file = join(tmpdir(), `building-yl-${process.pid}.xlsx`);
    await download.saveAs(file);
    await lead.goto(`${server.url}/rounds/checklists/import`);
    await axe(lead);
    const broken = join(tmpdir(), `broken-${process.pid}.xlsx`);
    await writeFile(broken, "no workbook");
    await lead.locator("#f-book").setInputFiles(broken);
    await lead.locator('main form button[type="submit"]').click();
    await lead.locator("#refused").waitFor();
    await axe(lead);
    await lead.locator("#f-book").setInputFiles(file);
    await lead.locator("#f-code").fill("building-yl2");
    await lead.locator('main form button[type="submit"]').click();
    await lead.waitForURL(/building-yl2@1\?saved=1/);
    assert.equal(await lead.locator("#faults").count(), 0);
    await screenshot(lead, "checklists-brought-in");
  });

  test("nothing was written to the console", () => {
    noConsoleErrors(lead, { allow: [/422|409/] });
    noConsoleErrors(phone, { allow: [/422|409/] });
  });
});
