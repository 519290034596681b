// A small server for the gallery, on loopback, with exactly the Content-Security-Policy the real one sends,
// and answers enough to try the behaviours: saving, conflict, live events, progress.
//   npm run gallery            http://127.0.0.1:8090/gallery/
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
export const CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".json": "application/json", ".geojson": "application/geo+json", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8" };

const PANEL = `<section class="call" data-call="1" aria-label="来电"><div class="call-head"><svg class="icon" aria-hidden="true"><use href="/assets/icons.svg#phone"></use></svg><strong class="grow">来电 138 **** 2046</strong><button class="btn btn-quiet btn-icon" type="button" data-dismiss aria-label="关闭">✕</button></div><div class="call-body"><h2>陈志明 <span class="tag">户主之子</span></h2><dl class="facts"><dt>住址</dt><dd>光明东村12号楼304</dd><dt>网格员</dt><dd>施岚</dd><dt>在办</dt><dd><a href="#">0 件</a></dd><dt>以往</dt><dd><a href="#">2 件，最近 9月8日 满意</a></dd></dl></div><div class="call-foot"><a class="btn btn-primary" href="/gallery/note.html" autofocus>记这通电话</a><a class="btn" href="#">看全户</a></div></section>`;
const CONFLICT = `<section class="conflict" data-conflict><h2>汤玉琴在 08:31 先保存了这条记录</h2><p>您写的内容都还在。</p><table><tbody><tr><th scope="row">标题</th><td>对方的标题</td><td><button class="btn" type="button" data-conflict-take="title" data-value="对方的标题">采用对方的</button></td></tr></tbody></table><div class="actions"><button class="btn btn-primary" type="button" data-conflict-keep="8">保留我写的并保存</button></div></section>`;

function body(request) {
  return new Promise((resolve) => {
    const parts = [];
    request.on("data", (d) => parts.push(d));
    request.on("end", () => resolve(new URLSearchParams(Buffer.concat(parts).toString())));
  });
}

/** Starts the server; `seen` collects what was posted, `tell(kind, data)` sends a live event. */
export function serve(port = 0) {
  const streams = new Set();
  const seen = [];
  let asked = 0;
  let refreshed = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://local");
    const send = (status, text, headers = {}) => {
      response.writeHead(status, { "Content-Type": TYPES[".html"], "Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", ...headers });
      response.end(text);
    };
    if (url.pathname === "/live") {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "Content-Security-Policy": CSP });
      response.write("retry: 500\n\n");
      streams.add(response);
      request.on("close", () => streams.delete(response));
      return;
    }
    if (url.pathname === "/desk/calls/1/panel") return send(200, PANEL);
    if (url.pathname === "/demo/case") return send(200, `<div id="case-7" class="card" data-refresh-on="case:7" data-refresh-url="/demo/case">第 ${++refreshed} 次 <details><summary>更多</summary>细节</details></div>`);
    if (url.pathname === "/demo/list") return send(200, `筛选：${url.search.replaceAll(/[<>&"]/g, "")}`);
    if (url.pathname === "/demo/progress") {
      asked += 1;
      return send(200, JSON.stringify({ done: Math.min(10, asked * 5), total: 10, state: asked >= 2 ? "done" : "running" }), { "Content-Type": TYPES[".json"] });
    }
    if (url.pathname === "/demo/remove") return send(200, "已删除");
    if (url.pathname === "/demo/save" && request.method === "POST") {
      const form = await body(request);
      seen.push({ form, key: request.headers["idempotency-key"], csrf: request.headers["x-csrf-token"] });
      await new Promise((r) => setTimeout(r, 600));
      const mode = form.get("mode") ?? "ok";
      if (mode === "409" && form.get("version") === "7") return send(409, CONFLICT);
      if (mode === "422") return send(422, `<p class="error">标题太短。</p>`);
      if (mode === "500") return send(500, "fault");
      if (mode === "401") return send(401, "");
      return send(200, `已保存 ${(form.get("title") ?? "").replaceAll(/[<>&]/g, "")} v${form.get("version") ?? ""}`, { "X-Draft-Clear": "demo" });
    }
    const wanted = url.pathname === "/" || url.pathname === "/gallery/" ? "/gallery/index.html" : url.pathname === "/favicon.ico" ? "/assets/favicon.svg" : url.pathname;
    const file = path.normalize(path.join(root, wanted.replace(/^\/assets\//, "/dist/")));
    if (!file.startsWith(path.join(root, "dist")) && !file.startsWith(path.join(root, "gallery"))) return send(404, "not here");
    try {
      send(200, await readFile(file), { "Content-Type": TYPES[path.extname(file)] ?? "application/octet-stream" });
    } catch {
      send(404, "not here");
    }
  });
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => {
      const tell = (kind, data) => {
        for (const s of streams) s.write(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
      };
      const close = () => {
        for (const s of streams) s.destroy();
        server.closeAllConnections?.();
        return new Promise((done) => server.close(done));
      };
      resolve({ url: `http://127.0.0.1:${server.address().port}`, seen, tell, streams, close });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(Number(process.env.PORT ?? 8090));
  console.log(`${url}/gallery/`);
}
