import { expect, test } from "vitest";
import { originOf } from "../../src/server/origin.ts";

/** What counts as one client: the whole of an IPv4 address, and a network of IPv6. */

test.each([
  ["2001:db8::1", "2001:db8::2", 64],
  ["2001:db8:0:7::1", "2001:db8:0:7:ffff:ffff:ffff:ffff", 64],
  ["2001:db8::", "2001:DB8:0:0:0:0:0:1", 64],
  ["::1", "fd00::2", 0],
  ["2001:db8:0:10::1", "2001:db8:0:1f::1", 60],
  ["2001:db8::1.2.3.4", "2001:db8::1", 64],
  ["::1", "::1", 128],
])("%s and %s are one at %i bits", (one, other, prefix) => {
  expect(originOf(one, prefix)).toBe(originOf(other, prefix));
});

test.each([
  ["2001:db8::1", "2001:db8::2", 128],
  ["2001:db8::1", "2001:db8::2", 127],
  ["2001:db8:0:7::1", "2001:db8:0:8::1", 64],
  ["2001:db8:0:1f::1", "2001:db8:0:20::1", 60],
  ["fe80::1%eth0", "fe80::1%eth1", 64],
  ["192.0.2.1", "192.0.2.2", 0],
  ["192.0.2.1", "::c000:201", 64],
])("%s and %s are two at %i bits", (one, other, prefix) => {
  expect(originOf(one, prefix)).not.toBe(originOf(other, prefix));
});

test("an IPv4 address is itself", () => {
  expect(originOf("192.0.2.1", 64)).toBe("192.0.2.1");
});
