// <div data-barcode-for="id">: where the browser reads codes, a button that takes the code in a photograph into that field; elsewhere
// the field is typed and nothing is shown.
import { behaviour, make } from "./dom";
import { say } from "./words";

type Detector = { detect(image: ImageBitmap): Promise<{ rawValue: string }[]> };

behaviour("[data-barcode-for]", (place) => {
  const Known = (window as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
  if (!Known) return;
  const camera = make("input", { type: "file", accept: "image/*", capture: "environment", class: "sr-only" });
  const said = make("span", { class: "muted", role: "status" });
  place.append(make("div", { class: "cluster" }, make("label", { class: "btn" }, say("barcodeScan"), camera), said));
  camera.addEventListener("change", () => {
    const taken = camera.files?.[0];
    camera.value = "";
    if (taken) void read(taken).then((code) => take(code), () => take(""));
  });
  const read = async (picture: File): Promise<string> => (await new Known().detect(await createImageBitmap(picture)))[0]?.rawValue ?? "";
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
