// The colours of Youlin, once, for light and dark. The build writes them out as custom properties
// (dist/app.css) and `npm run contrast` measures the pairs below, so a colour can not drift unseen.
// Each entry: name -> [light, dark].

export const colours = {
  // Paper and ink
  paper: ["#f5f3ee", "#14181a"],
  surface: ["#fffefb", "#1c2123"],
  sunken: ["#ece9e1", "#101416"],
  raised: ["#ffffff", "#242a2d"],
  hover: ["#f0ede5", "#283034"],
  selected: ["#e3efed", "#1d3a38"],
  ink: ["#1d2426", "#e9e6df"],
  "ink-2": ["#485256", "#b9bebd"],
  "ink-3": ["#5f696d", "#98a1a2"],
  line: ["#dcd8cd", "#333b3e"],
  "line-2": ["#c6c1b4", "#454f53"],
  field: ["#7d8689", "#7c8789"],

  // What one presses
  action: ["#0b625e", "#5cc2b8"],
  "action-hover": ["#084b48", "#7fd4cb"],
  "on-action": ["#ffffff", "#0d1f1e"],
  focus: ["#1a5fb4", "#8bbcf5"],

  // The five seals: ground and the character on it
  qing: ["#0f6e69", "#1f7a74"],
  lin: ["#b4510f", "#b85714"],
  zhong: ["#b02a24", "#c23b34"],
  hu: ["#1a6184", "#2a7299"],
  wen: ["#6d4699", "#805aae"],
  "on-seal": ["#fffdf8", "#fffdf8"],
  // The same five as text or thin marks on paper
  "qing-text": ["#0b625e", "#5cc2b8"],
  "lin-text": ["#99430a", "#f0a063"],
  "zhong-text": ["#a32520", "#f28d86"],
  "hu-text": ["#175674", "#74bde3"],
  "wen-text": ["#5f3b89", "#c0a2e8"],
  // ... and as a tint behind them
  "qing-tint": ["#e1efed", "#173230"],
  "lin-tint": ["#fae9da", "#3a2717"],
  "zhong-tint": ["#fae5e2", "#3d2120"],
  "hu-tint": ["#e0edf4", "#172f3c"],
  "wen-tint": ["#eee7f6", "#2c2338"],

  // States: always with a word and a shape
  "ok-text": ["#1c6237", "#7fd09a"],
  "ok-tint": ["#e2f1e6", "#1b3324"],
  "soon-text": ["#7c4a00", "#f2bd58"],
  "soon-tint": ["#fbeecb", "#3a2e13"],
  "late-text": ["#a11c1c", "#ff9c92"],
  "late-tint": ["#fbe3e0", "#42201e"],
  "wait-text": ["#3d4f73", "#a9bde4"],
  "wait-tint": ["#e6eaf4", "#232c3f"],
  "done-text": ["#4d575a", "#a9b1b1"],
  "done-tint": ["#e9e7e0", "#2a3033"],
  late: ["#b42318", "#f0736a"],
  soon: ["#a86500", "#e0a73c"],
  ok: ["#2c7a49", "#5bb67b"],
  wait: ["#56699a", "#8aa2d8"],

  danger: ["#a11c1c", "#ff9c92"],
  "on-danger": ["#ffffff", "#2b0d0b"],
  mark: ["#fbe7a6", "#5a4a14"],
  scrim: ["#1d242680", "#000000a6"],
};

// [foreground, backgrounds, least ratio]: 4.5 for text, 3 for marks and edges of controls (WCAG 1.4.3, 1.4.11)
export const pairs = [
  ["ink", ["paper", "surface", "sunken", "raised", "hover", "selected", "mark"], 4.5],
  ["ink-2", ["paper", "surface", "sunken", "raised", "hover", "selected"], 4.5],
  ["ink-3", ["paper", "surface", "sunken", "raised", "hover", "selected"], 4.5],
  ["action", ["paper", "surface", "sunken", "raised", "hover", "selected"], 4.5],
  ["action-hover", ["paper", "surface", "hover", "selected"], 4.5],
  ["on-action", ["action", "action-hover"], 4.5],
  ["on-danger", ["danger"], 4.5],
  ["danger", ["paper", "surface", "raised", "hover", "late-tint"], 4.5],
  ["on-seal", ["qing", "lin", "zhong", "hu", "wen"], 4.5],
  ...["qing", "lin", "zhong", "hu", "wen"].map((s) => [`${s}-text`, ["paper", "surface", "raised", "hover", `${s}-tint`], 4.5]),
  ...["qing", "lin", "zhong", "hu", "wen"].map((s) => ["ink", [`${s}-tint`], 4.5]),
  ...["qing", "lin", "zhong", "hu", "wen"].map((s) => ["ink-2", [`${s}-tint`], 4.5]),
  ...["qing", "lin", "zhong", "hu", "wen"].map((s) => [s, ["paper", "surface"], 3]),
  ...["ok", "soon", "late", "wait", "done"].map((s) => [`${s}-text`, ["paper", "surface", "raised", "hover", "selected", `${s}-tint`], 4.5]),
  ...["ok", "soon", "late", "wait", "done"].map((s) => ["ink", [`${s}-tint`], 4.5]),
  ...["ok", "soon", "late", "wait"].map((s) => [s, ["paper", "surface", "raised"], 3]),
  ["field", ["surface", "raised", "paper"], 3],
  ["focus", ["paper", "surface", "raised", "selected", "sunken"], 3],
];

const block = (index) =>
  Object.entries(colours)
    .map(([name, pair]) => `  --${name}: ${pair[index]};`)
    .join("\n");

// Same names in three places: light by default, dark when the system asks for it, dark when the person does.
export function tokensCss() {
  return `:root {
  color-scheme: light;
${block(0)}
  --shadow-1: 0 1px 2px #1d242614;
  --shadow-2: 0 2px 6px #1d242614, 0 12px 32px #1d24261f;
}
@media (prefers-color-scheme: dark) {
:root:not([data-theme="light"]) {
  color-scheme: dark;
${block(1)}
  --shadow-1: 0 1px 2px #00000066;
  --shadow-2: 0 2px 6px #00000066, 0 12px 32px #00000080;
}
}
:root[data-theme="dark"] {
  color-scheme: dark;
${block(1)}
  --shadow-1: 0 1px 2px #00000066;
  --shadow-2: 0 2px 6px #00000066, 0 12px 32px #00000080;
}
`;
}
