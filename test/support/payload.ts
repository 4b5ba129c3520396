import { createCipheriv, createHash } from "node:crypto";

/** Bytes that look random, compress badly and are the same in every run. */
export function payload(name: string, size: number): Buffer {
  const key = createHash("sha256").update(name).digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
