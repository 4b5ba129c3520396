import { type ProxyHeader, ProxyHeaderError } from "./header.ts";
import { LINE_MAX, parseVersion1 } from "./version1.ts";
import { FIXED_PART, lengthOf, parseVersion2, SIGNATURE } from "./version2.ts";

const CR = 13;
const LF = 10;
const PROXY = Uint8Array.from([80, 82, 79, 88, 89, 32]);

export interface ReadHeader {
  readonly header: ProxyHeader;
  /** The bytes behind it: the connection's own. */
  readonly rest: Uint8Array;
}

/** A PROXY header out of the first bytes of a connection, in pieces of any length. It does no I/O. */
export class ProxyHeaderReader {
  /** It doubles when it is full: a header in pieces of one byte costs no more than its length. */
  private kept = new Uint8Array(LINE_MAX);
  private length = 0;

  /**
   * Takes some more bytes.
   *
   * @returns null as long as the header is not whole
   * @throws {ProxyHeaderError} as soon as it can't become one
   */
  push(bytes: Uint8Array): ReadHeader | null {
    const all = this.append(bytes);
    if (beginsLike(all, SIGNATURE)) return readVersion2(all);
    if (beginsLike(all, PROXY)) return readVersion1(all);
    throw new ProxyHeaderError("the connection begins with something else");
  }

  private append(bytes: Uint8Array): Uint8Array {
    const length = this.length + bytes.length;
    if (length > this.kept.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.kept.length));
      larger.set(this.kept);
      this.kept = larger;
    }
    this.kept.set(bytes, this.length);
    this.length = length;
    return this.kept.subarray(0, length);
  }
}

/** Are these bytes the beginning, or as much of it as there is? */
function beginsLike(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.every((byte, index) => index >= bytes.length || bytes[index] === byte);
}

function readVersion1(bytes: Uint8Array): ReadHeader | null {
  const end = bytes.indexOf(LF);
  if ((end === -1 ? bytes.length : end + 1) > LINE_MAX) {
    throw new ProxyHeaderError(`its line has more than ${LINE_MAX} bytes`);
  }
  if (end === -1) return null;
  if (bytes[end - 1] !== CR) throw new ProxyHeaderError("its line doesn't end with CR LF");
  const line = bytes.subarray(0, end - 1);
  if (line.some((byte) => byte < 0x20 || byte > 0x7e)) {
    throw new ProxyHeaderError("its line has characters that don't belong there");
  }
  const header = parseVersion1(String.fromCharCode(...line));
  return { header, rest: bytes.subarray(end + 1) };
}

function readVersion2(bytes: Uint8Array): ReadHeader | null {
  if (bytes.length < FIXED_PART) return null;
  const length = lengthOf(bytes);
  if (bytes.length < length) return null;
  return { header: parseVersion2(bytes.subarray(0, length)), rest: bytes.subarray(length) };
}
