import { uint16, uint24, vector8, vector16 } from "./tls12-encoding.ts";

export const VERSION = { tls10: 0x0301, tls11: 0x0302, tls12: 0x0303 } as const;

/** Types of handshake messages (RFC 5246, 7.4). */
export const MESSAGE = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

export const EXTENSION = {
  serverName: 0,
  maxFragmentLength: 1,
  groups: 10,
  pointFormats: 11,
  signatures: 13,
  alpn: 16,
  renegotiation: 0xff01,
} as const;

/** The parts of a ClientHello (RFC 5246, 7.4.1.2) that a test may want to be wrong. */
export interface Hello {
  suites: readonly number[];
  random: Buffer;
  version?: number;
  sessionId?: Buffer;
  compressions?: readonly number[];
  /** Without the extensions that each hello needs. */
  bare?: boolean;
  /** What comes after the groups and signatures that every client needs. */
  extensions?: readonly Buffer[];
}

/** A record as it is before any keys; its length may be told wrong. */
export function clearRecord(type: number, body: Uint8Array, version: number = VERSION.tls12) {
  return Buffer.concat([Buffer.of(type), uint16(version), vector16(body)]);
}

/** A handshake message; its length may be told wrong. */
export function message(type: number, body: Uint8Array, length = body.length): Buffer {
  return Buffer.concat([Buffer.of(type), uint24(length), body]);
}

export function clientHello(hello: Hello): Buffer {
  const { version = VERSION.tls12, sessionId = Buffer.of(), compressions = [0] } = hello;
  const body = Buffer.concat([
    uint16(version),
    hello.random,
    vector8(sessionId),
    vector16(...hello.suites.map(uint16)),
    vector8(Buffer.from(compressions)),
    vector16(...(hello.bare ? [] : [GROUPS, SIGNATURES]), ...(hello.extensions ?? [])),
  ]);
  return message(MESSAGE.clientHello, body);
}

export function extension(type: number, content: Uint8Array): Buffer {
  return Buffer.concat([uint16(type), vector16(content)]);
}

/** The content of a server_name extension with one host name (RFC 6066, 3). */
export function serverName(name: string): Buffer {
  return vector16(Buffer.of(0), vector16(Buffer.from(name)));
}

/** RFC 5746, 3.2: the client's last verify_data, empty at first. */
export function renegotiationInfo(renegotiated: Buffer): Buffer {
  return extension(EXTENSION.renegotiation, vector8(renegotiated));
}

/** The messages in a stream of handshake bytes, a last one that is cut short left out. */
export function messages(bytes: Buffer): { type: number; body: Buffer }[] {
  const found: { type: number; body: Buffer }[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUIntBE(at + 1, 3);
    if (end > bytes.length) break;
    found.push({ type: bytes.readUInt8(at), body: bytes.subarray(at + 4, end) });
    at = end;
  }
  return found;
}

const P256 = 23;

/** P-256 alone: Node takes and gives its points as they are on the wire. */
const GROUPS = extension(EXTENSION.groups, vector16(uint16(P256)));

/** ECDSA (3) and RSA (1), each with SHA-256 (4). */
const SIGNATURES = extension(EXTENSION.signatures, vector16(uint16(0x0403), uint16(0x0401)));
