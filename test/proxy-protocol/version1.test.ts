/** PROXY headers of version 1 (proxy-protocol.txt, 2.1). */
import { describe, expect, it } from "vitest";
import { ProxyHeaderReader } from "../../src/proxy-protocol/reader.ts";

function read(text: string) {
  return new ProxyHeaderReader().push(Buffer.from(text, "latin1"));
}

const ENDS = {
  transport: "tcp",
  remoteAddress: "192.0.2.1",
  remotePort: 56324,
  localAddress: "198.51.100.7",
  localPort: 443,
};

it("an IPv4 header tells both ends, and what is behind it is the connection's", () => {
  const found = read("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\nhello");
  expect(found?.header).toEqual({ version: 1, ends: ENDS, serverName: null, tls: null });
  expect(Buffer.from(found?.rest ?? []).toString()).toBe("hello");
});

it("an IPv6 address is told in its canonical form", () => {
  const found = read("PROXY TCP6 2001:DB8:0:0:0:0:0:1 0:0::FFFF:C000:201 1 65535\r\n");
  expect(found?.header.ends).toMatchObject({
    remoteAddress: "2001:db8::1",
    localAddress: "::ffff:192.0.2.1",
    remotePort: 1,
    localPort: 65535,
  });
});

it.each(["PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff:f::1 ffff:f::2 65535 65535\r\n"])(
  "%j says nothing about a client",
  (text) => {
    expect(read(text)?.header.ends).toBeNull();
  },
);

it("it is whole at its last byte, and not before, whatever pieces it comes in", () => {
  const text = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n";
  const reader = new ProxyHeaderReader();
  for (const character of text.slice(0, -1)) expect(reader.push(Buffer.from(character))).toBeNull();
  expect(reader.push(Buffer.from("\nx"))?.header.ends).toEqual(ENDS);
});

it("a line of 107 bytes is taken, and one of 108 is refused before its end has come", () => {
  const padding = "x".repeat(107 - "PROXY UNKNOWN \r\n".length);
  expect(read(`PROXY UNKNOWN ${padding}\r\n`)?.rest).toHaveLength(0);
  expect(() => read(`PROXY UNKNOWN ${padding}x\r\n`)).toThrow("more than 107 bytes");
  expect(() => read(`PROXY UNKNOWN ${padding}yyy`)).toThrow("more than 107 bytes");
});

describe("it is refused", () => {
  it.each([
    ["with a lone LF", "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n"],
    ["with two blanks", "PROXY TCP4  192.0.2.1 198.51.100.7 1 2\r\n"],
    ["with a blank at its end", "PROXY TCP4 192.0.2.1 198.51.100.7 1 2 \r\n"],
    ["without a port", "PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n"],
    ["with an address of the other family", "PROXY TCP4 2001:db8::1 198.51.100.7 1 2\r\n"],
    ["with an IPv4 address as IPv6", "PROXY TCP6 192.0.2.1 2001:db8::1 1 2\r\n"],
    ["with a zone", "PROXY TCP6 fe80::1%eth0 2001:db8::1 1 2\r\n"],
    ["with an octal-looking address", "PROXY TCP4 192.000.2.1 198.51.100.7 1 2\r\n"],
    ["with a number over 255", "PROXY TCP4 256.0.2.1 198.51.100.7 1 2\r\n"],
    ["with three numbers", "PROXY TCP4 192.0.2 198.51.100.7 1 2\r\n"],
    ["with a port over 65535", "PROXY TCP4 192.0.2.1 198.51.100.7 65536 2\r\n"],
    ["with a port that has a zero in front", "PROXY TCP4 192.0.2.1 198.51.100.7 01 2\r\n"],
    ["with a sign at a port", "PROXY TCP4 192.0.2.1 198.51.100.7 +1 2\r\n"],
    ["with a NUL", "PROXY TCP4 192.0.2.1\0 198.51.100.7 1 2\r\n"],
    ["with letters that are not ASCII", "PROXY UNKNOWN \xe9\r\n"],
    ["in small letters", "proxy TCP4 192.0.2.1 198.51.100.7 1 2\r\n"],
    ["when it is a TLS record", "\x16\x03\x01\x02\x00"],
    ["when it is HTTP", "GET / HTTP/1.0\r\n\r\n"],
  ])("%s", (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ kind: "syntax" }));
  });

  it("for another transport, as such", () => {
    const error = expect.objectContaining({ kind: "transport" });
    expect(() => read("PROXY UDP4 192.0.2.1 198.51.100.7 1 2\r\n")).toThrow(error);
  });
});
