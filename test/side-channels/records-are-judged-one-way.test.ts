/**
 * A forged record is refused on the same way whatever is wrong with it: dist/engine.wasm, made to
 * report every address that it reads or writes and every round of its loops, reports the same for
 * all forgeries of one length. There is nothing that a clock could measure (Lucky13; a tag compared
 * byte by byte), as far as addresses and loops go: no instruction's own time is in the reports.
 */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { Instrumented, type Trace } from "../support/instrumented.ts";
import { SUITE } from "../support/tls12-protection.ts";
import { EstablishedEngine, recordOf } from "./established-engine.ts";
import { type Records, recordsUnder, SUITES } from "./forged-records.ts";

const credentials = Authority.root().issue();
const instrumented = new Instrumented(join(import.meta.dirname, "../../dist/engine.wasm"));

/** ChaCha20-Poly1305 takes some 1,600 reports, CBC twenty times as many. */
const SHORTEST_WAY = 1000;

describe.each(SUITES)("%s", (suite) => {
  let engine: EstablishedEngine;
  let records: Records;

  beforeAll(async () => {
    engine = await instrumented.instantiated((module) =>
      EstablishedEngine.make(module, suite, credentials),
    );
    records = recordsUnder(engine.protection, SUITE[suite]);
  });

  function wayOf(body: Buffer): Trace & { reason: string | null } {
    engine.putBack();
    engine.offer(recordOf(body));
    const trace = instrumented.trace(() => engine.judge());
    return { ...trace, reason: engine.reason };
  }

  it("refuses every forgery on one way", () => {
    const ways = Object.entries(records.forged).map(([what, body]) => ({ what, ...wayOf(body) }));
    for (const { what, reason } of ways) expect(reason, what).toBe("BAD_MAC");
    const [first] = ways;
    expect(first?.length).toBeGreaterThan(SHORTEST_WAY);
    for (const { what, digest } of ways) expect(digest, what).toBe(first?.digest);
  });

  it("takes a genuine record, and that is another way", () => {
    const genuine = wayOf(records.genuine);
    expect(genuine.reason).toBeNull();
    expect(genuine.digest).not.toBe(wayOf(Object.values(records.forged)[0] as Buffer).digest);
  });
});
