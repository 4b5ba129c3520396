import { at, type Buffers, instance } from "./module.ts";

/** X25519 in build/crypto-test.wasm: ours, and BearSSL's two implementations. */

export interface X25519Exports {
  x25519_mul(which: number, length: number, xlen: number): number;
  x25519_mulgen(which: number, xlen: number): number;
  f25519_operation(which: number, k: number): void;
}

export const implementations = { ours: 0, m31: 1, i31: 2 } as const;
export type Implementation = keyof typeof implementations;

const [POINT, MULTIPLIER, BYTES] = [0, 512, 32];

/** Limbs of an element, and the bytes of one. */
export const LIMBS = 9;
const [LIMB_BITS, ELEMENT] = [29n, 80];

export class X25519 {
  constructor(private readonly exports: Buffers & X25519Exports = instance<X25519Exports>()) {}

  private get point(): Uint8Array {
    return at(this.exports, this.exports.data() + POINT, BYTES);
  }

  private put(offset: number, bytes: Uint8Array): number {
    at(this.exports, this.exports.data() + offset, bytes.length).set(bytes);
    return bytes.length;
  }

  /** Hexadecimal; null if it was refused. */
  mul(which: Implementation, point: Uint8Array, x: Uint8Array): string | null {
    const [length, xlen] = [this.put(POINT, point), this.put(MULTIPLIER, x)];
    const good = this.exports.x25519_mul(implementations[which], length, xlen);
    return good === 1 ? Buffer.from(this.point).toString("hex") : null;
  }

  /** Hexadecimal; "" if it was refused. */
  mulgen(which: Implementation, x: Uint8Array): string {
    const length = this.exports.x25519_mulgen(implementations[which], this.put(MULTIPLIER, x));
    return Buffer.from(this.point).subarray(0, length).toString("hex");
  }

  /** Are these bytes anywhere in the memory? */
  remembers(bytes: Uint8Array): boolean {
    return Buffer.from(this.exports.memory.buffer).includes(Buffer.from(bytes));
  }

  /** What the field makes of elements in limbs: a * b, a * a or a + k * b, as an integer. */
  field(...input: Parameters<X25519["limbs"]>): bigint {
    return integerOf(this.limbs(...input));
  }

  limbs(operation: "mul" | "square" | "combine", a: bigint[], b: bigint[], k = 0): bigint[] {
    this.write(0, a);
    this.write(ELEMENT, b);
    this.exports.f25519_operation(["mul", "square", "combine"].indexOf(operation), k);
    return [...this.element(2 * ELEMENT).subarray(0, LIMBS)];
  }

  private write(offset: number, limbs: bigint[]): void {
    const element = this.element(offset);
    element.fill(0n);
    element.set(limbs);
  }

  private element(offset: number): BigInt64Array {
    return new BigInt64Array(this.exports.memory.buffer, this.exports.data() + offset, LIMBS + 1);
  }
}

export function integerOf(limbs: readonly bigint[]): bigint {
  return limbs.reduceRight((sum, limb) => (sum << LIMB_BITS) + limb, 0n);
}
