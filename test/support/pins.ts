import { createHash, createPublicKey } from "node:crypto";
import type { Credentials } from "./certificates.ts";

/** A key as curl pins it: the SHA-256 of its public key info. */
export function pinOf({ key }: Credentials): string {
  // The public half is made of the private one's.
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return `sha256//${createHash("sha256").update(spki).digest("base64")}`;
}
