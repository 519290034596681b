// Everything a journey needs: `import { startServer, launch, openPage, … } from "../lib/index.mjs"`.

export { axe, DEVICES, launch, noConsoleErrors, oneTimeCode, openPage, screenshot, signIn } from "./browser.mjs";
export { httpReceiver, smtpReceiver } from "./receivers.mjs";
export { CAMERA, photograph, segments } from "./photo.mjs";
export { BINARY, Server, startServer } from "./server.mjs";
export { freePort, until } from "./wait.mjs";
export { act, choose, openStep, press, report, ring, sendStep, standsAt } from "./steps.mjs";
export { installed, shellBytes, starts } from "./field-start.mjs";
