import { createPublicKey, type KeyObject } from "node:crypto";
import { integer, octets, oid, sequence } from "./der.ts";

/** A P-256 key in PKCS#8 (DER) whose public half is that of another key. */
export function lyingKey(mine: KeyObject, theirs: KeyObject): Buffer {
  const { d } = mine.export({ format: "jwk" });
  const { x, y } = createPublicKey(theirs).export({ format: "jwk" });
  const [secret, ...point] = [d, x, y].map((part) => Buffer.from(part ?? "", "base64url"));
  const bits = Buffer.concat([Buffer.of(0xa1, 68, 0x03, 66, 0, 4), ...point]);
  const curve = sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"));
  const key = octets(sequence(integer(Buffer.of(1)), octets(secret as Buffer), bits));
  return sequence(integer(Buffer.of(0)), curve, key);
}
