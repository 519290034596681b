// Tracks and water: what was walked of a reach and what was not, seen by whoever walked first; a file handed in on the page,
// positions sent while walking; water at the same point over time; the three lines of defence. Desk and phone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { axe, launch, noConsoleErrors, openPage, photograph, screenshot, signIn, startServer } from "../lib/index.mjs";

/** A GPX file of a walk along a line, a fix in ten seconds. */
function gpx(line, began, share = 1) {
  const points = [];
  const steps = 160;
  const length = (line.length - 1) * share;
  for (let step = 0; step <= steps; step += 1) {
    const at = (length * step) / steps;
    const low = Math.min(Math.floor(at), line.length - 2);
    const part = at - low;
    const [lon, lat] = [0, 1].map((axis) => line[low][axis] + (line[low + 1][axis] - line[low][axis]) * part);
    const time = new Date(began.getTime() + step * 10_000).toISOString();
    points.push(`<trkpt lat="${lat + 0.00009}" lon="${lon}"><time>${time}</time></trkpt>`);
  }
  return `<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>${points.join("")}</trkseg></trk></gpx>`;
}

describe("tracks and water", () => {
  let server;
  let browser;
  let phone;
  let desk;
  let reach;

  before(async () => {
    server = await startServer();
    browser = await launch();
    phone = await openPage(browser, server, { device: "phone" });
    await signIn(phone, "green");
    desk = await openPage(browser, server);
    await signIn(desk, "desk-xsq");
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("the walker sees the track first, says a word and passes it on", async () => {
    await phone.goto(`${server.url}/rounds`);
    const rounds = await phone.locator('#rounds tbody th a').evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    let own;
    for (const href of rounds) {
      await phone.goto(server.url + href);
      if (await phone.locator("#f-words").count()) {
        if (/起安排巡查的人也能看到/.test(await phone.locator("#track").innerText())) { own = href; break; }
      }
    }
    assert.ok(own, "last Saturday's track is with whoever walked");
    const text = await phone.locator("#track").innerText();
    assert.match(text, /左岸没走到|右岸没走到/);
    assert.match(text, /还差一些/, "the policy asks for more than was walked");
    await phone.locator("#track").scrollIntoViewIfNeeded();
    await screenshot(phone, "tracks-own", { full: true });
    await axe(phone);
    await desk.goto(server.url + own);
    assert.match(await desk.locator("#track").innerText(), /先给走的人自己看/);
    await phone.locator("#f-words").fill("下起雨来，提早收队。");
    await phone.locator('form[action$="/track/release"] button').click();
    await phone.waitForURL(/saved=1/);
    await desk.goto(server.url + own);
    assert.match(await desk.locator("#track").innerText(), /下起雨来，提早收队/);
    await screenshot(desk, "tracks-planner", { full: true });
    await axe(desk);
  });

  test("the organisation sees the reach over a month, and nobody's name", async () => {
    await desk.goto(`${server.url}/rounds/coverage`);
    const text = await desk.locator("main").innerText();
    assert.match(text, /新桥新村中心河/);
    assert.match(text, /次带轨迹的巡查/);
    assert.doesNotMatch(text, /绿如蓝保卫队|周小/);
    await screenshot(desk, "tracks-coverage", { full: true });
    await axe(desk);
    await phone.goto(`${server.url}/rounds/coverage`);
    await screenshot(phone, "tracks-coverage-phone", { full: true });
    await axe(phone);
    const link = await desk.locator('main h2 a[href^="/rounds/reaches/"]').first().getAttribute("href");
    reach = link.split("/").pop();
  });

  test("a file is handed in after the patrol; what is none is said", async () => {
    const began = new Date(Date.now() - 40 * 60e3);
    await phone.goto(`${server.url}/rounds`);
    const round = await phone.evaluate(async ({ reach, began }) => {
      const page = await (await fetch(`/rounds/new?reach=${reach}`)).text();
      const form = new DOMParser().parseFromString(page, "text/html");
      const asks = [...form.querySelectorAll("#f-policy option")].find((one) => one.textContent === "绿如蓝周六全程巡河").value;
      const id = crypto.randomUUID();
      const board = await (await fetch("/api/v1/rounds/due")).json();
      const body = {
        id, kind: "patrol", community: board[0].community, subject: { kind: "reach", id: reach }, policy: asks, outcome: "done", channel: "page",
        began_at: began, ended_at: new Date(Date.now() - 60e3).toISOString(), text: "沿河走了一遍，都干净。",
      };
      const answer = await fetch("/api/v1/rounds", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      return answer.status === 201 ? id : await answer.text();
    }, { reach, began: began.toISOString() });
    assert.match(round, /^[0-9a-f-]{36}$/);
    await phone.goto(`${server.url}/rounds/${round}`);
    await phone.locator("#f-track").setInputFiles({ name: "a.gpx", mimeType: "application/gpx+xml", buffer: Buffer.from("<kml/>") });
    await phone.locator('form[action$="/track"] button').click();
    await phone.locator("#f-track-e", { hasText: "不是 GPX" }).waitFor();
    await screenshot(phone, "tracks-refused");
    await axe(phone);
    const map = await (await phone.request.get(`${server.url}/rounds/reaches/${reach}/map.geojson`)).json();
    const line = map.features[0].geometry.coordinates;
    await phone.locator("#f-track").setInputFiles({ name: "a.gpx", mimeType: "application/gpx+xml", buffer: Buffer.from(gpx(line, began)) });
    await phone.locator('form[action$="/track"] button').click();
    await phone.waitForURL(/saved=1/);
    const text = await phone.locator("#track").innerText();
    assert.match(text, /走到的河段/);
    await screenshot(phone, "tracks-uploaded", { full: true });
    await phone.locator('form[action$="/track/remove"] button').click();
    await phone.locator("#f-track").waitFor();
  });

  test("positions are sent while walking, until it is ended", async () => {
    await phone.goto(`${server.url}/rounds/live`);
    await phone.locator("#f-hours").fill("40");
    await phone.locator('main form button.btn-primary').click();
    await phone.locator(".form-summary", { hasText: "1 到 12 小时" }).waitFor();
    await phone.locator("#f-hours").fill("2");
    await phone.locator('main form button.btn-primary').click();
    await phone.locator("#address").waitFor();
    await screenshot(phone, "tracks-live", { full: true });
    await axe(phone);
    const address = (await phone.locator("#address code").innerText()).trim().replace(/^https?:\/\/[^/]+/, server.url);
    const sent = await fetch(`${address}?id=1&lat=31.99&lon=120.87&timestamp=${Math.floor(Date.now() / 1000)}`);
    assert.equal(sent.status, 200);
    await phone.goto(`${server.url}/rounds/live`);
    assert.match(await phone.locator("main").innerText(), /1 个点/);
    await phone.locator('form[action$="/end"] button').click();
    await phone.waitForURL(/\/rounds\/live$/);
    const late = await fetch(`${address}?id=1&lat=31.99&lon=120.87`);
    assert.equal(late.status, 410);
  });

  test("water at one point over half a year, with its limits, and the same spot then and now", async () => {
    await desk.goto(`${server.url}/rounds/reaches/${reach}/water`);
    await screenshot(desk, "water-list", { full: true });
    await axe(desk);
    await desk.locator('main a[href^="/rounds/water/"]', { hasText: "新村桥下" }).click();
    await desk.waitForURL(/\/rounds\/water\//);
    await desk.locator("[data-chart-ready]").first().waitFor();
    assert.match(await desk.locator("main").innerText(), /GB 3838-2002/);
    await screenshot(desk, "water-point", { full: true });
    await axe(desk);
    await phone.goto(desk.url());
    await phone.locator("#f-v_ph").fill("74");
    await phone.locator('#note button[type="submit"]').click();
    await phone.locator("#f-v_ph-e", { hasText: "0 到 14" }).waitFor();
    await screenshot(phone, "water-slip", { full: true });
    await axe(phone);
    await phone.locator("#f-v_ph").fill("7.4");
    await phone.locator("#f-v_ammonia").fill("3.2");
    const shot = await photograph(phone, { lat: 31.99, lon: 120.87 });
    await phone.locator("#photo").setInputFiles({ name: "桥下.jpg", mimeType: "image/jpeg", buffer: shot });
    await phone.locator('#note button[type="submit"]').click();
    await phone.waitForURL(/saved=1/);
    const row = phone.locator("#readings tbody tr").first();
    assert.match(await row.innerText(), /3\.20 mg\/L/);
    assert.match(await row.innerText(), /高于 1\.50 mg\/L/);
    await row.locator('form[action$="/case"] button').click();
    await phone.waitForURL(/saved=case/);
    assert.equal(await phone.locator("#readings tbody tr").first().locator("form").count(), 0);
    await screenshot(phone, "water-point-phone", { full: true });
    noConsoleErrors(phone, { allow: [/422/] });
  });

  test("the three lines of defence open to their records", async () => {
    await desk.goto(`${server.url}/rounds/defence`);
    await screenshot(desk, "defence", { full: true });
    await axe(desk);
    const figure = desk.locator('a.figure[href*="line=patrols"]').first();
    const count = Number((await figure.locator("b").innerText()).trim());
    await figure.click();
    await desk.locator("#opened").waitFor();
    assert.equal(await desk.locator("#opened li").count(), count);
    await axe(desk);
    noConsoleErrors(desk);
  });
});
