// Keeps the shell on the telephone. `SHELL` (version, list of files) stands in front of this program as the server sends
// it; a changed list is a changed worker. Nothing of anybody is kept here: data lies sealed in IndexedDB.
import { finishSignOut, TAG } from "./signout";

type Extendable = Event & { waitUntil(done: Promise<unknown>): void };
type Fetching = Extendable & { request: Request; respondWith(answer: Promise<Response>): void };
type ShellWorker = {
  SHELL: { version: string; files: string[] };
  addEventListener(name: "install" | "activate", act: (event: Extendable) => void): void;
  addEventListener(name: "fetch", act: (event: Fetching) => void): void;
  addEventListener(name: "sync", act: (event: Extendable & { tag: string }) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
};
const worker: ShellWorker = self as unknown as ShellWorker;
const { version, files } = worker.SHELL;
const NAME = `field-${version}`;

worker.addEventListener("install", (event) => {
  const fill = async (): Promise<void> => {
    const cache = await caches.open(NAME);
    await cache.addAll(files.map((file) => new Request(file, { cache: "reload" })));
    await worker.skipWaiting();
  };
  event.waitUntil(fill());
});

worker.addEventListener("activate", (event) => {
  const tidy = async (): Promise<void> => {
    for (const name of await caches.keys()) if (name.startsWith("field-") && name !== NAME) await caches.delete(name);
    await worker.clients.claim();
  };
  event.waitUntil(tidy());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const page = request.mode === "navigate" && url.pathname === "/field";
  const ours = page || files.includes(url.pathname + url.search) || files.includes(url.pathname);
  if (!ours) return;
  const answer = async (): Promise<Response> => {
    const cache = await caches.open(NAME);
    return (await cache.match(page ? "/field" : request, { ignoreSearch: false })) ?? fetch(request);
  };
  event.respondWith(answer());
});

// Somebody signed out without signal and closed the page: the browser wakes us when there is some.
worker.addEventListener("sync", (event) => {
  if (event.tag !== TAG) return;
  const end = async (): Promise<void> => {
    if (!(await finishSignOut())) throw new Error("not yet");
  };
  event.waitUntil(end());
});
