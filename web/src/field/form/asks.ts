// One control for each kind of question, as a thumb can use it.
import { codeIn, readsCodes } from "../../barcode";
import { make } from "../../dom";
import { pad } from "../../signature";
import { button, icon } from "../parts";
import { hex, takePhoto } from "../photo";
import { state } from "../state";
import type { Photo, Spot } from "../types";
import { language, t } from "../words";
import type { Form } from "./engine";
import { word, type Question } from "./types";

export type Ask = {
  form: Form; question: Question; id: string;
  get(): string;
  set(value: string): void;
  /** Photographs and signatures, by the name their answer has. */
  files: Record<string, Photo>;
  /** What was recorded on the way, as the text of a track. */
  track(): string;
  /** Where a way that is being recorded says one is now. */
  here(): Spot | null;
  /** What the register offers for it. */
  offers: string[];
};

/** The control, and whether its label belongs to one field or to a group of them. */
export function control(ask: Ask): { element: HTMLElement; grouped: boolean } {
  const { kind } = ask.question;
  switch (kind.type) {
    case "one": case "yes_no": return { element: choices(ask, false), grouped: true };
    case "many": return { element: choices(ask, true), grouped: true };
    case "photo": return { element: photograph(ask), grouped: true };
    case "signature": return { element: signed(ask), grouped: true };
    case "position": return { element: position(ask), grouped: true };
    case "barcode": return { element: barcode(ask), grouped: false };
    case "track": return { element: tracked(ask), grouped: true };
    default: return { element: typed(ask), grouped: false };
  }
}

function typed(ask: Ask): HTMLElement {
  const { kind, unit, read_only, appearance } = ask.question;
  if (kind.type === "text" && (appearance?.includes("multiline") || ask.question.name === "note")) {
    const long = make("textarea", { id: ask.id, rows: "3", maxlength: "4000" });
    long.value = ask.get();
    long.addEventListener("input", () => ask.set(long.value));
    return long;
  }
  const types: Record<string, string> = { date: "date", time: "time", date_time: "datetime-local" };
  const number = kind.type === "integer" || kind.type === "decimal";
  // Not type=number: its wheel and its rounding lose what was typed.
  const input = make("input", { id: ask.id, type: types[kind.type] ?? "text", autocomplete: "off", readonly: Boolean(read_only), ...(number ? { inputmode: kind.type === "integer" ? "numeric" : "decimal", class: "num" } : {}) });
  input.value = kind.type === "date_time" ? ask.get().slice(0, 16) : ask.get();
  input.addEventListener("input", () => ask.set(kind.type === "date_time" ? moment(input.value) : number ? input.value.replace(/[，,。]/g, ".").trim() : input.value));
  if (kind.type === "text" && ask.offers.length > 0) {
    input.setAttribute("list", `${ask.id}-list`);
    return make("div", {}, input, make("datalist", { id: `${ask.id}-list` }, ...ask.offers.map((value) => make("option", { value }))));
  }
  if (!number || !unit || unit === "count") return input;
  return make("div", { class: "ask-unit" }, input, make("span", { class: "muted" }, unit === "m2" ? "m²" : unit));
}

