import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The header: 256 pairs of a table's position and length. */
const HEADER = 2048;
/** A hash table's slot: a hash, and a record's position. */
const SLOT = 8;
/** A record's head: the lengths of its key and of its data. */
const RECORD = 8;
/** The longest data of an access rule: two blocks with lengths of 16 bits, and a letter. */
const DATA_MAX = 1 + 2 * (2 + 65535);

/** The file is no constant database, or is cut short. */
class CdbError extends Error {}

/**
 * A constant database (cr.yp.to/cdb/cdb.txt), opened for a few look-ups. Each position and length
 * in the file is checked against the file's size before it is used.
 */
export class Cdb {
  private readonly fd: number;
  private readonly size: number;

  /** @throws system errors of opening the file; {CdbError} if it is too short for a database */
  constructor(path: string) {
    this.fd = openSync(path, "r");
    this.size = fstatSync(this.fd).size;
    if (this.size >= HEADER) return;
    this.close();
    throw new CdbError("it is too short for a constant database");
  }

  /**
   * The data of the first record with that key; null for none.
   *
   * @throws {CdbError} if the file contradicts itself
   */
  find(key: Uint8Array): Uint8Array | null {
    const hash = hashOf(key);
    const entry = this.read((hash % 256) * SLOT, SLOT);
    const table = uint32(entry, 0);
    const slots = uint32(entry, 4);
    if (slots === 0) return null;
    if (table + slots * SLOT > this.size) throw new CdbError("a hash table is cut short");
    const first = Math.floor(hash / 256) % slots;
    for (let step = 0; step < slots; step++) {
      const slot = this.read(table + ((first + step) % slots) * SLOT, SLOT);
      const position = uint32(slot, 4);
      if (position === 0) return null;
      const data = uint32(slot, 0) === hash ? this.dataAt(position, key) : null;
      if (data !== null) return data;
    }
    return null;
  }

  close(): void {
    closeSync(this.fd);
  }

  private dataAt(position: number, key: Uint8Array): Uint8Array | null {
    const head = this.read(position, RECORD);
    const keyLength = uint32(head, 0);
    const dataLength = uint32(head, 4);
    if (keyLength !== key.length) return null;
    const found = this.read(position + RECORD, keyLength);
    if (!found.every((byte, index) => byte === key[index])) return null;
    if (dataLength > DATA_MAX) throw new CdbError("a record is too long for an access rule");
    return this.read(position + RECORD + keyLength, dataLength);
  }

  private read(position: number, length: number): Uint8Array {
    if (position + length > this.size) throw new CdbError("it is cut short");
    const bytes = new Uint8Array(length);
    // The file may have been truncated since its size was taken.
    if (readSync(this.fd, bytes, 0, length, position) < length) {
      throw new CdbError("it is cut short");
    }
    return bytes;
  }
}

function hashOf(key: Uint8Array): number {
  let hash = 5381;
  for (const byte of key) hash = ((Math.imul(hash, 33) >>> 0) ^ byte) >>> 0;
  return hash;
}

function uint32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}
