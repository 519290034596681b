// The map island: own boundaries and points from one GeoJSON address, no tile or glyph server needed.
//   <div data-map data-map-source="/desk/map.geojson" data-map-tiles="" data-map-attribution="" data-map-list="#id">
// Polygons: properties name, level ("minor" is quieter), url. Points: name, state (ok|soon|late|wait|done), detail, url.
// All positions are WGS-84. With data-map-pick a click fills lat, lon and datum of the form around it.
import "maplibre-gl/dist/maplibre-gl.css";
import { Map as GlMap, Marker, NavigationControl, Popup, setWorkerUrl, type GeoJSONSource, type StyleSpecification } from "maplibre-gl";
import type { Feature, FeatureCollection, Position } from "geojson";
import { formOf, make, ownPath } from "../dom";
import { say } from "../words";
import { drawMark, legendMark, STATES, stateOf, stateWord, token } from "./shapes";

const FONTS = ["PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
const isPoint = (f: Feature): boolean => f.geometry?.type === "Point";
const text = (f: Feature, name: string): string => String((f.properties as Record<string, unknown> | null)?.[name] ?? "");

setWorkerUrl(((): string => {
  const here = new URL(import.meta.url);
  return new URL("maplibre-worker.js" + here.search, here).href;
})());

function positions(value: unknown, into: Position[] = []): Position[] {
  if (!Array.isArray(value)) return into;
  if (typeof value[0] === "number") into.push(value as Position);
  else for (const inner of value) positions(inner, into);
  return into;
}

function bounds(data: FeatureCollection): [[number, number], [number, number]] | null {
  let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const f of data.features) {
    const geometry = f.geometry;
    if (!geometry || geometry.type === "GeometryCollection") continue;
    for (const [x = 0, y = 0] of positions(geometry.coordinates)) [w, s, e, n] = [Math.min(w, x), Math.min(s, y), Math.max(e, x), Math.max(n, y)];
  }
  return w > e ? null : [[w, s], [e, n]];
}

/** A label's point: the middle of the largest ring (its area's centroid). */
function middle(f: Feature): Position | null {
  const g = f.geometry;
  const rings = g?.type === "Polygon" ? [g.coordinates[0]] : g?.type === "MultiPolygon" ? g.coordinates.map((p) => p[0]) : [];
  let best: { area: number; at: Position } | null = null;
  for (const ring of rings) {
    if (!ring || ring.length < 4) continue;
    let [area, x, y] = [0, 0, 0];
    const [ox = 0, oy = 0] = ring[0] ?? [];
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const [ax, ay] = [(ring[i]?.[0] ?? 0) - ox, (ring[i]?.[1] ?? 0) - oy];
      const [bx, by] = [(ring[i + 1]?.[0] ?? 0) - ox, (ring[i + 1]?.[1] ?? 0) - oy];
      const cross = ax * by - bx * ay;
      area += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    if (area === 0) continue;
    const at: Position = [ox + x / (3 * area), oy + y / (3 * area)];
    if (!best || Math.abs(area) > best.area) best = { area: Math.abs(area), at };
  }
  return best?.at ?? null;
}

const labels = (data: FeatureCollection): FeatureCollection => ({
  type: "FeatureCollection",
  features: data.features.flatMap((f) => {
    const at = isPoint(f) || text(f, "name") === "" ? null : middle(f);
    return at ? [{ type: "Feature" as const, properties: f.properties, geometry: { type: "Point" as const, coordinates: at } }] : [];
  }),
});
const points = (data: FeatureCollection): FeatureCollection => ({
  type: "FeatureCollection",
  features: data.features.filter(isPoint).map((f) => ({ ...f, properties: { ...f.properties, state: stateOf(f.properties?.state) } })),
});
const areas = (data: FeatureCollection): FeatureCollection => ({ type: "FeatureCollection", features: data.features.filter((f) => !isPoint(f)) });

