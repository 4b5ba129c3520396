import type { NameKind, PeerName } from "../sandbox/peer.ts";

/** The order of a subject's attributes. */
const ATTRIBUTES: readonly NameKind[] = ["C", "ST", "L", "O", "OU", "CN"];

/** A subject as programs get it in SSL_PEER_CERT_SUBJECT: `C=…, O=…, CN=…`. */
export function subjectOf(names: readonly PeerName[]): string {
  return ATTRIBUTES.flatMap((kind) =>
    names.filter((name) => name.kind === kind).map((name) => `${kind}=${attribute(textOf(name))}`),
  ).join(", ");
}

/** RFC 5280, A.1: ub-common-name. Nothing holds a certificate to it. */
const COMMON_NAME_MAX = 64;

/**
 * Whose certificate it is, for a line of a log: its common name, escaped in the same way, and cut.
 *
 * @returns the last one, which is the nearest to the subject; "" if it has none
 */
export function commonNameOf(names: readonly PeerName[]): string {
  const name = names.findLast(({ kind }) => kind === "CN");
  if (name === undefined) return "";
  const characters = [...textOf(name)];
  const cut = characters.length > COMMON_NAME_MAX ? "…" : "";
  return attribute(characters.slice(0, COMMON_NAME_MAX).join("")) + cut;
}

export function textOf({ value }: PeerName): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
}

/** What would end a value, or be mistaken for something else, stands behind a backslash. */
function attribute(value: string): string {
  return escapeControls(value.replaceAll(/[,=+<>#\\]|^ | $/g, "\\$&"));
}

/** A control character, above all a NUL or a newline, becomes the hex digits of its bytes. */
export function escapeControls(value: string): string {
  return value.replaceAll(/\p{Cc}/gu, (character) =>
    [...new TextEncoder().encode(character)].map((byte) => `\\${hex(byte)}`).join(""),
  );
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