/** The clock at the place, with its distance from UTC. */
function moment(local: string): string {
  if (!local) return "";
  const off = -new Date(local).getTimezoneOffset();
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${local}:00${off < 0 ? "-" : "+"}${two(Math.floor(Math.abs(off) / 60))}:${two(Math.abs(off) % 60)}`;
}

function choices(ask: Ask, several: boolean): HTMLElement {
  const { question, form } = ask;
  const list = question.kind.type === "yes_no" ? [["yes", t("answer-yes")], ["no", t("answer-no")]] : form.choices(question.kind).map((one) => [one.name, word(one.label, language())]);
  const group = make("div", { class: list.length <= 3 && !several ? "choice choice-row" : "choice" });
  for (const [name = "", label = ""] of list) {
    const held = (): string[] => ask.get().split(/\s+/).filter(Boolean);
    const box = make("input", { type: several ? "checkbox" : "radio", name: ask.id, value: name });
    box.checked = held().includes(name);
    box.addEventListener("change", () => {
      if (several) ask.set(list.map(([one = ""]) => one).filter((one) => (one === name ? box.checked : held().includes(one))).join(" "));
      else ask.set(name);
    });
    // A second touch takes a choice back: nobody has to answer.
    if (!several) {
      let before = false;
      box.addEventListener("pointerdown", () => (before = box.checked));
      const label_ = make("label", {}, box, make("span", {}, label));
      label_.addEventListener("pointerdown", () => (before = box.checked));
      box.addEventListener("click", () => {
        if (!before) return;
        before = false;
        box.checked = false;
        ask.set("");
      });
      group.append(label_);
    } else group.append(make("label", {}, box, make("span", {}, label)));
  }
  return group;
}

/** Bytes at once on the disk, under the name the answer has. */
async function keepFile(ask: Ask, file: File): Promise<void> {
  const { photo, bytes } = await takePhoto(file);
  await state.vault?.put("blobs", photo.id, bytes);
  const name = `${photo.id}.jpg`;
  ask.files[name] = photo;
  ask.set(name);
}

/** As it was drawn: lines get no better by being packed like a photograph. */
async function keepSignature(ask: Ask, file: File): Promise<void> {
  const bytes = await file.arrayBuffer();
  const sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
  const photo: Photo = { id: crypto.randomUUID(), bytes: bytes.byteLength, sha256, type: file.type };
  await state.vault?.put("blobs", photo.id, bytes);
  const name = `${photo.id}.png`;
  ask.files[name] = photo;
  ask.set(name);
}

function photograph(ask: Ask): HTMLElement {
  const input = make("input", { type: "file", accept: "image/*", capture: "environment", class: "sr-only", id: ask.id });
  const said = make("span", { class: "muted", role: "status" });
  const shown = make("div", { class: "ask-photo" });
  const gone = button(t("remove"), "btn-quiet", () => {
    ask.set("");
    draw();
  }, "trash");
  const draw = (): void => {
    said.textContent = ask.get() ? t("photos", { n: 1 }) : "";
    gone.hidden = !ask.get();
    void preview(shown, ask.files[ask.get()]);
  };
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (!file) return;
    void keepFile(ask, file).catch(() => (said.textContent = t("photo-failed", { name: file.name }))).then(() => {
      input.value = "";
      if (ask.get()) draw();
    });
  });
  draw();
  return make("div", { class: "stack-s" }, make("div", { class: "cluster" }, make("label", { class: "btn camera" }, icon("camera"), t("photo"), input), said, gone), shown);
}

async function preview(place: HTMLElement, photo: Photo | undefined): Promise<void> {
  place.replaceChildren();
  const bytes = photo && (await state.vault?.get<ArrayBuffer>("blobs", photo.id));
  if (!bytes) return;
  const image = make("img", { alt: t("photo"), src: URL.createObjectURL(new Blob([bytes], { type: photo?.type ?? "image/jpeg" })) });
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  place.append(image);
}

function signed(ask: Ask): HTMLElement {
  const before = ask.get() ? make("div", { class: "ask-photo" }) : null;
  if (before) void preview(before, ask.files[ask.get()]);
  const words = { label: t("sign-here"), again: t("sign-again"), instead: t("sign-instead"), name: t("sign-name"), use: t("sign-use"), done: t("sign-done") };
  return pad(words, before, async (file) => {
    if (file) await keepSignature(ask, file);
    else ask.set("");
  });
}

function position(ask: Ask): HTMLElement {
  const said = make("span", { class: "muted", role: "status" });
  const draw = (): void => {
    const accuracy = Number(ask.get().split(" ")[3] ?? NaN);
    said.textContent = ask.get() ? t(walked ? "position-of-track" : "position-has", { n: Math.round(accuracy) }) : "";
  };
  let walked = false;
  const find = button(t("position"), "", () => {
    const here = ask.here();
    if (here) {
      walked = true;
      ask.set(`${here.lat} ${here.lon} 0 ${Math.round(here.accuracy)}`);
      return draw();
    }
    said.textContent = t("position-finding");
    navigator.geolocation?.getCurrentPosition(
      ({ coords }) => {
        walked = false;
        ask.set(`${coords.latitude} ${coords.longitude} ${coords.altitude ?? 0} ${Math.round(coords.accuracy)}`);
        draw();
      },
      () => (said.textContent = t("position-none")),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 0 },
    );
  }, "locate");
  draw();
  return make("div", { class: "cluster" }, find, said);
}

/** Read from a photograph where the browser can, typed everywhere. */
function barcode(ask: Ask): HTMLElement {
  const input = make("input", { id: ask.id, type: "text", autocomplete: "off", inputmode: "text" });
  input.value = ask.get();
  input.addEventListener("input", () => ask.set(input.value));
  if (!readsCodes()) return input;
  const file = make("input", { type: "file", accept: "image/*", capture: "environment", class: "sr-only" });
  const said = make("span", { class: "muted", role: "status" });
  file.addEventListener("change", () => {
    const taken = file.files?.[0];
    if (!taken) return;
    void codeIn(taken).then((code) => {
      said.textContent = code ? "" : t("barcode-none");
      if (!code) return;
      input.value = code;
      ask.set(code);
    });
    file.value = "";
  });
  return make("div", { class: "stack-s" }, input, make("div", { class: "cluster" }, make("label", { class: "btn camera" }, icon("camera"), t("barcode-scan"), file), said));
}

function tracked(ask: Ask): HTMLElement {
  const said = make("span", { class: "muted", role: "status" }, ask.get() ? t("track-taken") : "");
  if (!ask.track()) return make("p", { class: "hint" }, t("track-no-way"));
  return make("div", { class: "cluster" }, button(t("track-take"), "", () => {
    ask.set(ask.track());
    said.textContent = t("track-taken");
  }, "pin"), said);
}
