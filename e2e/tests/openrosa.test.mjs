// A phone with ODK Collect: connected on its owner's page, then a foreign client fetches, fills, sends, repeats and breaks off.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { bring, fillAndSend, offered } from "../lib/odk.mjs";
import { axe, launch, noConsoleErrors, openPage, screenshot, signIn, startServer } from "../lib/index.mjs";

const CLIENT = fileURLToPath(new URL("../../scripts/peers/openrosa.py", import.meta.url));
const VENV = fileURLToPath(new URL("../../target/venv/bin/python", import.meta.url));
const run = promisify(execFile);

describe("ODK Collect", () => {
  let server;
  let browser;
  let page;
  let address;

  before(async () => {
    server = await startServer();
    browser = await launch();
    page = await openPage(browser, server, { device: "phone" });
    await signIn(page, "green");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function connect(name) {
    await page.goto(`${server.url}/me/openrosa`);
    await page.getByLabel("这部手机叫什么").fill(name);
    await page.getByRole("button", { name: "生成地址" }).click();
    await page.locator(".qr svg").waitFor();
    return (await page.locator("#address").textContent()).trim();
  }

  test("its owner connects a phone, and sees the address once", async () => {
    await page.goto(`${server.url}/me/openrosa`);
    await page.getByText("还没有接过手机").waitFor();
    await axe(page);
    address = await connect("我的小米");
    assert.match(address, new RegExp(`^${server.url}/openrosa/[\\w-]{43}$`));
    await screenshot(page, "openrosa-made-light", { full: true });
    await axe(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await screenshot(page, "openrosa-made-dark", { full: true });
    await axe(page, { rules: ["color-contrast"] });
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByRole("link", { name: "接好了" }).click();
    await page.locator("article", { hasText: "我的小米" }).getByText("还没有用过").waitFor();
    assert.ok(!(await page.content()).includes(address.split("/").pop()), "it is not shown again");
    noConsoleErrors(page);
  });

  test("a client of its own fills every form it is offered", async () => {
    const lost = await connect("丢了的手机");
    await page.goto(`${server.url}/me/openrosa`);
    await page.getByRole("button", { name: "停用“丢了的手机”" }).click();
    await page.locator("article", { hasText: "丢了的手机" }).locator(".badge", { hasText: "已停用" }).waitFor();
    const python = existsSync(VENV) ? VENV : "python3";
    const told = await run(python, [CLIENT, address, lost], { timeout: 240_000, maxBuffer: 1 << 24 }).catch((error) => error);
    console.log(told.stdout);
    assert.match(told.stdout, /\d+ passed, 0 failed/, told.stderr);
  });

  test("what it sent is a round with its photographs", async () => {
    await page.goto(`${server.url}/me/openrosa`);
    await page.locator("article", { hasText: "我的小米" }).getByText("还没有用过").waitFor({ state: "detached" });
    const headers = await server.session("green");
    const rounds = await (await fetch(`${server.url}/api/v1/rounds?kind=patrol`, { headers })).json();
    const ours = rounds.filter((one) => one.channel === "openrosa");
    assert.ok(ours.length >= 2, `${ours.length} patrols`);
    const whole = await Promise.all(ours.map(async ({ id }) => (await fetch(`${server.url}/api/v1/rounds/${id}`, { headers })).json()));
    assert.equal(whole.filter((one) => one.photos.length > 0).length, whole.length / 2, "one of each two with photographs");
    await page.goto(`${server.url}/rounds/${ours[0].id}`);
    await page.getByText("ODK").first().waitFor();
    await screenshot(page, "openrosa-round", { full: true });
    noConsoleErrors(page);
  });

  test("ODK's own engine opens, fills and sends every form of the house", async () => {
    const taken = new Set();
    // Between them they may walk every kind of place.
    for (const login of ["green", "desk"]) {
      const phone = await openPage(browser, server, { device: "phone", context: { bypassCSP: true } });
      await signIn(phone, login);
      await phone.goto(`${server.url}/me/openrosa`);
      await phone.getByLabel("这部手机叫什么").fill("引擎");
      await phone.getByRole("button", { name: "生成地址" }).click();
      await phone.locator(".qr svg").waitFor();
      const own = (await phone.locator("#address").textContent()).trim();
      await bring(phone);
      for (const form of await phone.evaluate(offered, own)) {
        const told = await phone.evaluate(fillAndSend, { address: own, form });
        assert.equal(told.status, "success", `${form.id}: ${told.errors}`);
        assert.ok(told.answered > 8, `${form.id}: ${told.answered} questions answered`);
        // What could never be sent is not offered.
        assert.deepEqual(told.violations, [], form.id);
        assert.deepEqual(told.sent, [201, 201], `${form.id}: ${told.said}`);
        assert.match(told.said, /不会重复/, form.id);
        taken.add(form.id);
      }
      await phone.context().close();
    }
    assert.ok(taken.size >= 7, `${[...taken]}`);
  });
});
