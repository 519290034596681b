// Open311 as a foreign client uses it, against the running server and the example's own catalogue and boundaries.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startServer } from "../lib/index.mjs";

// A building of 光明东村 in the example.
const HERE = { lat: "32.0020", long: "120.8700" };

describe("a foreign system over Open311", () => {
  let server;
  let key;
  let endpoint;
  let id;

  before(async () => {
    server = await startServer();
    key = server.access.open311_key;
  });
  after(async () => {
    await server?.close();
  });

  async function json(path, init) {
    const answer = await fetch(`${endpoint}/${path}`, init);
    assert.equal(answer.headers.get("content-type"), "application/json; charset=utf-8");
    return { status: answer.status, body: await answer.json() };
  }

  test("discovery leads to the endpoint", async () => {
    const found = await (await fetch(`${server.url}/open311/discovery.json`)).json();
    endpoint = found.endpoints[0].url;
    assert.equal(endpoint, `${server.url}/open311/v2`);
    assert.equal(found.endpoints[0].type, "test");
  });

  test("a street light is reported with a picture, whatever the definition asks", async () => {
    const services = (await json("services.json")).body;
    const service = services.find((one) => one.service_name.startsWith("路灯"));
    assert.equal(service.metadata, true);
    const { attributes } = (await json(`services/${service.service_code}.json`)).body;
    const form = new FormData();
    form.set("api_key", key);
    form.set("service_code", service.service_code);
    form.set("lat", HERE.lat);
    form.set("long", HERE.long);
    form.set("description", "路灯不亮，电话13800001234");
    for (const { code, datatype, values } of attributes) {
      const answer = values?.[0].key ?? { number: "2", datetime: "2026-11-11T08:00:00+08:00" }[datatype] ?? "7";
      form.set(datatype === "multivaluelist" ? `attribute[${code}][]` : `attribute[${code}]`, answer);
    }
    const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    form.set("media", new Blob([Buffer.from(png, "base64")], { type: "image/png" }), "lamp.png");
    const filed = await json("requests.json", { method: "POST", body: form });
    assert.equal(filed.status, 201, JSON.stringify(filed.body));
    id = filed.body[0].service_request_id;
    assert.match(filed.body[0].service_notice, /[0-9A-Z]{5}-[0-9A-Z]{5}/);
  });

  test("the public reads it without the number, the key reads it whole", async () => {
    const [seen] = (await json(`requests/${id}.json`)).body;
    assert.equal(seen.status, "open");
    assert.equal(seen.description, "路灯不亮，电话***");
    assert.equal(seen.media_url, null);
    const [whole] = (await json(`requests/${id}.json?api_key=${key}&extensions=true`)).body;
    assert.equal(whole.description, "路灯不亮，电话13800001234");
    assert.equal(whole.extended_attributes.place_precision, "exact");
    const picture = await fetch(`${whole.media_url}?api_key=${key}`);
    assert.equal(picture.status, 200);
    assert.match(picture.headers.get("content-type"), /^image\//);
  });

  test("the list of the example holds it, in both formats, and no sensitive service", async () => {
    const services = (await json("services.json")).body;
    const list = (await json("requests.json?status=open")).body;
    assert.equal(list[0].service_request_id, id);
    assert.ok(list.length > 1, "the example has open requests");
    assert.ok(!list.some((one) => one.service_name === "陪诊就医"), "a sensitive request is public");
    assert.ok(list.every((one) => services.some((service) => service.service_code === one.service_code)));
    const xml = await fetch(`${endpoint}/requests.xml?service_request_id=${id}`);
    assert.equal(xml.headers.get("content-type"), "text/xml; charset=utf-8");
    assert.match(await xml.text(), new RegExp(`<service_requests><request><service_request_id>${id}<`));
  });

  test("updates are added, closing is not", async () => {
    const send = (fields) =>
      json("servicerequestupdates.json", {
        method: "POST",
        body: new URLSearchParams({ api_key: key, service_request_id: id, ...fields }),
      });
    assert.equal((await send({ description: "两盏都不亮", update_id: "1" })).status, 201);
    const refused = await send({ description: "修好了", status: "closed" });
    assert.equal(refused.status, 409);
    assert.equal(refused.body[0].code, 409);
    const updates = (await json(`servicerequestupdates.json?service_request_id=${id}&api_key=${key}`)).body;
    assert.deepEqual(updates.map((one) => one.description), ["两盏都不亮"]);
  });

  test("a wrong place is refused with the nearest one named", async () => {
    const body = new URLSearchParams({ api_key: key, service_code: "P-0104", lat: "31.2304", long: "121.4737" });
    const refused = await json("requests.json", { method: "POST", body });
    assert.equal(refused.status, 400);
    assert.match(refused.body[0].description, /社区/);
  });
});
