import { describe, expect, test } from "vitest";
import { at, bytes, digest, hex, instance } from "./module.js";

/** Our ChaCha20 gives the bytes of BearSSL's scalar code, and of the RFC. */

const exports = instance<{
  chacha20_simd(counter: number, offset: number, length: number): number;
  chacha20_scalar(counter: number, offset: number, length: number): number;
}>();

/** The buffer (with a margin on both sides) and the counter that a run leaves. */
function outcome(
  run: (counter: number, offset: number, length: number) => number,
  input: { counter: number; offset: number; length: number },
): { counter: number; digest: string } {
  const { counter, offset, length } = input;
  const room = at(exports, exports.data(), offset + length + 256);
  room.set(bytes("data", room.length));
  const after = run(counter, offset, length) >>> 0;
  return { counter: after, digest: digest(room) };
}

function expectSame(input: { counter: number; offset: number; length: number }): void {
  const ours = outcome(exports.chacha20_simd, input);
  expect(ours, JSON.stringify(input)).toEqual(outcome(exports.chacha20_scalar, input));
}

describe("ChaCha20", () => {
  test("encrypts as RFC 8439, 2.4.2, says", () => {
    at(exports, exports.key(), 32).set(Uint8Array.from({ length: 32 }, (_, i) => i));
    at(exports, exports.iv(), 12).set([0, 0, 0, 0, 0, 0, 0, 0x4a, 0, 0, 0, 0]);
    const text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
      "sunscreen would be it.";
    at(exports, exports.data(), text.length).set(Buffer.from(text));
    exports.chacha20_simd(1, 0, text.length);
    expect(hex(at(exports, exports.data(), text.length))).toBe(
      "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b" +
        "f91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8" +
        "07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab7793736" +
        "5af90bbf74a35be6b40b8eedf2785e42874d",
    );
  });

  test("gives the scalar code's bytes for every length up to 1,100", () => {
    at(exports, exports.key(), 32).set(bytes("key", 32));
    at(exports, exports.iv(), 12).set(bytes("iv", 12));
    for (let length = 0; length <= 1100; length++) expectSame({ counter: 1, offset: 0, length });
  });

  test("gives the scalar code's bytes for a whole record, aligned or not", () => {
    for (const offset of [0, 1, 3, 5, 13]) {
      for (const length of [4095, 4097, 16383, 16384]) expectSame({ counter: 1, offset, length });
    }
  });

  test("wraps its counter as the scalar code does", () => {
    for (let counter = 0xfffffff8; counter <= 0xffffffff; counter++) {
      expectSame({ counter, offset: 0, length: 1000 });
    }
  });
});
