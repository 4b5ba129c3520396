import { expect, test } from "vitest";
import { Alone, SUITES } from "./alone.js";
import { HASH_LENGTH, KeySchedule } from "./peer/key-schedule.ts";

/** Each stage of the key schedule leaves no secret that no later stage needs. */

for (const [name, suite] of Object.entries(SUITES)) {
  const hash = suite === SUITES.aes256 ? "sha384" : "sha256";
  const length = HASH_LENGTH[hash];
  const hashes = [1, 2, 3].map((seed) => Buffer.alloc(length, seed)) as [Buffer, Buffer, Buffer];

  test(`${name}: what a stage was made of is gone after the next one`, () => {
    const schedule = new KeySchedule(hash, Buffer.alloc(length, 9));
    schedule.agree(Buffer.alloc(32, 8));
    const alone = new Alone(suite);
    alone.early(Buffer.alloc(length, 9));
    const early = alone.secret("stage");
    expect(alone.secrets().includes(schedule.early)).toBe(false);

    alone.handshake(Buffer.alloc(32, 8), hashes[0]);
    const handshake = alone.secret("stage");
    const serverHandshake = alone.secret("server");
    expect(alone.secrets().includes(early)).toBe(false);
    expect(alone.secrets().includes(schedule.handshake)).toBe(false);

    alone.application(hashes[1]);
    const master = alone.secret("stage");
    expect(master).toEqual(schedule.master);
    expect(alone.secrets().includes(handshake)).toBe(false);
    expect(alone.secrets().includes(serverHandshake)).toBe(false);

    const clientHandshake = alone.secret("client");
    const client = alone.secret("clientNext");
    alone.finish(hashes[2]);
    expect(alone.secrets().includes(master)).toBe(false);
    expect(alone.secrets().includes(clientHandshake)).toBe(false);
    expect(alone.secret("client")).toEqual(client);
    expect(alone.secrets().indexOf(client)).toBe(alone.secrets().lastIndexOf(client));
  });

  test(`${name}: without a use for them, there are no secrets for exporters and resumptions`, () => {
    const alone = new Alone(suite);
    alone.early(null);
    alone.handshake(Buffer.alloc(32, 8), hashes[0]);
    alone.application(hashes[1], { exports: false });
    alone.finish(hashes[2], { resumes: false });
    expect(alone.secret("exporter")).toEqual(Buffer.alloc(length));
    expect(alone.secret("resumption")).toEqual(Buffer.alloc(length));
    expect(alone.secret("client")).not.toEqual(Buffer.alloc(length));
  });

  test(`${name}: a Finished that is short, long or different in one bit is refused`, () => {
    const alone = new Alone(suite);
    const secret = Buffer.alloc(length, 5);
    const sum = alone.finished(secret, hashes[0]);
    expect(alone.isFinished(secret, hashes[0], sum)).toBe(true);
    expect(alone.isFinished(secret, hashes[1], sum)).toBe(false);
    for (let bit = 0; bit < 8 * length; bit++) {
      const changed = Buffer.from(sum);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(alone.isFinished(secret, hashes[0], changed), `bit ${bit}`).toBe(false);
    }
    expect(alone.isFinished(secret, hashes[0], sum.subarray(0, -1))).toBe(false);
    expect(alone.isFinished(secret, hashes[0], Buffer.concat([sum, Buffer.alloc(1)]))).toBe(false);
  });
}

test("a traffic secret changes with each KeyUpdate, and never to one that was", () => {
  const alone = new Alone(SUITES.aes256);
  const seen = new Set<string>();
  let secret: Buffer = Buffer.alloc(48, 1);
  alone.early(null);
  for (let i = 0; i < 100; i++) {
    secret = alone.updated(secret);
    seen.add(secret.toString("hex"));
  }
  expect(seen.size).toBe(100);
});
