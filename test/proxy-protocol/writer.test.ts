/** What we write of a client, our own reader reads. */
import { describe, expect, it } from "vitest";
import type { ProxiedEnds } from "../../src/proxy-protocol/header.ts";
import { parseVersion1 } from "../../src/proxy-protocol/version1.ts";
import { lengthOf, parseVersion2 } from "../../src/proxy-protocol/version2.ts";
import { version1, version2 } from "../../src/proxy-protocol/writer.ts";

const tcp = (remoteAddress: string, localAddress: string): ProxiedEnds => {
  return { transport: "tcp", remoteAddress, remotePort: 65535, localAddress, localPort: 1 };
};

const tls = {
  ...{ protocol: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", serverName: "a.test", alpn: "h2" },
  ...{ hasCertificate: true, commonName: new TextEncoder().encode("Zoë") },
};

describe.each([
  ["IPv4", tcp("192.0.2.1", "198.51.100.2")],
  ["IPv6", tcp("2001:db8::1", "2001:db8::2")],
])("%s", (_family, ends) => {
  it("version 1", () => {
    const line = new TextDecoder().decode(version1(ends));
    expect(line.endsWith("\r\n")).toBe(true);
    expect(parseVersion1(line.slice(0, -2)).ends).toEqual(ends);
  });

  it("version 2, with TLS and its checksum, or without", () => {
    const header = version2(ends, tls);
    expect(lengthOf(header)).toBe(header.length);
    expect(parseVersion2(header)).toEqual({
      ...{ version: 2, ends, serverName: "a.test" },
      tls: { protocol: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", commonName: "Zoë" },
    });
    expect(parseVersion2(version2(ends, null))).toMatchObject({ ends, tls: null });
    const changed = Uint8Array.from(header);
    changed[20] = (changed[20] ?? 0) ^ 1;
    expect(() => parseVersion2(changed)).toThrow("its checksum is wrong");
  });
});

it("an address with its interface is told without it", () => {
  const header = version2(tcp("fe80::1%eth0", "fe80::2%eth0"), null);
  expect(parseVersion2(header).ends).toMatchObject({ remoteAddress: "fe80::1" });
});

it.each([
  ["no ends", null],
  ["a UNIX socket", { transport: "unix", remotePath: "", localPath: "/x" } as const],
  ["two families", tcp("192.0.2.1", "2001:db8::1")],
])("%s: unknown", (_what, ends) => {
  expect(new TextDecoder().decode(version1(ends))).toBe("PROXY UNKNOWN\r\n");
  expect(parseVersion2(version2(ends, tls)).ends).toBeNull();
});

it("a common name of 300 bytes is left out, and a client without a certificate has no name", () => {
  const ends = tcp("192.0.2.1", "192.0.2.2");
  const long = { ...tls, commonName: new Uint8Array(300).fill(97) };
  expect(parseVersion2(version2(ends, long)).tls?.commonName).toBeNull();
  const without = { ...tls, hasCertificate: false, commonName: null };
  expect(parseVersion2(version2(ends, without)).tls).toMatchObject({ commonName: null });
});
