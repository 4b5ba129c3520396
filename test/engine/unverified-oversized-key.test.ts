import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { certificateBody } from "../support/client-flight.ts";
import { recordedCertificate, recordedCredentials, recordedFile } from "../support/recorded.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { clearRecord, MESSAGE, message, messages } from "../support/tls12-messages.ts";
import { RECORD, records } from "../support/wire.ts";
import { element, integer, oid, sequence } from "./der.ts";
import { drain, feed, loadKey, newClient, newServer } from "./instances.ts";

/**
 * A server that is not verified, with a certificate whose RSA key is larger than BearSSL's decoder
 * has room for. It comes in small records: BearSSL refuses the key at its length, and was asked to
 * go on by the next record, which it wrote past its room.
 */

const CERTIFICATE = 11;

function certificateOf(modulusLength: number): Buffer {
  const algorithm = sequence(oid("1.2.840.113549.1.1.11"), element(0x05));
  const name = sequence();
  const time = element(0x17, Buffer.from("300101000000Z"));
  const key = sequence(integer(Buffer.alloc(modulusLength, 0xa5)), integer(Buffer.of(1, 0, 1)));
  const tbs = sequence(
    element(0xa0, integer(Buffer.of(2))),
    integer(Buffer.of(1)),
    algorithm,
    name,
    sequence(time, time),
    name,
    sequence(
      sequence(oid("1.2.840.113549.1.1.1"), element(0x05)),
      element(0x03, Buffer.of(0), key),
    ),
  );
  return sequence(tbs, algorithm, element(0x03, Buffer.alloc(257)));
}

/** The server's first flight, with another certificate in it, in records of a few bytes. */
function flight(client: Engine, certificate: Buffer): Buffer {
  const server = newServer(recordedCredentials("rsa"), {
    chain: [recordedCertificate("rsa")],
    key: loadKey(readFileSync(recordedFile("rsa"))),
  });
  feed(server, "recvrec", drain(client, "sendrec"));
  const said = messages(Buffer.concat(records(drain(server, "sendrec")).map(({ body }) => body)));
  const wire = said.flatMap(({ type, body }) => {
    const whole = message(type, type === CERTIFICATE ? certificateBody([certificate]) : body);
    const pieces = type === MESSAGE.serverHello ? whole.length : 100;
    const sent: Buffer[] = [];
    for (let at = 0; at < whole.length; at += pieces) {
      sent.push(clearRecord(RECORD.handshake, whole.subarray(at, at + pieces)));
    }
    return sent;
  });
  return Buffer.concat(wire);
}

/** BR_X509_BUFSIZE_KEY */
const ROOM = 520;

test.each([600, 1000, 4000])("a modulus of %i bytes is refused, and not written", (length) => {
  const client = newClient({ server: null, versions: { max: "1.2" } });
  const wire = flight(client, certificateOf(length));
  feed(client, "recvrec", wire);
  expect(client.error?.reason).toBe("X509_LIMIT_EXCEEDED");
  const more = Buffer.alloc(ROOM + 1, 0xa5);
  expect(Buffer.from(memoryOf(client)).indexOf(more), "more than there is room for").toBe(-1);
});
