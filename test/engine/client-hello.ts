/** A ClientHello (RFC 5246, 7.4.1.2) with just what a test wants to offer. */
export interface Hello {
  suites: readonly number[];
  /** On the wire: 0x0301 to 0x0303. */
  version?: number;
  serverName?: string;
  /** Pairs of hash and signature algorithm (RFC 5246, 7.4.1.4.1). */
  signatures?: readonly number[];
  /** RFC 8422, 5.1.1. */
  groups?: readonly number[];
  /** RFC 6066, 4: 1 is 512 bytes, 4 is 4096. */
  maxFragmentLength?: number;
  /** RFC 8446, 4.2.1. */
  listedVersions?: readonly number[];
  /** Bytes of an extension that means nothing (RFC 7685). */
  padding?: number;
}

export const VERSION = { tls10: 0x0301, tls11: 0x0302, tls12: 0x0303 } as const;

/** The client's part of a record that starts a handshake. */
export function clientHello(hello: Hello): Buffer {
  return handshakeRecord(helloMessage(hello));
}

/** The same in as many records as it takes, of so many bytes each but the last. */
export function clientHelloInRecords(hello: Hello, size: number): Buffer {
  const message = helloMessage(hello);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    records.push(handshakeRecord(message.subarray(at, at + size)));
  }
  return Buffer.concat(records);
}

/** What a server answered at first. */
export type Answer =
  | { readonly suite: number; readonly version: number }
  | { readonly alert: number }
  | null;

/** Reads a ServerHello or a fatal alert; null for anything else. */
export function answerIn(records: Buffer): Answer {
  if (records[0] === ALERT) return { alert: records.readUInt8(6) };
  if (records[0] !== HANDSHAKE || records[5] !== SERVER_HELLO) return null;
  const sessionId = 5 + 4 + 2 + 32;
  return {
    version: records.readUInt16BE(9),
    suite: records.readUInt16BE(sessionId + 1 + records.readUInt8(sessionId)),
  };
}

const ALERT = 21;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const NO_COMPRESSION = 0;

const EXTENSION = {
  serverName: 0,
  maxFragmentLength: 1,
  groups: 10,
  pointFormats: 11,
  signatures: 13,
  padding: 21,
  supportedVersions: 43,
} as const;

const X25519_AND_NIST = [29, 23, 24, 25];

/** ECDSA (3) and RSA (1) with SHA-256, SHA-384 and SHA-512. */
const SHA2_SIGNATURES = [0x0403, 0x0503, 0x0603, 0x0401, 0x0501, 0x0601];

function helloMessage(hello: Hello): Buffer {
  const body = Buffer.concat([
    uint16(hello.version ?? VERSION.tls12),
    Buffer.alloc(32, 0x11),
    vector8(Buffer.of()),
    vector16(...hello.suites.map(uint16)),
    vector8(Buffer.of(NO_COMPRESSION)),
    vector16(...extensions(hello)),
  ]);
  return Buffer.concat([Buffer.of(CLIENT_HELLO), uint24(body.length), body]);
}

function handshakeRecord(fragment: Buffer): Buffer {
  return Buffer.concat([Buffer.of(HANDSHAKE), uint16(VERSION.tls10), vector16(fragment)]);
}

function extensions(hello: Hello): Buffer[] {
  const groups = (hello.groups ?? X25519_AND_NIST).map(uint16);
  const all = [
    extension(EXTENSION.groups, vector16(...groups)),
    extension(EXTENSION.pointFormats, vector8(Buffer.of(0))),
  ];
  if ((hello.version ?? VERSION.tls12) >= VERSION.tls12) {
    const signatures = (hello.signatures ?? SHA2_SIGNATURES).map(uint16);
    all.push(extension(EXTENSION.signatures, vector16(...signatures)));
  }
  if (hello.serverName !== undefined) {
    const name = Buffer.concat([Buffer.of(0), vector16(Buffer.from(hello.serverName, "latin1"))]);
    all.push(extension(EXTENSION.serverName, vector16(name)));
  }
  if (hello.maxFragmentLength !== undefined) {
    all.push(extension(EXTENSION.maxFragmentLength, Buffer.of(hello.maxFragmentLength)));
  }
  if (hello.listedVersions !== undefined) {
    const listed = Buffer.concat(hello.listedVersions.map(uint16));
    all.push(extension(EXTENSION.supportedVersions, vector8(listed)));
  }
  if (hello.padding !== undefined) {
    all.push(extension(EXTENSION.padding, Buffer.alloc(hello.padding)));
  }
  return all;
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([uint16(type), vector16(content)]);
}

function vector8(content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(content.length), content]);
}

function vector16(...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([uint16(content.length), content]);
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

function uint24(value: number): Buffer {
  return Buffer.of(value >> 16, (value >> 8) & 0xff, value & 0xff);
}
