// Each behaviour once, as a person would use it. Called by gallery-check.mjs.
import path from "node:path";

export async function behaviours({ browser, server, watch, check, folder }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "zh-CN", permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  watch(page, "behaviours");
  const open = () => page.goto(`${server.url}/gallery/behaviours.html`).then(() => page.waitForTimeout(200));
  const text = (selector) => page.locator(selector).first().innerText();
  const toast = () => page.locator(".toast > p").last().innerText({ timeout: 3000 }).catch(() => "");
  /** A fixed wait breaks on a busy machine: look again until it is so, at most five seconds. */
  const soon = async (test, words) => {
    const end = Date.now() + 5000;
    let ok = false;
    while (!(ok = Boolean(await test().catch(() => false))) && Date.now() < end) await page.waitForTimeout(50);
    check(ok, words);
  };
  /** Presses save and waits until the answer has been dealt with. */
  const save = async () => {
    const n = server.seen.length;
    await page.click("#save button[type=submit]");
    await soon(async () => server.seen.length > n && (await page.getAttribute("#save", "aria-busy")) === null, "sending: the answer was not dealt with");
  };
  await open();

  // draft: kept, restored after a reload, cleared by the server's answer
  await page.fill("#b-title", "楼道灯");
  await page.fill("#b-text", "三楼不亮");
  await soon(async () => (await text("#save [data-draft-note]")).includes("草稿已保存"), "draft: not said that it is kept");
  await open();
  check((await page.inputValue("#b-text")) === "三楼不亮", "draft: not restored after reload");
  check((await text("#save [data-draft-note]")).includes("已恢复"), "draft: not said that it is restored");

  // errors keep the page and what was typed
  for (const [mode, words] of [["500", "服务器没能完成"], ["401", "登录已过期"]]) {
    await page.selectOption("#b-mode", mode);
    await save();
    check((await toast()).includes(words), `answers: ${mode} is not put in words (${await toast()})`);
    check((await page.inputValue("#b-text")) === "三楼不亮", `answers: ${mode} lost what was typed`);
    await page.click(".toast [data-dismiss]").catch(() => undefined);
  }
  const keyAfter500 = server.seen.at(-2)?.key;
  check(keyAfter500 && server.seen.at(-1)?.key === keyAfter500, "idempotency: a send after a 500 did not repeat its key");
  await page.selectOption("#b-mode", "500");
  await save();
  const firstWords = server.seen.at(-1)?.key;
  await page.fill("#b-title", "楼道灯两盏");
  await save();
  check(server.seen.at(-1)?.key !== firstWords, "idempotency: other words were sent under the old key");
  check(server.seen.at(-1)?.key === server.seen.at(-1)?.form.get("idempotency_key"), "idempotency: header and field differ");
  const unanswered = server.seen.at(-1)?.key;
  await open();
  await page.selectOption("#b-mode", "500");
  await save();
  check(server.seen.at(-1)?.key === unanswered, "idempotency: a reload lost the key of an unanswered send");
  await context.setOffline(true);
  await page.click("#save button[type=submit]");
  await soon(async () => (await toast()).includes("没有连上服务器"), "answers: being offline is not put in words");
  await context.setOffline(false);
  for (const close of await page.locator(".toast [data-dismiss]").all()) await close.click().catch(() => undefined);
  await page.selectOption("#b-mode", "422");
  await save();
  check((await text("#saved")).includes("标题太短"), "answers: 422 was not swapped");

  // conflict: panel inside the form, their words taken, then kept and saved on the newer version
  await page.selectOption("#b-mode", "409");
  await save();
  await page.waitForSelector("#save [data-conflict]");
  check((await page.inputValue("#b-text")) === "三楼不亮", "conflict: lost what was typed");
  await page.click("[data-conflict-take]");
  check((await page.inputValue("#b-title")) === "对方的标题", "conflict: their words not taken");
  const before = server.seen.length;
  await page.click("[data-conflict-keep]");
  const busy = await page.locator("#save > button").innerText();
  check(busy.includes("正在保存"), `sending: the button says “${busy}”`);
  check(await page.locator("#save > button").isDisabled().catch(() => false), "sending: the button can be pressed twice");
  await soon(async () => (await text("#saved")).includes("对方的标题 v8"), `conflict: not saved on the newer version (${await text("#saved")})`);
  check(server.seen.length === before + 1, "sending: sent more than once");
  check(server.seen.at(-1)?.csrf === "gallery", "csrf: header missing");
  check(new Set(server.seen.slice(-2).map((s) => s.key)).size === 2, "idempotency: an answered send kept its key");
  check((await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith("draft:")).length)) === 0, "draft: not cleared by the server's answer");

  // two quick presses are one send
  await page.selectOption("#b-mode", "ok");
  const n = server.seen.length;
  await page.evaluate(() => {
    const form = document.querySelector("#save");
    form.requestSubmit();
    form.requestSubmit();
  });
  await page.waitForTimeout(1500);
  check(server.seen.length === n + 1, `sending: two presses made ${server.seen.length - n} sends`);

  // asking before deleting
  await page.click("#remove button");
  await page.waitForSelector("dialog[open]");
  check((await text("dialog[open]")).includes("跃龙南路错峰停车"), "confirm: does not name the thing");
  await page.click("dialog[open] .btn-danger");
  await soon(async () => (await text("#saved")).includes("已删除"), "confirm: did not go on");

  // live: the call comes in while somebody types, and takes nothing away
  await page.waitForFunction(() => document.querySelector("[data-live-state]")?.getAttribute("data-live-state") === "on", null, { timeout: 5000 }).catch(() => undefined);
  await page.fill("#b-text", "正在写");
  await page.focus("#b-text");
  await page.evaluate(() => document.querySelector("#case-7 details").setAttribute("open", ""));
  server.tell("call", { id: "1", url: "/desk/calls/1/panel" });
  await page.waitForSelector("#call-slot .call", { timeout: 5000 }).catch(() => undefined);
  check((await page.locator("#call-slot .call").count()) === 1, "live: the call did not slide in");
  check(await page.evaluate(() => document.activeElement?.id === "b-text"), "live: the call stole the focus");
  check((await page.inputValue("#b-text")) === "正在写", "live: the call changed an input");
  server.tell("call", { id: "1", url: "/desk/calls/1/panel" });
  server.tell("case", { id: "7" });
  server.tell("notice", { text: "汤玉琴答应帮忙", state: "ok" });
  await soon(async () => (await toast()).includes("汤玉琴"), "live: the notice was not said");
  await soon(async () => (await text("#case-7")).includes("第 1 次"), "live: the case was not fetched again");
  check((await page.locator("#call-slot .call").count()) === 1, "live: the same call came twice");
  check((await page.locator("#case-7 details[open]").count()) === 1, "live: what was opened was closed by the refresh");
  server.tell("call", { id: "2", url: "https://elsewhere.example/x" });
  await page.waitForTimeout(200);

  // keyboard
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  check((await page.evaluate(() => document.activeElement?.getAttribute("href"))) === "#b", "keyboard: j does not move");
  await page.keyboard.press("k");
  check((await page.evaluate(() => document.activeElement?.getAttribute("href"))) === "#a", "keyboard: k does not move");
  await page.keyboard.press("/");
  check(await page.evaluate(() => document.activeElement?.matches("[data-search]")), "keyboard: / does not search");
  await page.keyboard.type("jn?");
  check((await page.inputValue("#b-q")) === "jn?", "keyboard: acts while typing");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  check((await page.locator("dialog#help[open]").count()) === 1, "keyboard: ? shows no help");
  await page.keyboard.press("Escape");
  await soon(async () => (await page.locator("dialog#help[open]").count()) === 0, "keyboard: Esc does not close");
  await page.keyboard.press("n");
  check(page.url().endsWith("#new"), "keyboard: n does not open the new one");

  // filters are an address
  await page.check(".chips input[value=late]", { force: true });
  await soon(async () => page.url().includes("state=late"), "filters: the address did not change");
  await soon(async () => (await text("#found")).includes("state=late"), "filters: the list did not change");

  // preferences
  await open();
  await page.click("[data-pref=theme]");
  await page.click("[data-pref=print]");
  check((await page.getAttribute("html", "data-theme")) === "dark" && (await page.getAttribute("html", "data-print")) === "large", "prefs: not applied");
  check((await context.cookies()).some((c) => c.name === "prefs" && c.value === "theme:dark.print:large.keys:on"), "prefs: cookie missing");
  await open();
  check((await page.getAttribute("html", "data-print")) === "large", "prefs: not remembered");
  await page.click("[data-pref=theme]");
  await page.click("[data-pref=print]");

  check(await page.isVisible("#b-file"), "files: the input can not be seen");
  // files, position, copy, time, progress
  await page.setInputFiles("#b-file", path.join(folder, "big.png"));
  check((await text("#files .error")).includes("超过上限"), "files: a large file is not refused");
  await page.click("[data-locate]");
  await soon(async () => (await text("#spot [data-locate-status]")).includes("没有得到定位许可"), "locate: a refusal has no words");
  await context.grantPermissions(["geolocation", "clipboard-read", "clipboard-write"]);
  await context.setGeolocation({ latitude: 32.01, longitude: 120.87, accuracy: 18 });
  await page.click("[data-locate]");
  await soon(async () => (await page.inputValue("#spot [name=lat]")) === "32.010000" && (await page.inputValue("#spot [name=datum]")) === "wgs84", "locate: fields not filled");
  await soon(async () => (await text("#spot [data-locate-status]")).includes("18 米"), "locate: accuracy not said");
  await page.click("[data-copy]");
  await soon(async () => (await page.evaluate(() => navigator.clipboard.readText())) === "K7QF-2M9X", "copy: clipboard is empty");
  check(/（.+）/.test(await text("time[data-relative]")), "time: no relative words");
  await soon(async () => (await text("[data-progress-url]")).includes("已完成"), "progress: never done");

  // map: drawn, a point opens its card, a click fills the form, dark recolours
  const ready = await page.waitForSelector("#map[data-map-ready]", { timeout: 20_000 }).catch(() => null);
  check(ready, "map: not drawn");
  check((await page.locator("#map .map-list li").count()) === 7, "map: the list stands not in for it");
  if (ready) {
    await page.locator("#pick .map-canvas").scrollIntoViewIfNeeded();
    await page.locator("#pick canvas").click({ position: { x: 300, y: 150 } });
    await soon(async () => Number(await page.inputValue("#pick [name=lat]")) > 31.9, "map: a click does not fill the place");
  }

  // one stream for two tabs
  const second = await context.newPage();
  watch(second, "second tab");
  await second.goto(`${server.url}/gallery/behaviours.html`);
  await second.waitForTimeout(800);
  check(server.streams.size === 1, `live: ${server.streams.size} streams for two tabs`);
  server.tell("notice", { text: "两边都听到", state: "ok" });
  await second.waitForTimeout(800);
  check((await second.locator(".toast > p").last().innerText().catch(() => "")).includes("两边都听到"), "live: the second tab hears nothing");
  await page.close();
  await second.waitForTimeout(1500);
  check(server.streams.size === 1, "live: the second tab did not take over");
  await context.close();

  // a row on a narrow screen opens its page, on a wide one its pane; large print fits
  for (const [width, page_] of [[1280, false], [390, true]]) {
    const narrow = await browser.newContext({ viewport: { width, height: 844 } });
    const list = await narrow.newPage();
    watch(list, `rows ${width}`);
    await list.goto(`${server.url}/gallery/behaviours.html`);
    await list.click("#to-pane");
    await list.waitForTimeout(1000);
    check(new URL(list.url()).pathname.endsWith("desk.html") === page_, `rows: at ${width} px the link went to ${list.url()}`);
    await list.evaluate(() => localStorage.setItem("prefs", "theme:auto.print:large.keys:on"));
    for (const name of ["desk", "worker-today", "note", "resident-home", "resident-track", "admin", "sign-in"]) {
      await list.goto(`${server.url}/gallery/${name}.html`);
      await list.waitForTimeout(150);
      const wide = await list.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(wide <= 0 && (await list.getAttribute("html", "data-print")) === "large", `${name} in large print at ${width}: ${wide} px too wide`);
    }
    await narrow.close();
  }

  // the tree becomes a drawer where it has no room
  const tablet = await browser.newContext({ viewport: { width: 1024, height: 768 } });
  const desk = await tablet.newPage();
  watch(desk, "drawer");
  await desk.goto(`${server.url}/gallery/desk.html`);
  await desk.waitForTimeout(300);
  check(!(await desk.isVisible(".pane-tree")), "drawer: the tree is open from the start");
  await desk.click("[data-tree-toggle]");
  check(await desk.isVisible(".pane-tree"), "drawer: does not open");
  await desk.keyboard.press("Escape");
  check(!(await desk.isVisible(".pane-tree")), "drawer: Esc does not close it");
  await desk.setViewportSize({ width: 1440, height: 900 });
  check((await desk.isVisible(".pane-tree")) && !(await desk.isVisible("[data-tree-toggle]")), "drawer: on a wide screen the tree does not stand by itself");
  await tablet.close();

  // without script: forms, links and details are all there is
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const bare = await plain.newPage();
  await bare.goto(`${server.url}/gallery/resident-home.html`);
  check((await bare.locator("a.door").count()) === 3, "without script: the three doors are missing");
  await plain.close();
}
