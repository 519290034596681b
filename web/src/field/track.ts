// The way of a patrol, recorded only where the policy asks for it and the page says so. Each fix is on the disk within
// seconds, in sealed pieces, so that a killed page loses nothing but the time it was away. A page hears no position while
// the screen is locked: it keeps the screen on where the browser lets it, and shows the gaps there were.
import { now } from "./clock";
import { StorageTrouble } from "./database";
import { state } from "./state";
import type { Spot } from "./types";

/** Milliseconds since 1970, degrees, metres, metres a second: as they are handed in. */
export type Fix = [number, number, number, number, number | null];
export type Track = { fixes: Fix[]; mock: boolean };

/** Fixes in one sealed piece; only the last one is written again. */
const PIECE = 60;
/** Nearer in time and place than this nothing is said. */
const [SECONDS, METRES] = [5, 8];
/** A day's walk; beyond, every second fix goes. */
const MOST = 12_000;
/** A position of the way stands for where one is now: no older than so many milliseconds, and no further off than so many metres. */
const [FRESH, NEAR] = [20_000, 30];
/** Longer without a fix is a gap. */
const GAP = 90_000;

const box = (round: string, piece: number): string => `track:${round}:${String(piece).padStart(4, "0")}`;

/** Metres between two fixes, near enough for a village. */
export function metres(a: Fix, b: Fix): number {
  const east = (b[1] - a[1]) * Math.cos((a[2] * Math.PI) / 180);
  return Math.hypot(east, b[2] - a[2]) * 111_195;
}

/** Whether a fix says something the one before did not. */
export function tells(last: Fix | undefined, next: Fix): boolean {
  if (!last) return true;
  if (next[0] <= last[0]) return false;
  const waited = (next[0] - last[0]) / 1000;
  return waited >= SECONDS && (metres(last, next) >= METRES || waited >= 30);
}

export function gaps(fixes: Fix[], until: number): { count: number; minutes: number } {
  const times = [...fixes.map(([at]) => at), until];
  const long = times.slice(1).map((at, n) => at - (times[n] ?? at)).filter((wait) => wait > GAP);
  return { count: long.length, minutes: Math.round(long.reduce((sum, wait) => sum + wait, 0) / 60_000) };
}

/** A way as it is kept, for whoever puts one back. */
export function kept(round: string, track: Track): { id: string; value: Track }[] {
  const count = Math.ceil(track.fixes.length / PIECE);
  return Array.from({ length: count }, (_, n) => ({ id: box(round, n), value: { fixes: track.fixes.slice(n * PIECE, (n + 1) * PIECE), mock: track.mock } }));
}

export class Recorder {
  fixes: Fix[] = [];
  /** Heard last, whether or not the way needs it. */
  latest: Fix | null = null;
  mock = false;
  /** `weak`: no position just now; it is asked on. */
  trouble: "" | "denied" | "weak" | "full" = "";
  private watch: number | null = null;
  private lock: { release(): Promise<void> } | null = null;
  private writing: Promise<void> | null = null;
  private again = false;
  private thinned = false;
  private recalled = false;
  awake = false;

  constructor(readonly round: string, private readonly heard: () => void) {}

  get running(): boolean {
    return this.watch !== null;
  }

  /** What was recorded before the page was killed. */
  async recall(): Promise<void> {
    const pieces = (await state.vault?.all<Track>("boxes", `track:${this.round}:`)) ?? [];
    const before = pieces.sort((a, b) => (a.id < b.id ? -1 : 1)).flatMap((piece) => piece.value.fixes);
    // The page may have heard something while it was reading.
    this.fixes = [...before, ...this.fixes];
    this.mock ||= pieces.some((piece) => piece.value.mock);
    this.recalled = true;
    if (this.fixes.length > before.length) void this.keep();
    this.heard();
  }

  start(): void {
    if (this.running || !navigator.geolocation) return;
    this.watch = navigator.geolocation.watchPosition((found) => this.take(found), (error) => this.fail(error), { enableHighAccuracy: true, maximumAge: 0, timeout: 60_000 });
    void this.stayAwake();
    document.addEventListener("visibilitychange", this.seen);
    this.heard();
  }

  stop(): void {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
    document.removeEventListener("visibilitychange", this.seen);
    void this.lock?.release().catch(() => undefined);
    this.lock = null;
    this.awake = false;
    this.heard();
  }

  /** The browser lets the screen go dark with the page; back on it, it is asked again. */
  private readonly seen = (): void => void (document.visibilityState === "visible" && this.running && this.stayAwake());

