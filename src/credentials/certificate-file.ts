import { CredentialsError } from "./errors.ts";
import { withFile } from "./read-into.ts";

/**
 * The certificates in a file, in the file's order: PEM with anything around them, or one in DER.
 *
 * @returns each in DER
 * @throws {CredentialsError} if there is none; a system error if the file can't be read
 */
export function readCertificates(path: string): Uint8Array[] {
  // The file may hold the private key as well.
  return withFile(path, (file) => {
    const found = file[0] === SEQUENCE ? [new Uint8Array(file)] : pemCertificates(file);
    if (found.length === 0) throw new CredentialsError(describeOther(file));
    for (const der of found) checkExtent(der);
    return found;
  });
}

const SEQUENCE = 0x30;
const BEGIN = /^-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----$/;
const BASE64 = /^[A-Za-z0-9+/\s]+=?=?\s*$/;

/** Only the text inside of certificates becomes a string, lest a key next to them does. */
function pemCertificates(file: Buffer): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const begin = file.indexOf("-----BEGIN ", at, "latin1");
    if (begin === -1) return found;
    const lineEnd = indexOfOr(file, "\n", begin, file.length);
    const label = BEGIN.exec(file.toString("latin1", begin, lineEnd).trim());
    const end = file.indexOf("-----END ", lineEnd, "latin1");
    if (label !== null) {
      if (end === -1) throw new CredentialsError("a certificate in it is cut short");
      const der = decodeBase64(file.toString("latin1", lineEnd, end));
      // OpenSSL's trusted form has what it trusts the certificate for behind it.
      found.push(label[1] === "TRUSTED " ? der.subarray(0, extent(der)) : der);
    }
    at = end === -1 ? lineEnd : end;
  }
}

function indexOfOr(file: Buffer, text: string, from: number, otherwise: number): number {
  const at = file.indexOf(text, from, "latin1");
  return at === -1 ? otherwise : at;
}

function decodeBase64(text: string): Uint8Array {
  if (!BASE64.test(text)) throw new CredentialsError("a certificate in it is malformed");
  return new Uint8Array(Buffer.from(text, "base64"));
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

function describeOther(file: Buffer): string {
  return file.includes("PRIVATE KEY-----", 0, "latin1")
    ? "it holds a private key, not a certificate"
    : "no certificate in it";
}
