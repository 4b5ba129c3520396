import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import type { Identity, Verification } from "../../src/sandbox/engine-settings.ts";
import {
  type ClientOptions,
  drain,
  feed,
  loadKey,
  newClient,
  newServer,
  type ServerOptions,
} from "../engine/instances.ts";
import { byteMutators, examine, type Mutator, type Plan } from "../support/mutations.ts";
import {
  type RecordedKind,
  recordedCertificate,
  recordedCredentials,
  recordedFile,
} from "../support/recorded.ts";
import { clearRecord, message, messages } from "../support/tls12-messages.ts";
import { RECORD, records } from "../support/wire.ts";
import { CLIENT, judge, Tally } from "./verdict.ts";

/**
 * What a server says to our client, damaged. Both engines have the same randomness on every run, so
 * what the server says is the same, too, and good until it is damaged.
 */

/** Behind its ServerHello, a server of TLS 1.3 says nothing in clear. */
const TLS12 = { max: "1.2" } as const;

const NOW = Date.parse("2030-01-01T00:00:00Z");

const anchors: Verification = {
  anchors: [recordedCertificate("root"), recordedCertificate("rsa-root")],
  now: NOW,
};

const identities: Record<"rsa" | "p256", Identity> = {
  rsa: identity("rsa"),
  p256: identity("p256"),
};

function identity(kind: RecordedKind): Identity {
  const chain = [recordedCertificate(kind), recordedCertificate("intermediate")];
  return { key: loadKey(readFileSync(recordedFile(kind))), chain };
}

interface Conversation {
  kind: "rsa" | "p256";
  server?: ServerOptions;
  client: ClientOptions;
}

/** All that the server says until the handshake is done. */
function recordServer({ kind, server, client }: Conversation): Buffer {
  const here = newClient({ ...client, versions: TLS12 });
  const there = newServer(recordedCredentials(kind), { ...identities[kind], ...server });
  const said: Buffer[] = [];
  for (let turns = 0; turns < 3; turns++) {
    feed(there, "recvrec", drain(here, "sendrec"));
    const flight = drain(there, "sendrec");
    feed(here, "recvrec", flight);
    said.push(flight);
  }
  expect(here.error?.message).toBeUndefined();
  expect(here.established, "the handshake is done").toBe(true);
  return Buffer.concat(said);
}

/** A message's body is damaged, and its record and itself are as long as they say. */
const inMessage: Mutator = (bytes, chance, other) => {
  const all = records(bytes);
  const which = all.filter(({ type }) => type === RECORD.handshake);
  if (which.length === 0) return chance.pick(byteMutators)(bytes, chance, other);
  const at = chance.below(which.length);
  const parts = messages(which[at]?.body ?? Buffer.of());
  if (parts.length === 0) return chance.pick(byteMutators)(bytes, chance, other);
  const part = chance.pick(parts);
  const [body, what] = chance.pick(byteMutators)(part.body, chance, other);
  const damaged = parts.map((one) => message(one.type, one === part ? body : one.body));
  const wire = all.map((record) => {
    const content = record === which[at] ? Buffer.concat(damaged) : record.body;
    return clearRecord(record.type, content.subarray(0, LONGEST), record.version);
  });
  return [Buffer.concat(wire), `in message ${part.type} of record ${at}: ${what}`];
};

/** Content of a record. */
const LONGEST = 16384;

/** Messages come and go and change places. */
const ofMessages: Mutator = (bytes, chance) => {
  const all = records(bytes);
  const from = chance.below(all.length + 1);
  const parts = messages(all[from]?.body ?? Buffer.of());
  const swapped = [...parts];
  const taken = swapped.splice(chance.below(parts.length + 1), 1);
  const to = chance.below(swapped.length + 1);
  const times = chance.below(3);
  swapped.splice(to, 0, ...Array.from({ length: times }, () => taken).flat());
  const wire = all.map((record, at) => {
    const content = Buffer.concat(swapped.map(({ type, body }) => message(type, body)));
    const isOurs = at === from && parts.length > 0;
    return clearRecord(record.type, isOurs ? content.subarray(0, LONGEST) : record.body);
  });
  return [Buffer.concat(wire), `in record ${from}, a message ${times} times at ${to}`];
};

const mutators = [...byteMutators, inMessage, inMessage, inMessage, inMessage, ofMessages];

const cases: [string, Conversation, number][] = [
  ["an ECDSA server", { kind: "p256", client: { server: anchors } }, 21],
  [
    "an RSA server with a name",
    { kind: "rsa", client: { server: anchors, serverName: "server.test", profile: "compat" } },
    22,
  ],
  ["a server that nobody verifies", { kind: "p256", client: { server: null } }, 23],
  [
    "a server that asks for a certificate, and gets one",
    {
      kind: "p256",
      server: { clients: { ...anchors, mandatory: true } },
      client: { server: anchors, identity: identities.p256, profile: "legacy" },
    },
    24,
  ],
];

describe.each(cases)("%s", (_, conversation, seed) => {
  const said = recordServer(conversation);
  const client = (): Engine => newClient({ ...conversation.client, versions: TLS12 });

  test("is understood as it was recorded", () => {
    expect(judge(client(), said, CLIENT).kind).toBe("established");
  });

  test("that says damaged things comes to a clean end: 400 of them", () => {
    const plan: Plan = { seed, samples: [{ name: "what it said", bytes: said }], mutators };
    const tally = new Tally();
    examine(plan, 400, ({ bytes }) => {
      const verdict = judge(client(), bytes, CLIENT);
      // What is after the Finished, or between the records, is not part of what it vouches for.
      if (verdict.kind === "established") expect(verdict.session?.protocol).toBe("TLSv1.2");
      tally.add(verdict);
    });
    expect(tally.refused.size, "different reasons").toBeGreaterThanOrEqual(10);
    const { refused, waits } = tally.count;
    expect(Math.min(refused, waits), "of each kind").toBeGreaterThan(8);
  });
});
