/**
 * TLS 1.3's Finished and records in build/tls13-test.wasm read and write the same places in the same
 * order, and make the same rounds of their loops: whatever the secret, and whatever is wrong with a
 * sum or a record.
 */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Instrumented } from "../support/instrumented.ts";
import { Alone, SUITES, TYPES } from "../tls13/alone.ts";

const built = fileURLToPath(new URL("../../build/tls13-test.wasm", import.meta.url));
const instrumented = new Instrumented(built);
const { module, imports } = instrumented;

const LONG = { timeout: 120_000 };

function changed(bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes);
  other.writeUInt8(other.readUInt8(at) ^ 1, at);
  return other;
}

describe.each(Object.entries(SUITES))("under %s", LONG, (_name, suite) => {
  const alone = new Alone(suite, { module, imports });
  const length = alone.hashLength;
  const secret = Buffer.alloc(length, 1);

  it("a Finished is compared on one way, right or wrong anywhere, under any secret", () => {
    const hash = randomBytes(length);
    const right = alone.finished(secret, hash);
    const way = (sum: Buffer, of: Buffer = secret) =>
      instrumented.trace(() => alone.isFinished(of, hash, sum));
    const first = way(right);
    expect(first.length).toBeGreaterThan(1000);
    for (const at of [0, 1, length >> 1, length - 1]) {
      expect(way(changed(right, at)), `byte ${at}`).toEqual(first);
    }
    expect(way(randomBytes(length))).toEqual(first);
    expect(way(right, randomBytes(length))).toEqual(first);
    expect(way(right.subarray(1)).digest).not.toBe(first.digest);
  });

  it("a forged record is judged on one way, whatever is wrong with it, under any secret", () => {
    const sender = new Alone(suite);
    sender.records(secret);
    const record = sender.sealed(TYPES.data, randomBytes(1000));
    const way = (forged: Buffer, of: Buffer = secret) => {
      alone.records(of);
      return instrumented.trace(() => expect(alone.receive(forged)).toBeLessThan(0));
    };
    const first = way(changed(record, record.length - 1));
    expect(first.length).toBeGreaterThan(500);
    for (const at of [5, 500, record.length - 17, record.length - 16]) {
      expect(way(changed(record, at)), `byte ${at}`).toEqual(first);
    }
    const noise = Buffer.concat([record.subarray(0, 5), randomBytes(record.length - 5)]);
    expect(way(noise)).toEqual(first);
    expect(way(record, randomBytes(length))).toEqual(first);
  });

  it("the key schedule goes one way, whatever the exchange gave", () => {
    const way = (shared: Buffer) =>
      instrumented.trace(() => {
        alone.early(null);
        alone.handshake(shared, secret);
        alone.application(secret);
        alone.finish(secret);
      });
    const first = way(randomBytes(32));
    expect(first.length).toBeGreaterThan(10_000);
    for (const shared of [Buffer.alloc(32), Buffer.alloc(32, 255), randomBytes(32)]) {
      expect(way(shared)).toEqual(first);
    }
  });
});
