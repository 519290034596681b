// Waiting for conditions. Nothing in these tests sleeps for a guessed time: it asks until the answer is right, and
// after the limit it says what it was waiting for.

import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks `probe` until it gives something truthy and returns that. A probe that throws counts as "not yet"; its last
 * error is named when the time is over.
 *
 * @param {() => unknown} probe
 * @param {{ what: string, timeout?: number, every?: number }} options milliseconds; 30 s, for a machine busy with other things, and 25 ms unless told
 */
export async function until(probe, { what, timeout = 30_000, every = 25 }) {
  const end = performance.now() + timeout;
  let last;
  for (;;) {
    try {
      const answer = await probe();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${timeout / 1000} s for ${what}${last ? `; last: ${last.message ?? last}` : ""}`, {
        cause: last,
      });
    }
    await pause(every);
  }
}

/** A loopback port nobody listens on at this moment. */
export async function freePort() {
  const { createServer } = await import("node:net");
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
