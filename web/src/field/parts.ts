// Parts the views share. Everything people wrote goes in as text, never as markup.
import { make } from "../dom";
import { stamp } from "./clock";
import { StorageTrouble } from "./database";
import { takePhoto } from "./photo";
import { changed, state } from "./state";
import type { Photo, Spot, Stage } from "./types";
import { t } from "./words";

export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/assets/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function button(words: string, look: string, act: () => void | Promise<void>, mark?: string): HTMLButtonElement {
  const element = make("button", { type: "button", class: `btn ${look}` }, mark ? icon(mark) : null, words);
  element.addEventListener("click", () => void guarded(act));
  return element;
}

/** Storage that refuses is said in plain words; whatever was there stays. */
export async function guarded(act: () => void | Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof StorageTrouble)) throw error;
    state.trouble = t(error.full ? "full" : "broken-store");
    changed();
  }
}

export function badge(words: string, look: string): HTMLElement {
  return make("span", { class: "badge", "data-state": look }, words);
}

let counter = 0;
/** A view drawn anew has the same ids, so that one can see whether anything changed. */
export const freshIds = (): void => void (counter = 0);

export function field(label: string, control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, hint = ""): HTMLElement {
  control.id ||= `f-${(counter += 1)}`;
  if (hint) control.setAttribute("aria-describedby", `${control.id}-h`);
  return make("div", { class: "field" }, make("label", { for: control.id }, label), control, hint && make("p", { class: "hint", id: `${control.id}-h` }, hint));
}

export function area(value: string, act: (value: string) => void, rows = 4): HTMLTextAreaElement {
  const element = make("textarea", { rows: String(rows), maxlength: "4000" });
  element.value = value;
  element.addEventListener("input", () => act(element.value));
  return element;
}

export function choice(options: [string, string][], value: string, act: (value: string) => void): HTMLSelectElement {
  const element = make("select");
  for (const [code, words] of options) element.append(make("option", { value: code, selected: code === value }, words));
  element.value = value;
  element.addEventListener("change", () => act(element.value));
  return element;
}

export function check(words: string, hint: string, value: boolean, act: (value: boolean) => void): HTMLElement {
  const box = make("input", { type: "checkbox" });
  box.checked = value;
  box.addEventListener("change", () => act(box.checked));
  return make("label", { class: "check" }, box, make("span", {}, words, hint && make("small", {}, hint)));
}

/** Marks a field and says what is wrong; true when something was. */
export function fault(control: HTMLElement, words: string | false): boolean {
  // Only what was said here before: another message may stand beside the field.
  control.parentElement?.querySelector(":scope > .error[data-fault]")?.remove();
  control.toggleAttribute("aria-invalid", false);
  if (!words) return false;
  control.setAttribute("aria-invalid", "true");
  control.after(make("p", { class: "error", role: "alert", "data-fault": true }, words));
  return true;
}

/** A button that takes photographs and keeps their bytes at once; those of one stage, where one is named. */
export function camera(photos: Photo[], act: () => void | Promise<void>, most = Infinity, stage?: Stage): HTMLElement {
  const own = (): Photo[] => (stage ? photos.filter((photo) => photo.stage === stage) : photos);
  const shots = make("ul", { class: "shots" });
  // Each is opened once: eighty of them are much to open.
  const drawn = new Map<string, HTMLElement>();
  const input = make("input", { type: "file", accept: "image/*", capture: "environment", multiple: true, class: "sr-only" });
  const count = make("span", { class: "muted", role: "status" });
  const show = (): void => {
    count.textContent = own().length > 0 ? t("photos", { n: own().length }) : "";
    shots.hidden = own().length === 0;
    for (const [id, element] of drawn) if (!own().some((photo) => photo.id === id)) element.remove();
    own().forEach((photo, n) => {
      if (drawn.has(photo.id)) return;
      const element = shot(photo, n + 1, async () => {
        photos.splice(photos.findIndex((one) => one.id === photo.id), 1);
        await act();
        show();
      });
      drawn.set(photo.id, element);
      shots.append(element);
    });
  };
  input.addEventListener("change", () =>
    void guarded(async () => {
      for (const file of input.files ?? []) {
        if (photos.length >= most) {
          count.textContent = t("photos-most", { n: most });
          break;
        }
        const taken = await takePhoto(file).catch(() => null);
        if (!taken) {
          count.textContent = t("photo-failed", { name: file.name });
          continue;
        }
        // Chosen twice it would be counted twice and arrive once; and before and after cannot be one picture.
        if (photos.some((one) => one.sha256 === taken.photo.sha256)) {
          count.textContent = t("photo-again", { name: file.name });
          continue;
        }
        await state.vault?.put("blobs", taken.photo.id, taken.bytes);
        photos.push(stage ? { ...taken.photo, stage } : taken.photo);
        await act();
        show();
      }
      input.value = "";
    }),
  );
  show();
  return make("div", { class: "cluster" }, make("label", { class: "btn camera" }, icon("camera"), t(stage ? `photo-${stage}` : "photo"), input), count, shots);
}

