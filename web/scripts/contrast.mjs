// Measures the contrast of the token pairs (WCAG 2.2 relative luminance) in light and dark; fails below the least ratio.
import { colours, pairs } from "../styles/tokens.mjs";

const channel = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const luminance = (hex) => {
  const [r, g, b] = [1, 3, 5].map((i) => channel(parseInt(hex.slice(i, i + 2), 16) / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (hi + 0.05) / (lo + 0.05);
};

let measured = 0;
const failed = [];
let least = { value: Infinity };
for (const [front, backs, least_ratio] of pairs) {
  for (const back of backs) {
    for (const [index, theme] of ["light", "dark"].entries()) {
      if (!colours[front] || !colours[back]) throw new Error(`unknown token in pair ${front} on ${back}`);
      const value = ratio(colours[front][index], colours[back][index]);
      measured += 1;
      if (value < least_ratio) failed.push(`${theme}: ${front} on ${back} = ${value.toFixed(2)}, needs ${least_ratio}`);
      if (value / least_ratio < least.value / (least.needs ?? 1)) least = { value, needs: least_ratio, name: `${theme}: ${front} on ${back}` };
    }
  }
}
for (const line of failed) console.error(line);
console.log(`contrast: ${measured} pairs measured, ${failed.length} too low; tightest ${least.name} = ${least.value.toFixed(2)} (needs ${least.needs})`);
process.exit(failed.length ? 1 : 0);
