import { randomBytes } from "node:crypto";
import { loadKey } from "../engine/instances.ts";
import { type Credentials, derCertificate } from "../support/certificates.ts";
import { Alone, SUITES, TYPES } from "../tls13/alone.ts";
import { POOL, type Subject } from "./measure.ts";

const RSA_PSS_RSAE_SHA256 = 0x0804;

/** What a peer of TLS 1.3 may try often, and what the keeper signs for one. */
export function tls13Subjects(rsa: Credentials): Subject[] {
  const suites = Object.entries(SUITES);
  return [
    ...suites.map(([name, suite]) => forgedRecords(name, suite)),
    ...suites.slice(0, 1).map(([name, suite]) => finished(name, suite)),
    attestations(rsa),
  ];
}

function pool(make: (at: number) => Buffer): Buffer[] {
  return Array.from({ length: POOL }, (_, at) => make(at));
}

function changed(bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes);
  other.writeUInt8(other.readUInt8(at) ^ 1, at);
  return other;
}

const HEADER = 5;
const TAG = 16;

function forgedRecords(name: string, suite: number): Subject {
  const [sender, receiver] = [new Alone(suite), new Alone(suite)];
  const secret = randomBytes(receiver.hashLength);
  sender.records(secret);
  const record = sender.sealed(TYPES.data, randomBytes(320));
  const tag = record.length - TAG;
  const pools = [
    pool(() => changed(record, tag)),
    pool((at) => changed(record, HEADER + ((at * 37) % (record.length - HEADER)))),
  ];
  let forged = record;
  return {
    what: `TLS 1.3, ${name}`,
    classes: ["the tag's first bit wrong", "any forgery"],
    prepare(ofClass, which) {
      receiver.records(secret);
      forged = pools[ofClass]?.[which] as Buffer;
    },
    run: () => void receiver.receive(forged),
  };
}

function finished(name: string, suite: number): Subject {
  const alone = new Alone(suite);
  const [secret, hash] = [randomBytes(alone.hashLength), randomBytes(alone.hashLength)];
  const right = alone.finished(secret, hash);
  const pools = [
    pool(() => changed(right, right.length - 1)),
    pool(() => Buffer.from(randomBytes(right.length))),
  ];
  let sum = right;
  return {
    what: `TLS 1.3, a Finished, ${name}`,
    classes: ["its last bit wrong", "random"],
    prepare(ofClass, which) {
      sum = pools[ofClass]?.[which] as Buffer;
    },
    run: () => void alone.isFinished(secret, hash, sum),
  };
}

function attestations({ key, certFile }: Credentials): Subject {
  const loaded = loadKey(key.export({ type: "pkcs8", format: "der" }));
  loaded.match(derCertificate(certFile));
  const fixed = Buffer.from(randomBytes(32));
  const pools = [pool(() => Buffer.from(fixed)), pool(() => Buffer.from(randomBytes(32)))];
  let transcript: Buffer = fixed;
  return {
    what: "RSA-2048 with PSS, a CertificateVerify",
    classes: ["one handshake", "random ones"],
    prepare(ofClass, which) {
      transcript = pools[ofClass]?.[which] as Buffer;
    },
    run: () => void loaded.attest({ role: "server", scheme: RSA_PSS_RSAE_SHA256, transcript }),
  };
}
