import type { ProxiedEnds } from "./header.ts";
import { parseAddress } from "./ip-address.ts";
import {
  AUTHORITY,
  CLIENT_TLS,
  CRC32C,
  crc32c,
  PROXY,
  SIGNATURE,
  SSL,
  SSL_CIPHER,
  SSL_COMMON_NAME,
  SSL_VERSION,
  TCP_IPV4,
  TCP_IPV6,
  UNSPECIFIED,
} from "./version2.ts";

/** What a header of version 2 tells about the TLS that ended here, besides the ends. */
export interface ToldTls {
  /** "TLSv1.3" and its like. */
  readonly protocol: string;
  readonly cipher: string;
  readonly serverName: string | null;
  /** The application protocol (ALPN). */
  readonly alpn: string | null;
  /** Has the client a certificate? It is a valid one. */
  readonly hasCertificate: boolean;
  /** The common name as the certificate has it. */
  readonly commonName: Uint8Array | null;
}

/** No receiver expects a longer one; a certificate may have one of thousands of bytes. */
const COMMON_NAME_MAX = 256;

const STREAM_BY_LENGTH: Readonly<Record<number, number>> = { 4: TCP_IPV4, 16: TCP_IPV6 };

const ALPN = 0x01;

/** Bits of PP2_TYPE_SSL's first byte (2.2.5), besides CLIENT_TLS. */
const CERTIFICATE_IN_CONNECTION = 0x02;
const CERTIFICATE_IN_SESSION = 0x04;

/**
 * A header of version 1 (2.1).
 *
 * @param ends null, or of a UNIX socket: the header says UNKNOWN
 */
export function version1(ends: ProxiedEnds | null): Uint8Array {
  const addresses = addressesOf(ends);
  if (addresses === null) return new TextEncoder().encode("PROXY UNKNOWN\r\n");
  const { remoteAddress, localAddress, remotePort, localPort } = addresses.texts;
  const family = addresses.remote.length === 4 ? "TCP4" : "TCP6";
  const fields = ["PROXY", family, remoteAddress, localAddress, remotePort, localPort];
  return new TextEncoder().encode(`${fields.join(" ")}\r\n`);
}

/**
 * A header of version 2 (2.2).
 *
 * @param ends null, or of a UNIX socket: the header is for an unspecified family
 * @param tls null: nothing is told about TLS. With it, there is a checksum, too.
 */
export function version2(ends: ProxiedEnds | null, tls: ToldTls | null): Uint8Array {
  const addresses = addressesOf(ends);
  const family = STREAM_BY_LENGTH[addresses?.remote.length ?? 0] ?? UNSPECIFIED;
  const body = [
    ...(addresses === null ? [] : [...addresses.remote, ...addresses.local]),
    ...(addresses === null ? [] : [addresses.texts.remotePort, addresses.texts.localPort]).flatMap(
      uint16,
    ),
    ...(tls === null ? [] : extensionsOf(tls)),
  ];
  const sum = tls === null ? [] : extension(CRC32C, [0, 0, 0, 0]);
  const length = uint16(body.length + sum.length);
  const header = Uint8Array.from([...SIGNATURE, PROXY, family, ...length, ...body, ...sum]);
  // 2.2.3: over the whole header, with zeros in the place of the sum, which is its end here.
  if (tls !== null) new DataView(header.buffer).setUint32(header.length - 4, crc32c(header));
  return header;
}

function extensionsOf(tls: ToldTls): number[] {
  const { commonName, hasCertificate } = tls;
  const bits = hasCertificate ? CERTIFICATE_IN_CONNECTION | CERTIFICATE_IN_SESSION : 0;
  const isToldOf = commonName !== null && commonName.length <= COMMON_NAME_MAX;
  return [
    ...(tls.alpn === null ? [] : extension(ALPN, ascii(tls.alpn))),
    ...(tls.serverName === null ? [] : extension(AUTHORITY, ascii(tls.serverName))),
    ...extension(SSL, [
      CLIENT_TLS | bits,
      // 0 says that a certificate was verified.
      ...[0, 0, 0, hasCertificate ? 0 : 1],
      ...extension(SSL_VERSION, ascii(tls.protocol)),
      ...(isToldOf ? extension(SSL_COMMON_NAME, commonName) : []),
      ...extension(SSL_CIPHER, ascii(tls.cipher)),
    ]),
  ];
}

function extension(type: number, value: Iterable<number>): number[] {
  const bytes = [...value];
  return [type, ...uint16(bytes.length), ...bytes];
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function uint16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

/** null: there is nothing to tell. */
function addressesOf(ends: ProxiedEnds | null) {
  if (ends === null || ends.transport !== "tcp") return null;
  // A link-local address has its interface behind it, which has no place in a header.
  const [remoteAddress = "", localAddress = ""] = [ends.remoteAddress, ends.localAddress].map(
    (address) => address.split("%")[0],
  );
  const [remote, local] = [parseAddress(remoteAddress), parseAddress(localAddress)];
  if (remote === null || local === null || remote.length !== local.length) return null;
  const { remotePort, localPort } = ends;
  return { remote, local, texts: { remoteAddress, localAddress, remotePort, localPort } };
}
