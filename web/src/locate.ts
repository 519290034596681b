// <button data-locate>: fills the form's lat, lon, accuracy and datum (browsers give WGS-84) and says so in words.
import { formOf, make, on } from "./dom";
import { tellSpot } from "./spot";
import { say, type Word } from "./words";

const REFUSED: Record<number, Word> = { 1: "locateDenied", 2: "locateUnavailable", 3: "locateTimeout" };

function fill(form: HTMLFormElement, name: string, value: string): void {
  let field = form.elements.namedItem(name);
  if (!field) {
    field = make("input", { type: "hidden", name });
    form.append(field);
  }
  if (field instanceof HTMLInputElement) {
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

on("click", "[data-locate]", (button) => {
  const form = formOf(button);
  if (!form || button.getAttribute("aria-busy") === "true") return;
  const line = form.querySelector<HTMLElement>("[data-locate-status]") ?? make("p", { class: "hint", "data-locate-status": true, role: "status" });
  if (!line.isConnected) button.after(line);
  const tell = (text: string, bad = false): void => {
    line.textContent = text;
    line.classList.toggle("error", bad);
    line.classList.toggle("hint", !bad);
  };
  if (!window.isSecureContext) return tell(say("locateInsecure"), true);
  if (!("geolocation" in navigator)) return tell(say("locateUnavailable"), true);
  button.setAttribute("aria-busy", "true");
  tell(say("locating"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      button.removeAttribute("aria-busy");
      fill(form, "lat", coords.latitude.toFixed(6));
      fill(form, "lon", coords.longitude.toFixed(6));
      fill(form, "accuracy", coords.accuracy.toFixed(0));
      fill(form, "datum", "wgs84");
      const m = Math.round(coords.accuracy);
      tell(m > 200 ? say("locatedCoarse", { m }) : say("located", { m, datum: "WGS-84" }));
      // … and where that is, unless it is too vague to name
      if (button.dataset.placeUrl && m <= 200) void tellSpot(button.dataset.placeUrl, line, { lat: coords.latitude, lon: coords.longitude, datum: "wgs84" }, "device");
    },
    (error) => {
      button.removeAttribute("aria-busy");
      tell(say(REFUSED[error.code] ?? "locateUnavailable"), true);
    },
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 },
  );
});
