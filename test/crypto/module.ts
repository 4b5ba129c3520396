import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** build/crypto-test.wasm: our implementations and BearSSL's, and the buffers they share. */

export interface Buffers {
  memory: WebAssembly.Memory;
  _initialize(): void;
  key(): number;
  iv(): number;
  mac(): number;
  data(): number;
}

export function instance<T>(): Buffers & T {
  const file = new URL("../../build/crypto-test.wasm", import.meta.url);
  const module = new WebAssembly.Module(readFileSync(file));
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Buffers & T;
  exports._initialize();
  return exports;
}

/** A view, for now: memory that grows leaves it empty. */
export function at(exports: Buffers, address: number, length: number): Uint8Array {
  return new Uint8Array(exports.memory.buffer, address, length);
}

/** The same bytes for the same name, on every run. */
export function bytes(name: string, length: number): Uint8Array {
  const parts: Buffer[] = [];
  for (let i = 0; i * 32 < length; i++) {
    parts.push(createHash("sha256").update(`${name} ${i}`).digest());
  }
  return new Uint8Array(Buffer.concat(parts).subarray(0, length));
}

/** Forty lengths up to a whole record, the same on every run. */
export function someLengths(): number[] {
  const words = new Uint16Array(bytes("lengths", 80).buffer);
  return Array.from(words, (word) => word % 16385);
}

export function digest(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

export function hex(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}

export function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}