  private async stayAwake(): Promise<void> {
    try {
      this.lock = (await (navigator as { wakeLock?: { request(kind: string): Promise<{ release(): Promise<void> }> } }).wakeLock?.request("screen")) ?? null;
    } catch {
      this.lock = null;
    }
    this.awake = this.lock !== null;
    this.heard();
  }

  private fail(error: GeolocationPositionError): void {
    // That nothing can be kept any more is worse than a position that is missing.
    if (error.code === error.PERMISSION_DENIED) this.trouble = "denied";
    else if (this.trouble !== "full") this.trouble = "weak";
    if (this.trouble === "denied") this.stop();
    this.heard();
  }

  private take({ coords }: GeolocationPosition): void {
    this.trouble = this.trouble === "full" ? "full" : "";
    // Some web views say so; browsers have no word for it.
    if ((coords as { mocked?: boolean }).mocked) this.mock = true;
    const round = (number: number, by: number): number => Math.round(number * by) / by;
    const speed = coords.speed === null || Number.isNaN(coords.speed) ? null : round(coords.speed, 100);
    const fix: Fix = [Math.round(now()), round(coords.longitude, 1e6), round(coords.latitude, 1e6), round(coords.accuracy, 10), speed];
    this.latest = fix;
    if (!tells(this.fixes[this.fixes.length - 1], fix)) return;
    this.fixes.push(fix);
    if (this.fixes.length > MOST) {
      this.fixes = this.fixes.filter((_, n) => n % 2 === 0 || n > MOST - PIECE);
      this.thinned = true;
    }
    void this.keep();
    this.heard();
  }

  /** The piece that grew; one write at a time, the newest state last. */
  private keep(): Promise<void> {
    // Before that it would write over what was there.
    if (!this.recalled) return Promise.resolve();
    this.again = true;
    this.writing ??= this.write().finally(() => (this.writing = null));
    return this.writing;
  }

  private async write(): Promise<void> {
    while (this.again) {
      this.again = false;
      const last = Math.floor((this.fixes.length - 1) / PIECE);
      const first = this.thinned ? 0 : Math.max(0, last - 1);
      try {
        for (let piece = first; piece <= last; piece += 1) await this.store(piece);
        if (this.thinned) await this.dropBeyond(last);
        this.thinned = false;
        if (this.trouble === "full") this.trouble = "";
      } catch (error) {
        if (!(error instanceof StorageTrouble)) throw error;
        this.trouble = "full";
      }
    }
  }

  private async store(piece: number): Promise<void> {
    const part: Track = { fixes: this.fixes.slice(piece * PIECE, (piece + 1) * PIECE), mock: this.mock };
    await state.vault?.put("boxes", box(this.round, piece), part);
  }

  private async dropBeyond(last: number): Promise<void> {
    const pieces = (await state.vault?.all<Track>("boxes", `track:${this.round}:`)) ?? [];
    for (const { id } of pieces) if (id > box(this.round, last)) await state.vault?.drop("boxes", id);
  }

  /** Everything on the disk, and what it is kept under. */
  async end(): Promise<{ track: Track; boxes: string[] }> {
    this.stop();
    await this.writing;
    const pieces = (await state.vault?.all<Track>("boxes", `track:${this.round}:`)) ?? [];
    return { track: { fixes: this.fixes, mock: this.mock }, boxes: pieces.map((piece) => piece.id) };
  }

  /** As the answer to a question that asks for the way. */
  text(): string {
    return this.fixes.map(([, lon, lat, accuracy]) => `${lat} ${lon} 0 ${accuracy}`).join("; ");
  }
}

/** The one that runs; leaving the view does not end it. */
let current: Recorder | null = null;

export function recorderOf(round: string, heard: () => void): Recorder {
  if (current?.round === round) {
    const known = current;
    Object.assign(known, { heard });
    return known;
  }
  current?.stop();
  current = new Recorder(round, heard);
  void current.recall();
  return current;
}

/** Where the way that is being recorded says one is now, when it was heard just now and near enough. */
export function hereOf(round: string): Spot | null {
  const fix = current?.round === round && current.running ? current.latest : null;
  if (!fix || now() - fix[0] > FRESH || fix[3] > NEAR) return null;
  return { lon: fix[1], lat: fix[2], accuracy: fix[3], from: "track" };
}

/** Ends whatever runs: its round is handed in, or somebody signed out. */
export function endRecording(): void {
  current?.stop();
  current = null;
}
