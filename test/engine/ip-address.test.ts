import { BlockList, isIP } from "node:net";
import { expect, test } from "vitest";
import { addressBytes } from "../../src/sandbox/ip-address.ts";

/** Addresses as text; Node's own opinion is asked beside ours. */

const addresses: [string, string][] = [
  ["0.0.0.0", "00000000"],
  ["127.0.0.1", "7f000001"],
  ["255.255.255.255", "ffffffff"],
  ["::", "00".repeat(16)],
  ["::1", `${"00".repeat(15)}01`],
  ["1::", `0001${"00".repeat(14)}`],
  ["2001:db8::8a2e:370:7334", "20010db80000000000008a2e03707334"],
  ["2001:DB8:0:0:0:8A2E:370:7334", "20010db80000000000008a2e03707334"],
  ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
  ["1:2:3:4:5:6:192.0.2.1", "000100020003000400050006c0000201"],
  ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
];

test.each(addresses)("%s is %s", (text, hex) => {
  expect(Buffer.from(addressBytes(text) ?? []).toString("hex")).toBe(hex);
  expect(isIP(text)).not.toBe(0);
});

test("a URL's brackets and this machine's zone are no part of it", () => {
  expect(addressBytes("[::1]")).toEqual(addressBytes("::1"));
  expect(addressBytes("fe80::1%eth0")).toEqual(addressBytes("fe80::1"));
});

const others = [
  ...["", "1", "1.2", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "1.2.3.-4", "1.2.3.4 "],
  ...["0x7f.0.0.1", "localhost", ":", ":::", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9"],
  ...[
    "1::2::3",
    "::1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8::",
    "::12345",
    "::g",
    "::1.2.3",
    "1.2.3.4::",
  ],
  ...["::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4"],
];

test.each(others)("%j is none", (text) => {
  expect(addressBytes(text)).toBeNull();
  expect(isIP(text)).toBe(0);
});

test("a thousand random ones are what Node takes them for", () => {
  for (let n = 0; n < 1000; n++) {
    const groups = Array.from({ length: 8 }, () => Math.floor(Math.random() * 3) * 0x1234);
    const at = Math.floor(Math.random() * 8);
    const text = groups.map((group) => group.toString(16)).join(":");
    const short = text.replace(/(^|:)0(:0)+(:|$)/, "::");
    const list = new BlockList();
    list.addAddress(short, "ipv6");
    expect(list.check(text, "ipv6"), short).toBe(true);
    expect(addressBytes(short), short).toEqual(addressBytes(text));
    expect(addressBytes(text)?.[2 * at + 1]).toBe((groups[at] ?? 0) & 0xff);
  }
});
