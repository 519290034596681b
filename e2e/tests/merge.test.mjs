// Two entries of one person are found, compared side by side, made one and two again; the whole life stands in one line;
// an administrator adds a label and retires it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

const NUMBER = "13866660001";

async function enter(page, server, { name, year, note, address, again }) {
  await page.goto(`${server.url}/people/new`);
  await page.locator("#f-name").fill(name);
  await page.locator("#f-phone").fill(NUMBER);
  await page.locator("#f-birth").fill(year);
  if (note) await page.locator("#f-note").fill(note);
  if (address) {
    await page.locator("#f-address").fill(address);
    await page.locator("#f-relation").selectOption("owner");
  }
  await page.locator('main form.card button[type="submit"]').click();
  if (again) {
    // The register asks whether it is the same person; here somebody answers wrongly.
    await page.locator("[data-alike]").waitFor();
    if (again === "shown") {
      await screenshot(page, "alike-asked", { full: true });
      await axe(page);
    }
    await page.locator('input[name="same_person"][value="other"]').check();
    await page.locator('main form.card button[type="submit"]').click();
  }
  await page.waitForURL(/\/people\/[0-9a-f-]{36}/);
  return page.url().match(/people\/([0-9a-f-]{36})/)[1];
}

for (const device of ["desktop", "phone"]) {
  describe(`a doubled person, ${device}`, () => {
    let server;
    let browser;
    let page;
    let kept;
    let gone;

    before(async () => {
      server = await startServer();
      browser = await launch();
      page = await openPage(browser, server, { device });
      await signIn(page, "desk");
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test("is found by what the two share, and shown side by side with masks", async () => {
      kept = await enter(page, server, { name: "冒辟疆", year: "1951" });
      gone = await enter(page, server, { name: "冒辟疆", year: "1951", note: "每周三透析", again: "shown" });
      await page.goto(`${server.url}/people/doubles`);
      await page.locator("[data-double]").first().waitFor();
      await screenshot(page, `merge-1-doubles-${device}`);
      await axe(page);
      await page.locator(`a[href*="${kept}"][href*="/people/merge"]`).click();
      await page.locator("[data-merge]").waitFor();
      const text = await page.locator("main").innerText();
      assert.ok(!text.includes("冒辟疆") && !text.includes("透析") && !text.includes(NUMBER));
      await screenshot(page, `merge-2-side-by-side-${device}`);
      await axe(page);
    });

    test("becomes one: the old address leads to the kept file, and its life tells it", async () => {
      await page.locator('[data-merge] button[type="submit"]').click();
      await page.locator("#merges").waitFor();
      await page.goto(`${server.url}/people/${gone}`);
      assert.match(page.url(), new RegExp(kept));
      assert.match(await page.locator("#life").innerText(), /合并/);
      await screenshot(page, `merge-3-one-${device}`);
      await axe(page);
      await page.goto(`${server.url}/people/${kept}/life`);
      await page.locator("[data-life] li").first().waitFor();
      await screenshot(page, `merge-4-life-${device}`);
      await axe(page);
    });

    test("is two again", async () => {
      await page.goto(`${server.url}/people/${kept}`);
      page.once("dialog", (dialog) => dialog.accept());
      await page.locator('#merges form button[type="submit"]').click();
      const confirm = page.locator("dialog[open] button.btn-danger, dialog[open] button.btn-primary");
      if (await confirm.count()) await confirm.first().click();
      await page.locator("#merges .muted").first().waitFor();
      await page.goto(`${server.url}/people/${gone}`);
      assert.match(page.url(), new RegExp(gone));
      await screenshot(page, `merge-5-two-${device}`);
      // Entered once more, the same person was asked about.
      noConsoleErrors(page, { allow: [/status of 409/] });
    });

    test("a label is added to the catalogue, put on, and retired", async () => {
      const admin = await openPage(browser, server, { device });
      await signIn(admin, "administrator");
      await admin.goto(`${server.url}/admin/labels`);
      await screenshot(admin, `merge-6-labels-${device}`);
      await axe(admin);
      await admin.goto(`${server.url}/admin/labels/edit`);
      await admin.locator("#f-code").fill("Not A Code");
      await admin.locator("#f-name_zh").fill("术后照看");
      await admin.locator("#f-name_en").fill("Looked after");
      await admin.locator("#f-days").fill("30");
      await admin.locator('main form button[type="submit"]').click();
      await admin.locator("#f-code-e").waitFor();
      await screenshot(admin, `merge-7-label-fault-${device}`);
      await axe(admin);
      await admin.locator("#f-code").fill("after_surgery");
      await admin.locator('main form button[type="submit"]').click();
      await admin.locator('[data-label-code="after_surgery"]').waitFor();
      await page.goto(`${server.url}/people/${kept}`);
      await page.locator("summary", { hasText: "标签" }).click();
      await page.locator('button.chip[value="after_surgery"]').click();
      await page.locator(".tag", { hasText: "术后照看" }).first().waitFor();
      await admin.locator('[data-label-code="after_surgery"] button').click();
      await admin.locator('[data-label-code="after_surgery"] .tag', { hasText: "已停用" }).waitFor();
      noConsoleErrors(admin, { allow: [/422/] });
    });
  });
}
