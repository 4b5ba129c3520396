/** IP addresses as bytes, in their one canonical text: dotted decimal, and RFC 5952. */

/** @param bytes 4 or 16 */
export function formatAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join(".") : formatIPv6(bytes);
}

/**
 * The bytes of an address, 4 or 16; null if the text is none. A zone ("%eth0") is not taken, and
 * neither are leading zeros in IPv4, which some readers take for octal.
 */
export function parseAddress(text: string): Uint8Array | null {
  return text.includes(":") ? parseIPv6(text) : parseIPv4(text);
}

function formatIPv6(bytes: Uint8Array): string {
  // RFC 5952, 5: an IPv4 address that stands in an IPv6 one is written as what it is.
  if (isMapped(bytes)) return `::ffff:${bytes.subarray(12).join(".")}`;
  const groups = Array.from({ length: 8 }, (_, index) => groupAt(bytes, index));
  const { start, length } = longestZeros(groups);
  const words = groups.map((group) => group.toString(16));
  // RFC 5952, 4.2.2: a single group of zeros is not shortened.
  if (length < 2) return words.join(":");
  return `${words.slice(0, start).join(":")}::${words.slice(start + length).join(":")}`;
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff));
}

function groupAt(bytes: Uint8Array, index: number): number {
  return ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0);
}

/** RFC 5952, 4.2.3: of the longest runs, the first. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

function parseIPv4(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  const numbers = parts.map((part) => (/^(0|[1-9][0-9]{0,2})$/.test(part) ? Number(part) : 256));
  return numbers.every((number) => number < 256) ? Uint8Array.from(numbers) : null;
}

function parseIPv6(text: string): Uint8Array | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [front, back] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const head = groupBytes(front ?? [], back === undefined);
  const tail = back === undefined ? [] : groupBytes(back, true);
  if (head === null || tail === null) return null;
  const missing = 16 - head.length - tail.length;
  // "::" stands for at least one group (RFC 4291, 2.2).
  if (back === undefined ? missing !== 0 : missing < 2) return null;
  return Uint8Array.from([...head, ...new Array(missing).fill(0), ...tail]);
}

/** @param atEnd the last group may be an IPv4 address (RFC 4291, 2.2) */
function groupBytes(groups: readonly string[], atEnd: boolean): number[] | null {
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const dotted = atEnd && index === groups.length - 1 ? parseIPv4(group) : null;
    if (dotted === null) return null;
    bytes.push(...dotted);
  }
  return bytes;
}
