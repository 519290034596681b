// What `now()` and `today()` of a checklist are.
import { now } from "../clock";
import type { Moment } from "./values";

export function moment(): Moment {
  const at = now();
  const offset = -new Date(at).getTimezoneOffset();
  const seconds = Math.floor(at / 1000) + offset * 60;
  return { seconds, local: new Date(seconds * 1000).toISOString().slice(0, 19), offset };
}
