// Everything a journey needs: `import { startServer, launch, openPage, … } from "../lib/index.mjs"`.

export { axe, DEVICES, launch, noConsoleErrors, oneTimeCode, openPage, screenshot, signIn } from "./browser.mjs";
export { httpReceiver, smtpReceiver } from "./receivers.mjs";
export { BINARY, Server, startServer } from "./server.mjs";
export { freePort, until } from "./wait.mjs";
