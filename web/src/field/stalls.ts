// Stalls as people write them, read as the server reads them (crates/domain/rounds: commands/hazard/stalls.rs).
const parts = (label: string): [string, string] => {
  const at = label.lastIndexOf("-");
  return at < 0 ? ["", label] : [label.slice(0, at), label.slice(at + 1)];
};

/** The stalls that are meant by `C-01 C-02`, or by `01-11` within a section; `unknown` is the first that is none here. */
export function readStalls(text: string, section: string, labels: string[]): { found: string[]; unknown: string } {
  const inside = labels.filter((label) => !section.trim() || sectionOf(label) === section.trim());
  const numbered = (label: string): string => parts(label)[1];
  const digits = (word: string): number => (/^\d+$/.test(word) ? Number(word) : NaN);
  const found: string[] = [];
  for (const part of text.split(/[\s,，、;]/).filter(Boolean)) {
    const one = labels.find((label) => label === part) ?? inside.find((label) => numbered(label) === part);
    const range = /^(\d+)[-–~至](\d+)$/.exec(part);
    const [from, to] = [Number(range?.[1] ?? NaN), Number(range?.[2] ?? NaN)];
    const meant = one ? [one] : inside.filter((label) => digits(numbered(label)) >= from && digits(numbered(label)) <= to);
    if (meant.length === 0) return { found, unknown: part };
    found.push(...meant);
  }
  return { found: [...new Set(found)], unknown: "" };
}

/** What is no stall here; empty when all are there. */
export const unknownStall = (text: string, section: string, labels: string[]): string => readStalls(text, section, labels).unknown;

/** `C` of `C-01`; of a stall without a section nothing. */
export const sectionOf = (label: string): string => parts(label)[0];
