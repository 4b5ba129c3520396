import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import type { Profile } from "../../src/sandbox/engine-settings.ts";
import { loadKey, newServer, type ServerOptions } from "../engine/instances.ts";
import { helloMutators, recordedHellos } from "../support/hello-mutations.ts";
import { examine, type Plan } from "../support/mutations.ts";
import {
  type RecordedKind,
  recordedCertificate,
  recordedCredentials,
  recordedFile,
} from "../support/recorded.ts";
import { MESSAGE } from "../support/tls12-messages.ts";
import { RECORD, records } from "../support/wire.ts";
import { RETRY_RANDOM } from "../tls13/peer/numbers.ts";
import { flightIn, judge, Tally } from "./verdict.ts";

/** ClientHellos of real clients, damaged. test/support/mutations.ts has how to replay a failure. */

const own = {
  rsa: identity("rsa"),
  p256: identity("p256"),
};

function identity(kind: RecordedKind) {
  const key = loadKey(readFileSync(recordedFile(kind)));
  const chain = [recordedCertificate(kind)];
  // An RSA key signs for TLS 1.3 only once it has seen its certificate.
  key.match(chain[0] as Uint8Array);
  return { key, chain };
}

function plan(seed: number): Plan {
  return { seed, samples: recordedHellos, mutators: helloMutators };
}

function server(kind: "rsa" | "p256", options: ServerOptions): Engine {
  return newServer(recordedCredentials(kind), { ...own[kind], ...options });
}

/** An answer without what is random in it, or follows from that. */
function likeness(answer: Buffer): unknown[] {
  const alerts = records(answer).filter(({ type }) => type === RECORD.alert);
  const flight = flightIn(answer).map(({ type, body }) => {
    if (type === MESSAGE.serverHello) return body.toString("hex", AFTER_SESSION_ID);
    if (type === MESSAGE.serverKeyExchange) return body.toString("hex", 0, CURVE_AND_LENGTH);
    return [type, body.toString("hex")];
  });
  return [...flight, ...alerts.map(({ version, body }) => [version, ...body])];
}

/** Our session identifiers have 32 bytes. */
const AFTER_SESSION_ID = 2 + 32 + 1 + 32;
const CURVE_AND_LENGTH = 4;

type Case = [count: number, kind: "rsa" | "p256", profile: Profile, seed: number];

describe("a ClientHello", () => {
  test.each(recordedHellos)("is understood as it was recorded: $name", ({ name, bytes }) => {
    const kind = name.includes("ECDHE-ECDSA") ? "p256" : "rsa";
    const verdict = judge(server(kind, { profile: "legacy" }), bytes);
    expect(verdict.kind).toBe(name.includes("-fallback_scsv") ? "refused" : "answered");
  });

  test.each<Case>([
    ...[1, 2, 3, 4].map((seed): Case => [600, "p256", "modern", seed]),
    [300, "rsa", "compat", 5],
    [300, "p256", "legacy", 6],
  ])("that is damaged ends well: %i of them, %s, %s, seed %i", (count, kind, profile, seed) => {
    const tally = new Tally();
    examine(plan(seed), count, ({ bytes }) => {
      tally.add(judge(server(kind, { profile }), bytes));
    });
    expect(tally.refused.size, "different reasons").toBeGreaterThanOrEqual(7);
    const { refused, answered, waits, established } = tally.count;
    expect(Math.min(refused, answered, waits), "of each kind").toBeGreaterThan(count / 50);
    expect(established).toBe(0);
  });

  test("that is damaged leads to the same when the chain depends on it", () => {
    const [main, longer] = [
      own.p256.chain,
      [...own.p256.chain, recordedCertificate("intermediate")],
    ];
    const tally = new Tally();
    examine(plan(7), 700, ({ bytes }) => {
      let chain = main;
      const choice = {
        largestChain: 4096,
        choose: (serverName: string | null) => {
          chain = serverName === "server.test" ? main : longer;
          return { ...own.p256, chain };
        },
      };
      const chosen = judge(server("p256", { choice }), bytes);
      const fixed = judge(server("p256", { chain }), bytes);
      expect(chosen.message).toBe(fixed.message);
      expect(chosen.kind).toBe(fixed.kind);
      expect(likeness(chosen.answer)).toEqual(likeness(fixed.answer));
      tally.add(chosen);
    });
    expect(tally.count.answered).toBeGreaterThan(100);
  });

  test("that is damaged ends well when nobody is there for the name in it", () => {
    const choice = { largestChain: 4096, choose: () => null };
    const tally = new Tally();
    examine(plan(8), 300, ({ bytes }) => {
      const verdict = judge(server("p256", { choice }), bytes);
      // A retry asks for a share, and needs no chain yet (RFC 8446, 4.1.4).
      const isRetry = verdict.kind === "answered" && verdict.answer.includes(RETRY_RANDOM);
      if (!isRetry) tally.add(verdict);
    });
    expect(tally.count.answered).toBe(0);
    expect([...tally.refused.keys()]).toEqual(
      expect.arrayContaining([
        "no server name; sent the alert handshake_failure",
        "unknown server name server.test; sent the alert unrecognized_name",
      ]),
    );
  });
});
