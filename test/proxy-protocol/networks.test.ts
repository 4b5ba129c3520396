/** Networks in CIDR notation (RFC 4632, 3.1), and addresses in the form of RFC 5952. */
import { expect, it } from "vitest";
import { formatAddress, parseAddress } from "../../src/proxy-protocol/ip-address.ts";
import { isWithin, type Network, parseNetwork } from "../../src/proxy-protocol/networks.ts";

it.each([
  ["192.0.2.0/24", "192.0.2.255", true],
  ["192.0.2.0/24", "192.0.3.0", false],
  ["192.0.2.128/25", "192.0.2.127", false],
  ["0.0.0.0/0", "255.255.255.255", true],
  ["0.0.0.0/0", "::1", false],
  ["::/0", "192.0.2.1", false],
  ["::/0", "ffff::1", true],
  ["2001:db8::/33", "2001:db8:7fff::1", true],
  ["2001:db8::/33", "2001:db8:8000::1", false],
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.0", false],
  ["192.0.2.1", "no address", false],
])("%s and %s: %s", (network, address, isIn) => {
  const other = parseNetwork("198.51.100.0/24") as Network;
  expect(isWithin([other, parseNetwork(network) as Network], address)).toBe(isIn);
});

it.each(["192.0.2.1/24", "192.0.2.0/33", "::/129", "192.0.2.0/08", "192.0.2.0/24/24", "::1/127"])(
  "%s is no network",
  (text) => expect(parseNetwork(text)).toBeNull(),
);

it.each([
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["0:0:0:0:0:FFFF:C000:0201", "::ffff:192.0.2.1"],
])("%s is written as %s", (text, canonical) => {
  expect(formatAddress(parseAddress(text) as Uint8Array)).toBe(canonical);
});
