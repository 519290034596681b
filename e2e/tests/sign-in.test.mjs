// Signing in: a wrong password, the second factor from its enrolment to a recovery code, what is said to a wrong code,
// and the way back out. The installation asks its staff for a second factor, as the law of the place may.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, oneTimeCode, openPage, screenshot, startServer } from "../lib/index.mjs";

describe("signing in with a second factor", () => {
  let server;
  let browser;
  let page;
  let secret;
  let recovery;
  // A code is good once. Each further one is of the next half minute; clocks may be one step apart.
  let step = 0;
  const code = () => oneTimeCode(secret, Date.now() + 30_000 * step++);

  before(async () => {
    server = await startServer({ env: { YOULIN_REQUIRE_SECOND_FACTOR: "yes", YOULIN_SIGN_INS_PER_MINUTE: "100" } });
    browser = await launch();
    page = await openPage(browser, server, { device: "phone" });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function password(words) {
    const { login, password: right } = server.account("desk");
    await page.locator('input[name="login"]').fill(login);
    await page.locator('input[name="password"]').fill(words ?? right);
    await page.locator('form[action="/sign-in"] button[type="submit"]').click();
  }

  async function factor(words) {
    await page.locator('input[name="code"]').fill(words);
    await page.locator('form:has(input[name="code"]) button[type="submit"]').click();
  }

  const said = async () => (await page.locator(".form-summary, .error").allInnerTexts()).join("\n");

  test("a wrong password says what to do, keeps the name, and tells nothing about who exists", async () => {
    await page.goto("/sign-in?next=/desk");
    await password("nicht das richtige");
    const refusal = await said();
    assert.match(refusal, /密码/);
    assert.equal(await page.locator('input[name="login"]').inputValue(), "desk");
    assert.equal(await page.locator('input[name="password"]').inputValue(), "", "the password is not sent back");
    await screenshot(page, "sign-in-1-wrong-password");
    await axe(page);
    await page.locator('input[name="login"]').fill("nobody-here");
    await page.locator('input[name="password"]').fill("nicht das richtige");
    await page.locator('form[action="/sign-in"] button[type="submit"]').click();
    assert.equal(await said(), refusal, "an unknown name is answered the same");
  });

  test("whose factor is missing is led to it and gets nowhere else before", async () => {
    await page.goto("/sign-in?next=/desk");
    await password();
    await page.waitForURL(/\/account\/second-factor$/);
    await screenshot(page, "sign-in-2-required");
    await axe(page);
    await page.goto("/desk");
    assert.doesNotMatch(page.url(), /\/desk$/, "the desk does not open");
    await page.goto("/account/second-factor");
  });

  test("enrolment: the picture, the secret by hand, a wrong code, the right one, recovery codes once", async () => {
    await page.locator('form[action="/account/second-factor"] button').click();
    secret = (await page.locator("#secret").innerText()).trim();
    assert.match(secret.replace(/\s/g, ""), /^[A-Z2-7]{16,}$/);
    assert.ok(await page.locator(".qr svg").isVisible(), "the picture to scan");
    await screenshot(page, "sign-in-3-enrol", { full: true });
    await axe(page);
    await factor("000000");
    assert.match(await said(), /验证码|动态码/);
    assert.equal((await page.locator("#secret").innerText()).trim(), secret, "the same secret goes on");
    await screenshot(page, "sign-in-3-wrong-code", { full: true });
    await axe(page);
    await factor(code());
    await page.locator("#recovery").waitFor();
    recovery = (await page.locator("#recovery code").allInnerTexts()).map((one) => one.trim());
    assert.ok(recovery.length >= 8, `${recovery.length} recovery codes`);
    await screenshot(page, "sign-in-4-recovery", { full: true });
    await axe(page);
    await page.goto("/account/second-factor");
    assert.equal(await page.locator("#recovery").count(), 0, "they are shown once");
    await page.goto("/desk");
    assert.match(page.url(), /\/desk$/, "now the desk opens");
  });

  test("the next sign-in asks for a code: wrong ones are told, the right one leads where one wanted to go", async () => {
    await page.context().clearCookies();
    await page.goto("/desk?light=overdue");
    await page.waitForURL(/\/sign-in/);
    await password();
    await page.waitForURL(/\/sign-in\/second-factor/);
    await screenshot(page, "sign-in-5-ask");
    await axe(page);
    for (const wrong of ["123", "000000", "abcdef"]) {
      await factor(wrong);
      assert.match(await said(), /验证码|动态码/, `${wrong} is told`);
    }
    await screenshot(page, "sign-in-6-wrong");
    await axe(page);
    await page.goto("/desk");
    assert.match(page.url(), /second-factor/, "half signed in is not in");
    await page.goto("/sign-in/second-factor?next=%2Fdesk%3Flight%3Doverdue");
    await factor(code());
    await page.waitForURL(/\/desk\?light=overdue/);
  });

  test("without the phone a recovery code does, once", async () => {
    for (const good of [true, false]) {
      await page.context().clearCookies();
      await page.goto("/sign-in");
      await password();
      await page.waitForURL(/\/sign-in\/second-factor/);
      await factor(recovery[0]);
      if (good) await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
      else assert.match(await said(), /验证码|动态码|备用码/);
    }
  });

  test("signing out ends it", async () => {
    await page.goto("/account");
    await page.locator('main form[action="/sign-out"] button').click();
    await page.waitForURL((url) => url.pathname === "/");
    await page.goto("/desk");
    assert.match(page.url(), /\/sign-in/);
    noConsoleErrors(page, { allow: [/40[13]/, /422/] });
  });
});
