// The words come from the server's catalogues with the shell (`/field/words/…`), holes as `{n}`.
let book: Record<string, string> = {};

export const language = (): string => {
  const chosen = /(?:^|;\s*)prefs=([^;]*)/.exec(document.cookie)?.[1] ?? "";
  if (/lang:en/.test(chosen)) return "en";
  if (/lang:zh/.test(chosen)) return "zh-CN";
  return document.documentElement.lang.startsWith("en") ? "en" : "zh-CN";
};

export async function loadWords(): Promise<void> {
  const lang = language();
  document.documentElement.lang = lang;
  book = (await (await fetch(`/field/words/${lang}`)).json()) as Record<string, string>;
}

/** The sentence for `key`, its holes filled; the key itself where a catalogue is older than this program. */
export function t(key: string, holes: Record<string, string | number> = {}): string {
  return (book[key] ?? key).replace(/\{(\w+)\}/g, (all, name: string) => String(holes[name] ?? all));
}

/** 「14:30」 today, else as pages write it (crates/platform/web: Shell::when): 「11月23日 周一 14:30」, Mon 23 Nov 2026 14:30. */
export function when(at: string | number | Date): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === new Date().toDateString()) return time;
  const weekday = new Intl.DateTimeFormat(language(), { weekday: "short" }).format(date);
  return language() === "en" ? `${weekday} ${written(date)} ${time}` : `${written(date)} ${weekday} ${time}`;
}

/** 「11月29日」 of 2026-11-29, as pages write a day (crates/domain/rounds: ways.rs). */
export function dayOf(date: string): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return written(new Date(year, month - 1, day));
}

function written(date: Date): string {
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  if (language() === "en") return `${day} ${new Intl.DateTimeFormat("en", { month: "short" }).format(date)} ${year}`;
  return year === new Date().getFullYear() ? `${month}月${day}日` : `${year}年${month}月${day}日`;
}

export function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
