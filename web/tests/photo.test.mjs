// When and where a photograph was taken is read from it before it is drawn anew, which loses both.
import assert from "node:assert/strict";
import { test } from "node:test";
import esbuild from "esbuild";

globalThis.document = { cookie: "", documentElement: { lang: "zh-CN" } };
const built = await esbuild.build({ entryPoints: [new URL("../src/field/photo.ts", import.meta.url).pathname], bundle: true, format: "esm", write: false });
const { exifOf, momentOf } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);

/** A JPEG's head with one directory that points to another, which holds the time (EXIF 2.32, little-endian). */
function jpeg(taken, { cut = false } = {}) {
  const tiff = Buffer.alloc(80);
  tiff.write("II");
  tiff.writeUInt16LE(42, 2);
  tiff.writeUInt32LE(8, 4);
  const entry = (at, tag, type, count, value) => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  };
  tiff.writeUInt16LE(1, 8);
  entry(10, 0x8769, 4, 1, 26);
  tiff.writeUInt16LE(1, 26);
  entry(28, 0x9003, 2, 20, cut ? 70_000 : 44);
  tiff.write(`${taken}\0`, 44, "latin1");
  const app = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(app.length + 2, 4);
  const all = Buffer.concat([head, app, Buffer.from([0xff, 0xda, 0, 0, 0, 0])]);
  return all.buffer.slice(all.byteOffset, all.byteOffset + all.length);
}

test("the time a camera wrote is the photograph's, else when the file was written", () => {
  const { place, taken } = exifOf(jpeg("2026:11:27 09:30:05"));
  assert.deepEqual([place, taken], [null, "2026:11:27 09:30:05"]);
  const written = Date.parse("2026-11-28T01:00:00Z");
  const near = (iso, at) => assert.ok(Math.abs(Date.parse(iso) - at) < 2_000, iso);
  near(momentOf(taken, written), new Date(2026, 10, 27, 9, 30, 5).getTime());
  for (const nothing of ["", "    :  :     :  :  ", "2026:99:99 99:99:99"]) near(momentOf(nothing, written), written);
  assert.deepEqual(exifOf(jpeg("x", { cut: true })), { place: null, taken: "" }, "damaged metadata is no fault");
});
