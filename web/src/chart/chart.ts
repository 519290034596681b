// The chart island: the figures the server drew as SVG, to be looked at closely. Every bar, point and area opens the
// records behind it. The drawn SVG stays for print and where this file does not come; the table beside it is what is read
// aloud. Nothing is counted here.
//   <figure data-chart='{"kind":"bars","title":"…","columns":["…"],"lines":[{"name":"…","cells":[{"size":3,"text":"3","href":"/…"}]}]}'>
// Tooltips are drawn on the canvas (richText): as HTML they would carry inline styles, which the policy refuses.
import { BarChart, LineChart, MapChart, type BarSeriesOption, type LineSeriesOption, type MapSeriesOption } from "echarts/charts";
import { DataZoomComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, type GridComponentOption, type LegendComponentOption, type TooltipComponentOption, type VisualMapComponentOption, type DataZoomComponentOption } from "echarts/components";
import { init, registerMap, use, type ComposeOption, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { make, ownPath } from "../dom";

use([BarChart, LineChart, MapChart, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

type Option = ComposeOption<BarSeriesOption | LineSeriesOption | MapSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption | VisualMapComponentOption | DataZoomComponentOption>;
type Cell = { size: number; text: string; href: string };
type Line = { name: string; area?: number; cells: (Cell | null)[] };
type Figures = { kind: "bars" | "stacked" | "time" | "pyramid" | "map"; title: string; columns: string[]; lines: Line[]; source?: string; limits?: { name: string; size: number }[] };
type Mark = { dataIndex?: number; seriesIndex?: number; name?: string };

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const SERIES = ["qing", "lin", "hu", "wen", "zhong", "wait", "soon", "ok"];
const FONT = "system-ui, 'PingFang SC', 'HarmonyOS Sans SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

/** What is said of a mark: its group, and the figure as the table has it. */
const said = (figures: Figures, line: Line | undefined, at: number): string => {
  const cell = line?.cells[at];
  if (!line || !cell) return "";
  return figures.columns.length > 1 ? `${line.name} · ${figures.columns[at]}: ${cell.text}` : `${line.name}: ${cell.text}`;
};

function base(): Option {
  const ink = token("ink");
  return {
    animation: false,
    backgroundColor: "transparent",
    textStyle: { color: ink, fontFamily: FONT },
    color: SERIES.map(token),
    tooltip: { renderMode: "richText", confine: true, backgroundColor: token("raised"), borderColor: token("line-2"), textStyle: { color: ink } },
  };
}

const axes = (): { axisLine: object; axisLabel: object; splitLine: object } => ({
  axisLine: { lineStyle: { color: token("line-2") } },
  axisLabel: { color: token("ink-2"), hideOverlap: true },
  splitLine: { lineStyle: { color: token("line") } },
});

const legend = (figures: Figures): Option => (figures.columns.length > 1 ? { legend: { type: "scroll", top: 0, textStyle: { color: token("ink-2") } } } : {});

function bars(figures: Figures): Option {
  const upright = figures.kind === "stacked" && figures.lines.every((line) => /^\d{4}/.test(line.name));
  const lines = upright ? figures.lines : [...figures.lines].reverse();
  const series: BarSeriesOption[] = figures.columns.map((name, at) => ({
    type: "bar",
    name,
    ...(figures.kind === "stacked" ? { stack: "all" } : {}),
    barMaxWidth: 28,
    cursor: "pointer",
    label: { show: figures.kind === "bars", position: "right", color: token("ink"), formatter: (one) => lines[one.dataIndex]?.cells[at]?.text ?? "" },
    data: lines.map((line) => line.cells[at]?.size ?? null),
  }));
  const names = { type: "category" as const, data: lines.map((line) => line.name), ...axes() };
  const sizes = { type: "value" as const, ...axes() };
  return {
    ...legend(figures),
    grid: { left: 8, right: figures.kind === "bars" ? 56 : 16, top: figures.columns.length > 1 ? 36 : 8, bottom: 8, containLabel: true },
    xAxis: upright ? names : sizes,
    yAxis: upright ? sizes : names,
    series,
  };
}

function time(figures: Figures): Option {
  const lines = figures.lines;
  return {
    grid: { left: 8, right: 24, top: 24, bottom: lines.length > 24 ? 56 : 8, containLabel: true },
    xAxis: { type: "category", boundaryGap: false, data: lines.map((line) => line.name), ...axes() },
    yAxis: { type: "value", ...axes() },
    ...(lines.length > 24 ? { dataZoom: [{ type: "inside" }, { type: "slider", height: 24, bottom: 8, textStyle: { color: token("ink-2") } }] } : {}),
    series: [
      { type: "line", cursor: "pointer", symbolSize: 9, name: figures.columns[0] ?? "", data: lines.map((line) => line.cells[0]?.size ?? null) },
      // A limit is a line through all of it, named at its end.
      ...(figures.limits ?? []).map((limit): LineSeriesOption => ({
        type: "line", silent: true, symbol: "none", name: limit.name,
        lineStyle: { type: "dashed", color: token("late") },
        data: lines.map(() => limit.size),
        endLabel: { show: true, formatter: limit.name, color: token("ink-2"), align: "right", verticalAlign: "bottom", offset: [0, -4] },
      })),
    ],
  };
}

/** Two sides from one middle: what goes to the left is drawn below zero and said as it is. */
function pyramid(figures: Figures): Option {
  const lines = figures.lines;
  const most = Math.max(1, ...lines.flatMap((line) => line.cells.map((cell) => cell?.size ?? 0)));
  const side = (at: number, sign: 1 | -1): BarSeriesOption => ({
    type: "bar",
    name: figures.columns[at] ?? "",
    stack: "sides",
    cursor: "pointer",
    itemStyle: { color: token(at === 0 ? "qing" : "lin") },
    label: { show: true, position: sign === 1 ? "right" : "left", color: token("ink"), formatter: (one) => lines[one.dataIndex]?.cells[at]?.text ?? "" },
    data: lines.map((line) => (line.cells[at] ? sign * (line.cells[at]?.size ?? 0) : null)),
  });
  return {
    ...legend(figures),
    grid: { left: 8, right: 8, top: 36, bottom: 8, containLabel: true },
    xAxis: { type: "value", min: -most * 1.15, max: most * 1.15, ...axes(), axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: { type: "category", data: lines.map((line) => line.name), ...axes() },
    // Men stand on the left by custom; the first of the two is women.
    series: [side(0, 1), side(1, -1)],
  };
}

/** Degrees of longitude are shorter than those of latitude. */
function narrow(features: { geometry: object | null }[]): number {
  const flat = JSON.stringify(features.map((one) => one.geometry)).match(/\[-?[\d.]+,-?[\d.]+/g) ?? [];
  const north = flat.map((pair) => Number(pair.split(",")[1]));
  const middle = north.reduce((sum, one) => sum + one, 0) / Math.max(1, north.length);
  return Math.cos((middle * Math.PI) / 180);
}

async function map(figures: Figures): Promise<Option | null> {
  const source = ownPath(figures.source);
  if (!source) return null;
  const answer = await fetch(source, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) return null;
  const all = (await answer.json()) as { features: { geometry: object | null; properties: { area?: number } }[] };
  const features = all.features.filter((one) => one.geometry).map((one) => ({ type: "Feature", geometry: one.geometry, properties: { name: String(one.properties.area) } }));
  if (features.length === 0) return null;
  registerMap(source, { type: "FeatureCollection", features } as unknown as Parameters<typeof registerMap>[1]);
  const of = (name: string): Line | undefined => figures.lines.find((line) => String(line.area) === name);
  const sizes = figures.lines.map((line) => line.cells[0]?.size ?? 0);
  return {
    visualMap: { type: "continuous", min: 0, max: Math.max(1, ...sizes), orient: "horizontal", left: "center", bottom: 0, calculable: false, text: [String(Math.max(1, ...sizes)), "0"], inRange: { color: [token("qing-tint"), token("qing")] }, textStyle: { color: token("ink-2") } },
    series: [
      {
        type: "map",
        map: source,
        // The scale has a line of its own: on a phone it would lie over an area and its name.
        top: 8,
        bottom: 48,
        aspectScale: narrow(features),
        cursor: "pointer",
        selectedMode: false,
        itemStyle: { areaColor: token("sunken"), borderColor: token("surface"), borderWidth: 1.5 },
        emphasis: { itemStyle: { areaColor: token("selected") }, label: { color: token("ink") } },
        label: { show: true, color: token("ink"), textBorderColor: token("surface"), textBorderWidth: 3, formatter: (one) => said(figures, of(one.name), 0).replace(": ", " ") },
        data: figures.lines.map((line) => ({ name: String(line.area), value: line.cells[0]?.size ?? 0 })),
      },
    ],
  };
}

async function option(figures: Figures): Promise<Option | null> {
  const own = figures.kind === "map" ? await map(figures) : figures.kind === "time" ? time(figures) : figures.kind === "pyramid" ? pyramid(figures) : bars(figures);
  if (!own) return null;
  const whole = base();
  const line = (mark: Mark): Line | undefined => lineOf(figures, mark);
  const formatter = (mark: unknown): string => {
    const one = mark as Mark;
    return said(figures, line(one), one.seriesIndex ?? 0);
  };
  return { ...whole, ...own, tooltip: { ...whole.tooltip, formatter } };
}

/** The line a mark was drawn from; bars lie the other way round, the first on top. */
function lineOf(figures: Figures, mark: Mark): Line | undefined {
  if (figures.kind === "map") return figures.lines.find((line) => String(line.area) === mark.name);
  return figures.lines.find((line) => line.name === mark.name) ?? figures.lines[mark.dataIndex ?? -1];
}

const height = (figures: Figures): number => {
  const rows = figures.lines.length;
  switch (figures.kind) {
    case "time":
      return 300;
    case "map":
      return 420;
    case "stacked":
      return figures.lines.every((line) => /^\d{4}/.test(line.name)) ? 320 : 56 + rows * 34;
    default:
      return 56 + rows * 30;
  }
};

const hasSize = (box: HTMLElement): boolean => box.clientWidth > 0 && box.clientHeight > 0;

/** A map can not be laid out in a box without width, as one is in a page that is not shown yet or any more. */
function sized(box: HTMLElement): Promise<void> {
  if (hasSize(box)) return Promise.resolve();
  return new Promise((done) => {
    const watch = new ResizeObserver(() => {
      if (!hasSize(box)) return;
      watch.disconnect();
      done();
    });
    watch.observe(box);
  });
}

/** Draws the island; called by app.js when it finds [data-chart]. Where it can not, the drawn SVG stays. */
export async function draw(element: HTMLElement): Promise<void> {
  const figures = JSON.parse(element.dataset.chart ?? "{}") as Figures;
  const first = await option(figures);
  if (!first) return;
  const box = make("div", { class: "chart-live", role: "img", "aria-label": figures.title });
  box.style.height = `${height(figures)}px`;
  element.append(box);
  element.dataset.chartReady = "";
  await sized(box);
  const chart: EChartsType = init(box, undefined, { renderer: "canvas" });
  chart.setOption(first);
  chart.on("click", (mark) => {
    const at = figures.kind === "map" ? 0 : (mark.seriesIndex ?? 0);
    const href = ownPath(lineOf(figures, mark as Mark)?.cells[at]?.href);
    if (href) location.assign(href);
  });
  new ResizeObserver(() => hasSize(box) && chart.resize()).observe(box);
  const again = async (): Promise<void> => {
    const now = await option(figures);
    if (!now) return;
    await sized(box);
    chart.setOption(now, true);
  };
  const change = (): void => void again();
  document.addEventListener("prefs:changed", change);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);
}
