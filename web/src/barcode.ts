// Codes in photographs, where the browser reads them; elsewhere they are typed. Shared by the pages and the field client.
//   <div data-barcode-for="id"> on a page: a button that takes the code into that field, or nothing.
import { behaviour, make } from "./dom";
import { say } from "./words";

type Detector = new () => { detect(image: ImageBitmap): Promise<{ rawValue: string }[]> };
const known = (): Detector | undefined => (window as { BarcodeDetector?: Detector }).BarcodeDetector;

export const readsCodes = (): boolean => known() !== undefined;

/** The first code in a picture; empty where there is none. */
export async function codeIn(picture: File): Promise<string> {
  const Known = known();
  if (!Known) return "";
  const found = await createImageBitmap(picture).then((image) => new Known().detect(image)).catch(() => []);
  return found[0]?.rawValue ?? "";
}

behaviour("[data-barcode-for]", (place) => {
  if (!readsCodes()) return;
  const camera = make("input", { type: "file", accept: "image/*", capture: "environment", class: "sr-only" });
  const said = make("span", { class: "muted", role: "status" });
  place.append(make("div", { class: "cluster" }, make("label", { class: "btn" }, say("barcodeScan"), camera), said));
  camera.addEventListener("change", () => {
    const taken = camera.files?.[0];
    camera.value = "";
    if (taken) void codeIn(taken).then(take);
  });
  const take = (code: string): void => {
    said.textContent = code ? "" : say("barcodeNone");
    // Looked up now: the field may have been drawn anew meanwhile.
    const field = document.getElementById(place.dataset.barcodeFor ?? "");
    if (!code || !(field instanceof HTMLInputElement)) return;
    field.value = code;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
});
