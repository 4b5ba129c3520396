/** PROXY headers of version 2 (proxy-protocol.txt, 2.2). */
import { describe, expect, it } from "vitest";
import { ProxyHeaderReader } from "../../src/proxy-protocol/reader.ts";
import { crc32c } from "../../src/proxy-protocol/version2.ts";

const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
const PROXY = 0x21;
const TCP4 = 0x11;

interface Parts {
  readonly command?: number;
  readonly family?: number;
  readonly addresses?: Buffer;
  readonly extensions?: readonly Buffer[];
  /** What is added to the length that the header states. */
  readonly lie?: number;
}

const IPV4 = Buffer.from("c0000201" + "c6336407" + "dc04" + "01bb", "hex");

function header(parts: Parts = {}): Buffer {
  const { command = PROXY, family = TCP4, addresses = IPV4, extensions = [], lie = 0 } = parts;
  const body = Buffer.concat([addresses, ...extensions]);
  const fixed = Buffer.from([command, family, 0, 0]);
  fixed.writeUInt16BE(body.length + lie, 2);
  return Buffer.concat([SIGNATURE, fixed, body]);
}

function extension(type: number, value: string | Buffer): Buffer {
  const head = Buffer.from([type, 0, 0]);
  head.writeUInt16BE(Buffer.byteLength(value), 1);
  return Buffer.concat([head, Buffer.from(value)]);
}

function tls(client: number, ...inner: Buffer[]): Buffer {
  return extension(0x20, Buffer.concat([Buffer.from([client, 0, 0, 0, 0]), ...inner]));
}

const read = (bytes: Uint8Array) => new ProxyHeaderReader().push(bytes);

it("IPv4 over TCP: both ends", () => {
  const found = read(Buffer.concat([header(), Buffer.from("hello")]));
  expect(found?.header).toEqual({
    version: 2,
    ends: {
      transport: "tcp",
      remoteAddress: "192.0.2.1",
      remotePort: 56324,
      localAddress: "198.51.100.7",
      localPort: 443,
    },
    serverName: null,
    tls: null,
  });
  expect(Buffer.from(found?.rest ?? []).toString()).toBe("hello");
});

it("IPv6 over TCP: addresses in their canonical form", () => {
  const addresses = Buffer.from(
    "20010db8000000000000000000000001" + "00000000000000000000000000000000" + "0001" + "ffff",
    "hex",
  );
  expect(read(header({ family: 0x21, addresses }))?.header.ends).toMatchObject({
    remoteAddress: "2001:db8::1",
    localAddress: "::",
    remotePort: 1,
    localPort: 65535,
  });
});

it("a UNIX stream: both paths, up to their first NUL", () => {
  const addresses = Buffer.alloc(216);
  addresses.write("/run/client", 0);
  addresses.write("/run/server", 108);
  expect(read(header({ family: 0x31, addresses }))?.header.ends).toEqual({
    transport: "unix",
    remotePath: "/run/client",
    localPath: "/run/server",
  });
});

it.each([
  ["LOCAL", { command: 0x20 }],
  ["LOCAL without addresses", { command: 0x20, family: 0, addresses: Buffer.alloc(0) }],
  ["an unspecified family", { family: 0, addresses: Buffer.from("whatever") }],
])("%s says nothing about a client", (_, parts) => {
  expect(read(header(parts))?.header).toMatchObject({ ends: null, serverName: null, tls: null });
});

it("extensions: the server name, and the client's TLS", () => {
  const extensions = [
    extension(0x04, Buffer.alloc(5)),
    extension(0x01, "h2"),
    extension(0x02, "www.example.test"),
    tls(
      0x01,
      extension(0x21, "TLSv1.3"),
      extension(0x22, "Zoë, of Ampère"),
      extension(0x23, "TLS_AES_128_GCM_SHA256"),
    ),
    extension(0xe0, "somebody's own"),
  ];
  expect(read(header({ extensions }))?.header).toMatchObject({
    serverName: "www.example.test",
    tls: {
      protocol: "TLSv1.3",
      cipher: "TLS_AES_128_GCM_SHA256",
      commonName: "Zoë, of Ampère",
    },
  });
});

