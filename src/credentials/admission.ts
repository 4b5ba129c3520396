import type { PeerFacts } from "../sandbox/peer.ts";
import { commonNameOf, textOf } from "./subject.ts";

/** Which peers may come in: those with one name of a certificate, exactly, or with one key. */
export interface Admission {
  readonly kind: "CN" | "OU" | "DNS" | "URI" | "SPKI";
  /** A name; of a key, the SHA-256 of its public key info in base64, as curl pins it. */
  readonly value: string;
}

/** The peer's certificate is valid, and not one of those that are meant. */
class NotAdmitted extends Error {
  /** access_denied (RFC 8446, 6.2): a valid certificate, but access control says no. */
  readonly refusesWith = 49;
}

/**
 * @param admissions one of them is enough; none: every valid certificate will do
 * @throws {NotAdmitted} naming the peer
 */
export function requireAdmission(peer: PeerFacts | null, admissions: readonly Admission[]): void {
  if (admissions.length === 0) return;
  if (peer === null) throw new NotAdmitted("not allowed: it has no certificate");
  const key = btoa(String.fromCharCode(...peer.keyHash));
  const isMeant = ({ kind, value }: Admission) =>
    kind === "SPKI"
      ? value === key
      : peer.names.some((name) => name.kind === kind && textOf(name) === value);
  if (admissions.some(isMeant)) return;
  const name = commonNameOf(peer.names);
  const whose = name === "" ? "a certificate without a common name" : `the certificate of ${name}`;
  throw new NotAdmitted(`not allowed: ${whose}, with the key sha256//${key}`);
}
