import { createECDH, createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type KeyKind, newKey } from "../support/certificates.ts";
import { isBlank, loadKey, mailboxOf, newKeeper } from "./instances.ts";

/** The private half of static ECDH, and the points that it refuses. */

const curves: [KeyKind, string, number][] = [
  ["P-256", "prime256v1", 32],
  ["P-384", "secp384r1", 48],
  ["P-521", "secp521r1", 66],
];

function load(key: KeyObject, keeper = newKeeper()): ReturnType<typeof loadKey> {
  return loadKey(key.export({ type: "pkcs8", format: "der" }), keeper);
}

/** 04, X, Y. */
function pointOf(key: KeyObject): Buffer {
  const { x = "", y = "" } = createPublicKey(key).export({ format: "jwk" });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
}

describe.each(curves)("a key on %s", (kind, opensslName, size) => {
  const mine = newKey(kind);
  const theirs = newKey(kind);
  const point = pointOf(theirs);
  const keeper = newKeeper();
  const loaded = load(mine, keeper);

  function multiply(message: Uint8Array): Buffer {
    const data = Buffer.from(message);
    return data.subarray(0, loaded.decrypt(data));
  }

  function refuses(message: Uint8Array): boolean {
    const data = Buffer.from(message);
    const refused = loaded.decrypt(data) === 0;
    expect(data).toEqual(Buffer.from(message));
    return refused;
  }

  test("and a peer's point make the same secret as in OpenSSL", () => {
    const expected = diffieHellman({ privateKey: mine, publicKey: createPublicKey(theirs) });
    expect(multiply(point)).toEqual(expected);
    expect(expected).toHaveLength(size);
  });

  test("leave nothing of the secret in the mailbox", () => {
    expect(multiply(point)).toHaveLength(size);
    expect(isBlank(mailboxOf(keeper))).toBe(true);
  });

  test("refuses a point of any other length", () => {
    for (let length = 0; length < point.length; length++) {
      expect(refuses(point.subarray(0, length)), `${length} bytes`).toBe(true);
    }
    for (const extra of [1, 2, 32, 1000]) {
      expect(refuses(Buffer.concat([point, Buffer.alloc(extra)])), `${extra} more`).toBe(true);
    }
  });

  test("refuses a compressed point, and the point at infinity", () => {
    const ecdh = createECDH(opensslName);
    ecdh.generateKeys();
    expect(refuses(ecdh.getPublicKey(null, "compressed"))).toBe(true);
    expect(refuses(Buffer.of(0))).toBe(true);
    expect(refuses(Buffer.alloc(point.length))).toBe(true);
  });

  test("refuses a point that is not on the curve, and coordinates out of range", () => {
    const off = Buffer.from(point);
    off.writeUInt8(off.readUInt8(off.length - 1) ^ 1, off.length - 1);
    expect(refuses(off)).toBe(true);
    expect(refuses(Buffer.concat([Buffer.of(4), Buffer.alloc(2 * size, 0xff)]))).toBe(true);
  });

  test("refuses a point whose first byte is not 4", () => {
    for (const first of [0, 2, 3, 5, 6, 7, 255]) {
      expect(refuses(Buffer.concat([Buffer.of(first), point.subarray(1)]))).toBe(true);
    }
  });

  test("refuses a point of another curve", () => {
    for (const [other] of curves.filter(([name]) => name !== kind)) {
      expect(refuses(pointOf(newKey(other)))).toBe(true);
    }
  });
});
