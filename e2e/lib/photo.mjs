// A photograph as a phone makes it: a JPEG that says in its EXIF where and when it was taken, and by what.

/** What the camera calls itself; looked for in bytes that must not hold it any more. */
export const CAMERA = "Youlin Test Phone 7";

/**
 * A JPEG drawn by the browser, with EXIF put in front of it (EXIF 2.32, little-endian, GPS IFD).
 *
 * @param {import("playwright-core").Page} page any page of the server; it only lends its canvas
 * @param {{ lat: number, lon: number }} where WGS-84, north and east
 * @returns {Promise<Buffer>}
 */
export async function photograph(page, { lat, lon, wall = "#4a4238" }) {
  const url = await page.evaluate((wall) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [960, 720];
    const pen = canvas.getContext("2d");
    const sky = pen.createLinearGradient(0, 0, 0, 720);
    sky.addColorStop(0, "#9db8c9");
    sky.addColorStop(1, "#6d6a63");
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 960, 720);
    pen.fillStyle = wall;
    pen.fillRect(120, 420, 700, 180);
    pen.fillStyle = "#c9a24b";
    for (let x = 140; x < 800; x += 90) pen.fillRect(x, 380, 24, 140);
    return canvas.toDataURL("image/jpeg", 0.85);
  }, wall);
  const jpeg = Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
  return Buffer.concat([jpeg.subarray(0, 2), exif(lat, lon), jpeg.subarray(2)]);
}

/** An APP1 segment with camera, time and position. */
function exif(lat, lon) {
  const parts = []; // what does not fit into an entry, behind the three directories
  const MAIN = 8;
  const mainSize = 2 + 12 * 3 + 4;
  const GPS = MAIN + mainSize;
  const gpsSize = 2 + 12 * 5 + 4;
  let free = GPS + gpsSize;
  const keep = (bytes) => {
    const at = free;
    parts.push(bytes);
    free += bytes.length;
    return at;
  };
  const entry = (tag, type, count, value) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16LE(tag, 0);
    bytes.writeUInt16LE(type, 2);
    bytes.writeUInt32LE(count, 4);
    if (typeof value === "number") bytes.writeUInt32LE(value, 8);
    else if (value.length <= 4) value.copy(bytes, 8);
    else bytes.writeUInt32LE(keep(value), 8);
    return bytes;
  };
  const ascii = (tag, text) => entry(tag, 2, text.length + 1, Buffer.from(`${text}\0`));
  const degrees = (tag, value) => {
    const whole = Math.floor(value);
    const minutes = Math.floor((value - whole) * 60);
    const seconds = Math.round((value - whole - minutes / 60) * 3600 * 1000);
    const bytes = Buffer.alloc(24);
    [whole, 1, minutes, 1, seconds, 1000].forEach((number, n) => bytes.writeUInt32LE(number, n * 4));
    return entry(tag, 5, 3, bytes);
  };
  const directory = (entries) => {
    const count = Buffer.alloc(2);
    count.writeUInt16LE(entries.length);
    return Buffer.concat([count, ...entries, Buffer.alloc(4)]);
  };
  const main = directory([ascii(0x0110, CAMERA), ascii(0x0132, "2026:11:20 16:05:09"), entry(0x8825, 4, 1, GPS)]);
  const gps = directory([
    entry(0x0000, 1, 4, Buffer.from([2, 3, 0, 0])),
    ascii(0x0001, "N"),
    degrees(0x0002, lat),
    ascii(0x0003, "E"),
    degrees(0x0004, lon),
  ]);
  const header = Buffer.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]);
  const tiff = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), header, main, gps, ...parts]);
  const mark = Buffer.from([0xff, 0xe1, 0, 0]);
  mark.writeUInt16BE(tiff.length + 2, 2);
  return Buffer.concat([mark, tiff]);
}

/** The segments of a JPEG before its picture data: `[{ marker, body }]`. */
export function segments(jpeg) {
  const all = [];
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== 0xda; ) {
    const length = jpeg.readUInt16BE(at + 2);
    all.push({ marker: jpeg[at + 1], body: jpeg.subarray(at + 4, at + 2 + length) });
    at += 2 + length;
  }
  return all;
}
