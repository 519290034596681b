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

/** 「14:30」 today, else 「11月23日 14:30」. */
export function when(at: string | number | Date): string {
  const date = new Date(at);
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (date.toDateString() !== new Date().toDateString()) Object.assign(options, { month: "long", day: "numeric" });
  return new Intl.DateTimeFormat(language(), options).format(date);
}

/** 「11月29日」 of 2026-11-29. */
export function dayOf(date: string): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return new Intl.DateTimeFormat(language(), { month: "long", day: "numeric" }).format(new Date(year, month - 1, day));
}

export function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
