import { formatAddress, parseAddress } from "../proxy-protocol/ip-address.ts";
import { masked } from "../proxy-protocol/networks.ts";
import type { AccessRules, Verdict } from "./rule.ts";

const DENIED: Verdict = { access: "deny" };

/**
 * The names of the rules about an address, in the order in which they are asked: its networks from
 * the address alone to all of its family.
 *
 * @throws {TypeError} if it is no address
 */
export function rulesAboutAddress(address: string): string[] {
  // A link-local address has its interface behind it.
  const bytes = parseAddress(address.replace(/%.*/, ""));
  if (bytes === null) throw new TypeError(`not an IP address: ${address}`);
  const family = bytes.length === 4 ? "ip4" : "ip6";
  return Array.from({ length: 8 * bytes.length + 1 }, (_, index) => {
    const bits = 8 * bytes.length - index;
    return `${family}/${formatAddress(masked(bytes, bits))}_${bits}`;
  });
}

/**
 * The names of the rules about a host name: the whole, then label by label less, then all.
 *
 * @param name null: the client has none
 */
export function rulesAboutName(name: string | null): string[] {
  const labels = name === null ? [] : name.split(".");
  return [...labels.map((_, index) => labels.slice(index).join(".")), "@"].map(
    (suffix) => `reversedns/${suffix}`,
  );
}

/** The first rule that there is; null: none of them. */
export function firstRule(rules: AccessRules, names: readonly string[]): Verdict | null {
  for (const name of names) {
    const verdict = rules.find(name);
    if (verdict !== null) return verdict;
  }
  return null;
}

/** What is said about the client's name: whatever doesn't allow it, refuses it. */
export function judgeName(rules: AccessRules, name: string | null): Verdict {
  return firstRule(rules, rulesAboutName(name)) ?? DENIED;
}
