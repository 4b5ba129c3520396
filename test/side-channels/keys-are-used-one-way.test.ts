/**
 * The keeper goes the same way whatever the key is, and whatever it is asked to sign or decrypt:
 * dist/keeper.wasm, made to report every address that it reads or writes and every round of its
 * loops. What may differ is public: how long the numbers in an ECDSA signature are.
 */
import { constants, publicEncrypt, randomBytes } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Keeper, type PrivateKey } from "../../src/sandbox/keeper.ts";
import { loadKey } from "../engine/instances.ts";
import { Authority, derCertificate, newKey } from "../support/certificates.ts";
import { Instrumented } from "../support/instrumented.ts";
import { robotBlocks } from "../support/robot-blocks.ts";

const SHA256 = 4;
const KEYS = 2;

/** Reports take a hundred times as long as what they are about. */
const LONG = { timeout: 120_000 };

const instrumented = new Instrumented(join(import.meta.dirname, "../../dist/keeper.wasm"));

function load(key: ReturnType<typeof newKey>): PrivateKey {
  const keeper = instrumented.instantiated((module) => new Keeper(module));
  return loadKey(key.export({ type: "pkcs8", format: "der" }), keeper);
}

describe("RSA", () => {
  const key = newKey("RSA-1024");
  const loaded = load(key);
  const encrypted = (block: Buffer) =>
    publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);

  it("decrypts on one way, whatever the padding", () => {
    const ways = robotBlocks(128).map(({ what, block }) => {
      const message = encrypted(block);
      return { what, ...instrumented.trace(() => loaded.decrypt(message)) };
    });
    const [first] = ways;
    expect(first?.length).toBeGreaterThan(1_000_000);
    for (const { what, digest } of ways) expect(digest, what).toBe(first?.digest);
  });

  it.each([
    ["sha256", 0x0804],
    ["sha384", 0x0805],
  ])("attests with PSS and %s on one way, whatever the handshake", (_hash, scheme) => {
    const { key, certFile } = Authority.root().issue({ key: newKey("RSA-1024") });
    const attesting = load(key);
    attesting.match(derCertificate(certFile));
    const ways = [1, 2, 3].map(() => {
      const transcript = randomBytes(32);
      let length = 0;
      const { digest } = instrumented.trace(() => {
        length = attesting.attest({ role: "server", scheme, transcript }).length;
      });
      expect(length).toBe(128);
      return digest;
    });
    expect(new Set(ways).size).toBe(1);
  });

  it("signs on one way", () => {
    const room = new Uint8Array(128);
    const digests = [1, 2, 3].map(() => {
      const hash = randomBytes(32);
      return instrumented.trace(() => loaded.sign(SHA256, hash, room)).digest;
    });
    expect(new Set(digests).size).toBe(1);
  });
});

it("ECDSA with P-256 attests on one way for each shape of a signature", LONG, () => {
  const ways = new Map<string, Set<string>>();
  for (let keys = 0; keys < KEYS; keys++) {
    const loaded = load(newKey("P-256"));
    for (let signed = 0; signed < 12; signed++) {
      const transcript = randomBytes(32);
      let signature = Buffer.of();
      const { digest } = instrumented.trace(() => {
        signature = Buffer.from(loaded.attest({ role: "server", scheme: 0x0403, transcript }));
      });
      const shape = shapeOf(signature);
      ways.set(shape, (ways.get(shape) ?? new Set()).add(digest));
    }
  }
  expect([...ways.values()].map((digests) => digests.size)).toEqual([...ways].map(() => 1));
});

describe.each([
  { kind: "P-256", signatures: 12 },
  { kind: "P-384", signatures: 2 },
] as const)("ECDSA with $kind", ({ kind, signatures }) => {
  it("signs on one way for each shape of a signature, with whatever key", LONG, () => {
    const ways = new Map<string, Set<string>>();
    for (let keys = 0; keys < KEYS; keys++) {
      const loaded = load(newKey(kind));
      for (let signed = 0; signed < signatures; signed++) {
        const hash = randomBytes(32);
        const room = Buffer.alloc(160);
        const { digest } = instrumented.trace(() => loaded.sign(SHA256, hash, room));
        const shape = shapeOf(room);
        ways.set(shape, (ways.get(shape) ?? new Set()).add(digest));
      }
    }
    expect([...ways.values()].map((digests) => digests.size)).toEqual([...ways].map(() => 1));
  });
});

/**
 * How long r and s are, and which have a zero before them: SEQUENCE, INTEGER, r, INTEGER, s in DER.
 * Of two that are as long as the order, one may have lost a leading byte and got a zero for a sign.
 */
function shapeOf(signature: Buffer): string {
  const shape = (at: number) => `${signature.readUInt8(at)} ${signature.readUInt8(at + 1) === 0}`;
  const r = signature.readUInt8(3);
  return `${shape(3)} ${shape(4 + r + 1)}`;
}

/** Where a ticket has what is compared: its name, and its tag. */
const COMPARED = { name: [0, 3, 7], tag: [-16, -9, -1] } as const;

describe("tickets", () => {
  it.each(["name", "tag"] as const)("are opened on one way, wherever the %s is wrong", (part) => {
    const loaded = load(newKey("P-256"));
    const ways = COMPARED[part].map((at) => {
      const ticket = Buffer.from(loaded.seal(80_000, randomBytes(131)));
      const place = (ticket.length + at) % ticket.length;
      ticket[place] = (ticket[place] ?? 0) ^ 0x10;
      let length = -1;
      const { digest } = instrumented.trace(() => {
        length = loaded.open(80_000, ticket).length;
      });
      expect(length).toBe(0);
      return digest;
    });
    expect(new Set(ways).size).toBe(1);
  });
});
