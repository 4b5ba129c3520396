import { isBytes } from "./bytes.ts";
import { certificateParts, elements, PART, TAG } from "./der.ts";
import type { SchemeFacts } from "./signature-scheme.ts";

/** What a key outside answered, and what it was asked for. */
interface Answered {
  readonly answer: unknown;
  readonly scheme: SchemeFacts;
  /** The key's own, in DER. */
  readonly certificate: Uint8Array;
}

/**
 * A copy of the signature in the form that TLS has. Of ECDSA, r and s one behind the other are taken,
 * too: so WebCrypto and PKCS#11 give them.
 *
 * @throws `TypeError` for what can't be a signature of that scheme; whether it is one, the peer judges
 */
export function inTlsForm({ answer, scheme, certificate }: Answered): Uint8Array {
  const bytes = bytesOf(answer);
  if (bytes === null) throw new TypeError(`sign answered ${typeof answer}, and no bytes`);
  return scheme.scalar === null
    ? rsaForm(bytes, modulusLength(certificate))
    : ecdsaForm(bytes, scheme.scalar);
}

function bytesOf(answer: unknown): Uint8Array | null {
  if (isBytes(answer)) return answer.slice();
  // WebCrypto's answer. It may be of another realm, so that its class says nothing.
  const isBuffer = Object.prototype.toString.call(answer) === "[object ArrayBuffer]";
  return isBuffer ? new Uint8Array(answer as ArrayBuffer).slice() : null;
}

function rsaForm(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new TypeError(`sign answered ${bytes.length} bytes, and the RSA key has ${length}`);
}

/** Of the modulus, in bytes, without leading zeros. */
function modulusLength(certificate: Uint8Array): number {
  const [, key] = elements(certificateParts(certificate)[PART.key]?.content);
  // A BIT STRING begins with the number of bits that are unused (RFC 8017, A.1.1).
  const [numbers] = elements(key?.content.subarray(1));
  const [modulus] = elements(numbers?.content);
  const digits = modulus?.content ?? new Uint8Array(0);
  return (
    digits.length -
    Math.max(
      0,
      digits.findIndex((digit) => digit !== 0),
    )
  );
}

function ecdsaForm(bytes: Uint8Array, scalar: number): Uint8Array {
  if (isEcdsaInDer(bytes)) return bytes;
  if (bytes.length === 2 * scalar) {
    const numbers = [bytes.subarray(0, scalar), bytes.subarray(scalar)].map(integer);
    return der(TAG.sequence, numbers.flat());
  }
  throw new TypeError(
    `sign answered ${bytes.length} bytes: neither an ECDSA signature in DER, nor r and s of ${scalar} bytes each`,
  );
}

/** Ecdsa-Sig-Value (RFC 3279, 2.2.3), and nothing behind it. */
function isEcdsaInDer(bytes: Uint8Array): boolean {
  const [whole, ...rest] = elements(bytes);
  if (whole?.tag !== TAG.sequence || rest.length > 0) return false;
  if (whole.content.byteOffset + whole.content.length !== bytes.byteOffset + bytes.length) {
    return false;
  }
  const numbers = elements(whole.content);
  return numbers.length === 2 && numbers.every(({ tag }) => tag === TAG.integer);
}

/** X.690, 8.3: no leading zeros, and a sign. */
function integer(digits: Uint8Array): number[] {
  const at = digits.findIndex((digit) => digit !== 0);
  const short = at === -1 ? [0] : [...digits.subarray(at)];
  return [...der(TAG.integer, (short[0] as number) >= 0x80 ? [0, ...short] : short)];
}

/** @param content of less than 256 bytes */
function der(tag: number, content: readonly number[]): Uint8Array {
  const long = content.length >= 0x80 ? [0x81] : [];
  return Uint8Array.from([tag, ...long, content.length, ...content]);
}
