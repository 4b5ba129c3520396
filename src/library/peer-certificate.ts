import { peerVariables } from "../connection/peer-variables.ts";
import type { PeerFacts } from "../sandbox/peer.ts";

/** What a certificate tells, in the forms that programs get in their environment. */
export interface PeerCertificate {
  /** `SHA256:` and the hash of the whole certificate in hex: SSL_PEER_CERT_HASH. */
  readonly hash: string;
  /** The same of its public key (SubjectPublicKeyInfo): SSL_PEER_CERT_SPKI_HASH. */
  readonly spkiHash: string;
  /** `C=…, O=…, CN=…`, special characters escaped: SSL_PEER_CERT_SUBJECT. */
  readonly subject: string;
  /** `DNS:…, IP Address:…`, special characters escaped, or null: SSL_PEER_CERT_SAN. */
  readonly subjectaltname: string | null;
  /** The hash of the whole certificate as Node writes it: upper case, with colons. */
  readonly fingerprint256: string;
}

/** @internal */
export function peerCertificateOf(facts: PeerFacts): PeerCertificate {
  const variables = new Map(peerVariables(facts));
  const hex = Buffer.from(facts.hash).toString("hex").toUpperCase();
  return {
    hash: variables.get("SSL_PEER_CERT_HASH") ?? "",
    spkiHash: variables.get("SSL_PEER_CERT_SPKI_HASH") ?? "",
    subject: variables.get("SSL_PEER_CERT_SUBJECT") ?? "",
    subjectaltname: variables.get("SSL_PEER_CERT_SAN") ?? null,
    fingerprint256: hex.replaceAll(/..(?=.)/g, "$&:"),
  };
}
