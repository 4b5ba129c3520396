import { otherThanCertificate, otherThanCertificates } from "./certificate-kind.ts";
import { CredentialsError } from "./errors.ts";

/**
 * The certificates in bytes, in their order: PEM with anything around them, or one in DER. Nothing of
 * Node's is used here: browsers decode certificates, too.
 *
 * @returns each in DER
 * @throws {CredentialsError} if there is none
 */
export function decodeCertificates(bytes: Uint8Array): Uint8Array[] {
  const found = isDer(bytes) ? [theOnly(bytes)] : pemCertificates(bytes);
  if (found.length === 0 && bytes[0] === SEQUENCE) found.push(new Uint8Array(bytes));
  if (found.length === 0) throw new CredentialsError(describeOther(bytes));
  for (const der of found) checkExtent(der);
  return found;
}

function theOnly(der: Uint8Array): Uint8Array {
  const other = otherThanCertificate(der);
  if (other !== null) throw new CredentialsError(other);
  return new Uint8Array(der);
}

const SEQUENCE = 0x30;

/** A SEQUENCE begins with the byte that is the digit 0 in text: only its length tells the two apart. */
function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === SEQUENCE && bytes.length === extent(bytes);
}

const BEGIN = /^-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----$/;
const BASE64 = /^[A-Za-z0-9+/\s]+=?=?\s*$/;

/** Only the text inside of certificates becomes a string, lest a key next to them does. */
function pemCertificates(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const begin = indexOf(bytes, BEGINNING, at);
    if (begin === -1) return found;
    const lineEnd = indexOfOr(bytes, "\n", begin, bytes.length);
    const label = startsLine(bytes, begin)
      ? BEGIN.exec(latin1(bytes.subarray(begin, lineEnd)).trim())
      : null;
    const end = indexOf(bytes, "-----END ", lineEnd);
    if (label !== null) {
      if (end === -1) throw new CredentialsError("a certificate in it is cut short");
      const der = decodeBase64(latin1(bytes.subarray(lineEnd, end)));
      // OpenSSL's trusted form has what it trusts the certificate for behind it.
      found.push(label[1] === "TRUSTED " ? der.subarray(0, extent(der)) : der);
    }
    // A comment that mentions BEGIN has no END of its own.
    at = label === null || end === -1 ? lineEnd : end;
  }
}

/** Only blanks, or a byte-order mark (U+FEFF in UTF-8), may stand before it in its line. */
function startsLine(bytes: Uint8Array, at: number): boolean {
  let before = at;
  while (before > 0 && (bytes[before - 1] === 0x20 || bytes[before - 1] === 0x09)) before--;
  const isBehindMark = before === 3 && BYTE_ORDER_MARK.every((byte, n) => bytes[n] === byte);
  return before === 0 || bytes[before - 1] === 0x0a || bytes[before - 1] === 0x0d || isBehindMark;
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

function indexOfOr(bytes: Uint8Array, text: string, from: number, otherwise: number): number {
  const at = indexOf(bytes, text, from);
  return at === -1 ? otherwise : at;
}

/** Node's own are several times as fast as what browsers have, too. */
const hasBuffer = typeof Buffer !== "undefined";

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

/** Where a text (ASCII) begins in bytes, or -1. */
function indexOf(bytes: Uint8Array, text: string, from: number): number {
  if (hasBuffer) return bufferOf(bytes).indexOf(text, from, "latin1");
  const codes = Array.from(text, (character) => character.charCodeAt(0));
  const [first = 0] = codes;
  for (let at = from; ; at++) {
    at = bytes.indexOf(first, at);
    if (at === -1 || codes.every((code, n) => bytes[at + n] === code)) return at;
  }
}

function latin1(bytes: Uint8Array): string {
  return hasBuffer ? bufferOf(bytes).toString("latin1") : new TextDecoder("latin1").decode(bytes);
}

function decodeBase64(text: string): Uint8Array {
  if (!BASE64.test(text)) throw new CredentialsError("a certificate in it is malformed");
  if (hasBuffer) return new Uint8Array(Buffer.from(text, "base64"));
  // A bit too many, which Node overlooks, is no reason to have another opinion here.
  const digits = text.replaceAll(/[\s=]/g, "");
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

/** A certificate is one SEQUENCE with nothing after it (RFC 5280, 4.1). */
function checkExtent(der: Uint8Array): void {
  if (der[0] !== SEQUENCE || der.length !== extent(der)) {
    throw new CredentialsError("a certificate in it is malformed");
  }
}

/** The length of the DER element that starts here, with its header (X.690, 8.1.3). */
function extent(der: Uint8Array): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  let length = 0;
  for (let i = 0; i < octets; i++) length = length * 256 + (der[2 + i] ?? 0);
  return 2 + octets + length;
}

function describeOther(bytes: Uint8Array): string {
  const labels: string[] = [];
  for (let at = 0; ; at++) {
    at = indexOf(bytes, BEGINNING, at);
    if (at === -1) return otherThanCertificates(labels);
    const lineEnd = indexOfOr(bytes, "\n", at, bytes.length);
    const label = LABEL.exec(latin1(bytes.subarray(at, lineEnd)).trim())?.[1];
    if (label !== undefined) labels.push(label);
  }
}

const BEGINNING = "-----BEGIN ";
const LABEL = /^-----BEGIN ([A-Z0-9 ]{1,40})-----$/;
