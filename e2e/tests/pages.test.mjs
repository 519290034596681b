// Every page there is, opened by everybody who may: as the routes' matrix lists them, with real records behind them.
// By day and by night, on a desk and on a phone: no serious finding of axe, nothing wider than the phone, no error in the
// console, no key of the catalogue in place of its words. And in English: no Chinese sentence of ours.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { act, axe, launch, noConsoleErrors, openPage, report, ring, screenshot, signIn, startServer, until } from "../lib/index.mjs";
import { pageRoutes } from "../lib/routes.mjs";
import { workbook } from "../lib/sheet.mjs";

/** Who walks, by the role's name in the matrix and the sign-in that has it; pages are pictured at their first visitor's. */
const WALKERS = {
  visitor: undefined,
  community_desk: "desk",
  administrator: "admin",
  grid_worker: "shi",
  partner: "property",
  resident: "resident",
  subdistrict_supervisor: "supervisor",
  auditor: "auditor",
};
/** Of pages for everybody only what is different for those who are signed in. */
const PUBLIC_AGAIN = ["/", "/help"];
/** What axe finds in a layout and its colours, not in the elements. */
const NARROW = ["color-contrast", "target-size", "scrollable-region-focusable"];
/** Seven hundred pictures are for whoever looks at them; a check that nobody watches goes without. */
const PICTURES = process.env.CI !== "true";
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

const catalogue = (locale) => {
  const folder = new URL(`../../locales/${locale}/`, import.meta.url);
  return readdirSync(folder)
    .flatMap((name) => readFileSync(new URL(name, folder), "utf8").split("\n"))
    .map((line) => /^([a-z][\w-]*) = (.*)$/.exec(line))
    .filter(Boolean)
    .map(([, key, words]) => ({ key, words }));
};
const KEYS = new Set(catalogue("zh-CN").map(({ key }) => key).filter((key) => key.includes("-")));
/** What stands between the holes of our own Chinese sentences; short pieces may be data as well. */
const CHINESE = [
  ...new Set(
    catalogue("zh-CN").flatMap(({ words }) => words.split(/\{[^}]*\}/)).map((piece) => piece.trim())
      .filter((piece) => /[一-鿿]{4}/.test(piece)),
  ),
];

