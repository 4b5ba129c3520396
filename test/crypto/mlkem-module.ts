import { at, type Buffers, instance } from "./module.ts";

/** ML-KEM-768 in build/crypto-test.wasm, and the Keccak under it. */

export interface MlkemExports {
  keccak_hash(which: number, length: number, out: number, piece: number): void;
  mlkem_room(): number;
  mlkem_room_size(): number;
  mlkem_make_key(): void;
  mlkem_encapsulate(keyLength: number): number;
  mlkem_decapsulate(length: number): number;
  mlkem_decapsulate_expanded(): void;
  mlkem_compress(c: number, bits: number): number;
}

/** Where exports-mlkem.c has them in `data`. */
const [FIRST, IN, OUT, SECRET] = [0, 4096, 8192, 12288];

export const KEY_BYTES = 1184;
export const CIPHERTEXT_BYTES = 1088;
const SECRET_BYTES = 32;

const functions = { "sha3-256": 0, "sha3-512": 1, shake128: 2, shake256: 3 } as const;
export type KeccakFunction = keyof typeof functions;

export interface Encapsulated {
  ciphertext: Buffer;
  secret: Buffer;
}

export class Mlkem {
  constructor(private readonly exports: Buffers & MlkemExports = instance<MlkemExports>()) {}

  /** Taken in and given out in pieces of `piece` bytes. */
  keccak(which: KeccakFunction, data: Uint8Array, out: { length: number; piece: number }): Buffer {
    this.put(FIRST, data);
    this.exports.keccak_hash(functions[which], data.length, out.length, out.piece);
    return this.get(OUT, out.length);
  }

  makeKey(seed: Uint8Array): Buffer {
    this.put(FIRST, seed);
    this.exports.mlkem_make_key();
    return this.get(OUT, KEY_BYTES);
  }

  /** Null if the key was refused. */
  encapsulate(key: Uint8Array, random: Uint8Array): Encapsulated | null {
    this.put(FIRST, key);
    this.put(IN, random);
    if (!this.exports.mlkem_encapsulate(key.length)) return null;
    return { ciphertext: this.get(OUT, CIPHERTEXT_BYTES), secret: this.get(SECRET, SECRET_BYTES) };
  }

  /** Null if the ciphertext was refused. */
  decapsulate(ciphertext: Uint8Array, seed: Uint8Array): Buffer | null {
    this.putForDecapsulation(ciphertext, seed);
    return this.decapsulatePut(ciphertext.length) ? this.get(SECRET, SECRET_BYTES) : null;
  }

  /** With the 2400 bytes that FIPS 203 makes of a seed. */
  decapsulateExpanded(ciphertext: Uint8Array, key: Uint8Array): Buffer {
    this.putForDecapsulation(ciphertext, key);
    this.decapsulateExpandedPut();
    return this.get(SECRET, SECRET_BYTES);
  }

  /** What decapsulate() does, apart from what goes in and out. */
  putForDecapsulation(ciphertext: Uint8Array, key: Uint8Array): void {
    this.put(FIRST, key);
    this.put(IN, ciphertext);
  }

  decapsulatePut(length = CIPHERTEXT_BYTES): boolean {
    return this.exports.mlkem_decapsulate(length) === 1;
  }

  decapsulateExpandedPut(): void {
    this.exports.mlkem_decapsulate_expanded();
  }

  compress(coefficient: number, bits: number): number {
    return this.exports.mlkem_compress(coefficient, bits);
  }

  /** What is left in the room that the functions work in. */
  get room(): Buffer {
    const { mlkem_room, mlkem_room_size } = this.exports;
    return Buffer.from(at(this.exports, mlkem_room(), mlkem_room_size()));
  }

  private put(offset: number, bytes: Uint8Array): void {
    at(this.exports, this.exports.data() + offset, bytes.length).set(bytes);
  }

  private get(offset: number, length: number): Buffer {
    return Buffer.from(at(this.exports, this.exports.data() + offset, length));
  }
}
