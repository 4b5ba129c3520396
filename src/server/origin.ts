import { isIPv6 } from "node:net";

/** Bits of an IPv6 address, and of each of its groups. */
const BITS = 128;
const GROUP = 16;

/**
 * What counts as one client for a limit: an IPv4 address; of an IPv6 address its first bits, because
 * a customer of a provider has a whole network, mostly a /64, and can take any address of it.
 *
 * @param prefix how many bits; 128 is the whole address
 */
export function originOf(address: string, prefix: number): string {
  if (!isIPv6(address)) return address;
  // A link-local address is of its interface, which is named behind it.
  const [plain = "", zone = ""] = address.split("%");
  const groups = groupsOf(plain).map((group, at) => {
    const kept = Math.min(Math.max(prefix - at * GROUP, 0), GROUP);
    return (group & (0xffff << (GROUP - kept))) >>> 0;
  });
  return `${groups.map((group) => group.toString(16)).join(":")}%${zone}/${Math.min(prefix, BITS)}`;
}

/** Its eight numbers, whatever is left out of the text. */
function groupsOf(address: string): number[] {
  // The URL parser knows each way to write one, also that with IPv4 at its end.
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = "", after] = text.split("::").map((half) => half.split(":").filter(Boolean));
  const head = [...before].map(fromHex);
  const tail = [...(after ?? [])].map(fromHex);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function fromHex(group: string): number {
  return Number.parseInt(group, 16);
}
