// input[type=file][data-files]: what was chosen, how large, and a clear no before a long upload.
//   data-max-bytes (each, default 20 MB), data-max-files, accept as usual; a box [data-previews] in the same .filepick
import { behaviour, make } from "./dom";
import { bytes, say } from "./words";

const accepted = (file: File, accept: string): boolean => {
  const kinds = accept.split(",").map((k) => k.trim().toLowerCase()).filter(Boolean);
  return kinds.length === 0 || kinds.some((k) => (k.startsWith(".") ? file.name.toLowerCase().endsWith(k) : k.endsWith("/*") ? file.type.startsWith(k.slice(0, -1)) : file.type === k));
};

behaviour("input[type=file][data-files]", (element) => {
  const input = element as HTMLInputElement;
  const box = input.closest(".filepick") ?? input.parentElement;
  if (!box) return;
  const previews = box.querySelector<HTMLElement>("[data-previews]") ?? make("div", { class: "previews", "data-previews": true });
  const line = make("p", { class: "hint", role: "status" });
  if (!previews.isConnected) box.append(previews);
  box.append(line);
  const max = Number(input.dataset.maxBytes ?? 20 * 1024 * 1024);
  const maxFiles = Number(input.dataset.maxFiles ?? 0);
  let urls: string[] = [];

  input.addEventListener("change", () => {
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
    previews.replaceChildren();
    const files = [...(input.files ?? [])];
    const faults: string[] = [];
    if (maxFiles && files.length > maxFiles) faults.push(say("fileTooMany", { max: maxFiles, n: files.length }));
    for (const file of files) {
      const fault = !accepted(file, input.accept)
        ? say("fileWrongType", { name: file.name, types: input.accept })
        : file.size > max
          ? say("fileTooLarge", { name: file.name, size: bytes(file.size), max: bytes(max) })
          : null;
      if (fault) faults.push(fault);
      const figure = make("div", { class: fault ? "preview is-bad" : "preview" });
      if (file.type.startsWith("image/") && !fault) {
        const url = URL.createObjectURL(file);
        urls.push(url);
        const image = make("img", { src: url, alt: file.name });
        image.addEventListener("error", () => image.remove()); // e.g. HEIC where the browser can not draw it
        figure.append(image);
      }
      figure.append(make("span", {}, file.name), " ", make("span", { class: "nowrap" }, bytes(file.size)));
      previews.append(figure);
    }
    line.className = faults.length ? "error" : "hint";
    line.textContent = faults.length ? faults.join(" ") : files.length ? say("filesChosen", { n: files.length, size: bytes(files.reduce((sum, f) => sum + f.size, 0)) }) : "";
    input.setCustomValidity(faults.join(" "));
    input.toggleAttribute("aria-invalid", false);
    if (faults.length) input.setAttribute("aria-invalid", "true");
  });
});
