// <button data-position-for="id">: puts where the device is into that field, as WGS-84 degrees and accuracy in metres.
import { make, on } from "./dom";
import { say, type Word } from "./words";

const REFUSED: Record<number, Word> = { 1: "locateDenied", 2: "locateUnavailable", 3: "locateTimeout" };

on("click", "[data-position-for]", (button) => {
  const field = document.getElementById(button.dataset.positionFor ?? "");
  if (!(field instanceof HTMLInputElement) || button.getAttribute("aria-busy") === "true") return;
  const box = field.closest(".field") ?? field.parentElement;
  const line = box?.querySelector<HTMLElement>("[data-position-status]") ?? make("p", { class: "hint", "data-position-status": true, role: "status" });
  if (!line.isConnected) box?.append(line);
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
      field.value = `${coords.latitude.toFixed(6)} ${coords.longitude.toFixed(6)} 0 ${coords.accuracy.toFixed(0)}`;
      field.dispatchEvent(new Event("change", { bubbles: true }));
      const m = Math.round(coords.accuracy);
      tell(say("located", { m, datum: "WGS-84" }));
    },
    (error) => {
      button.removeAttribute("aria-busy");
      tell(say(REFUSED[error.code] ?? "locateUnavailable"), true);
    },
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 },
  );
});
