// What two people wrote about one thing, each in words.
import type { Kind } from "./types";
import { t, when } from "./words";

type Held = Record<string, unknown>;

/** In the order they are read. */
const KNOWN = ["phone", "phone_masked", "relation", "state", "outcome", "passed", "step", "measured", "text", "note", "reason", "by", "by_name", "at", "received_at"];
const VISIT: Record<string, string> = { seen: "visit-seen", tried: "visit-nobody", skipped: "visit-skip" };

/** Of a return visit the server holds the finding: who went back last and what they saw, else how far it is. */
function returned(found: Held): Held {
  const all = (found["returns"] ?? []) as { noted: boolean; passed: boolean; text: string; at: string; by_name: string; judgement?: { judgement: { measured: { value?: string } } } }[];
  const last = all.filter((one) => !one.noted).sort((a, b) => a.at.localeCompare(b.at)).at(-1);
  // A case may have been ended at a desk, or given back, since somebody looked.
  const stands = last?.passed ? "verified" : "open";
  const value = last?.judgement?.judgement.measured.value;
  return { ...last, ...(value === undefined ? {} : { measured: value }), ...(last && found["step"] === stands ? {} : { step: found["step"] }) };
}

/** What is held of it, as far as it is to be told. */
function heldOf(kind: Kind, held: Held): Held {
  if (kind === "return_visit" && "returns" in held) return returned(held);
  return kind === "round" ? { ...(held["line"] as Held | undefined), ...held } : held;
}

function said(kind: Kind, name: string, value: unknown): string {
  const words = String(value);
  if (name === "at" || name === "received_at") return when(words);
  if (name === "state") return kind === "visit_mark" ? t(VISIT[words] ?? "not-visited") : "";
  // That a round was walked goes without saying.
  if (name === "outcome") return words === "skipped" ? t("skip") : "";
  if (name === "step") return t(`step-${words}`);
  if (name === "phone" || name === "phone_masked") return `${t("fact-phone")} ${words}`;
  if (name === "relation") return `${t("fact-relation")} ${t(`relation-${words}`)}`;
  if (name === "passed") return t(value ? "return-passed" : "return-failed");
  if (name === "measured") return `${t("measured")} ${words}`;
  return words;
}

/** One of the two versions, line by line. */
export function versionLines(kind: Kind, version: Held): string[] {
  const held = heldOf(kind, version);
  const parts = KNOWN.filter((name) => held[name] !== undefined && held[name] !== null && held[name] !== "");
  return parts.map((name) => said(kind, name, held[name])).filter(Boolean);
}
