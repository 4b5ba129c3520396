/**
 * Each error of BearSSL that a server can provoke in our client reaches the server as the alert that
 * RFC 5246 has for it, and the operator as a message.
 */
import { describe, expect, it } from "vitest";
import { call, refusalOf } from "../support/calls.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { lastWords, untilAlert } from "../support/last-words.ts";
import { alertInWords, type Misdeed, TOLD } from "../support/misdeed.ts";
import { misdeedsOfServers, misdeedsOfServersUnderKeys } from "../support/misdeeds-of-servers.ts";
import { ALERT, WARNING } from "../support/refusals.ts";
import { nextConnection } from "../support/tls-servers.ts";
import { vector8, vector16 } from "../support/tls12-encoding.ts";
import {
  EXTENSION,
  extension as extension12,
  MESSAGE,
  message,
} from "../support/tls12-messages.ts";
import { Tls12Server } from "../support/tls12-server.ts";
import { RECORD } from "../support/wire.ts";

const authority = Authority.root();
const credentials = authority.issue();

async function handMadeServer() {
  const { port, socket } = await nextConnection();
  return { port, server: socket.then((one) => new Tls12Server(one, credentials)) };
}

function told({ error, alert }: Misdeed<Tls12Server>): string {
  return `s6-tlsc: fatal: TLS error: ${TOLD[error]}; sent the alert ${alertInWords(alert)}\n`;
}

it.each(misdeedsOfServers)("$alert for $what", async (misdeed) => {
  const { port, server } = await handMadeServer();
  const refusal = refusalOf({ port, authority });
  await misdeed.commit(await server);
  const { records } = await server;
  expect(await lastWords({ records })).toMatchObject({
    alert: ALERT[misdeed.alert],
    sealed: false,
  });
  expect(await refusal).toMatchObject({ code: 98, stderr: told(misdeed) });
});

/** Whether or not the hello offered TLS 1.3, too: two files of ours read the answer. */
describe.each(["1.2", "1.3"])("a client of versions up to %s", (max) => {
  const options = ["--tls-max", max, "--alpn", "http/1.1"];
  const protocols = (...names: string[]) =>
    extension12(EXTENSION.alpn, vector16(...names.map((one) => vector8(Buffer.from(one)))));

  it.each<[string, Buffer, keyof typeof ALERT]>([
    ["a protocol that was not offered", protocols("h2"), "illegalParameter"],
    ["a beginning of one that was", protocols("http/1."), "illegalParameter"],
    ["two protocols", protocols("http/1.1", "http/1.1"), "decodeError"],
    ["no protocol", protocols(), "decodeError"],
    ["a protocol of no bytes", protocols(""), "decodeError"],
    [
      "point formats without the uncompressed one",
      extension12(EXTENSION.pointFormats, vector8(Buffer.of(1))),
      "illegalParameter",
    ],
  ])("refuses %s", async (_what, answer, alert) => {
    const { port, server } = await handMadeServer();
    const refusal = refusalOf({ port, authority, options });
    const peer = await server;
    await peer.hear();
    peer.say(peer.hello({ extensions: [answer] }));
    expect(await lastWords(peer)).toMatchObject({ alert: ALERT[alert], sealed: false });
    expect(await refusal).toMatchObject({ code: 98 });
  });

  it("takes the protocol that it offered", async () => {
    const { port, server } = await handMadeServer();
    const prog = ["sh", "-c", "echo $SSL_ALPN"];
    const client = await call({ port, authority, options, prog });
    const peer = await server;
    await peer.hear();
    peer.flight(Buffer.of(), { extensions: [protocols("http/1.1")] });
    await peer.clientFlight();
    peer.changeCipherSpec();
    peer.say(peer.finished());
    expect(await client.ended).toMatchObject({ stdout: "http/1.1\n", code: 0 });
  });
});

it.each(misdeedsOfServersUnderKeys)("under keys, $alert for $what", async (misdeed) => {
  const { port, server } = await handMadeServer();
  const refusal = refusalOf({ port, authority });
  const peer = await server;
  await peer.upToFinished();
  await misdeed.commit(peer);
  expect(await lastWords(peer)).toMatchObject({ alert: ALERT[misdeed.alert], sealed: true });
  expect(await refusal).toMatchObject({ code: 98, stderr: told(misdeed) });
});

it("unsupportedCertificate for a key that may not sign, and does", async () => {
  const root = ClientAuthority.root();
  const names = extension.alternativeNames(["DNS", SERVER_NAME]);
  const agrees = root.issue({ extensions: [names, extension.keyUsage("keyAgreement")] });
  const { port, socket } = await nextConnection();
  const refusal = refusalOf({ port, authority: root });
  const server = new Tls12Server(await socket, agrees);
  await server.hear();
  server.flight();
  expect(await lastWords(server)).toMatchObject({ alert: ALERT.unsupportedCertificate });
  const what = "public key of the wrong type, or not allowed for this use";
  const stderr = `s6-tlsc: fatal: TLS error: ${what}; sent the alert unsupported_certificate\n`;
  expect(await refusal).toMatchObject({ code: 98, stderr });
});

it("a server that does nothing wrong is spoken to", async () => {
  const { port, server } = await handMadeServer();
  const prog = ["sh", "-c", "echo hello >&7; head -n 1 <&6"];
  const client = await call({ port, authority, prog });
  const peer = await server;
  await peer.establish();
  expect(`${(await peer.expect(RECORD.applicationData)).content}`).toBe("hello\n");
  peer.records.send(RECORD.applicationData, Buffer.from("back\n"));
  expect(await peer.records.next()).toBeNull();
  peer.records.socket.end();
  expect(await client.ended).toMatchObject({ stdout: "back\n", stderr: "", code: 0 });
});

it("a server that wants to renegotiate is told that there will be none, and goes on", async () => {
  const { port, server } = await handMadeServer();
  const client = await call({ port, authority, prog: ["sh", "-c", "head -n 2 <&6"] });
  const peer = await server;
  await peer.establish();
  for (const line of ["once\n", "twice\n"]) {
    peer.records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of()));
    const { content, sealed } = await untilAlert(peer);
    expect({ sealed, content: [...content] }).toEqual({
      sealed: true,
      content: [WARNING, ALERT.noRenegotiation],
    });
    peer.records.send(RECORD.applicationData, Buffer.from(line));
  }
  expect(await peer.records.next()).toBeNull();
  peer.records.socket.end();
  expect(await client.ended).toMatchObject({ stdout: "once\ntwice\n", stderr: "", code: 0 });
});
