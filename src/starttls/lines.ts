import { PrefaceError } from "./preface.ts";

const CR = 13;
const LF = 10;
const SPACE = 32;
const DELETE = 127;

/** Lines that end with CR LF, out of pieces of any length. */
export class Lines {
  private kept = "";

  /** @param longest bytes of a line, with its end */
  constructor(private readonly longest: number) {}

  /** Is there anything that `next` has not given? */
  get isEmpty(): boolean {
    return this.kept === "";
  }

  /** @throws {PrefaceError} for control characters, ends that are no CR LF, and lines that are too long */
  push(bytes: Uint8Array): void {
    // Of more than two lines at once, the second one is too much already.
    if (this.kept.length + bytes.length > 2 * this.longest)
      throw new PrefaceError("too much at once");
    for (const byte of bytes) this.take(byte);
  }

  /** Without its end; null: it is not whole yet. */
  next(): string | null {
    const end = this.kept.indexOf("\r\n");
    if ((end === -1 ? this.kept.length : end + 2) > this.longest) {
      throw new PrefaceError(`a line of more than ${this.longest} bytes`);
    }
    if (end === -1) return null;
    const line = this.kept.slice(0, end);
    this.kept = this.kept.slice(end + 2);
    return line;
  }

  private take(byte: number): void {
    const isBehindCr = this.kept.endsWith("\r");
    if (isBehindCr !== (byte === LF)) throw new PrefaceError("a line that doesn't end with CR LF");
    const isControl = (byte < SPACE || byte === DELETE) && byte !== CR && byte !== LF;
    if (isControl) throw new PrefaceError("a control character in a line");
    this.kept += String.fromCharCode(byte);
  }
}
