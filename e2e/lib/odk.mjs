// ODK's own engine (the one of ODK Web Forms) as a client of our OpenRosa address: it fetches, opens, fills and sends forms, and
// knows nothing of this server. Runs inside a page, where it finds the DOM it needs.

import { createRequire } from "node:module";

import { build } from "esbuild";

const NAME = "odk-engine.js";

/** Gives the page the engine as `globalThis.Odk`. The page's context must bypass its security policy: no page of ours loads such a thing. */
export async function bring(page) {
  const entry = createRequire(import.meta.url).resolve("@getodk/xforms-engine").replace(/[^/]+$/, "index.js");
  const made = await build({ entryPoints: [entry], bundle: true, write: false, format: "esm", platform: "browser", logLevel: "silent" });
  await page.route(`**/${NAME}`, (route) => route.fulfill({ contentType: "text/javascript", body: made.outputFiles[0].text }));
  await page.evaluate(async (name) => {
    globalThis.Odk = await import(`/${name}`);
  }, NAME);
}

/** The forms a phone is offered. To be run inside a page. */
export async function offered(address) {
  const list = new DOMParser().parseFromString(await (await fetch(`${address}/formList`)).text(), "text/xml");
  const said = (node, name) => node.getElementsByTagName(name)[0]?.textContent ?? "";
  return [...list.getElementsByTagName("xform")].map((one) => ({ id: said(one, "formID"), download: said(one, "downloadUrl"), manifest: said(one, "manifestUrl") }));
}

/**
 * Fills one form as somebody would who answers whatever is asked, and sends it twice. To be run inside a page that has the engine.
 * @returns {Promise<{ status: string, errors: string[], violations: string[], answered: number, repeats: number, sent: number[], said: string }>}
 */
export async function fillAndSend({ address, form }) {
  const parse = (text) => new DOMParser().parseFromString(text, "text/xml");
  const said = (node, name) => node.getElementsByTagName(name)[0]?.textContent ?? "";
  const lists = new Map();
  const manifest = parse(await (await fetch(form.manifest)).text());
  for (const file of manifest.getElementsByTagName("mediaFile")) lists.set(said(file, "filename"), said(file, "downloadUrl"));
  const xml = await (await fetch(form.download)).text();
  const loaded = await Odk.loadForm(xml, { fetchFormAttachment: (url) => fetch(lists.get(url.href.split("/").pop())) });
  const told = { status: loaded.status, errors: [], violations: [], answered: 0, repeats: 0, sent: [], said: "" };
  if (loaded.status === "failure") {
    told.errors.push(String(loaded.error));
    return told;
  }
  const { root } = loaded.createInstance();
  const now = new Date(Date.now() + 8 * 3600e3).toISOString();
  const values = { int: 3n, decimal: 2.5, date: now.slice(0, 10), time: now.slice(11, 23), dateTime: `${now.slice(0, 23)}+08:00`, geopoint: { latitude: 32.0148, longitude: 120.8978, altitude: 4, accuracy: 6.5 }, string: "看过了 & <好>", barcode: "6901234567892" };
  const answered = new Set();
  const each = (node, visit) => {
    visit(node);
    for (const child of node.currentState.children ?? []) each(child, visit);
  };
  // What is answered may open further questions: until nothing new is asked.
  for (let pass = 0; pass < 12; pass += 1) {
    let news = 0;
    each(root, (node) => {
      const { currentState: state } = node;
      if (!state.relevant || state.readonly || answered.has(node.nodeId)) return;
      if (node.nodeType === "select") {
        const [first] = state.valueOptions;
        if (!first) return;
        if (state.value.length === 0) node.selectValue(first.value);
      } else if (node.nodeType === "input" && (state.value === null || state.value === "")) {
        if (!(node.valueType in values)) return;
        node.setValue(values[node.valueType]);
      } else if (node.nodeType === "trigger") {
        node.setValue(true);
      } else if (node.nodeType === "repeat-range:uncontrolled" && told.repeats < 3) {
        node.addInstances();
        told.repeats += 1;
      } else if (node.nodeType !== "input") {
        return;
      }
      answered.add(node.nodeId);
      news += 1;
    });
    if (news === 0) break;
  }
  told.answered = answered.size;
  const payload = await root.prepareInstancePayload({ payloadType: "monolithic" });
  told.violations = (payload.violations ?? []).map((one) => `${one.reference ?? one.nodeId}: ${one.violation?.condition} ${one.violation?.message?.asString ?? ""}`);
  for (let n = 0; n < 2; n += 1) {
    const answer = await fetch(`${address}/submission`, { method: "POST", body: payload.data[0], headers: { "X-OpenRosa-Version": "1.0" } });
    told.sent.push(answer.status);
    told.said = said(parse(await answer.text()), "message");
  }
  return told;
}
