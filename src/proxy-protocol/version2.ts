import {
  anonymous,
  type ProxiedEnds,
  type ProxiedTls,
  type ProxyHeader,
  ProxyHeaderError,
} from "./header.ts";
import { formatAddress } from "./ip-address.ts";
import { commonName, tlsName, token } from "./values.ts";

/** What a header of version 2 begins with (2.2). */
export const SIGNATURE = Uint8Array.from([13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]);

/** Signature, version and command, family and transport, length. */
export const FIXED_PART = 16;

const LOCAL = 0x20;
export const PROXY = 0x21;

export const UNSPECIFIED = 0x00;
export const TCP_IPV4 = 0x11;
export const TCP_IPV6 = 0x21;
const UNIX_STREAM = 0x31;

/** Types of extensions (2.2), and of those inside of PP2_TYPE_SSL (2.2.5). */
export const AUTHORITY = 0x02;
export const CRC32C = 0x03;
export const SSL = 0x20;
export const SSL_VERSION = 0x21;
export const SSL_COMMON_NAME = 0x22;
export const SSL_CIPHER = 0x23;

/** In PP2_TYPE_SSL's first byte: the client had TLS with the proxy. */
export const CLIENT_TLS = 0x01;

const UNIX_PATH = 108;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** How many bytes a header has, by its fixed part. */
export function lengthOf(fixed: Uint8Array): number {
  return FIXED_PART + uint16(fixed, FIXED_PART - 2);
}

/**
 * A header of version 2 (2.2), whole.
 *
 * @throws {ProxyHeaderError} if it is malformed, or about no stream
 */
export function parseVersion2(header: Uint8Array): ProxyHeader {
  const command = header[12];
  if (command === LOCAL) return anonymous(2);
  if (command !== PROXY) throw new ProxyHeaderError("its version or its command is unknown");
  const body = header.subarray(FIXED_PART);
  const { ends, length } = endsOf(header[13] ?? UNSPECIFIED, body);
  if (ends === null) return anonymous(2);
  const extensions = readExtensions(body.subarray(length));
  verifyChecksum(header, extensions.get(CRC32C));
  return {
    version: 2,
    ends,
    serverName: apply(extensions.get(AUTHORITY), tlsName),
    tls: tlsOf(extensions.get(SSL)),
  };
}

function endsOf(family: number, body: Uint8Array): { ends: ProxiedEnds | null; length: number } {
  switch (family) {
    case UNSPECIFIED:
      return { ends: null, length: 0 };
    case TCP_IPV4:
      return { ends: tcpEnds(body, 4), length: 12 };
    case TCP_IPV6:
      return { ends: tcpEnds(body, 16), length: 36 };
    case UNIX_STREAM:
      return { ends: unixEnds(body), length: 2 * UNIX_PATH };
    default:
      throw new ProxyHeaderError("it is about neither TCP nor a UNIX stream", "transport");
  }
}

function tcpEnds(body: Uint8Array, length: 4 | 16): ProxiedEnds {
  const ports = 2 * length;
  if (body.length < ports + 4) throw new ProxyHeaderError("it is too short for its addresses");
  return {
    transport: "tcp",
    remoteAddress: formatAddress(body.subarray(0, length)),
    localAddress: formatAddress(body.subarray(length, ports)),
    remotePort: uint16(body, ports),
    localPort: uint16(body, ports + 2),
  };
}

function unixEnds(body: Uint8Array): ProxiedEnds {
  if (body.length < 2 * UNIX_PATH) throw new ProxyHeaderError("it is too short for its paths");
  return {
    transport: "unix",
    remotePath: pathOf(body.subarray(0, UNIX_PATH)),
    localPath: pathOf(body.subarray(UNIX_PATH, 2 * UNIX_PATH)),
  };
}

/** Up to the first NUL. A name in the abstract space begins with one: such a path is empty. */
function pathOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return commonName(decode(end === -1 ? field : field.subarray(0, end)));
}

/** The last one of each type counts. */
function readExtensions(bytes: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.length < 3 ? Number.POSITIVE_INFINITY : 3 + uint16(rest, 1);
    if (end > rest.length) throw new ProxyHeaderError("an extension is cut short");
    found.set(rest[0] ?? 0, rest.subarray(3, end));
    rest = rest.subarray(end);
  }
  return found;
}

/** 2.2.3: the sum is over the whole header, with zeros in the place of the sum. */
function verifyChecksum(header: Uint8Array, sum: Uint8Array | undefined): void {
  if (sum === undefined) return;
  if (sum.length !== 4) throw new ProxyHeaderError("its checksum has not four bytes");
  const blank = Uint8Array.from(header);
  blank.fill(0, sum.byteOffset - header.byteOffset, sum.byteOffset - header.byteOffset + 4);
  const told = new DataView(sum.buffer, sum.byteOffset, 4).getUint32(0);
  if (crc32c(blank) !== told) throw new ProxyHeaderError("its checksum is wrong");
}

/** client (1 byte), verify (4 bytes), extensions (2.2.5). */
function tlsOf(field: Uint8Array | undefined): ProxiedTls | null {
  if (field === undefined) return null;
  if (field.length < 5) throw new ProxyHeaderError("an extension is cut short");
  if (((field[0] ?? 0) & CLIENT_TLS) === 0) return null;
  const inner = readExtensions(field.subarray(5));
  return {
    protocol: apply(inner.get(SSL_VERSION), token),
    cipher: apply(inner.get(SSL_CIPHER), token),
    commonName: apply(inner.get(SSL_COMMON_NAME), commonName),
  };
}

function apply(bytes: Uint8Array | undefined, check: (text: string) => string): string | null {
  return bytes === undefined ? null : check(decode(bytes));
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new ProxyHeaderError("a text of it is no UTF-8");
  }
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** The reversed polynomial of CRC-32C (RFC 3720, B.4). */
const POLYNOMIAL = 0x82f63b78;

/** The CRC-32C of some bytes, as in a header of version 2 (2.2.3). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}
