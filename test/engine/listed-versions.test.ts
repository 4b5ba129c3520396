/**
 * A client's list of versions goes before the field for one, without TLS 1.3 in it, too (RFC 8446,
 * 4.2.1: servers "MUST only select a version of TLS present in that extension").
 */
import { expect, test } from "vitest";
import { Authority } from "../support/certificates.ts";
import { type Answer, answerIn, clientHello, VERSION } from "./client-hello.ts";
import { drain, feed, newServer } from "./instances.ts";

const credentials = Authority.root().issue();
const ECDHE_ECDSA_AES_128_SHA = 0xc009;
const UNKNOWN = 0x1111;
const PROTOCOL_VERSION = 70;
const { tls10, tls11, tls12 } = VERSION;

function answerTo(listedVersions: number[] | undefined, version: number = tls12): Answer {
  const server = newServer(credentials, { profile: "legacy" });
  const suites = [ECDHE_ECDSA_AES_128_SHA];
  const list = listedVersions === undefined ? {} : { listedVersions };
  feed(server, "recvrec", clientHello({ suites, version, ...list }));
  return answerIn(Buffer.from(drain(server, "sendrec")));
}

test.each([
  ["no list", undefined, tls12],
  ["TLS 1.2 among unknown ones", [UNKNOWN, tls12, 0x2222], tls12],
  ["TLS 1.1 among unknown ones", [UNKNOWN, tls11, 0x2222], tls11],
  ["TLS 1.0 among unknown ones", [UNKNOWN, tls10, 0x2222], tls10],
  ["two, the older one first", [tls10, tls11], tls11],
])("%s: the newest on it", (_, listed, version) => {
  expect(answerTo(listed)).toMatchObject({ version });
});

test.each([
  ["nothing that is known", [UNKNOWN]],
  ["nothing", []],
  ["SSL 3.0", [0x0300]],
])("with %s on it the client is told that there is no version", (_, listed) => {
  expect(answerTo(listed)).toEqual({ alert: PROTOCOL_VERSION });
});

test("a list with nothing as old as the field says is refused, and the field alone is not", () => {
  expect(answerTo([tls12], tls11)).toEqual({ alert: PROTOCOL_VERSION });
  expect(answerTo(undefined, tls11)).toMatchObject({ version: tls11 });
});
