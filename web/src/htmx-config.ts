// Runs before htmx itself: htmx reads its configuration from a <meta> while it is being made.
// No injected style sheet; history by reload, because the server renders every address in full.
const meta = document.querySelector<HTMLMetaElement>('meta[name="htmx-config"]') ?? document.createElement("meta");
meta.name = "htmx-config";
meta.content = JSON.stringify({ includeIndicatorCSS: false, history: "reload", defaultTimeout: 60_000 });
if (!meta.isConnected) document.head.append(meta);
