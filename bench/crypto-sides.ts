import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./repository.ts";

/*
 * Who computes: our code or BearSSL's in WebAssembly (bench/crypto.c), or BearSSL's as the
 * machine's own compiler made it (bench/native.c).
 */

export interface Side {
  /** What one operation makes of the same input: the same on both sides, or the speeds mean nothing. */
  result(): string;
  /** Operations a second of processor time, over about so many milliseconds of it. */
  rate(milliseconds: number): number;
}

export const RECORD = 16_384;

/** The functions of bench/crypto.c that are timed. */
export type Primitive =
  | "chacha20"
  | "poly1305"
  | "chacha20_poly1305"
  | "aes128_ctr"
  | "ghash"
  | "aes128_gcm"
  | "rsa2048_private"
  | "p256_sign"
  | "x25519_own_key"
  | "x25519_secret";

type Exports = Record<Primitive, (ours: number, times: number) => number> & {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  reset(): void;
  rsa_key(): number;
  record(): number;
  tag(): number;
};

const TAG = 16;

/** Milliseconds for V8 to notice which functions are busy, and to compile them well. */
const WARM_UP = 500;

/** An instance with an RSA key of this run. */
export function bothInWebAssembly(): (primitive: Primitive) => { ours: Side; peer: Side } {
  const module = new WebAssembly.Module(readFileSync(join(repository, "build/bench-crypto.wasm")));
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  exports._initialize();
  exports.reset();
  new Uint8Array(exports.memory.buffer).set(rsaKey(), exports.rsa_key());
  return (primitive) => ({
    ours: new InWebAssembly(exports, primitive, 1),
    peer: new InWebAssembly(exports, primitive, 0),
  });
}

class InWebAssembly implements Side {
  private perMillisecond = 0;

  constructor(
    private readonly exports: Exports,
    private readonly primitive: Primitive,
    private readonly ours: 0 | 1,
  ) {}

  result(): string {
    this.exports.reset();
    this.run(1);
    const { memory, tag, record } = this.exports;
    return digest(
      new Uint8Array(memory.buffer, tag(), TAG),
      new Uint8Array(memory.buffer, record(), RECORD),
    );
  }

  rate(milliseconds: number): number {
    if (this.perMillisecond === 0) this.warmUp();
    const times = Math.ceil(this.perMillisecond * milliseconds);
    const before = processorTime();
    this.run(times);
    return (times / (processorTime() - before)) * 1000;
  }

  /** Many calls, not one long one: a function that is running is not replaced by a better one. */
  private warmUp(): void {
    const began = processorTime();
    let calls = 0;
    let elapsed = 0;
    for (; elapsed < WARM_UP; calls++) {
      this.run(1);
      elapsed = processorTime() - began;
    }
    this.perMillisecond = calls / elapsed;
  }

  private run(times: number): void {
    if (this.exports[this.primitive](this.ours, times) !== 1) {
      throw new Error(`${this.primitive} failed`);
    }
  }
}

/** Milliseconds of this process. Other processes change the clock's time, not this. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** p, q, dp, dq and iq, as bench/crypto.c takes them. */
function rsaKey(): Buffer {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { p, q, dp, dq, qi } = privateKey.export({ format: "jwk" });
  const parts = [p, q, dp, dq, qi].map((part) => {
    const digits = Buffer.from(part ?? "", "base64url");
    return Buffer.concat([Buffer.alloc(128 - digits.length), digits]);
  });
  return Buffer.concat(parts);
}

/** BearSSL's ChaCha20-Poly1305 for this machine. */
export const native: Side = {
  result: () => digest(execFileSync(driver)),
  rate: (milliseconds) => Number(execFileSync(driver, [String(milliseconds)])) / RECORD,
};

const driver = join(repository, "build/bench-native");

function digest(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
