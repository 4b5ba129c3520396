import { createHash, createHmac } from "node:crypto";

export const MASTER_LENGTH = 48;
export const VERIFY_LENGTH = 12;

/** TLS 1.2's pseudo-random function with SHA-256 (RFC 5246, 5). */
export function prf(secret: Buffer, label: string, { seed, length }: Expansion): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const blocks: Buffer[] = [];
  let link: Buffer = labelled;
  while (blocks.length * HASH_LENGTH < length) {
    link = hmac(secret, link);
    blocks.push(hmac(secret, Buffer.concat([link, labelled])));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

export interface Expansion {
  seed: Buffer;
  length: number;
}

/** What a Finished message proves to know (RFC 5246, 7.4.9). */
export function verifyData(
  master: Buffer,
  transcript: Buffer,
  side: "client" | "server" = "client",
): Buffer {
  const seed = createHash("sha256").update(transcript).digest();
  return prf(master, `${side} finished`, { seed, length: VERIFY_LENGTH });
}

const HASH_LENGTH = 32;

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
