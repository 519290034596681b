// The pages of Youlin and who may open them, from the authorization matrix that is generated from the router: a new page
// is walked without anybody adding it here, or the walk fails because it does not know what stands in the braces.

import { readFileSync } from "node:fs";

const MATRIX = new URL("../../crates/app/tests/authz_matrix.txt", import.meta.url);

/** What answers GET without being a page: interfaces, files, parts of pages, what machines ask. */
const NO_PAGES = [
  /^\/(api|assets|open311|openrosa|hooks)\//,
  /^\/(healthz|readyz|metrics|live)$/,
  /\.(geojson|json|xml)$/,
  /\/files\/\{/,
  /^\/notices\/badge$/, // the bell in the bar
  /^\/cases\/place$/, // choices of the form for a new case
  /^\/desk\/calls\/\{id\}\/people$/, // search results in the call panel
];

/** `[{ path: "/cases/{id}", roles: ["visitor", …] }]`: each page with those who may open it. */
export function pageRoutes() {
  const [, columns, ...lines] = readFileSync(MATRIX, "utf8").trimEnd().split("\n");
  const roles = columns.replace("#", "").trim().split(/\s+/);
  return lines
    .map((line) => line.split(/\s+/))
    .filter(([method, path]) => method === "GET" && !NO_PAGES.some((pattern) => pattern.test(path)))
    .map(([, path, ...marks]) => ({ path, roles: roles.filter((_, n) => marks[n] === "+") }));
}
