// Cheap rules over our own sources: what a strict Content-Security-Policy would refuse, and what the style asks for.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const faults = [];

async function walk(folder, ending) {
  const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile() && e.name.endsWith(ending)).map((e) => path.join(e.parentPath ?? e.path, e.name));
}

const rules = [
  [".html", "gallery", /\sstyle=/, "no inline style attributes (style-src 'self')"],
  [".html", "gallery", /<style[\s>]/, "no <style> elements"],
  [".html", "gallery", /<script(?![^>]*\ssrc=)/, "no inline script"],
  [".html", "gallery", /\son[a-z]+=/, "no inline event handlers"],
  [".html", "gallery", /hx-on|="js:/, "no evaluated htmx attributes"],
  [".html", "gallery", /https?:\/\/(?!www\.w3\.org)/, "nothing from other hosts"],
  [".ts", "src", /\beval\(|new Function/, "no evaluated text"],
  [".ts", "src", /\.innerHTML\s*\+?=(?!\s*button\.dataset\.words)/, "make elements with make(), not markup strings"],
  [".ts", "src", /console\.log/, "no console.log"],
  [".ts", "src", /:\s*any\b|as any\b/, "no any"],
  [".css", "styles", /#[0-9a-f]{3,8}(?=[^'"]*;)/i, "colours come from tokens.mjs"],
];
const allowedCss = /(@media print|#fff|#000|#bbb|#888|#333|#444|#ffffff59|url\(|#call-slot)/;

for (const [ending, folder, pattern, why] of rules) {
  for (const file of await walk(folder, ending)) {
    const lines = (await readFile(file, "utf8")).split("\n");
    lines.forEach((line, i) => {
      if (pattern.test(line) && !(ending === ".css" && allowedCss.test(line))) faults.push(`${path.relative(root, file)}:${i + 1}: ${why}`);
    });
    if (ending !== ".html" && lines.length > 400) faults.push(`${path.relative(root, file)}: ${lines.length} lines, keep under 400`);
  }
}

// icons named in markup exist
const icons = new Set((await readdir(path.join(root, "assets/icons"))).map((f) => f.replace(".svg", "")));
for (const file of await walk("gallery", ".html")) {
  for (const [, name] of (await readFile(file, "utf8")).matchAll(/icons\.svg#([\w-]+)/g)) {
    if (!icons.has(name)) faults.push(`${path.relative(root, file)}: no icon named ${name}`);
  }
}
// words of the field client: what it calls for stands in the catalogues, and nothing stands there that nobody calls for
const field = (await Promise.all((await walk("src/field", ".ts")).map((file) => readFile(file, "utf8")))).join("\n");
for (const language of ["zh-CN", "en"]) {
  const folder = path.join(root, `../locales/${language}`);
  const books = (await readdir(folder)).filter((name) => name.endsWith(".ftl"));
  const book = (await Promise.all(books.map((name) => readFile(path.join(folder, name), "utf8")))).join("\n");
  const known = new Set([...book.matchAll(/^fieldwork-([\w-]+) =/gm)].map(([, key]) => key));
  for (const [, key] of field.matchAll(/\bt\("([\w-]+)"/g)) if (!known.has(key)) faults.push(`locales/${language}: no fieldwork-${key}`);
  const elsewhere = ["nav", "app", "starting", "needs-script"]; // said by the server
  for (const key of known) {
    const family = key.replace(/-?[\w]+$/, "");
    if (!field.includes(`"${key}"`) && !(family && field.includes(`\`${family}-\${`)) && !elsewhere.includes(key)) faults.push(`locales/${language}: nobody says fieldwork-${key}`);
  }
}
for (const fault of new Set(faults)) console.error(fault);
console.log(`lint: ${new Set(faults).size} faults`);
process.exit(faults.length ? 1 : 0);
