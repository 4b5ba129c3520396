import { createECDH, createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { type RecordedKind, recordedFile } from "./recorded.ts";
import { uint16, uint24, vector8, vector16 } from "./tls12-encoding.ts";
import { MASTER_LENGTH, prf, verifyData } from "./tls12-keys.ts";
import { clearRecord, clientHello, MESSAGE, message, messages } from "./tls12-messages.ts";
import { cutKeys, keyBlockLength, protection, SUITE } from "./tls12-protection.ts";
import { RECORD, records } from "./wire.ts";

/**
 * What a client sends after the server's first flight, in pieces, each of them for a test to damage
 * before what depends on it is made. Nothing in it is random but ECDSA signatures.
 */
export interface Flight {
  /** The body of a Certificate message; null where the client was not asked for one. */
  certificate: Buffer | null;
  clientKeyExchange: Buffer;
  /** Of a CertificateVerify; null without a certificate. */
  certificateVerify: Buffer | null;
  /** Of a ChangeCipherSpec record. */
  changeCipherSpec: Buffer;
  /** The content of the record that holds Finished: message header and all. */
  finished: Buffer;
}

export type Part = keyof Flight;

/** Damages a part, or gives it back. */
export type Damage = (part: Part, bytes: Buffer) => Buffer;

const suite = SUITE["ECDHE-ECDSA-CHACHA20-POLY1305"];
const random = Buffer.alloc(32, 0x22);

const hello = clientHello({ suites: [suite.id], random });
export const helloRecord = clearRecord(RECORD.handshake, hello);

/** @param answer the server's first flight, as it was on the wire */
export function clientFlight(
  answer: Buffer,
  { chain, damage }: { chain?: readonly Buffer[]; damage: Damage },
): Buffer {
  const flight = Buffer.concat(records(answer).map(({ body }) => body));
  const body = (type: number) => messages(flight).find((one) => one.type === type)?.body;
  const serverRandom = body(MESSAGE.serverHello)?.subarray(2, 34) ?? Buffer.of();
  const point = body(MESSAGE.serverKeyExchange) ?? Buffer.of();
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(Buffer.alloc(32, 0x33));
  const premaster = ecdh.computeSecret(point.subarray(4, 4 + (point[3] ?? 0)));
  const master = prf(premaster, "master secret", {
    seed: Buffer.concat([random, serverRandom]),
    length: MASTER_LENGTH,
  });
  const block = prf(master, "key expansion", {
    seed: Buffer.concat([serverRandom, random]),
    length: keyBlockLength(suite),
  });

  let transcript = Buffer.concat([hello, flight]);
  const sent: Buffer[] = [];
  const say = (part: Part, type: number, right: Buffer) => {
    const whole = message(type, damage(part, right));
    transcript = Buffer.concat([transcript, whole]);
    for (let at = 0; at < whole.length; at += LARGEST) {
      sent.push(clearRecord(RECORD.handshake, whole.subarray(at, at + LARGEST)));
    }
  };
  if (chain !== undefined) say("certificate", CERTIFICATE, certificateBody(chain));
  say("clientKeyExchange", MESSAGE.clientKeyExchange, vector8(ecdh.getPublicKey()));
  if (chain !== undefined && chain.length > 0) {
    say("certificateVerify", CERTIFICATE_VERIFY, proof(transcript));
  }
  sent.push(clearRecord(RECORD.changeCipherSpec, damage("changeCipherSpec", Buffer.of(1))));
  const right = message(MESSAGE.finished, verifyData(master, transcript));
  const sealed = protection(suite, cutKeys(suite, block).client).seal(
    RECORD.handshake,
    damage("finished", right).subarray(0, LARGEST),
  );
  return Buffer.concat([...sent, clearRecord(RECORD.handshake, sealed)]);
}

/** Of a Certificate message (RFC 5246, 7.4.2). */
export function certificateBody(chain: readonly Buffer[]): Buffer {
  const all = Buffer.concat(chain.map((der) => Buffer.concat([uint24(der.length), der])));
  return Buffer.concat([uint24(all.length), all]);
}

/** Whose certificate is the chain's first. */
const OWNER: RecordedKind = "p256";

const CERTIFICATE = 11;
const CERTIFICATE_VERIFY = 15;
const ECDSA_SHA256 = 0x0403;

/** Of a handshake record's content. */
const LARGEST = 16384;

const key = createPrivateKey(readFileSync(recordedFile(OWNER)));

/** Of a CertificateVerify message (RFC 5246, 7.4.8). */
function proof(transcript: Buffer): Buffer {
  return Buffer.concat([uint16(ECDSA_SHA256), vector16(sign("sha256", transcript, key))]);
}
