// A photograph on its way in: position and time read from its EXIF before the picture is drawn anew smaller (which loses EXIF).
import { now } from "./clock";
import type { Photo } from "./types";

const EDGE = 1600;

type Exif = { place: { lon: number; lat: number } | null; /** As the camera writes it. */ taken: string };

/** Position and time in the EXIF of a JPEG (EXIF 2.32: GPS IFD, DateTimeOriginal), where there are any. */
export function exifOf(bytes: ArrayBuffer): Exif {
  const found: Exif = { place: null, taken: "" };
  try {
    const view = new DataView(bytes);
    for (let at = 2; at + 4 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
      if (view.getUint8(at + 1) === 0xda) break;
      if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
        found.place = gps(view, at + 10);
        found.taken = taken(view, at + 10);
        break;
      }
    }
  } catch {
    // damaged metadata is no fault of a photograph
  }
  return found;
}

type Reader = { u32(at: number): number; entries(ifd: number): Map<number, number> };

function reader(view: DataView, tiff: number): Reader {
  const little = view.getUint16(tiff) === 0x4949;
  const u16 = (at: number): number => view.getUint16(at, little);
  const entries = (ifd: number): Map<number, number> => {
    const found = new Map<number, number>();
    for (let n = 0; n < u16(ifd); n += 1) found.set(u16(ifd + 2 + n * 12), ifd + 2 + n * 12);
    return found;
  };
  return { u32: (at) => view.getUint32(at, little), entries };
}

/** `2026:11:28 09:30:05`. */
function taken(view: DataView, tiff: number): string {
  const { u32, entries } = reader(view, tiff);
  const pointer = entries(tiff + u32(tiff + 4)).get(0x8769);
  const entry = pointer === undefined ? undefined : entries(tiff + u32(pointer + 8)).get(0x9003);
  if (entry === undefined) return "";
  const at = tiff + u32(entry + 8);
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, 19));
}

/** The moment a camera means, by this telephone's zone; of a file without that, when it was last written. */
export function momentOf(exif: string, written: number): string {
  const [, day, time] = /^(\d{4}:\d\d:\d\d) (\d\d:\d\d:\d\d)/.exec(exif) ?? [];
  const by = day && time ? Date.parse(`${day.replaceAll(":", "-")}T${time}`) : written;
  // Both are the device's clock, which may be known to be wrong.
  return new Date((Number.isFinite(by) ? by : written) + now() - Date.now()).toISOString();
}

function gps(view: DataView, tiff: number): { lon: number; lat: number } | null {
  const { u32, entries } = reader(view, tiff);
  const pointer = entries(tiff + u32(tiff + 4)).get(0x8825);
  if (pointer === undefined) return null;
  const all = entries(tiff + u32(pointer + 8));
  const degrees = (tag: number, letter: number, negative: string): number | null => {
    const [values, sign] = [all.get(tag), all.get(letter)];
    if (values === undefined || sign === undefined) return null;
    const at = tiff + u32(values + 8);
    const part = (n: number): number => u32(at + n * 8) / u32(at + n * 8 + 4);
    const value = part(0) + part(1) / 60 + part(2) / 3600;
    return Number.isFinite(value) ? (String.fromCharCode(view.getUint8(sign + 8)) === negative ? -value : value) : null;
  };
  const [lat, lon] = [degrees(2, 1, "S"), degrees(4, 3, "W")];
  return lat === null || lon === null ? null : { lat, lon };
}

/** Upright, in browsers that know only the older way too. */
async function decoded(file: Blob): Promise<ImageBitmap | HTMLImageElement> {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    const image = new Image();
    image.src = URL.createObjectURL(file);
    await image.decode().finally(() => URL.revokeObjectURL(image.src));
    return image;
  }
}

async function smaller(file: Blob): Promise<Blob> {
  const picture = await decoded(file);
  const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  if ("close" in picture) picture.close();
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", 0.82));
}

export const hex = (bytes: ArrayBuffer): string => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Fails for what is no picture. */
export async function takePhoto(file: File): Promise<{ photo: Photo; bytes: ArrayBuffer }> {
  const { place, taken } = exifOf(await file.slice(0, 256 * 1024).arrayBuffer());
  const bytes = await (await smaller(file)).arrayBuffer();
  const sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
  return { photo: { id: crypto.randomUUID(), bytes: bytes.byteLength, sha256, ...place, taken_at: momentOf(taken, file.lastModified) }, bytes };
}
