/**
 * Each message of a server's first flight, cut short anywhere and with a length that says so: no field of it
 * is read beyond its end, and none is left out. One alert, no key in use, and our client fails.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority, derCertificate, SERVER_NAME } from "../../support/certificates.ts";
import { bearhug, failureOf } from "../../support/library.ts";
import { nextConnection } from "../../support/tls-servers.ts";
import { uint16, vector16 } from "../../support/tls12-encoding.ts";
import { message } from "../../support/tls12-messages.ts";
import * as extend from "../peer/extensions.ts";
import * as messages from "../peer/messages.ts";
import { ALERT, EXTENSION, LEVEL, SCHEME } from "../peer/numbers.ts";
import { Tls13Server } from "../peer/server.ts";

const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);
const certificates = [derCertificate(credentials.certFile)];

/** Conversations that are open at a time. */
const AT_ONCE = 8;

/** What is said before each message, and the message. */
const MESSAGES: Readonly<Record<string, (server: Tls13Server) => Buffer>> = {
  ServerHello: (server) => {
    server.exchange();
    return server.hello();
  },
  HelloRetryRequest: (server) => server.helloRetryRequest(),
  CertificateRequest: (server) => {
    server.greet();
    server.say(server.encryptedExtensions());
    const schemes = vector16(uint16(SCHEME.ecdsaSecp256r1Sha256));
    return messages.certificateRequest({
      extensions: [extend.extension(EXTENSION.signatureAlgorithms, schemes)],
    });
  },
  EncryptedExtensions: (server) => {
    server.greet();
    return server.encryptedExtensions();
  },
  Certificate: (server) => {
    server.greet();
    server.say(server.encryptedExtensions());
    return server.certificate();
  },
  CertificateVerify: (server) => {
    server.greet();
    server.say(server.encryptedExtensions(), server.certificate());
    return server.certificateVerify({ key: server.settings.key });
  },
  Finished: (server) => {
    server.greet();
    server.say(server.encryptedExtensions(), server.certificate());
    server.say(server.certificateVerify({ key: server.settings.key }));
    return server.finished();
  },
};

const HEADER = 4;

const IN_CLEAR: readonly string[] = ["ServerHello", "HelloRetryRequest"];

/** Without extensions it is a hello of TLS 1.2, with the session that our client made up. */
const HELLO_WITHOUT_EXTENSIONS = 2 + 32 + 1 + 32 + 2 + 1;

/** The alert for that many bytes of a message. */
function alertFor(what: string, length: number): number {
  const isOlder = IN_CLEAR.includes(what) && length === HELLO_WITHOUT_EXTENSIONS;
  return isOlder ? ALERT.illegalParameter : ALERT.decodeError;
}

/** A conversation in which so many bytes of a message come; null: as many as there are, and nothing is wrong. */
async function heardFor(what: string, length: number): Promise<unknown> {
  const { port, socket } = await nextConnection();
  const stream = bearhug.connect({
    ...{ host: "127.0.0.1", port, servername: SERVER_NAME, ca, ecdhCurve: "X25519" },
  });
  let isSecure = false;
  stream.once("secureConnect", () => {
    isSecure = true;
  });
  const failed = failureOf(stream);
  const server = new Tls13Server(await socket, {
    ...{ certificates, key: credentials.key, suites: [0x1303] },
  });
  await server.upToShare();
  const whole = (MESSAGES[what] as (server: Tls13Server) => Buffer)(server);
  server.say(message(whole[0] as number, whole.subarray(HEADER, HEADER + length)));
  const heard = await server.lastWords();
  const wasReset = server.records.wasReset;
  server.records.socket.end();
  const { code } = await failed;
  return { heard, wasReset, isSecure, isOurs: code?.startsWith("ERR_BEARHUG_") };
}

/** All lengths up to the last byte but one; of a long message some. */
function lengthsOf(whole: number): number[] {
  const all = Array.from({ length: whole }, (_, length) => length);
  return all.filter((length) => length < 80 || length >= whole - 4 || length % 53 === 0);
}

/** As upToShare makes them here: of a certificate, the shortest that there is. */
const LENGTHS: Readonly<Record<string, number>> = {
  ServerHello: 2 + 32 + 1 + 32 + 2 + 1 + 2 + 6 + 40,
  HelloRetryRequest: 2 + 32 + 1 + 32 + 2 + 1 + 2 + 6 + 6,
  CertificateRequest: 1 + 2 + 8,
  EncryptedExtensions: 2,
  Certificate: 1 + 3 + 3 + (certificates[0] as Buffer).length + 2,
  CertificateVerify: 2 + 2 + 64,
  Finished: 32,
};

describe.each(Object.keys(MESSAGES))("a server's %s", (what) => {
  it("that is cut short anywhere is refused with one alert", { timeout: 120_000 }, async () => {
    const lengths = lengthsOf(LENGTHS[what] as number);
    const found: unknown[] = [];
    for (let at = 0; at < lengths.length; at += AT_ONCE) {
      const some = lengths.slice(at, at + AT_ONCE);
      found.push(...(await Promise.all(some.map((length) => heardFor(what, length)))));
    }
    const expected = lengths.map((length) => ({
      heard: [
        {
          level: LEVEL.fatal,
          description: alertFor(what, length),
          sealed: !IN_CLEAR.includes(what),
        },
      ],
      ...{ wasReset: false, isSecure: false, isOurs: true },
    }));
    expect(found).toEqual(expected);
  });
});
