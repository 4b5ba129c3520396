import { expect, test } from "vitest";
import { Alone, SUITES } from "./alone.js";
import { digest, expandLabel, HASH_LENGTH, KeySchedule } from "./peer/key-schedule.ts";

/** Constants of the key schedule (RFC 8446, 7.1) are what its formulas give. */

for (const [name, suite] of Object.entries(SUITES)) {
  const hash = suite === SUITES.aes256 ? "sha384" : "sha256";
  const length = HASH_LENGTH[hash];
  const derived = (secret: Buffer, label: string) =>
    expandLabel(hash, secret, { label, context: digest(hash, Buffer.of()), length });

  test(`${name}: "derived" of an early secret without a pre-shared key`, () => {
    const alone = new Alone(suite);
    alone.early(null);
    expect(alone.secret("stage")).toEqual(derived(new KeySchedule(hash).early, "derived"));
    expect(
      alone
        .secrets()
        .subarray(length)
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  test(`${name}: a pre-shared key of zeros gives the same`, () => {
    const alone = new Alone(suite);
    alone.early(Buffer.alloc(length));
    expect(alone.secret("stage")).toEqual(derived(new KeySchedule(hash).early, "derived"));
  });

  test(`${name}: the hash of nothing, in the handshake's "derived" and in a binder's key`, () => {
    const schedule = new KeySchedule(hash, Buffer.alloc(length, 3));
    schedule.agree(Buffer.alloc(32, 8));
    const alone = new Alone(suite);
    alone.early(Buffer.alloc(length, 3));
    expect(alone.binderKey()).toEqual(schedule.binderKey(true));
    alone.handshake(Buffer.alloc(32, 8), Buffer.alloc(length));
    expect(alone.secret("stage")).toEqual(derived(schedule.handshake, "derived"));
  });
}
