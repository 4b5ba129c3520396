import { formatAddress, parseAddress } from "../proxy-protocol/ip-address.ts";
import { newResolver, unlessNone } from "./answers.ts";
import { readHosts } from "./hosts-file.ts";
import { readQualification } from "./resolver-configuration.ts";

/** RFC 1035, 2.3.4, and the characters of RFC 952 with the underscore that DNS has in practice. */
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$/;

/** More addresses than this are no answer that a client's access may hang on. */
const ANSWERS_MAX = 64;

export interface FoundName {
  readonly name: string;
  /** It is from the hosts file, which is trusted. */
  readonly isFromHosts: boolean;
}

/** Names of addresses: the hosts file, if wanted, and DNS without it. */
export class HostNames {
  private readonly resolver = newResolver(readQualification());

  /** @param hostsFile is the hosts file looked into first? */
  constructor(private readonly hostsFile: boolean) {}

  /**
   * The name of an address; null if it has none that can be used.
   *
   * @throws (the promise) errors of DNS other than that there is none
   */
  async nameOf(address: string): Promise<FoundName | null> {
    const inHosts = this.hostsFile ? nameInHosts(address) : null;
    if (inHosts !== null) return { name: inHosts, isFromHosts: true };
    // The question itself: `reverse` would look into the hosts file by the system's own rules.
    const names = await unlessNone(this.resolver.resolvePtr(reverseName(address)));
    const name = names[0]?.replace(/\.$/, "").toLowerCase();
    return name !== undefined && HOST_NAME.test(name) ? { name, isFromHosts: false } : null;
  }

  /** Is that address one of the name's? */
  async confirms(name: string, address: string): Promise<boolean> {
    const wanted = canonical(address);
    const addresses = address.includes(":")
      ? await unlessNone(this.resolver.resolve6(name))
      : await unlessNone(this.resolver.resolve4(name));
    return addresses.slice(0, ANSWERS_MAX).some((one) => canonical(one) === wanted);
  }

  /** Nothing more is wanted: what is under way fails. */
  cancel(): void {
    this.resolver.cancel();
  }
}

/** The name under which DNS keeps an address (RFC 1035, 3.5; RFC 3596, 2.5). */
export function reverseName(address: string): string {
  const bytes = [...(parseAddress(address) ?? [])];
  if (bytes.length === 4) return `${bytes.reverse().join(".")}.in-addr.arpa`;
  const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 15]).reverse();
  return `${nibbles.map((nibble) => nibble.toString(16)).join(".")}.ip6.arpa`;
}

/** The first name of an address in the hosts file; null for none. */
function nameInHosts(address: string): string | null {
  const wanted = canonical(address);
  const name = readHosts().find((entry) => entry.address === wanted)?.names[0];
  return name !== undefined && HOST_NAME.test(name) ? name : null;
}

function canonical(address: string): string | null {
  const bytes = parseAddress(address);
  return bytes && formatAddress(bytes);
}
