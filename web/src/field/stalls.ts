// Stalls as people write them, read as the server reads them (crates/domain/rounds: commands/hazard/stalls.rs).
const parts = (label: string): [string, string] => {
  const at = label.lastIndexOf("-");
  return at < 0 ? ["", label] : [label.slice(0, at), label.slice(at + 1)];
};

/** What is no stall here: `C-01 C-02`, or `01-11` within a section; empty when all are there. */
export function unknownStall(text: string, section: string, labels: string[]): string {
  const numbers = labels.map(parts).filter(([row]) => !section.trim() || row === section.trim()).map(([, number]) => number);
  const digits = (word: string): number => (/^\d+$/.test(word) ? Number(word) : NaN);
  for (const part of text.split(/[\s,，、;]/).filter(Boolean)) {
    if (labels.includes(part) || numbers.includes(part)) continue;
    const range = /^(\d+)[-–~至](\d+)$/.exec(part);
    const [from, to] = [Number(range?.[1] ?? NaN), Number(range?.[2] ?? NaN)];
    if (!numbers.some((number) => digits(number) >= from && digits(number) <= to)) return part;
  }
  return "";
}

/** `C` of `C-01`; of a stall without a section nothing. */
export const sectionOf = (label: string): string => parts(label)[0];
