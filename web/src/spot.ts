// Where a position lies, in words, before it is sent: the device's ([data-locate]) or a photograph's
// (input[data-photo-place="/help/place"]). Only told here: a photograph's own position is read again by the server.
import { formOf, on } from "./dom";
import htmx from "./htmx";

export interface Position {
  lat: number;
  lon: number;
  datum: "wgs84" | "gcj02";
}

/** Puts the server's words about the position into the line; leaves the line alone when there is no answer. */
export async function tellSpot(url: string, line: HTMLElement, at: Position, by: "photo" | "device"): Promise<void> {
  try {
    const body = new URLSearchParams({ lat: at.lat.toFixed(6), lon: at.lon.toFixed(6), datum: at.datum, by });
    const answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true", "HX-Request-Type": "partial", Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok) return;
    const text = await answer.text();
    line.classList.remove("error");
    line.classList.add("hint");
    await htmx.swap({ text, target: line, swap: "innerHTML", sourceElement: line });
  } catch {
    // without signal nothing is said now; the position is used all the same
  }
}

on("change", "input[type=file][data-photo-place]", (element) => {
  const input = element as HTMLInputElement;
  const form = formOf(input);
  const line = form?.querySelector<HTMLElement>("[data-locate-status]");
  const url = input.dataset.photoPlace;
  const filled = (name: string): boolean => ((form?.elements.namedItem(name) as HTMLInputElement | null)?.value ?? "") !== "";
  // what was said by hand or by the device counts before the photograph
  if (!form || !line || !url || filled("place") || filled("lat")) return;
  void (async () => {
    for (const file of input.files ?? []) {
      const at = await positionOf(file).catch(() => null);
      if (at) return tellSpot(url, line, at, "photo");
    }
  })();
});

/** The position in a JPEG's EXIF (2.32); null where there is none or its datum is unknown. */
async function positionOf(file: File): Promise<Position | null> {
  // metadata stands in front of the picture, in segments of at most 64 KB
  const view = new DataView(await file.slice(0, 256 * 1024).arrayBuffer());
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 <= view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === 0xffda) return null;
    // "Exif" and two zeros, then a TIFF file of its own
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) {
      return position(new DataView(view.buffer, at + 10, Math.min(view.getUint16(at + 2) - 8, view.byteLength - at - 10)));
    }
  }
  return null;
}

function position(tiff: DataView): Position | null {
  const little = tiff.getUint16(0) === 0x4949;
  const short = (at: number): number => tiff.getUint16(at, little);
  const long = (at: number): number => tiff.getUint32(at, little);
  const entries = (at: number): Map<number, number> => {
    const found = new Map<number, number>();
    for (let n = 0; n < short(at); n += 1) found.set(short(at + 2 + n * 12), at + 2 + n * 12);
    return found;
  };
  const pointer = entries(long(4)).get(0x8825);
  if (pointer === undefined) return null;
  const gps = entries(long(pointer + 8));
  const text = (tag: number): string => {
    const entry = gps.get(tag);
    if (entry === undefined) return "";
    const length = long(entry + 4);
    const from = length > 4 ? long(entry + 8) : entry + 8;
    let said = "";
    for (let n = 0; n < length && tiff.getUint8(from + n) !== 0; n += 1) said += String.fromCharCode(tiff.getUint8(from + n));
    return said;
  };
  const degrees = (tag: number): number => {
    const entry = gps.get(tag);
    if (entry === undefined) return Number.NaN;
    const from = long(entry + 8);
    const part = (n: number): number => (long(from + n * 8) === 0 ? 0 : long(from + n * 8) / long(from + n * 8 + 4));
    return part(0) + part(1) / 60 + part(2) / 3600;
  };
  const lat = degrees(2) * (text(1) === "S" ? -1 : 1);
  const lon = degrees(4) * (text(3) === "W" ? -1 : 1);
  const datum = text(18).toUpperCase().replace(/[^A-Z0-9]/g, "");
  const known: Record<string, Position["datum"]> = { "": "wgs84", WGS84: "wgs84", WGS1984: "wgs84", CGCS2000: "wgs84", GCJ02: "gcj02" };
  // "V": the receiver had no fix; zeros: it wrote none
  if (text(9) === "V" || !known[datum] || !Number.isFinite(lat + lon) || (lat === 0 && lon === 0)) return null;
  return { lat, lon, datum: known[datum] };
}
