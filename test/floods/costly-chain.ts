import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { ClientAuthority } from "../support/client-authority.ts";
import { uint24 } from "../support/tls12-encoding.ts";
import { MESSAGE, message } from "../support/tls12-messages.ts";

/**
 * A Certificate message of self-made certificates, each issued by the next, whose RSA key has an
 * exponent as long as its modulus: a hundred times the usual work for each signature.
 */
export function costlyChain(certificates: number): Buffer {
  const { der } = ClientAuthority.root({ key: costlyKey() });
  const one = Buffer.concat([uint24(der.length), der]);
  const all = Buffer.concat(Array<Buffer>(certificates).fill(one));
  return message(MESSAGE.certificate, Buffer.concat([uint24(all.length), all]));
}

/** An RSA-2048 key whose public and private exponents have changed places. */
function costlyKey(): KeyObject {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = privateKey.export({ format: "jwk" });
  const [p, q, d, e] = [jwk.p, jwk.q, jwk.d, jwk.e].map(toNumber) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const parts = { dp: e % (p - 1n), dq: e % (q - 1n) };
  const key = { ...jwk, e: toText(d), d: toText(e), dp: toText(parts.dp), dq: toText(parts.dq) };
  return createPrivateKey({ format: "jwk", key });
}

function toNumber(text = ""): bigint {
  return BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`);
}

function toText(value: bigint): string {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex").toString(
    "base64url",
  );
}
