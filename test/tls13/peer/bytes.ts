import { uint16, uint24, vector16 } from "../../support/tls12-encoding.ts";

/** What TLS 1.3 writes that TLS 1.2 has no need of, and a reader for both. */

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function vector24(...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([uint24(content.length), content]);
}

/** A list of numbers of two bytes each, its length first. */
export function list16(numbers: readonly number[]): Buffer {
  return vector16(...numbers.map(uint16));
}

/** Reads from front to back; what is missing is an error, and so is what is left at the end. */
export class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(length: number): Buffer {
    if (length > this.left) throw new Error(`${length} bytes wanted, ${this.left} there`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  number(length: number): number {
    return this.take(length).readUIntBE(0, length);
  }

  /** A vector whose length has so many bytes. */
  vector(lengthBytes: number): Buffer {
    return this.take(this.number(lengthBytes));
  }

  /** A vector of which each element is read by a function. */
  each<T>(lengthBytes: number, element: (reader: Reader) => T): T[] {
    const inner = new Reader(this.vector(lengthBytes));
    const found: T[] = [];
    while (inner.left > 0) found.push(element(inner));
    return found;
  }

  end(): void {
    if (this.left > 0) throw new Error(`${this.left} bytes too many`);
  }
}
