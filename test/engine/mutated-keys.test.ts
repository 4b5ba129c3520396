import { createHash, createPrivateKey, type KeyObject, verify, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { KEY_FILE_MAX, type Keeper, type PrivateKey } from "../../src/sandbox/keeper.ts";
import { KeeperError } from "../../src/sandbox/keeper-refusals.ts";
import { derMutators } from "../support/der-mutations.ts";
import { examine, type Sample } from "../support/mutations.ts";
import { pemMutators } from "../support/pem-mutations.ts";
import {
  RECORDED_KINDS,
  type RecordedKind,
  recordedCertificate,
  recordedFile,
} from "../support/recorded.ts";
import { isBlank, loadKey, mailboxOf, newKeeper } from "./instances.ts";

/** Key files that are damaged, and certificates that are damaged and held against a good key. */

const pairs = Object.fromEntries(
  RECORDED_KINDS.map((kind) => {
    const certificate = recordedCertificate(kind);
    const { publicKey } = new X509Certificate(certificate);
    return [
      kind,
      { key: createPrivateKey(readFileSync(recordedFile(kind))), certificate, publicKey },
    ];
  }),
) as Record<RecordedKind, { key: KeyObject; certificate: Buffer; publicKey: KeyObject }>;

const kindOf = new Map<string, RecordedKind>();

/** Keys in each of their forms; the fast ones come twice. */
function forms(format: "pem" | "der"): Sample[] {
  const form = (kind: RecordedKind, type: "pkcs1" | "sec1" | "pkcs8") => {
    const name = `${kind}, ${type}, ${format}`;
    kindOf.set(name, kind);
    const file = pairs[kind].key.export({ type, format } as never) as string | Buffer;
    return { name, bytes: Buffer.from(file as string) };
  };
  const fast = [form("p256", "sec1"), form("p256", "pkcs8")];
  const rsa = [form("rsa", "pkcs1"), form("rsa", "pkcs8")];
  return [...fast, ...fast, ...rsa, form("p384", "sec1"), form("p521", "pkcs8")];
}

/** BearSSL's identifier. */
const SHA256 = 4;
const MESSAGE = Buffer.from("what is signed");
const HASH = createHash("sha256").update(MESSAGE).digest();

function sign(key: PrivateKey): Buffer {
  const out = Buffer.alloc(1024);
  return out.subarray(0, key.sign(SHA256, HASH, out));
}

/** What an action is refused for, or null if it isn't. */
function refusalOf(action: () => void): string | null {
  try {
    action();
    return null;
  } catch (error) {
    expect(error, (error as Error).stack).toBeInstanceOf(KeeperError);
    const { message } = error as KeeperError;
    expect(message, "a reason with a name").not.toMatch(/^keeper error/);
    return message;
  }
}

/** A keeper that has a good key before a bad one comes, and must still have it afterwards. */
class Guarded {
  readonly keeper: Keeper = newKeeper();
  private readonly good = loadKey(goodKey, this.keeper);

  expectUnharmed(): void {
    expect(sign(this.good).toString("hex")).toBe(goodSignature);
  }
}

const goodKey = pairs.p256.key.export({ type: "sec1", format: "der" });
const goodSignature = sign(loadKey(goodKey)).toString("hex");

/** Whatever is asked of a key whose owner is in doubt, there is an answer. */
function use(key: PrivateKey, publicKey: KeyObject, isMatched: boolean): void {
  const signature = sign(key);
  if (isMatched && signature.length > 0) {
    expect(verify("sha256", MESSAGE, publicKey, signature), "its signature verifies").toBe(true);
  }
  if (isMatched) return;
  for (const length of [65, 97, 133, 256]) {
    expect(key.decrypt(Buffer.alloc(length, 4))).toBeLessThanOrEqual(length);
  }
}

describe("a key file that is damaged", () => {
  test.each([
    ["der", 10],
    ["der", 11],
    ["pem", 12],
    ["pem", 13],
  ] as const)("is refused, or is the key that it was: 400 in %s, seed %i", (format, seed) => {
    const mutators = { der: derMutators, pem: pemMutators }[format];
    const plan = { seed, samples: forms(format), mutators, longest: KEY_FILE_MAX - 1 };
    const count = 400;
    const tally = new Map<string, number>();
    examine(plan, count, ({ bytes, sample }) => {
      const guarded = new Guarded();
      const pair = pairs[kindOf.get(sample) as RecordedKind];
      let key: PrivateKey | null = null;
      let refusal = refusalOf(() => {
        key = loadKey(bytes, guarded.keeper);
      });
      expect(isBlank(mailboxOf(guarded.keeper)), "nothing of it is left").toBe(true);
      if (key !== null) {
        const taken: PrivateKey = key;
        refusal = refusalOf(() => taken.match(pair.certificate));
        use(taken, pair.publicKey, refusal === null);
      }
      guarded.expectUnharmed();
      tally.set(`${refusal}`, (tally.get(`${refusal}`) ?? 0) + 1);
    });
    expect(tally.get("null"), "keys that were taken").toBeGreaterThan(count / 10);
    expect(tally.size, "different ends").toBeGreaterThanOrEqual(6);
  });
});

describe("a certificate that is damaged", () => {
  test.each([
    [400, "p256"],
    [100, "rsa"],
    [50, "p384"],
  ] as const)("is refused, or is that of the key: %i of %s", (count, kind) => {
    const { certificate, publicKey, key } = pairs[kind];
    const samples = [{ name: kind, bytes: certificate }];
    const file = key.export({ type: "pkcs8", format: "der" });
    const tally = new Map<string, number>();
    examine({ seed: 14, samples, mutators: derMutators, longest: 65536 }, count, ({ bytes }) => {
      const guarded = new Guarded();
      const matched = loadKey(file, guarded.keeper);
      const refusal = refusalOf(() => matched.match(bytes));
      use(matched, publicKey, refusal === null);
      matched.match(certificate);
      expect(verify("sha256", MESSAGE, publicKey, sign(matched))).toBe(true);
      tally.set(`${refusal}`, (tally.get(`${refusal}`) ?? 0) + 1);
    });
    expect(tally.get("null"), "certificates that were taken").toBeGreaterThan(count / 10);
    expect(tally.get("the certificate can't be decoded")).toBeGreaterThan(count / 3);
  });
});
