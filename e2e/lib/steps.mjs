// Steps of cases as people take them in the browser, shared by the journeys.

import { createHmac } from "node:crypto";

/** What a telephone system sends when somebody calls the desk. */
export async function ring(server, from, call) {
  const body = JSON.stringify({ call_id: call, from, to: server.access.telephony_line ?? "" });
  const seconds = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", server.access.telephony_secret).update(`${seconds}.${body}`).digest("hex");
  return fetch(`${server.url}/hooks/telephony/incoming`, {
    method: "POST",
    headers: { "content-type": "application/json", "youlin-signature": `t=${seconds},v1=${signature}` },
    body,
  });
}

/** Presses a choice as a person does: on its label. */
export async function choose(page, input) {
  await page.locator(`label:has(${input})`).first().click();
}

/** Opens the form of a step, from the bar or from the menu behind it, and waits for it. */
export async function openStep(page, verb) {
  const link = page.locator(`.record-bar a[href$="/forms/${verb}"]`).first();
  if (!(await link.isVisible())) await page.locator(".record-bar details.menu > summary").click();
  await link.click();
  await page.locator(`#verb-form input[name="verb"][value="${verb}"]`).waitFor({ state: "attached" });
}

/** Sends the open form of a step and waits until it is gone. */
export async function sendStep(page) {
  await page.locator('#verb-form button[type="submit"]').click();
  await page.locator("#verb-form").waitFor({ state: "detached" });
}

/** Presses a step that needs no form. */
export async function press(page, verb) {
  const button = page.locator(`.record-bar form:has(input[name="verb"][value="${verb}"]) button`).first();
  if (!(await button.isVisible())) await page.locator(".record-bar details.menu > summary").click();
  await button.click();
}

/** Waits until the head of the record says this. */
export async function standsAt(page, words) {
  await page.locator(".record-head", { hasText: words }).first().waitFor();
}

/**
 * A case reported by REST, for journeys that begin later than the report.
 *
 * @param {import("./server.mjs").Server} server
 * @param {Record<string, string>} who headers of `server.session`
 * @returns {Promise<{ id: string, number: string, tracking_code: string, url: string }>}
 */
export async function report(server, who, { text, category = "P-0104", place = "光明东村12号楼", ...more } = {}) {
  const answer = await fetch(`${server.url}/api/v1/cases`, {
    method: "POST",
    headers: { ...who, "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify({ source: "desk", text, category, place: { text: place }, ...more }),
  });
  const body = await answer.json();
  if (answer.status !== 201) throw new Error(`the report was answered ${answer.status}: ${JSON.stringify(body)}`);
  return { ...body, url: `${server.url}/cases/${body.id}` };
}

/** One step of a case by REST, on the version it has now. Returns the case after it. */
export async function act(server, who, id, step) {
  const { version } = await (await fetch(`${server.url}/api/v1/cases/${id}`, { headers: who })).json();
  const answer = await fetch(`${server.url}/api/v1/cases/${id}/steps`, {
    method: "POST",
    headers: { ...who, "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify({ version, ...step }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${JSON.stringify(step)} was answered ${answer.status}: ${JSON.stringify(body)}`);
  return body;
}
