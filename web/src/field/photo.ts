// A photograph on its way in: position read from its EXIF before the picture is drawn anew smaller (which loses EXIF).
import type { Photo } from "./types";

const EDGE = 1600;

/** Position in the EXIF of a JPEG (EXIF 2.32, GPS IFD); null where there is none. */
export function exifPosition(bytes: ArrayBuffer): { lon: number; lat: number } | null {
  try {
    const view = new DataView(bytes);
    for (let at = 2; at + 4 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
      if (view.getUint8(at + 1) === 0xda) break;
      if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966) return gps(view, at + 10);
    }
  } catch {
    // damaged metadata is no fault of a photograph
  }
  return null;
}

function gps(view: DataView, tiff: number): { lon: number; lat: number } | null {
  const little = view.getUint16(tiff) === 0x4949;
  const u16 = (at: number): number => view.getUint16(at, little);
  const u32 = (at: number): number => view.getUint32(at, little);
  const entries = (ifd: number): Map<number, number> => {
    const found = new Map<number, number>();
    for (let n = 0; n < u16(ifd); n += 1) found.set(u16(ifd + 2 + n * 12), ifd + 2 + n * 12);
    return found;
  };
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
  const place = exifPosition(await file.slice(0, 256 * 1024).arrayBuffer());
  const bytes = await (await smaller(file)).arrayBuffer();
  const sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
  return { photo: { id: crypto.randomUUID(), bytes: bytes.byteLength, sha256, ...place }, bytes };
}