/** One of them, to be looked at and taken away again: its bytes go when nothing names them any more. */
function shot(photo: Photo, n: number, remove: () => Promise<void>): HTMLElement {
  const picture = make("img", { alt: t("photo-alt", { n }), width: "96", height: "72", loading: "lazy" });
  void state.vault?.get<ArrayBuffer>("blobs", photo.id).then((bytes) => {
    if (!bytes) return;
    picture.src = URL.createObjectURL(new Blob([bytes], { type: photo.type ?? "image/jpeg" }));
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
  });
  const away = button(t("remove"), "btn-quiet btn-small", remove, "trash");
  away.setAttribute("aria-label", t("photo-remove", { n }));
  return make("li", {}, picture, away);
}

/** A moment as an input of the telephone's own time has it. */
export const local = (iso: string): string => {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

/** The day it is, as an input has it. */
export const today = (): string => local(stamp()).slice(0, 10);

/** A field for a moment; what is no moment changes nothing. */
export function moment(iso: string, act: (iso: string) => void): HTMLInputElement {
  const input = make("input", { type: "datetime-local" });
  input.value = iso && local(iso);
  input.addEventListener("change", () => {
    const at = new Date(input.value);
    if (!Number.isNaN(at.getTime())) act(at.toISOString());
  });
  return input;
}

/** `here` is where a recorded way says one is now: then the device is not asked. */
export function locator(spot: Spot | undefined, act: (spot: Spot) => void, here: () => Spot | null = () => null): HTMLElement {
  const told = ({ from, accuracy }: Spot): string => t(from === "track" ? "position-of-track" : "position-has", { n: Math.round(accuracy) });
  const said = make("span", { class: "muted", role: "status" }, spot ? told(spot) : "");
  // Asked again, one means where one is now; the first time while a way is recorded the telephone knows it already.
  let known = spot;
  const take = (found: Spot): void => {
    known = found;
    said.textContent = told(found);
    act(found);
  };
  const ask = button(t("position"), "", () => {
    const walked = here();
    if (walked) return take(walked);
    said.textContent = t("position-finding");
    navigator.geolocation?.getCurrentPosition(
      ({ coords }) => take({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy }),
      () => (said.textContent = t("position-none")),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: known ? 0 : 5_000 },
    );
  }, "locate");
  return make("div", { class: "cluster" }, ask, said);
}

/** The page of a case, for whoever sees cases there. */
export function caseLink(id: string | null | undefined, words: string): HTMLElement {
  if (!id || !state.pack?.me.sees_cases) return make("span", {}, words);
  return pageLink(`/cases/${id}`, words);
}

/** A page that comes from the server: without signal that is said. */
export function pageLink(href: string, words: string): HTMLElement {
  const said = make("span", { class: "hint", role: "status" });
  const link = make("a", { href }, words);
  link.addEventListener("click", (event) => {
    if (!state.offline && navigator.onLine) return;
    event.preventDefault();
    said.textContent = t("opens-with-signal");
  });
  return make("span", {}, link, " ", said);
}

/** Asks before something cannot be brought back. */
export function sure(words: string, yes = t("yes"), no = t("no")): Promise<boolean> {
  const dialog = make("dialog", { class: "dialog", "aria-label": words }, make("div", { class: "dialog-body" }, make("p", {}, words)));
  return new Promise((resolve) => {
    const end = (agreed: boolean): void => {
      dialog.close();
      dialog.remove();
      resolve(agreed);
    };
    dialog.append(make("div", { class: "dialog-foot" }, button(no, "", () => end(false)), button(yes, "btn-danger", () => end(true))));
    dialog.addEventListener("cancel", () => end(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
