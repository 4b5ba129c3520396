/** What is read out of hosts(5), resolv.conf(5) and a reply of IDENT, and how addresses are spelled. */
import { describe, expect, it } from "vitest";
import { reverseName } from "../../src/lookup/host-names.ts";
import { parseHosts } from "../../src/lookup/hosts-file.ts";
import { userIn } from "../../src/lookup/ident.ts";
import { parseQualification, qualified } from "../../src/lookup/resolver-configuration.ts";

it("hosts: comments, tabs, several names, and lines that are none", () => {
  const text =
    "# 192.0.2.1 no\n192.0.2.2\ta.test b.test # c\n\nnonsense here\n2001:DB8:0::1 v6.test\r\n";
  expect(parseHosts(text)).toEqual([
    { address: "192.0.2.2", names: ["a.test", "b.test"] },
    { address: "2001:db8::1", names: ["v6.test"] },
  ]);
});

describe("resolv.conf", () => {
  it.each([
    ["", { search: [], ndots: 1 }],
    ["search a.test b.test\n", { search: ["a.test", "b.test"], ndots: 1 }],
    ["domain a.test\nsearch b.test\n", { search: ["b.test"], ndots: 1 }],
    ["search b.test\ndomain a.test c.test\n", { search: ["a.test"], ndots: 1 }],
    ["options rotate ndots:3 timeout:1 # ndots:9\n", { search: [], ndots: 3 }],
    ["options ndots:77\n", { search: [], ndots: 15 }],
    ["options ndots:x\n;search a.test\n", { search: [], ndots: 1 }],
  ])("%j", (text, expected) => {
    expect(parseQualification(text)).toMatchObject(expected);
  });

  it.each([
    ["", null, null],
    ["options rotate attempts:1 timeout:2\n", 1, 2],
    ["options attempts:3\noptions attempts:2", 2, null],
    ["options attempts:0 timeout:0", 1, 1],
    ["options attempts:99 timeout:999", 5, 30],
    ["options attempts:x timeout: attempts timeout:-1", null, null],
    ["# options attempts:1", null, null],
  ])("%j: attempts and seconds", (text, attempts, timeout) => {
    expect(parseQualification(text)).toMatchObject({ attempts, timeout });
  });

  it("a short name is completed first, a long one last, and one with a final dot never", () => {
    const list = parseQualification("search a.test b.test.\noptions ndots:2");
    expect(qualified("www", list)).toEqual(["www.a.test", "www.b.test", "www"]);
    expect(qualified("x.y.z", list)).toEqual(["x.y.z", "x.y.z.a.test", "x.y.z.b.test"]);
    expect(qualified("www.", list)).toEqual(["www"]);
  });
});

it("an address is asked for backwards", () => {
  expect(reverseName("192.0.2.1")).toBe("1.2.0.192.in-addr.arpa");
  expect(reverseName("2001:db8::567:89ab")).toBe(
    "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
  );
});

describe("a reply of IDENT", () => {
  const ends = {
    remoteAddress: "192.0.2.1",
    remotePort: 6193,
    localAddress: "192.0.2.2",
    localPort: 23,
  };
  it.each([
    ["6193, 23 : USERID : UNIX : stjohns", "stjohns"],
    ["6193,23:USERID:OTHER:a b", "a b"],
    ["6193, 23 : ERROR : NO-USER", null],
    ["6193, 24 : USERID : UNIX : other", null],
    ["6193, 23 : USERID : UNIX :", null],
    ["6193, 23 : USERID : UNIX : a\x07", null],
    [`6193, 23 : USERID : UNIX : ${"a".repeat(513)}`, null],
    ["nonsense", null],
  ])("%j", (reply, user) => {
    expect(userIn(reply, ends)).toBe(user);
  });
});
