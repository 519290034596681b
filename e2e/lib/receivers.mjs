// What Youlin sends to others, received on this machine: mails and HTTP posts (SMS gateway, webhooks).

import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer } from "node:net";

import { until } from "./wait.mjs";

function listen(server) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}

function waiter(list, kind) {
  /** The first received that `wanted` accepts; waits for it. */
  return (wanted = () => true, { timeout = 30_000 } = {}) =>
    until(() => list.find(wanted), { what: `a ${kind} (of ${list.length} received none fits)`, timeout });
}

/**
 * Receives HTTP requests of every kind and answers 200, or what `respond` says: `{ status, body, headers }`. That may
 * change during the test, so that retries can be seen: `receiver.respond = () => ({ status: 503 })`.
 */
export async function httpReceiver({ respond = () => ({}) } = {}) {
  const requests = [];
  const receiver = { requests, respond };
  const server = createHttpServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const received = {
      method: request.method,
      path: request.url,
      headers: request.headers,
      body,
      text: body.toString("utf8"),
      json: () => JSON.parse(body.toString("utf8")),
    };
    // Kept before it is answered: whoever sees the answer can rely on it.
    requests.push(received);
    const { status = 200, body: answer = "", headers = {} } = (await receiver.respond(received)) ?? {};
    response.writeHead(status, headers).end(answer);
  });
  const port = await listen(server);
  return Object.assign(receiver, {
    port,
    url: `http://127.0.0.1:${port}`,
    waitFor: waiter(requests, "request"),
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  });
}

/**
 * A mail server that takes everything (RFC 5321 without TLS, any AUTH PLAIN or LOGIN is good) and keeps it.
 * `receiver.refuse = "451 4.3.0 later"` makes it answer each RCPT with that.
 */
export async function smtpReceiver() {
  const messages = [];
  const receiver = { messages, refuse: undefined };
  const sockets = new Set();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    converse(socket, receiver);
  });
  const port = await listen(server);
  return Object.assign(receiver, {
    port,
    host: "127.0.0.1",
    url: `smtp://127.0.0.1:${port}`,
    waitFor: waiter(messages, "mail"),
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  });
}

function converse(socket, receiver) {
  const say = (line) => socket.write(`${line}\r\n`);
  let envelope = { from: undefined, to: [] };
  let lines; // of the message, while it is being received
  let secrets = 0; // lines of AUTH LOGIN still to come
  let rest = "";

  const commands = {
    EHLO: () => say("250-youlin-test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE 30000000\r\n250 AUTH PLAIN LOGIN"),
    HELO: () => say("250 youlin-test"),
    NOOP: () => say("250 fine"),
    VRFY: () => say("252 try it"),
    RSET: () => {
      envelope = { from: undefined, to: [] };
      say("250 forgotten");
    },
    AUTH: (line) => {
      if (/^AUTH PLAIN \S/i.test(line)) return say("235 welcome");
      secrets = /^AUTH LOGIN$/i.test(line) ? 2 : 1;
      return say("334 ");
    },
    MAIL: (line) => {
      envelope = { from: address(line), to: [] };
      say("250 fine");
    },
    RCPT: (line) => {
      if (receiver.refuse) return say(receiver.refuse);
      envelope.to.push(address(line));
      return say("250 fine");
    },
    DATA: () => {
      if (envelope.to.length === 0) return say("503 RCPT first");
      lines = [];
      return say("354 go on, end with a dot");
    },
    QUIT: () => socket.end("221 bye\r\n"),
  };

  function take(line) {
    if (secrets > 0) {
      secrets -= 1;
      return say(secrets === 0 ? "235 welcome" : "334 ");
    }
    if (!lines) {
      const command = commands[line.slice(0, 4).toUpperCase()];
      return command ? command(line) : say("500 not known here");
    }
    if (line !== ".") return lines.push(line.startsWith(".") ? line.slice(1) : line);
    receiver.messages.push(parseMail(envelope, lines.join("\r\n")));
    lines = undefined;
    envelope = { from: undefined, to: [] };
    return say("250 kept");
  }

  // latin1 keeps every byte: the message's own encoding is decoded in parseMail.
  socket.setEncoding("latin1").on("data", (chunk) => {
    rest += chunk;
    for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      take(line);
    }
  });
  say("220 youlin-test ESMTP");
}

function address(line) {
  return /<([^>]*)>/.exec(line)?.[1] ?? "";
}

/** A received mail with what tests ask for: envelope, decoded headers (lower case names), decoded text and html. */
function parseMail({ from, to }, raw) {
  const { headers, body } = split(raw);
  const parts = leaves(headers, body);
  const text = parts.find(({ type }) => type === "text/plain")?.text ?? "";
  const html = parts.find(({ type }) => type === "text/html")?.text ?? "";
  return { from, to, raw, headers, subject: headers.subject ?? "", text, html, parts };
}

function split(raw) {
  const end = raw.indexOf("\r\n\r\n");
  const head = end < 0 ? raw : raw.slice(0, end);
  const headers = {};
  for (const line of head.replace(/\r\n[ \t]+/g, " ").split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = words(line.slice(colon + 1).trim());
  }
  return { headers, body: end < 0 ? "" : raw.slice(end + 4) };
}

function leaves(headers, body) {
  const [type, ...parameters] = (headers["content-type"] ?? "text/plain").split(";");
  const boundary = /boundary="?([^";]+)"?/i.exec(parameters.join(";"))?.[1];
  if (boundary) {
    // The line break before a boundary belongs to the boundary; the first piece is the preamble, the last the end.
    const pieces = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1, -1);
    return pieces.flatMap((piece) => {
      const part = split(piece.replace(/^[ \t]*\r\n/, ""));
      return leaves(part.headers, part.body);
    });
  }
  const content = bytes(body, headers["content-transfer-encoding"] ?? "7bit");
  return [{ type: type.trim().toLowerCase(), headers, content, text: content.toString("utf8") }];
}

function bytes(body, encoding) {
  if (/base64/i.test(encoding)) return Buffer.from(body, "base64");
  if (/quoted-printable/i.test(encoding)) {
    const plain = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    return Buffer.from(plain, "latin1");
  }
  return Buffer.from(body, "latin1");
}

/** Header text with its encoded words (RFC 2047) decoded; the space between two of them is not text. */
function words(value) {
  return Buffer.from(value, "latin1")
    .toString("utf8")
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/(?:=\?utf-8\?[bq]\?[^?]*\?=)+/gi, (run) =>
      // Joined before decoding: an encoder may cut a character in two.
      Buffer.concat(
        [...run.matchAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi)].map(([, kind, text]) =>
          kind.toLowerCase() === "b" ? Buffer.from(text, "base64") : bytes(text.replace(/_/g, " "), "quoted-printable"),
        ),
      ).toString("utf8"),
    );
}
