// form[data-filters]: every change is an address, so a view can be shared. Without script the form's own button sends it.
//   <form data-filters data-filters-target="#cases" action="/desk/cases">   replaces #cases and the address
//   without a target the page is opened at the new address
import { behaviour } from "./dom";
import htmx from "./htmx";

export function addressOf(form: HTMLFormElement): string {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && value.trim() !== "") query.append(name, value.trim());
  const text = query.toString();
  const action = new URL(form.getAttribute("action") ?? location.pathname, location.href).pathname;
  return text ? `${action}?${text}` : action;
}

behaviour("form[data-filters]", (element) => {
  const form = element as HTMLFormElement;
  let timer = 0;
  const go = (): void => {
    clearTimeout(timer);
    const address = addressOf(form);
    const target = form.dataset.filtersTarget;
    const part = target ? document.querySelector<HTMLElement>(target) : null;
    if (!target || !part) {
      location.replace(address);
      return;
    }
    part.setAttribute("aria-busy", "true");
    part.setAttribute("hx-sync", "this:replace"); // the newest choice wins over one still on its way
    void htmx
      .ajax("GET", address, { source: part, target: part, swap: form.dataset.filtersSwap ?? "innerHTML", select: form.dataset.filtersSelect ?? "", replace: address })
      .finally(() => part.removeAttribute("aria-busy"));
  };
  form.addEventListener("change", (event) => {
    for (const chip of form.querySelectorAll<HTMLElement>(".chip")) chip.classList.toggle("is-on", chip.querySelector("input:checked") !== null);
    if (event.target instanceof HTMLInputElement && event.target.type === "search") return; // below
    go();
  });
  form.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.type !== "search" || (event as InputEvent).isComposing) return;
    clearTimeout(timer);
    timer = window.setTimeout(go, 400);
  });
  form.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = window.setTimeout(go, 400);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
});
