// The tools of the journeys are held to what they promise: a receiver that loses a mail would hide a real fault.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";

import { httpReceiver, oneTimeCode, smtpReceiver, until } from "../lib/index.mjs";

/** Speaks a whole SMTP conversation and gives back the answers' codes. */
function speak(port, lines) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let said = "";
    socket.setEncoding("utf8").on("data", (chunk) => (said += chunk));
    socket.on("error", reject).on("close", () => resolve(said.match(/^\d{3}(?= )/gm)));
    socket.end(Buffer.from(lines.map((line) => `${line}\r\n`).join(""), "utf8"));
  });
}

describe("the mail receiver", () => {
  let mail;
  before(async () => (mail = await smtpReceiver()));
  after(() => mail.close());

  test("keeps a mail with its envelope and decodes subject, text and html", async () => {
    const subject = `=?utf-8?b?${Buffer.from("您的报告").toString("base64")}?= =?utf-8?q?_=E5=B7=B2?=`;
    const codes = await speak(mail.port, [
      "EHLO youlin", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "RCPT TO:<c@example.org>", "DATA",
      `Subject: ${subject}`, 'Content-Type: multipart/alternative;', ' boundary="x"', "", "--x",
      "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
      "=E5=A5=BD, one=", " line", "..dot", "--x", "Content-Type: text/html", "Content-Transfer-Encoding: base64", "",
      Buffer.from("<p>好</p>").toString("base64"), "--x--", ".", "QUIT",
    ]);
    assert.deepEqual(codes, ["220", "250", "250", "250", "250", "354", "250", "221"]);
    const kept = await mail.waitFor(({ to }) => to.includes("c@example.org"));
    assert.equal(kept.from, "a@example.org");
    assert.deepEqual(kept.to, ["b@example.org", "c@example.org"]);
    assert.equal(kept.subject, "您的报告 已");
    assert.equal(kept.text, "好, one line\r\n.dot");
    assert.equal(kept.html, "<p>好</p>");
  });

  test("refuses when told to", async () => {
    const before = mail.messages.length;
    mail.refuse = "451 4.3.0 later";
    const codes = await speak(mail.port, ["EHLO x", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "DATA", "QUIT"]);
    mail.refuse = undefined;
    assert.deepEqual(codes, ["220", "250", "250", "451", "503", "221"]);
    assert.equal(mail.messages.length, before);
  });
});

test("the HTTP receiver keeps each request and answers as told", async () => {
  const receiver = await httpReceiver();
  try {
    receiver.respond = () => ({ status: 503, body: "later" });
    const refused = await fetch(`${receiver.url}/sms?x=1`, { method: "POST", body: '{"to":"138"}' });
    assert.equal(refused.status, 503);
    receiver.respond = () => ({});
    assert.equal((await fetch(`${receiver.url}/sms`, { method: "POST", body: "{}" })).status, 200);
    const first = await receiver.waitFor(({ path }) => path === "/sms?x=1");
    assert.deepEqual(first.json(), { to: "138" });
    assert.equal(receiver.requests.length, 2);
  } finally {
    await receiver.close();
  }
});

test("one-time codes are those of RFC 6238, appendix B", () => {
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; // the RFC's "12345678901234567890"
  assert.equal(oneTimeCode(secret, 59_000), "287082");
  assert.equal(oneTimeCode(secret, 1_111_111_109_000), "081804");
  assert.equal(oneTimeCode(secret, 20_000_000_000_000), "353130");
});

test("waiting in vain says for what", async () => {
  await assert.rejects(
    until(() => Promise.reject(new Error("shut")), { what: "the door", timeout: 60 }),
    /waited 0.06 s for the door; last: shut/,
  );
});