describe("every page", { concurrency: 2 }, () => {
  let server;
  let browser;
  const headers = {};
  const drawn = new Map(); // whose form of a step was looked at
  const known = {}; // what stands in the braces, for everybody or by role

  before(async () => {
    // All walkers come from one address.
    server = await startServer({ env: { YOULIN_PUBLIC_READS_PER_MINUTE: "100000", YOULIN_SIGN_INS_PER_MINUTE: "1000" } });
    browser = await launch();
    for (const [role, login] of Object.entries(WALKERS)) if (login) headers[role] = await server.session(login);
    await prepare();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  const get = async (path, role) => {
    const answer = await fetch(server.url + path, { headers: headers[role] });
    assert.equal(answer.status, 200, `${path} for ${role}`);
    return answer.json();
  };

  /** A case in each state, a task for each kind of party, a call, a subscription: whatever an address may name. */
  async function prepare() {
    const desk = headers.community_desk;
    const [shi, resident] = [await get("/api/v1/me", "grid_worker"), await get("/api/v1/me", "resident")];
    const organisation = (await get("/api/v1/me", "partner")).grants.find((grant) => grant.organisation).organisation;
    const one = await report(server, desk, { text: "单元门前台阶松动，老人出门不便", reporter: resident.person });
    await act(server, desk, one.id, { verb: "accept" });
    await act(server, desk, one.id, {
      verb: "dispatch",
      lead: { party: { kind: "person", id: shi.person } },
      supporting: [{ party: { kind: "organisation", id: organisation }, text: "先围起来，再补水泥" }],
    });
    await act(server, headers.grid_worker, one.id, { verb: "ask_extension", days: 2, reason: "要等水泥" });
    const states = { working: one };
    const into = async (name, ...steps) => {
      states[name] = await report(server, desk, { text: `台阶松动：${name}` });
      for (const step of steps) await act(server, step.verb === "handled" ? headers.grid_worker : desk, states[name].id, step);
    };
    const accept = { verb: "accept" };
    const dispatch = { verb: "dispatch", lead: { party: { kind: "person", id: shi.person } } };
    const handled = { verb: "handled", text: "补好了" };
    await into("reported");
    await into("handled", accept, dispatch, handled);
    await into("closed", accept, dispatch, handled, { verb: "verify", method: "on_the_spot", passed: true, text: "看过" });
    await into("escalated", accept, { verb: "escalate", to: { kind: "parent_area" }, reason: "要街道出面" });
    await into("declined", { verb: "decline", reason: "重复" });
    Object.assign(known, { states, code: one.tracking_code });

    known.call = (await (await ring(server, "13800001234", "pages-1")).json()).call;
    const account = await openPage(browser, server);
    await signIn(account, "admin");
    await account.goto("/admin/accounts");
    known.account = await account.locator('a[href^="/admin/accounts/"]').first().getAttribute("href");
    await account.goto("/admin/webhooks");
    await account.locator("#name").fill("区平台");
    await account.locator("#url").fill("http://127.0.0.1:9/hook");
    for (const box of await account.locator('input[name="topics"]').all()) await box.check();
    await account.locator('form[action="/admin/webhooks"] button[type="submit"]').click();
    await account.goto("/admin/webhooks");
    known.webhook = await account.locator('a[href^="/admin/webhooks/"]').first().getAttribute("href");
    await account.context().close();

    const window = await openPage(browser, server);
    await signIn(window, "desk");
    await window.goto(`/cases/${one.id}`);
    known.token = new URL(await window.locator("[data-copy*='/t/']").first().getAttribute("data-copy")).pathname;
    known.person = resident.person;
    known.building = (await get(`/api/v1/cases/${one.id}`, "community_desk")).building;
    const link = async (path, selector) => {
      await window.goto(path);
      return new URL(await window.locator(selector).first().getAttribute("href"), server.url).pathname;
    };
    known.organisation = `/people/organisations/${organisation}`;
    known.membership = await link(known.organisation, 'a[href^="/people/memberships/"][href*="/end"]');
    known.dwelling = await link(`/places/buildings/${known.building}`, 'a[href^="/places/dwellings/"]:not([href*="/new"])');
    known.household = await link(`/people/${known.person}`, 'a[href^="/people/households/"]');
    const { card } = await get(`/api/v1/people/${known.person}`, "community_desk");
    known.grid = card.place?.grid ?? card.community;
    known.rota = (await link("/duty", 'main a[href^="/duty/0"]')).split("/")[2];
    known.seconded = await link("/rosters/seconded", 'main a[href^="/rosters/seconded/0"]');
    known.visits = await window.evaluate(async ({ community, person }) => {
      const body = new URLSearchParams({ community, person, title: "看一看", reason: "独居" });
      return new URL((await fetch("/people/visits", { method: "POST", body })).url).pathname;
    }, { community: String(card.community), person: known.person });
    known.form = await window.evaluate(async ({ area, book }) => {
      const body = new FormData();
      for (const [name, value] of Object.entries({ number: "37", requester: "街道民政办", every: "quarter", rows: "d=persons", area })) body.set(name, value);
      body.set("file", new Blob([Uint8Array.from(atob(book), (c) => c.charCodeAt(0))]), "37.xlsx");
      return new URL((await fetch("/insight/forms", { method: "POST", body })).url).pathname;
    }, { area: String(card.community), book: workbook({ name: "台账", rows: [["老人台账"], ["序号", "姓名", "饮食禁忌"]] }).toString("base64") });
    // A reach of this community, a policy for it, and a patrol with something found.
    const river = await window.evaluate(async ({ community }) => {
      const send = async (path, fields) => new URL((await fetch(path, { method: "POST", body: new URLSearchParams(fields) })).url).pathname;
      const reach = await send("/places/rivers", { community, water: "跃龙河", name: "南段", line: "120.8701 31.9960\n120.8740 31.9958", datum: "wgs84", half_width: "6", note: "" });
      await send("/rounds/policies", { community, title: "村级河长每周巡河", walkers: "chief:village", every: "week", count: "1", from: "2026-01-01" });
      return reach;
    }, { community: String(card.community) });
    known.river = river.split("/").pop();
    known.round = "01890000-0000-7000-8000-0000000000a1";
    const handedIn = await fetch(`${server.url}/api/v1/rounds`, { method: "POST", headers: { ...desk, "content-type": "application/json" }, body: JSON.stringify({
      id: known.round, kind: "patrol", community: card.community, subject: { kind: "reach", id: known.river }, outcome: "done", channel: "page",
      began_at: new Date(Date.now() - 3600e3).toISOString(), ended_at: new Date(Date.now() - 1800e3).toISOString(), text: "桥下有几个塑料瓶",
      findings: [{ id: "01890000-0000-7000-8000-0000000000a2", category: "E-0104", severity: "low", text: "桥下几个塑料瓶", lon: 120.8715, lat: 31.9959, bank: "left" }],
    }) });
    assert.equal(handedIn.status, 201, await handedIn.text());
    known.water = await window.evaluate(async ({ river }) => {
      const answer = await fetch(`/rounds/reaches/${river}/water`, { method: "POST", body: new URLSearchParams({ outlet: "", name: "南桥下", chainage: "120", bank: "", class: "IV" }) });
      return new URL(answer.url).pathname;
    }, { river: known.river });
    await window.evaluate(async ({ river }) => {
      const fields = { outlet_name: "南桥雨水口", kind: "rain", bank: "left", lon: "120.8715", lat: "31.9959", permit: "", outlet_note: "" };
      await fetch(`/places/rivers/${river}/outlets`, { method: "POST", body: new URLSearchParams(fields) });
    }, { river: known.river });
    known.outlet = (await link(`/places/rivers/${known.river}`, `a[href^="/places/rivers/${known.river}/outlets/"]`)).split("/").pop();
    known.policy = await link("/rounds/policies", 'main tbody a[href^="/rounds/policies/"]');
    await window.goto(`/places/rivers/${known.river}`);
    known.sign = (await window.locator("dd .num").first().innerText()).trim();
    const premises = 'a[href^="/places/premises/"]:not([href*="/new"])';
    known.market = await link("/places/premises?kind=market", premises);
    known.premises = await link(`/places/premises?q=${encodeURIComponent("光明东村南门")}`, premises);
    known.stall = await link(known.market, 'a[href^="/places/stalls/"]');
    known.equipment = await link(known.premises, 'a[href^="/places/equipment/"]:not([href*="/new"])');
    known.merchant = await link(known.premises, 'a[href^="/people/merchants/"]:not([href*="/new"])');
    known.resource = await link("/lists/resources?kind=equipment", 'main a.row[href^="/resources/"]');
    known.loan = await link("/lists/tasks?kind=loan", 'main a[href^="/loans/"]');
    known.support = await link("/support", 'main a.row[href^="/support/"]');
    known.estate = await link("/places", 'a[href^="/places/estates/"]:not([href*="/new"])');
    await window.context().close();
  }

  /** A file given by this role, judged: everybody sees their own only. */
  async function given(role) {
    const form = new FormData();
    form.set("kind", "persons");
    form.set("text", "key,name,phones,area_code,labels\nwalk-1,郁一,13800004321,320613005018,\nwalk-2,郁二,138,000,");
    const answer = await fetch(`${server.url}/imports`, { method: "POST", headers: headers[role], body: form, redirect: "manual" });
    if (answer.status !== 303) return [];
    const path = new URL(answer.headers.get("location"), server.url).pathname;
    const judged = async () => {
      const { state } = await get(`${path}/progress`, role);
      return state !== "running";
    };
    await until(judged, { what: "a judged file" });
    return [path];
  }

  /** The addresses behind one route for one role; none when this role has nothing there. */
  async function addresses(path, role, once = false) {
    const { states } = known;
    // People and buildings of the community; the supervisor and the administrator see them too.
    switch (path) {
      case "/admin/accounts/{id}": return [known.account];
      case "/admin/webhooks/{id}": return [known.webhook];
      case "/admin/categories/{code}": return ["/admin/categories/P-0104"];
      case "/desk/calls/{id}/panel": return [`/desk/calls/${known.call}/panel`];
      case "/field/sw.js": return []; // the field client's own files
      case "/field/manifest.webmanifest": return [];
      case "/field/words/{language}": return [];
      case "/follow/{code}": return [`/follow/${known.code}`, `/follow/${states.closed.tracking_code}`];
      case "/help/sent/{code}": return [`/help/sent/${known.code}?by=photo`];
      case "/imports/{id}": return given(role);
      case "/imports/blank.xlsx": return []; // a file
      case "/imports/{id}/progress": return []; // what the bar asks
      case "/imports/{id}/refused.xlsx": return []; // a file
      case "/rounds/visits/{id}": return [`/rounds/visits/${known.dwelling.split("/").pop()}`];
      case "/rounds/calendar/{community}/{who}/{id}/{token}": return []; // a feed, with a token
      case "/insight/forms/{id}": return [known.form];
      case "/insight/query": return [path, `${path}?d=persons&f=age~ge~80&g=age~10&g=sex`, `${path}?d=cases&add=cases~status`];
      case "/insight/query/add": return []; // a step that leads back
      case "/insight/evidence": return [`${path}?d=persons&f=age~ge~60`];
      case "/insight/export/{format}": return []; // files
      case "/insight/views/{id}": return []; // leads to the question
      case "/people/organisations/{id}": return [known.organisation];
      case "/people/organisations/{id}/edit": return [`${known.organisation}/edit`];
      case "/people/memberships/new": return [`${path}?person=${known.person}`];
      case "/people/memberships/{id}/end": return [known.membership];
      case "/people/{id}/guardians": return [`/people/${known.person}/guardians`];
      case "/my-file/code/{id}": return ["/my-file/code/01890000-0000-7000-8000-000000000001"];
      case "/my-file/phones/{id}": return []; // within an own file, which e2e/tests/own-file.test.mjs walks
      case "/admin/retention/{subject}": return ["moved_out", "looks", "record", "tracks"].map((subject) => `/admin/retention/${subject}`);
      case "/admin/looks/entries": return []; // behind a figure of /admin/looks
      case "/people/{id}/reveal": return [`/people/${known.person}/reveal`];
      case "/people/{id}/facts": return [`/people/${known.person}/facts`];
      case "/people/{id}/life": return [`/people/${known.person}/life`];
      case "/people/{id}/death": return [`/people/${known.person}/death`];
      case "/people/merge": return [];
      case "/people/{id}/edit": return [`/people/${known.person}/edit`];
      case "/places/estates/{id}": return [known.estate];
      case "/places/premises/{id}": return role === "community_desk" ? [known.premises, known.market] : [known.premises];
      case "/places/premises/{id}/edit": return [`${known.premises}/edit`];
      case "/places/stalls/{id}": return [known.stall];
      case "/places/equipment/new": return [`${path}?building=${known.building}`];
      case "/places/equipment/{id}": return [known.equipment];
      case "/places/equipment/{id}/edit": return [`${known.equipment}/edit`];
      case "/people/merchants/new": return [`${path}?premises=${known.premises.split("/").pop()}`];
      case "/people/merchants/{id}": return [known.merchant, `${known.merchant}?premises=${known.premises.split("/").pop()}`];
      case "/people/merchants/{id}/edit": return [`${known.merchant}/edit`];
      case "/people/merchants/{id}/persons/new": return [`${known.merchant}/persons/new?who=%E5%91%A8`];
      case "/places/buildings/{id}/edit": return [`/places/buildings/${known.building}/edit`];
      case "/places/dwellings/new": return [`${path}?building=${known.building}`];
      case "/places/dwellings/{id}": return [known.dwelling];
      case "/places/rivers/{id}": return [`/places/rivers/${known.river}`];
      case "/places/rivers/{id}/edit": return [`/places/rivers/${known.river}/edit`];
      case "/places/rivers/{id}/map.geojson": return []; // what the map asks
      case "/places/rivers/{id}/outlets/{outlet}": return [`/places/rivers/${known.river}/outlets/${known.outlet}`];
      case "/rounds/reaches/{id}/outlets/{outlet}": return [`/rounds/reaches/${known.river}/outlets/${known.outlet}`];
      case "/rounds/new": return [`${path}?reach=${known.river}`];
      // A partner sees the rounds that concern it, and this one does not.
      case "/rounds/{id}": return role === "partner" ? [] : [`/rounds/${known.round}`];
      case "/rounds/{id}/photos/{photo}": return []; // a file
      case "/rounds/reaches/{id}": return [`/rounds/reaches/${known.river}`];
      case "/rounds/reaches/{id}/map.geojson": return []; // what the map asks
      case "/rounds/sheet": return [`${path}?subject=reach:${known.river}&checklist=river-patrol@1`];
      case "/rounds/checklists/{name}": return ["/rounds/checklists/market-fire@1"];
      case "/rounds/checklists/{name}/preview": return ["/rounds/checklists/market-fire@1/preview"];
      case "/rounds/checklists/{name}/form.xlsx": return []; // a file
      case "/rounds/policies/{id}": return [known.policy];
      case "/rounds/policies/{id}/close": return [`${known.policy}/close`];
      case "/rounds/policies/{id}/standing": return [`${known.policy}/standing`];
      case "/rounds/policies/new": return [path, `${path}?about=premises`, `${path}?about=building`, `${path}?about=dwelling`];
      case "/rounds/buildings/{id}": return [`/rounds/buildings/${known.building}`];
      case "/rounds/talks/new": return [`${path}?subject=reach:${known.river}`];
      // The market lies outside the grid of the example's worker.
      case "/rounds/premises/{id}": return role === "grid_worker" ? [] : [known.market.replace("/places/", "/rounds/")];
      case "/rounds/hazards/{id}": return (await get("/api/v1/hazards", role)).slice(0, 2).map((one) => `/rounds/hazards/${one.id}`);
      case "/rounds/campaigns/{id}": return (await get("/api/v1/campaigns", role)).slice(0, 1).map((one) => `/rounds/campaigns/${one.id}`);
      // Planned by the district for all of it.
      case "/rounds/campaigns/{id}/edit":
      case "/rounds/campaigns/{id}/list":
        return role === "district_operator" ? (await get("/api/v1/campaigns", role)).slice(0, 1).map((one) => path.replace("{id}", one.id)) : [];
      case "/rounds/rules/{id}": return ["/rounds/rules/market-fire-example@1"];
      case "/rounds/rules/{id}/rules.json": return []; // a file
      case "/rounds/reaches/{id}/water": return [`/rounds/reaches/${known.river}/water`];
      case "/rounds/water/{id}": return [known.water];
      case "/rounds/spots/{id}": return []; // a photograph
      case "/rounds/{id}/track.gpx": return []; // a file
      case "/track/{token}": return []; // what programs on the telephone call
      case "/r/{sign}": return [`/r/${known.sign}`];
      case "/r/{sign}/code.svg": return []; // a picture
      case "/people/{id}": return [`/people/${known.person}`];
      case "/people/buildings/{id}": return [`/people/buildings/${known.building}`];
      case "/people/merchants/file": return []; // a file
      case "/people/households/{id}": return [known.household];
      case "/people/dwellings/{id}": return [known.dwelling.replace("/places/", "/people/")];
      case "/people/visits/{id}": return [known.visits];
      case "/lists/{list}/export/{format}": return ["/lists/tasks/export/csv"]; // asks what for, then gives the file
      case "/resources/{id}": return [known.resource];
      case "/resources/{id}/edit": return [`${known.resource}/edit`];
      case "/resources/{id}/book": return [`${known.resource}/book`];
      case "/loans/{id}": return [known.loan];
      // Those who work in its area see it; the others only what they were asked themselves.
      case "/support/{id}":
        return ["community_desk", "community_lead", "subdistrict_supervisor", "district_operator", "auditor"].includes(role) ? [known.support] : [];
      case "/places/buildings/{id}": return [`/places/buildings/${known.building}`];
      case "/rosters/map.geojson": return []; // what the map asks
      case "/admin/areas/split": return role === "administrator" ? [`/admin/areas/split?area=${known.grid}`] : [];
      case "/rosters/teams/{area}": return [`/rosters/teams/${known.grid}`];
      case "/rosters/teams/{area}/cards": return [`/rosters/teams/${known.grid}/cards`];
      case "/rosters/seconded/{id}": return [known.seconded];
      case "/my-grid-worker/{area}": return [`/my-grid-worker/${known.grid}`];
      case "/duty/now": return []; // the part in the bar
      case "/duty/{id}": return [`/duty/${known.rota}`];
      case "/duty/{id}/edit": return [`/duty/${known.rota}/edit`];
      case "/duty/{id}/calendar/{token}": return []; // a file
      case "/t/{token}": return [known.token];
      case "/tasks/{id}": {
        const tasks = await get("/api/v1/tasks", role);
        return tasks.length > 0 ? [`/tasks/${tasks[0].id}`] : [];
      }
      case "/cases/{id}": {
        const seen = role === "community_desk" ? Object.values(states) : [states.working];
        return seen.map(({ id }) => `/cases/${id}`);
      }
      case "/cases/{id}/forms/{verb}": {
        const forms = new Map();
        for (const { id } of role === "community_desk" ? Object.values(states) : [states.working]) {
          const { allowed, tasks } = await get(`/api/v1/cases/${id}`, role);
          for (const verb of allowed) {
            if (["accept", "start", "resume"].includes(verb)) continue;
            const ofTask = verb.endsWith("_task") && verb !== "add_task";
            if (ofTask && tasks.length === 0) continue;
            // The form of a step is the same for all who may take it.
            if (once && (drawn.get(verb) ?? role) !== role) continue;
            drawn.set(verb, role);
            forms.set(verb, `/cases/${id}/forms/${verb}${ofTask ? `?task=${tasks.at(-1).id}` : ""}`);
          }
        }
        if (role === "community_desk") forms.set("merge", `/cases/${states.reported.id}/forms/merge`);
        return [...forms.values()];
      }
      default:
        assert.ok(!path.includes("{"), `nobody says what stands in ${path}: add it here`);
        return [path];
    }
  }

  const routes = pageRoutes();
  /** Clauses are said in the words of their rule set, in whatever language. */
  const clauses = JSON.parse(readFileSync(new URL("../../crates/engines/checklist/data/market-fire-rules.json", import.meta.url), "utf8")).rules.map((rule) => rule.clause);
  /** Names of the example that happen to hold words of ours. */
  const names = () => [...server.access.accounts.map((account) => account.display_name), ...clauses];
  const pictured = new Set();
  const built = new Map(); // of what parts the pages were made that were looked at, by route and view
  let turns = 0;

  /** Whether some of these parts were not seen before under this name; from now on they were. */
  function news(name, parts) {
    const seen = built.get(name) ?? new Set();
    const fresh = parts.filter((one) => !seen.has(one));
    built.set(name, new Set([...seen, ...fresh]));
    return fresh.length > 0;
  }

  /** What the page of an address is made of, as the server sends it: its status, each kind of element in its kind of parent, bare keys. */
  const sent = (page, address) =>
    page.evaluate(
      async ({ address, keys }) => {
        const answer = await fetch(address);
        const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
        const part = (one) => `${one.tagName} ${one.className} ${one.getAttributeNames().sort().join(" ")} ${one.getAttribute("role") ?? ""}`;
        const all = [...body.querySelectorAll("*")];
        const bare = all.filter((one) => one.children.length === 0 && keys.includes(one.textContent.trim())).map((one) => one.textContent.trim());
        return { status: answer.status, bare, parts: [...new Set(all.map((one) => `${part(one.parentElement)} > ${part(one)}`))] };
      },
      { address, keys: [...KEYS] },
    );

  /** All texts a reader meets: what stands on the page, and what is read out or shown in empty fields. Runs in the browser. */
  const textsOf = (page) => {
    const found = [];
    const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement.closest("script, style, textarea, [lang]:not(html)")) found.push(node.textContent.trim());
    }
    for (const element of page.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
      for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(element.getAttribute(name)?.trim());
    }
    return [page.title, ...found].filter(Boolean);
  };
  const texts = (page) => page.evaluate(`(${textsOf})(document)`);
  /** The same of an address as the server sends it, and what a script of ours could take hold of there. */
  const sentTexts = (page, address) =>
    page.evaluate(`(async () => {
      const answer = await fetch(${JSON.stringify(address)});
      const sent = new DOMParser().parseFromString(await answer.text(), "text/html");
      const holds = [...sent.body.querySelectorAll("*")].map((one) => one.tagName + " " + one.getAttributeNames().filter((name) => name.startsWith("data-")).sort().join(" "));
      return { status: answer.status, lang: sent.documentElement.lang, texts: (${textsOf})(sent), holds: [...new Set(holds)] };
    })()`);

  async function audit(page, address, first, faults, { status = 200 } = {}) {
    const fault = (words) => faults.push(`${address}: ${words}`);
    const check = async (what, run) => run().catch((error) => fault(`${what}: ${error.message}`));
    const view = async (size, colorScheme) => {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
    };
    await view(DESKTOP, "light");
    const answer = await page.goto(address);
    if (answer.status() !== status) return fault(`answered ${answer.status()}`);
    await page.evaluate(() => {
      // Colours fade from day to night; half-way ones are nobody's.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { transition: none !important; }");
      document.adoptedStyleSheets = [sheet];
    });
    await page.locator(".topbar-part").first().waitFor({ state: "detached" });
    const name = `pages${address.split("?")[0].replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "id").replace(/^\/t\/.*/, "/t/token").replace(/[^\w/-]/g, "-").replace(/\/$/, "/home")}`;
    const picture = async (mode) => first && PICTURES && screenshot(page, `${name}-${mode}`, { type: "jpeg" });
    for (const text of await texts(page)) if (KEYS.has(text)) fault(`the key ${text} stands there bare`);
    await picture("desk-light");
    // Whoever comes after the first sees the same page with other contents: in turn by day at the desk, by night on the phone.
    const turn = (turns += 1) % 2 === 0;
    // Of a step's form the form: the record around it is a page of its own.
    const within = /^\/cases\/.*\/forms\//.test(address) ? "#verb-form" : undefined;
    if (first || turn) await check("axe, desk, light", () => axe(page, { within }));
    // Colours and sizes of parts that were seen on another page in these two views are no news.
    const kinds = first ? await page.evaluate(() => [...new Set([...document.body.querySelectorAll("*")].map((one) => `${one.parentElement.className} > ${one.tagName} ${one.className}`))]) : [];
    const unseen = first && news("every page", kinds);
    if (unseen) {
      await view(DESKTOP, "dark");
      await picture("desk-dark");
      await check("axe, desk, dark", () => axe(page, { rules: ["color-contrast"] }));
      await view(PHONE, "light");
      await picture("phone-light");
      await check("axe, phone, light", () => axe(page, { rules: ["color-contrast", "target-size"] }));
    }
    await view(PHONE, "dark");
    const wide = await page.evaluate(() => {
      const cut = [...document.querySelectorAll(".table-wrap")].find((one) => one.querySelector(".table-stack") && one.scrollWidth > one.clientWidth + 1);
      if (cut) return `a table of cards is ${cut.scrollWidth} px in ${cut.clientWidth}`;
      if (document.documentElement.scrollWidth <= innerWidth) return "";
      const out = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
      return `${document.documentElement.scrollWidth} px wide: ${out.slice(0, 4).map((one) => `${one.tagName.toLowerCase()}.${one.className}`).join(", ")}`;
    });
    if (wide) fault(`on a phone it is ${wide}`);
    await picture("phone-dark");
    // What was read whole at the desk has the same words and names here; what the narrow page may spoil is looked at anew.
    if (first || !turn) await check("axe, phone, dark", () => axe(page, unseen || !first ? { within } : { rules: NARROW, within }));
    try {
      noConsoleErrors(page, { allow: status === 200 ? [] : [new RegExp(`status of ${status}`)] });
    } catch (error) {
      fault(error.message);
    }
  }

  for (const [role, login] of Object.entries(WALKERS)) {
    test(`as ${role}`, async () => {
      const page = await openPage(browser, server);
      await (login ? signIn(page, login) : page.goto("/help"));
      const faults = [];
      const only = process.env.YOULIN_E2E_PAGES; // while mending one page
      for (const { path, roles } of routes) {
        const everybodys = roles.includes("visitor");
        if (!roles.includes(role) || (everybodys && login && !PUBLIC_AGAIN.includes(path))) continue;
        for (const address of await addresses(path, role, true)) {
          if (only && !address.includes(only)) continue;
          // The form of a step is the same page around another form: looked at in two views, not in four.
          const first = !pictured.has(path) && !path.endsWith("{verb}");
          pictured.add(path);
          const began = performance.now();
          // Whoever comes later and gets a page of the same parts, with other words in them, sees nothing that was not looked at.
          const { status, bare, parts } = await sent(page, address);
          for (const key of bare) faults.push(`${address}: the key ${key} stands there bare`);
          if (news(path, parts) || status !== 200 || first) await audit(page, address, first, faults);
          if (process.env.YOULIN_E2E_TIMES) console.log(`${((performance.now() - began) / 1000).toFixed(1)} s  ${role} ${address}`);
        }
      }
      // … and what is said where there is no page, or not for this person.
      if (!only) await audit(page, "/there/is/no/such/page", !login, faults, { status: 404 });
      if (!only && role === "grid_worker") await audit(page, "/admin/accounts", false, faults, { status: 403 });
      await page.context().close();
      assert.equal(faults.join("\n"), "");
    });
  }

  test("in English there is no Chinese sentence of ours, and no bare key", async () => {
    const faults = new Set();
    const read = new Set();
    for (const [role, login] of Object.entries(WALKERS).filter(([role]) => ["visitor", "community_desk", "administrator", "grid_worker"].includes(role))) {
      const page = await openPage(browser, server, { locale: "en", context: { extraHTTPHeaders: { "accept-language": "en" } } });
      await (login ? signIn(page, login) : page.goto("/help"));
      // The same page stands in the desk's room or in the street's.
      const room = (path) => `${login === "shi" ? "street" : "desk"} ${path}`;
      await page.context().addCookies([{ name: "prefs", value: "lang:en", url: server.url }]);
      for (const { path, roles } of routes) {
        if (!roles.includes(role) || (roles.includes("visitor") && login) || read.has(room(path))) continue;
        for (const address of await addresses(path, role)) {
          read.add(room(path));
          const answer = await sentTexts(page, address);
          if (answer.status !== 200) faults.add(`${address} answered ${answer.status}`);
          assert.equal(answer.lang, "en", address);
          // What scripts add is read where they find something they have not met yet.
          if (news("English", answer.holds)) {
            await page.goto(address, { waitUntil: "domcontentloaded" });
            await page.locator(".topbar-part").first().waitFor({ state: "detached" });
            answer.texts.push(...(await texts(page)));
          }
          for (const text of answer.texts) {
            if (KEYS.has(text)) faults.add(`${path}: the key ${text}`);
            const piece = names().some((name) => text.includes(name)) ? undefined : CHINESE.find((words) => text.includes(words));
            if (piece) faults.add(`${path}: “${piece}” in “${text.slice(0, 80)}”`);
          }
        }
      }
      noConsoleErrors(page);
      await page.goto(login ? (login === "shi" ? "/today" : "/desk") : "/");
      await screenshot(page, `english-${role}`);
      await page.context().close();
    }
    assert.equal([...faults].join("\n"), "");
  });
});
