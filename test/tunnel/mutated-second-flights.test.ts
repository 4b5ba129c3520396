import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import type { ClientVerification } from "../../src/sandbox/engine-settings.ts";
import { drain, feed, loadKey, newServer } from "../engine/instances.ts";
import { certificateBody, clientFlight, helloRecord, type Part } from "../support/client-flight.ts";
import { derMutators } from "../support/der-mutations.ts";
import { byteMutators, examine, type Mutator, type Plan } from "../support/mutations.ts";
import { recordedCertificate, recordedCredentials, recordedFile } from "../support/recorded.ts";
import { judge, Tally } from "./verdict.ts";

/** What a client says after its ClientHello, damaged. What comes after the damage follows from it. */

const credentials = recordedCredentials("p256");
const own = {
  chain: [recordedCertificate("p256")],
  key: loadKey(readFileSync(recordedFile("p256"))),
};
const chain = [recordedCertificate("p256"), recordedCertificate("intermediate")];
const clients: ClientVerification = {
  anchors: [recordedCertificate("root")],
  mandatory: true,
  now: Date.UTC(2030, 0),
};

function server(asks: boolean): Engine {
  return newServer(credentials, { ...own, ...(asks && { clients }) });
}

/** The server's randomness is the same each time, so a flight for this answer fits all of them. */
function answerOf(engine: Engine): Buffer {
  feed(engine, "recvrec", helloRecord);
  return drain(engine, "sendrec");
}

const answers = { asked: answerOf(server(true)), unasked: answerOf(server(false)) };

interface Damaged {
  part: Part;
  asks: boolean;
  count: number;
  mutators?: readonly Mutator[];
}

/** One of the certificates is damaged, and the message around it has the right lengths. */
const inCertificate: Mutator = (_bytes, chance) => {
  const at = chance.below(chain.length);
  const der = chain[at] as Buffer;
  const [damaged, what] = chance.pick(derMutators)(der, chance, der);
  return [certificateBody(chain.with(at, damaged)), `certificate ${at}: ${what}`];
};

const ofChain: Mutator = (_bytes, chance) => {
  const more = chance.pick([recordedCertificate("root"), recordedCertificate("rsa"), ...chain]);
  const times = chance.pick([1, 2, 20, 300]);
  const at = chance.below(3);
  const longer = chain.toSpliced(at, chance.below(2), ...Array<Buffer>(times).fill(more));
  return [certificateBody(longer), `${times} certificates put in at ${at}`];
};

/** A part as it is when nothing is wrong. */
function rightPart(wanted: Part, asks: boolean): Buffer {
  let found: Buffer = Buffer.of();
  clientFlight(asks ? answers.asked : answers.unasked, {
    ...(asks && { chain }),
    damage: (part, bytes) => {
      if (part === wanted) found = bytes;
      return bytes;
    },
  });
  return found;
}

function playWith(asks: boolean, damage: (part: Part, bytes: Buffer) => Buffer) {
  const flight = clientFlight(asks ? answers.asked : answers.unasked, {
    ...(asks && { chain }),
    damage,
  });
  return judge(server(asks), Buffer.concat([helloRecord, flight]));
}

/** What of a part must be there unharmed for the handshake to be done. */
function kernelOf(part: Part, right: Buffer): Buffer {
  // Of the algorithm's two bytes BearSSL 0.6 takes 4 for 3, ECDSA (ssl_hs_server.t0).
  if (part === "certificateVerify") return right.subarray(2);
  return part === "certificate" ? signedPart(recordedCertificate("p256")) : right;
}

/** Of a certificate: its first element (RFC 5280, 4.1), which has a length of two bytes, as it has. */
function signedPart(der: Buffer): Buffer {
  return der.subarray(4, 8 + der.readUInt16BE(6));
}

test.each([true, false])("an undamaged flight is taken; a certificate is asked for: %s", (asks) => {
  const verdict = playWith(asks, (_part, bytes) => bytes);
  expect(verdict).toMatchObject({ kind: "established", message: null });
});

test.each<Damaged>([
  { part: "certificate", asks: true, count: 200 },
  { part: "certificate", asks: true, count: 500, mutators: [inCertificate] },
  { part: "certificate", asks: true, count: 50, mutators: [ofChain] },
  { part: "clientKeyExchange", asks: false, count: 400 },
  { part: "certificateVerify", asks: true, count: 200 },
  { part: "changeCipherSpec", asks: false, count: 50 },
  { part: "finished", asks: false, count: 300 },
])(
  "a damaged $part ends well: $count of them",
  ({ part, asks, count, mutators = byteMutators }) => {
    const right = rightPart(part, asks);
    const samples = [{ name: part, bytes: right }];
    const kernel = kernelOf(part, right);
    const plan: Plan = { seed: 30, samples, mutators, steps: 2, longest: 1 << 20 };
    const tally = new Tally();
    examine(plan, count, ({ bytes }) => {
      const verdict = playWith(asks, (which, intact) => (which === part ? bytes : intact));
      tally.add(verdict);
      if (verdict.kind === "established") expect(bytes.includes(kernel), "intact").toBe(true);
    });
    expect(tally.count.waits).toBe(0);
    expect(tally.count.refused).toBeGreaterThan(count / 3);
  },
);
