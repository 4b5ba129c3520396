/** Numbers and vectors as TLS writes them (RFC 5246, 4): big-endian, the length first. */

export function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

export function uint24(value: number): Buffer {
  return Buffer.of(value >> 16, (value >> 8) & 0xff, value & 0xff);
}

export function vector8(...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(content.length), content]);
}

export function vector16(...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([uint16(content.length), content]);
}
