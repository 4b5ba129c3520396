import { escapeControls, subjectOf, textOf } from "../credentials/subject.ts";
import type { NameKind, PeerFacts, PeerName } from "../sandbox/peer.ts";

/** Alternative names, with OpenSSL's prefixes. */
const ALTERNATIVES: Partial<Record<NameKind, string>> = {
  DNS: "DNS",
  email: "email",
  IP: "IP Address",
  URI: "URI",
};

const SEPARATOR = ", ";

/** The variables about the peer's certificate; null: to be unset. */
export function peerVariables(peer: PeerFacts | null): [string, string | null][] {
  return [
    ["SSL_PEER_CERT_HASH", peer && fingerprint(peer.hash)],
    ["SSL_PEER_CERT_SUBJECT", peer && subjectOf(peer.names)],
    ["SSL_PEER_CERT_SAN", peer && alternatives(peer.names)],
    ["SSL_PEER_CERT_SPKI_HASH", peer && fingerprint(peer.keyHash)],
  ];
}

function fingerprint(hash: Uint8Array): string {
  return `SHA256:${Buffer.from(hash).toString("hex")}`;
}

/**
 * Linux starts no program with a variable of 128 KiB or more. Some thousand names fit; the others, of
 * which each is whole, are left out.
 */
const ALTERNATIVES_MAX = 128 * 1024 - 1024;

function alternatives(names: readonly PeerName[]): string | null {
  const listed: string[] = [];
  let room = ALTERNATIVES_MAX;
  for (const name of names) {
    const prefix = ALTERNATIVES[name.kind];
    if (prefix === undefined) continue;
    const text = `${prefix}:${alternative(name)}`;
    room -= Buffer.byteLength(text) + SEPARATOR.length;
    if (room < 0) break;
    listed.push(text);
  }
  return listed.length === 0 ? null : listed.join(SEPARATOR);
}

function alternative(name: PeerName): string {
  if (name.kind === "IP") return address(name.value);
  return escapeControls(textOf(name).replaceAll(/[\\,]/g, "\\$&"));
}

/** IPv4 in decimal, IPv6 in the form of RFC 5952; anything else in hex. */
function address(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const digits = Buffer.from(bytes).toString("hex");
  if (bytes.length !== 16) return digits;
  const groups = digits.match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
