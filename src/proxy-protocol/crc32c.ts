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
