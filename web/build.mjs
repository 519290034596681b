// Bundles web/src and web/styles into web/dist under fixed names; the server embeds that folder.
// Caches are broken by the server with ?v=<hash> on app.css and app.js; app.js passes it on to the files of the map and the charts.
import { build, context } from "esbuild";
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { tokensCss } from "./styles/tokens.mjs";

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, "dist");
const watch = process.argv.includes("--watch");
/** Where it is made: the server is built anew when a file of dist was touched, so only what changed goes there. */
const made = watch ? dist : `${dist}.new`;

const tokens = {
  name: "tokens",
  setup(b) {
    b.onResolve({ filter: /^tokens:css$/ }, () => ({ path: "tokens", namespace: "tokens" }));
    b.onLoad({ filter: /.*/, namespace: "tokens" }, () => ({ contents: tokensCss(), loader: "css", watchFiles: [path.join(root, "styles/tokens.mjs")] }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: !watch,
  legalComments: "linked",
  charset: "utf8",
  logLevel: "warning",
  outdir: made,
  // browsers of phones five years old; MapLibre itself asks for a little more and only where a map is
  target: ["chrome91", "edge91", "firefox90", "safari15"],
  plugins: [tokens],
};

/** One SVG sprite from the single icons, each 24 × 24 and drawn with the text's colour. */
async function sprite() {
  const folder = path.join(root, "assets/icons");
  const symbols = [];
  for (const file of (await readdir(folder)).filter((f) => f.endsWith(".svg")).sort()) {
    const svg = await readFile(path.join(folder, file), "utf8");
    const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1]?.trim();
    const box = /viewBox="([^"]+)"/.exec(svg)?.[1];
    if (!inner || !box) throw new Error(`${file}: not an SVG with a viewBox`);
    symbols.push(`<symbol id="${path.basename(file, ".svg")}" viewBox="${box}">${inner}</symbol>`);
  }
  await writeFile(path.join(made, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
  return symbols.length;
}

async function assets() {
  await cp(path.join(root, "assets/static"), made, { recursive: true });
  await cp(path.join(root, "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs"), path.join(made, "maplibre-worker.js"));
  return sprite();
}

const entries = [
  { ...common, entryPoints: { app: "src/app.ts" }, format: "esm", external: ["./map.js", "./chart.js"] },
  { ...common, entryPoints: { map: "src/map/map.ts" }, format: "esm", target: ["es2022", "chrome111", "firefox110", "safari16.4"] },
  { ...common, entryPoints: { chart: "src/chart/chart.ts" }, format: "esm" },
  { ...common, entryPoints: { app: "styles/app.css" } },
  // The field client stands alone: its shell is kept whole on the telephone.
  { ...common, entryPoints: { field: "src/field/main.ts" }, format: "esm" },
  { ...common, entryPoints: { "field-sw": "src/field/sw.ts" }, format: "iife" },
  { ...common, entryPoints: { field: "styles/field.css" } },
];

const filesOf = async (folder) => {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all.filter((one) => one.isFile()).map((one) => path.relative(folder, path.join(one.parentPath, one.name))).sort();
};

/** Puts into dist what differs, and takes away what is no longer made. */
async function settle() {
  const files = await filesOf(made);
  for (const file of files) {
    const [from, to] = [path.join(made, file), path.join(dist, file)];
    const [fresh, held] = await Promise.all([readFile(from), readFile(to).catch(() => null)]);
    if (held && fresh.equals(held)) continue;
    await mkdir(path.dirname(to), { recursive: true });
    await rename(from, to);
  }
  for (const file of await filesOf(dist)) if (!files.includes(file)) await rm(path.join(dist, file));
  await rm(made, { recursive: true });
  return files;
}

await rm(made, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await mkdir(made, { recursive: true });
if (watch) {
  for (const entry of entries) await (await context(entry)).watch();
  console.log(`watching; ${await assets()} icons`);
} else {
  await Promise.all(entries.map((entry) => build(entry)));
  const icons = await assets();
  const files = [];
  for (const file of await settle()) files.push(`${file} ${Math.ceil((await stat(path.join(dist, file))).size / 1024)} KB`);
  console.log(`web/dist: ${files.join(", ")}; ${icons} icons`);
}
