// Runs before htmx itself: htmx reads its configuration from a <meta> while it is being made.
// No injected style sheet; history by reload, because the server renders every address in full;
// what a person opened (details, dialogs) stays open when a part is fetched again.
const meta = document.querySelector<HTMLMetaElement>('meta[name="htmx-config"]') ?? document.createElement("meta");
meta.name = "htmx-config";
meta.content = JSON.stringify({ includeIndicatorCSS: false, history: "reload", defaultTimeout: 60_000, morphIgnore: ["data-htmx-powered", "open"] });
if (!meta.isConnected) document.head.append(meta);