function styleOf(tiles: string, attribution: string): StyleSpecification {
  const style: StyleSpecification = {
    version: 8,
    sources: { areas: { type: "geojson", data: EMPTY }, labels: { type: "geojson", data: EMPTY }, points: { type: "geojson", data: EMPTY } },
    layers: [{ id: "ground", type: "background", paint: { "background-color": token("sunken") } }],
  };
  if (tiles) {
    style.sources.tiles = { type: "raster", tiles: [tiles], tileSize: 256, attribution };
    style.layers.push({ id: "tiles", type: "raster", source: "tiles" });
  }
  const minor: ["==", ["get", string], string] = ["==", ["get", "level"], "minor"];
  style.layers.push(
    { id: "area-fill", type: "fill", source: "areas", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": token("surface"), "fill-opacity": tiles ? 0.35 : ["case", minor, 0, 1] } },
    { id: "area-line", type: "line", source: "areas", filter: ["==", ["geometry-type"], "Polygon"], layout: { "line-join": "round", "line-sort-key": ["case", minor, 0, 1] }, paint: { "line-color": ["case", minor, token("line-2"), token("ink-3")], "line-width": ["case", minor, 1, 2] } },
    // rivers: a line of water, wide enough to be seen in sunlight
    { id: "water", type: "line", source: "areas", filter: ["==", ["geometry-type"], "LineString"], layout: { "line-join": "round", "line-cap": "round" }, paint: { "line-color": token("hu"), "line-width": 6, "line-opacity": 0.7 } },
    {
      id: "labels",
      type: "symbol",
      source: "labels",
      layout: { "text-field": ["get", "name"], "text-font": FONTS, "text-size": ["case", minor, 12, 14], "text-padding": 4, "text-variable-anchor": ["center", "bottom", "top", "left", "right"], "text-radial-offset": 1.2, "symbol-sort-key": ["case", minor, 1, 0] },
      paint: { "text-color": ["case", minor, token("ink-2"), token("ink")], "text-halo-color": token("surface"), "text-halo-width": 1.5 },
    },
    // above the labels and placed first, so that a label moves aside instead of covering a point
    { id: "points", type: "symbol", source: "points", layout: { "icon-image": ["concat", "mark-", ["get", "state"]], "icon-allow-overlap": true, "symbol-sort-key": ["match", ["get", "state"], "late", 5, "soon", 4, "wait", 3, "ok", 2, 1] } },
  );
  return style;
}

function addMarks(map: GlMap): void {
  const ratio = Math.max(2, Math.ceil(devicePixelRatio));
  for (const state of STATES) {
    const image = drawMark(state, state === "done" ? 16 : 22, ratio);
    const name = `mark-${state}`;
    if (!image) continue;
    if (map.hasImage(name)) map.removeImage(name);
    map.addImage(name, image, { pixelRatio: ratio });
  }
}

function card(f: Feature): HTMLElement {
  const state = isPoint(f) ? stateOf(f.properties?.state) : null;
  const url = ownPath(text(f, "url"));
  return make(
    "div",
    {},
    make("strong", {}, text(f, "name")),
    state && make("div", {}, make("span", { class: "badge", "data-state": state }, text(f, "state_word") || stateWord(state))),
    text(f, "detail") && make("p", {}, text(f, "detail")),
    url && make("a", { href: url }, say("mapOpen")),
  );
}

function legend(data: FeatureCollection): HTMLElement {
  const there = STATES.filter((s) => data.features.some((f) => isPoint(f) && stateOf(f.properties?.state) === s));
  const box = make("div", { class: "map-legend", role: "group", "aria-label": say("mapLegend") });
  for (const state of there) {
    const these = data.features.filter((f) => isPoint(f) && stateOf(f.properties?.state) === state);
    const word = (these[0] && text(these[0], "state_word")) || stateWord(state);
    box.append(make("span", {}, legendMark(state), `${word} ${these.length}`));
  }
  if (there.length === 0) box.append(say("mapEmpty"));
  return box;
}

/** The same points as links, for keyboards, screen readers and browsers that can not draw. */
function list(data: FeatureCollection, open: boolean): HTMLElement {
  const all = data.features.filter(isPoint);
  const details = make("details", { class: "map-list", open }, make("summary", {}, say("mapList", { n: all.length })));
  const rows = make("ul", { class: "map-rows" });
  for (const f of all) {
    const state = stateOf(f.properties?.state);
    const url = ownPath(text(f, "url"));
    rows.append(make("li", {}, make("span", { class: "badge", "data-state": state }, text(f, "state_word") || stateWord(state)), url ? make("a", { href: url }, text(f, "name")) : text(f, "name")));
  }
  details.append(rows);
  return details;
}

function canDraw(): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

function pick(element: HTMLElement, map: GlMap): void {
  const form = formOf(element);
  if (!form) return;
  const field = (name: string): HTMLInputElement | null => {
    const found = form.elements.namedItem(name);
    return found instanceof HTMLInputElement ? found : null;
  };
  const marker = new Marker({ color: token("action"), draggable: true });
  const put = (lng: number, lat: number, tell: boolean): void => {
    marker.setLngLat([lng, lat]).addTo(map);
    if (!tell) return;
    for (const [name, value] of [["lat", lat.toFixed(6)], ["lon", lng.toFixed(6)], ["accuracy", ""], ["datum", "wgs84"]] as const) {
      const input = field(name);
      if (input) input.value = value;
    }
  };
  map.on("click", (e) => put(e.lngLat.lng, e.lngLat.lat, true));
  marker.on("dragend", () => put(marker.getLngLat().lng, marker.getLngLat().lat, true));
  const show = (): void => {
    const [lat, lon] = [Number(field("lat")?.value || NaN), Number(field("lon")?.value || NaN)];
    if (Number.isFinite(lat) && Number.isFinite(lon)) put(lon, lat, false);
  };
  field("lat")?.addEventListener("change", show);
  field("lon")?.addEventListener("change", show);
  show();
}

function recolour(map: GlMap, tiles: string, attribution: string): void {
  const style = styleOf(tiles, attribution);
  for (const layer of style.layers) {
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
  }
  addMarks(map);
}

async function fetchData(url: string): Promise<FeatureCollection> {
  const answer = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return (await answer.json()) as FeatureCollection;
}

/** Draws the island; called by app.js when it finds [data-map]. Without WebGL or data the list stands in. */
export async function draw(element: HTMLElement): Promise<void> {
  const url = ownPath(element.dataset.mapSource);
  const tiles = element.dataset.mapTiles ?? "";
  const attribution = element.dataset.mapAttribution ?? "";
  const given = element.dataset.mapList ? document.querySelector<HTMLElement>(element.dataset.mapList) : null;
  element.classList.add("map");
  const canvas = make("div", { class: "map-canvas" });
  let data = EMPTY;
  try {
    if (url) data = await fetchData(url);
  } catch (error) {
    console.error(error);
    element.replaceChildren(make("p", { class: "map-note" }, say("mapFailed")));
    given?.removeAttribute("hidden");
    return;
  }
  let below = [legend(data), ...(given ? [] : [list(data, false)])];
  if (!canDraw()) {
    element.replaceChildren(make("p", { class: "map-note" }, say("mapNoWebgl")), ...(given ? [] : [list(data, true)]));
    given?.removeAttribute("hidden");
    return;
  }
  element.replaceChildren(canvas, ...below);
  const box = bounds(data);
  const map = new GlMap({
    container: canvas,
    style: styleOf(tiles, attribution),
    ...(box ? { bounds: box, fitBoundsOptions: { padding: 32, maxZoom: 17 } } : { center: [120.87, 32.01] as [number, number], zoom: 12 }),
    attributionControl: tiles ? { compact: true } : false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: false,
    locale: { "NavigationControl.ZoomIn": say("mapZoomIn"), "NavigationControl.ZoomOut": say("mapZoomOut"), "Map.Title": element.getAttribute("aria-label") ?? say("mapLabel"), "Popup.Close": say("close") },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  const give = (fresh: FeatureCollection): void => {
    for (const [name, part] of [["areas", areas(fresh)], ["labels", labels(fresh)], ["points", points(fresh)]] as const) (map.getSource(name) as GeoJSONSource | undefined)?.setData(part);
  };
  map.on("load", () => {
    addMarks(map);
    give(data);
    element.dataset.mapReady = "";
  });
  map.on("styleimagemissing", () => addMarks(map));
  if (element.dataset.mapPick !== undefined) pick(element, map);
  else {
    const popup = new Popup({ maxWidth: "20rem", offset: 12 });
    const show = (f: Feature, at: [number, number]): void => void popup.setLngLat(at).setDOMContent(card(f)).addTo(map);
    map.on("click", "points", (e) => {
      const f = e.features?.[0];
      if (f?.geometry.type === "Point") show(f, f.geometry.coordinates as [number, number]);
    });
    map.on("click", "labels", (e) => {
      const f = e.features?.[0];
      if (f && text(f, "url") && !map.queryRenderedFeatures(e.point, { layers: ["points"] }).length) show(f, [e.lngLat.lng, e.lngLat.lat]);
    });
    for (const layer of ["points", "labels"]) {
      map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
    }
  }
  const change = (): void => void (map.isStyleLoaded() ? recolour(map, tiles, attribution) : map.once("load", () => recolour(map, tiles, attribution)));
  document.addEventListener("prefs:changed", change);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);
  element.addEventListener("map:reload", () => {
    if (!url) return;
    void fetchData(url).then((fresh) => {
      data = fresh;
      give(fresh);
      for (const old of below) old.remove();
      below = [legend(fresh), ...(given ? [] : [list(fresh, false)])];
      element.append(...below);
    });
  });
}
