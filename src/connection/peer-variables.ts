import type { NameKind, PeerCertificate, PeerName } from "../sandbox/peer.ts";

/** The order of a subject's attributes in SSL_PEER_CERT_SUBJECT. */
const SUBJECT: readonly NameKind[] = ["C", "ST", "L", "O", "OU", "CN"];

/** Alternative names, with OpenSSL's prefixes. */
const ALTERNATIVES: Partial<Record<NameKind, string>> = {
  DNS: "DNS",
  email: "email",
  IP: "IP Address",
  URI: "URI",
};

/** The variables about the peer's certificate; null: to be unset. */
export function peerVariables(peer: PeerCertificate | null): [string, string | null][] {
  return [
    ["SSL_PEER_CERT_HASH", peer && fingerprint(peer.hash)],
    ["SSL_PEER_CERT_SUBJECT", peer && subject(peer.names)],
    ["SSL_PEER_CERT_SAN", peer && alternatives(peer.names)],
    ["SSL_PEER_CERT_SPKI_HASH", peer && fingerprint(peer.keyHash)],
  ];
}

function fingerprint(hash: Uint8Array): string {
  return `SHA256:${Buffer.from(hash).toString("hex")}`;
}

function subject(names: readonly PeerName[]): string {
  return SUBJECT.flatMap((kind) =>
    names.filter((name) => name.kind === kind).map((name) => `${kind}=${attribute(text(name))}`),
  ).join(", ");
}

function alternatives(names: readonly PeerName[]): string | null {
  const listed = names.flatMap((name) => {
    const prefix = ALTERNATIVES[name.kind];
    return prefix === undefined ? [] : [`${prefix}:${alternative(name)}`];
  });
  return listed.length === 0 ? null : listed.join(", ");
}

function alternative(name: PeerName): string {
  if (name.kind === "IP") return address(name.value);
  return escapeControls(text(name).replaceAll(/[\\,]/g, "\\$&"));
}

function text({ value }: PeerName): string {
  return Buffer.from(value).toString("utf8");
}

/** What would end a value, or be mistaken for something else, stands behind a backslash. */
function attribute(value: string): string {
  return escapeControls(value.replaceAll(/[,=+<>#\\]|^ | $/g, "\\$&"));
}

/** A control character, above all a NUL or a newline, becomes the hex digits of its bytes. */
function escapeControls(value: string): string {
  return value.replaceAll(/\p{Cc}/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `\\${hex(byte)}`).join(""),
  );
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}

/** IPv4 in decimal, IPv6 in the form of RFC 5952; anything else in hex. */
function address(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const digits = Buffer.from(bytes).toString("hex");
  if (bytes.length !== 16) return digits;
  const groups = digits.match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
