// One module for every page; each behaviour wakes only where its data-attribute is. Pages work without it.
import htmx from "./htmx";
import { behaviour, wake } from "./dom";
import { preparePrefs } from "./prefs";
import { prepareToasts } from "./toast";
import { purgeDrafts } from "./draft";
import "./answers";
import "./conflict";
import "./sending";
import "./live";
import "./keyboard";
import "./filters";
import "./locate";
import "./position";
import "./barcode";
import "./spot";
import "./files";
import "./signature";
import "./small";
import { finishSignOut, owes } from "./field/signout";

// Whoever signed out of this telephone without signal is not to be met on the next page that is opened with it.
void owes().then(async (due) => {
  if (due && (await finishSignOut())) location.reload();
});

// The map is large, so it comes only where one is wanted. Its files lie beside this one.
behaviour("[data-map]", (element) => {
  const here = new URL(import.meta.url);
  const beside = (name: string): string => new URL(name + here.search, here).href;
  if (!document.querySelector("link[data-map-css]")) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = beside("map.css");
    link.dataset.mapCss = "";
    document.head.append(link);
  }
  const address = beside("map.js");
  void (import(address) as Promise<{ draw(element: HTMLElement): Promise<void> }>).then((map) => map.draw(element));
});

// So is what draws charts; until it came, and where it does not, the drawing of the server stands there.
behaviour("[data-chart]", (element) => {
  const here = new URL(import.meta.url);
  const address = new URL("chart.js" + here.search, here).href;
  void (import(address) as Promise<{ draw(element: HTMLElement): Promise<void> }>).then((chart) => chart.draw(element)).catch((error: unknown) => console.error(error));
});

document.documentElement.classList.add("js");
preparePrefs();
prepareToasts();
purgeDrafts();
wake(document);
document.addEventListener("htmx:after:process", (event) => event.target instanceof Element && wake(event.target));

export { htmx };
