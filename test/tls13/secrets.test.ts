import { expect, test } from "vitest";
import { Alone, SUITES } from "./alone.js";

/** Each stage of the key schedule leaves no secret that no later stage needs. */

for (const [name, suite] of Object.entries(SUITES)) {
  const length = suite === SUITES.aes256 ? 48 : 32;
  const hashes = [1, 2, 3].map((seed) => Buffer.alloc(length, seed)) as [Buffer, Buffer, Buffer];

  test(`${name}: what a stage was made of is gone after the next one`, () => {
    const alone = new Alone(suite);
    alone.early(Buffer.alloc(length, 9));
    const early = alone.secret("stage");

    alone.handshake(Buffer.alloc(32, 8), hashes[0]);
    const handshake = alone.secret("stage");
    const serverHandshake = alone.secret("server");
    expect(alone.secrets().includes(early)).toBe(false);

    alone.application(hashes[1]);
    const master = alone.secret("stage");
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
