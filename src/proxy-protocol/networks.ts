import { parseAddress } from "./ip-address.ts";

/** An IP network in CIDR notation (RFC 4632, 3.1). */
export interface Network {
  /** 4 or 16. */
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/**
 * `192.0.2.0/24`, `2001:db8::/32`, or one address; null if the text is none, or if it has bits
 * behind its prefix, which is a mistake.
 */
export function parseNetwork(text: string): Network | null {
  const [address = "", prefix, ...more] = text.split("/");
  const bytes = parseAddress(address);
  if (bytes === null || more.length > 0) return null;
  const all = 8 * bytes.length;
  if (prefix === undefined) return { bytes, bits: all };
  const bits = /^(0|[1-9][0-9]{0,2})$/.test(prefix) ? Number(prefix) : all + 1;
  if (bits > all) return null;
  return masked(bytes, bits).every((byte, index) => byte === bytes[index]) ? { bytes, bits } : null;
}

/** The same as text, in a form that parseNetwork takes. */
export function networkText({ bytes, bits }: Network): string {
  if (bytes.length === 4) return `${bytes.join(".")}/${bits}`;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${(hex.match(/.{4}/g) ?? []).join(":")}/${bits}`;
}

/** Is the address in one of these networks? */
export function isWithin(networks: readonly Network[], address: string): boolean {
  const bytes = parseAddress(address);
  if (bytes === null) return false;
  return networks.some(
    (network) =>
      network.bytes.length === bytes.length &&
      masked(bytes, network.bits).every((byte, index) => byte === network.bytes[index]),
  );
}

/** The address with nothing but its first bits. */
export function masked(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - 8 * index));
    return byte & (0xff00 >> kept) & 0xff;
  });
}
