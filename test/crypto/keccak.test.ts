import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Mlkem } from "./mlkem-module.ts";
import { bytes } from "./module.ts";

/** Our Keccak gives OpenSSL's digests, at every length around a block and in pieces. */

const mlkem = new Mlkem();

const functions = [
  { which: "sha3-256", rate: 136, outputs: [32] },
  { which: "sha3-512", rate: 72, outputs: [64] },
  { which: "shake128", rate: 168, outputs: [0, 1, 167, 168, 169, 1000] },
  { which: "shake256", rate: 136, outputs: [0, 1, 135, 136, 137, 1000] },
] as const;

describe.each(functions)("$which", ({ which, rate, outputs }) => {
  const theirs = (data: Uint8Array, length: number) => {
    const options = which.startsWith("shake") ? { outputLength: length } : {};
    return createHash(which, options).update(data).digest("hex");
  };
  const ours = (data: Uint8Array, length: number, piece = 4096) =>
    mlkem.keccak(which, data, { length, piece }).toString("hex");

  test("agrees for every length up to three blocks", () => {
    const [length = 0] = outputs.slice(-1);
    for (let size = 0; size <= 3 * rate + 1; size++) {
      const data = bytes(`keccak ${size}`, size);
      expect(ours(data, length), `${size}`).toBe(theirs(data, length));
    }
  });

  test.each(outputs)("gives %i bytes", (length) => {
    const data = bytes("keccak", 200);
    // OpenSSL refuses an output of no bytes.
    expect(ours(data, length)).toBe(length === 0 ? "" : theirs(data, length));
  });

  test.each([1, 7, rate - 1, rate, rate + 1])("takes and gives pieces of %i bytes", (piece) => {
    const [length = 0] = outputs.slice(-1);
    const data = bytes("pieces", 3 * rate + 5);
    expect(ours(data, length, piece)).toBe(theirs(data, length));
  });
});
