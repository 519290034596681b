// Where a draft is kept: what is written about people stays in the tab, everything else in the browser; both go once saved.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
let folder;
let draft;

class Shelf {
  setItem(key, value) {
    this[key] = value;
  }
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  removeItem(key) {
    delete this[key];
  }
}
class Field {}
class Input extends Field {
  constructor(name, value) {
    super();
    Object.assign(this, { name, value, type: "text", dataset: {} });
  }
  closest() {
    return null;
  }
}
const form = (key, tab, elements) => ({ dataset: { draft: key, ...(tab ? { draftTab: "" } : {}) }, elements, querySelector: () => null, querySelectorAll: () => [] });

before(async () => {
  const nothing = () => undefined;
  Object.assign(globalThis, {
    HTMLInputElement: Input,
    HTMLTextAreaElement: class {},
    HTMLSelectElement: class {},
    CSS: { escape: (text) => text },
    localStorage: new Shelf(),
    sessionStorage: new Shelf(),
    document: { documentElement: { lang: "zh-CN", dataset: { user: "u1" } }, cookie: "", addEventListener: nothing, querySelectorAll: () => [] },
  });
  folder = await mkdtemp(path.join(tmpdir(), "youlin-web-"));
  const alone = { name: "alone", setup: (b) => b.onResolve({ filter: /\/htmx$/ }, () => ({ path: "htmx", namespace: "none" })) };
  const none = { name: "none", setup: (b) => b.onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "export const ctxOf = () => undefined;" })) };
  await build({ entryPoints: [path.join(root, "src/draft.ts")], bundle: true, format: "esm", target: "es2022", outfile: path.join(folder, "draft.mjs"), plugins: [alone, none] });
  draft = await import(pathToFileURL(path.join(folder, "draft.mjs")));
});
after(() => rm(folder, { recursive: true, force: true }));

test("what is written about people does not outlive the tab", () => {
  const person = form("person:new:d1", true, [new Input("phone", "13800001234")]);
  const other = form("case:new", false, [new Input("text", "路灯不亮")]);
  draft.rememberSend(person, "k1");
  draft.rememberSend(other, "k2");
  assert.deepEqual(Object.keys(localStorage), ["draft:u1:case:new"]);
  assert.deepEqual(Object.keys(sessionStorage), ["draft:u1:person:new:d1"]);
  assert.equal(draft.sentKey(person), "k1");
  assert.equal(draft.sentKey(form("person:new:d2", true, [])), undefined, "another door has a draft of its own");
  draft.clearDrafts("person:new:d1");
  assert.deepEqual(Object.keys(sessionStorage), []);
  draft.rememberSend(person, "k3");
  draft.purgeDrafts(true);
  assert.deepEqual([...Object.keys(localStorage), ...Object.keys(sessionStorage)], [], "signed out, nothing is left");
});
