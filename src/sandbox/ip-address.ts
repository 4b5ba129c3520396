const IPV4_OCTET = /^(0|[1-9][0-9]{0,2})$/;
const IPV6_GROUP = /^[0-9a-fA-F]{1,4}$/;
const IPV6_GROUPS = 8;

/**
 * The 4 or 16 bytes of an address in its usual notations (RFC 4291, 2.2). An IPv6 address may be in
 * brackets, as in a URL, and may name a zone (RFC 4007, 11), which is this machine's business alone.
 *
 * @returns null for anything else
 */
export function addressBytes(text: string): Uint8Array | null {
  if (!text.includes(":")) return ipv4(text);
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  return ipv6(bare.replace(/%.+$/, ""));
}

function ipv4(text: string): Uint8Array | null {
  const octets = text.split(".");
  const isWhole = octets.length === 4 && octets.every((octet) => IPV4_OCTET.test(octet));
  const values = octets.map(Number);
  return isWhole && values.every((value) => value < 256) ? Uint8Array.from(values) : null;
}

function ipv6(text: string): Uint8Array | null {
  const [before = "", after, ...more] = text.split("::");
  const left = groups(before, after === undefined);
  const right = groups(after ?? "", true);
  if (left === null || right === null || more.length > 0) return null;
  const missing = IPV6_GROUPS - left.length - right.length;
  // `::` stands for one group or more.
  if (after === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...left, ...Array<number>(missing).fill(0), ...right];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The numbers between the colons. The last two may be written as an IPv4 address. */
function groups(text: string, isEnd: boolean): number[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  const last = parts.at(-1) ?? "";
  const mapped = isEnd && last.includes(".") ? ipv4(last) : null;
  if (mapped !== null) parts.pop();
  if (!parts.every((part) => IPV6_GROUP.test(part))) return null;
  const tail = mapped === null ? [] : [pair(mapped, 0), pair(mapped, 2)];
  return [...parts.map((part) => Number.parseInt(part, 16)), ...tail];
}

function pair(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