it("without the client bit, what is said of TLS does not count", () => {
  const extensions = [tls(0x06, extension(0x21, "TLSv1.3"))];
  expect(read(header({ extensions }))?.header.tls).toBeNull();
});

it("a checksum is verified, and a wrong one refuses the header", () => {
  const bytes = header({ extensions: [extension(0x03, Buffer.alloc(4))] });
  const sum = crc32c(bytes);
  bytes.writeUInt32BE(sum, bytes.length - 4);
  expect(read(bytes)?.header.ends).not.toBeNull();
  bytes.writeUInt32BE((sum ^ 1) >>> 0, bytes.length - 4);
  expect(() => read(bytes)).toThrow("checksum is wrong");
});

it("CRC-32C has the value that RFC 3720, B.4, gives", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
});

it("the longest header, byte by byte: whole at its last byte", () => {
  const bytes = header({ extensions: [extension(0x04, Buffer.alloc(65535 - IPV4.length - 3))] });
  const reader = new ProxyHeaderReader();
  let found = null;
  for (let index = 0; index < bytes.length; index++) {
    expect(found).toBeNull();
    found = reader.push(bytes.subarray(index, index + 1));
  }
  expect(found?.header.ends).not.toBeNull();
});

describe("it is refused", () => {
  const wrong: readonly (readonly [string, Parts])[] = [
    ["for another version", { command: 0x11 }],
    ["for another command", { command: 0x22 }],
    ["when addresses are cut short", { addresses: IPV4.subarray(0, 11) }],
    ["when paths are cut short", { family: 0x31, addresses: Buffer.alloc(215) }],
    ["with an extension of two bytes", { extensions: [Buffer.from([4, 0])] }],
    ["with an extension longer than the rest", { extensions: [Buffer.from([4, 0, 1])] }],
    ["with TLS of four bytes", { extensions: [extension(0x20, Buffer.alloc(4))] }],
    ["with a lying length inside of TLS", { extensions: [tls(1, Buffer.from([0x21, 0, 9, 65]))] }],
    ["with a newline in a suite", { extensions: [tls(1, extension(0x23, "A\nLD_PRELOAD=x"))] }],
    ["with a blank in a protocol", { extensions: [tls(1, extension(0x21, "TLSv1.3 x"))] }],
    ["with a NUL in a common name", { extensions: [tls(1, extension(0x22, "a\0b"))] }],
    ["with an escape in a common name", { extensions: [tls(1, extension(0x22, "\x1b[2J"))] }],
    ["with broken UTF-8", { extensions: [tls(1, extension(0x22, Buffer.from([0xff])))] }],
    ["with a blank in a server name", { extensions: [extension(0x02, "a b")] }],
    ["with an empty server name", { extensions: [extension(0x02, "")] }],
    ["with a server name of 256", { extensions: [extension(0x02, "a".repeat(256))] }],
    ["with a checksum of three bytes", { extensions: [extension(0x03, Buffer.alloc(3))] }],
  ];
  it.each(wrong)("%s", (_, parts) => {
    expect(() => read(header(parts))).toThrow(expect.objectContaining({ kind: "syntax" }));
  });

  it("for a wrong byte in its signature, at once", () => {
    for (let index = 1; index < SIGNATURE.length; index++) {
      const bytes = Buffer.from(SIGNATURE.subarray(0, index + 1));
      bytes[index] = (bytes[index] ?? 0) ^ 1;
      expect(() => read(bytes)).toThrow("begins with something else");
    }
  });

  it.each([0x12, 0x22, 0x32, 0x41, 0xff])("for transport 0x%i, as such", (family) => {
    const error = expect.objectContaining({ kind: "transport" });
    expect(() => read(header({ family }))).toThrow(error);
  });
});

it("with a length that promises more, it is waited for", () => {
  expect(read(header({ lie: 1 }))).toBeNull();
});
