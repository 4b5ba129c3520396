/**
 * What a file is that was named as a certificate and isn't one that can be used: words for a message.
 * All of it is public, and nothing is believed.
 */

import { certificateParts, elements, PART, partsOf, TAG } from "./der.ts";

const PKCS12 =
  "it is PKCS#12 (.p12, .pfx), which is not read here; openssl pkcs12 -nokeys takes the certificates out of it, and openssl pkcs12 -nodes -nocerts the key";

/** What stands in PEM where certificates were expected. */
const LABELS: readonly (readonly [label: string, what: string])[] = [
  ["PRIVATE KEY", "it holds a private key, not a certificate"],
  ["PKCS12", PKCS12],
  ["PKCS7", "it is PKCS#7 (.p7b); openssl pkcs7 -print_certs writes the certificates in it as PEM"],
  [
    "CERTIFICATE REQUEST",
    "it holds a request for a certificate (CSR); the certificate is what the CA answers",
  ],
  ["PUBLIC KEY", "it holds a public key, not a certificate"],
];

/** @param labels those of PEM objects, as `EC PRIVATE KEY` */
export function otherThanCertificates(labels: readonly string[]): string {
  const found = LABELS.find(([label]) => labels.some((given) => given.endsWith(label)));
  return found?.[1] ?? "no certificate in it";
}

const KEY_ALGORITHMS = new Map([
  ["2b656e", "the certificate's key is X25519"],
  ["2b656f", "the certificate's key is X448"],
  ["2b6570", "the certificate's key is Ed25519"],
  ["2b6571", "the certificate's key is Ed448"],
  ["2a864886f70d01010a", "the certificate's key is for RSA-PSS alone"],
  ["2a8648ce380401", "the certificate's key is DSA"],
]);

const EC = "2a8648ce3d0201";

/** Names of curves (RFC 5480, 2.1.1.1) that keys can be on: P-256, P-384, P-521. */
const CURVES = ["2a8648ce3d030107", "2b81040022", "2b81040023"];

const SUPPORTED = "RSA, and EC on P-256, P-384 and P-521 are supported";

/** What DER is that was taken for a certificate, if it can be told and is none; otherwise null. */
export function otherThanCertificate(der: Uint8Array): string | null {
  const [whole] = elements(der);
  const [first, second] = elements(whole?.content);
  if (first?.tag === TAG.integer && second?.tag === TAG.sequence) return PKCS12;
  if (first?.tag === TAG.oid && hex(first.content) === SIGNED_DATA) {
    return otherThanCertificates(["PKCS7"]);
  }
  // A certificate has six parts and more.
  const isRequest = first?.tag === TAG.sequence && partsOf(first.content).length === REQUEST_PARTS;
  return isRequest ? otherThanCertificates(["CERTIFICATE REQUEST"]) : null;
}

/** Why a certificate's key is none that we can have; null: it is, or that can't be told. */
export function unsupportedKeyOf(der: Uint8Array): string | null {
  const kind = keyKind(certificateParts(der)[PART.key]?.content);
  return kind === null ? null : `${kind}; ${SUPPORTED}`;
}

/** Of a SubjectPublicKeyInfo (RFC 5280, 4.1). */
function keyKind(spki: Uint8Array | undefined): string | null {
  const [identifier] = elements(spki);
  const [algorithm, parameters] = elements(identifier?.content);
  if (algorithm?.tag !== TAG.oid) return null;
  const name = hex(algorithm.content);
  if (name !== EC) return KEY_ALGORITHMS.get(name) ?? null;
  if (parameters?.tag === TAG.sequence) {
    return "the certificate's key has the curve's parameters (explicit) in place of the curve's name";
  }
  const isKnown = parameters !== undefined && CURVES.includes(hex(parameters.content));
  return isKnown ? null : "the certificate's key is on another curve";
}

/** pkcs7-signedData (RFC 2315, 14). */
const SIGNED_DATA = "2a864886f70d010702";

/** Version, subject and key (RFC 2986, 4.1). */
const REQUEST_PARTS = 3;

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
