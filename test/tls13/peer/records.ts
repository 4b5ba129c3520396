import type { Socket } from "node:net";
import { within } from "../../support/limits.ts";
import { clearRecord } from "../../support/tls12-messages.ts";
import { RECORD } from "../../support/wire.ts";
import { VERSION } from "./numbers.ts";
import type { Protection } from "./protection.ts";

export interface Received {
  /** The inner type where the record was sealed. */
  type: number;
  content: Buffer;
  sealed: boolean;
  /** Zeros behind the inner type. */
  padding: number;
  version: number;
  /** The record's length on the wire, its header included. */
  wireLength: number;
}

/** Records over a TCP connection, in both directions, in the clear until a protection is set. */
export class Records {
  outgoing: Protection | null = null;
  incoming: Protection | null = null;

  /** Of records in the clear. */
  version: number = VERSION.tls12;

  /** Zeros behind the inner type of each sealed record. */
  padding = 0;

  /** No record has more content than this. */
  fragmentLength = LARGEST;

  /** No TCP segment has more bytes than this. */
  segmentLength = Number.POSITIVE_INFINITY;

  /** What is sent is kept back until `release`, and leaves in one write. */
  private held: Buffer[] | null = null;

  private readonly chunks: AsyncIterator<Buffer>;
  private buffered: Buffer = Buffer.alloc(0);

  constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    // A peer that refuses may hang up while we still write.
    socket.on("error", () => {});
    this.chunks = socket.iterator({ destroyOnReturn: false });
  }

  /** Sends a content in as many records as it needs, sealed if there is a key. */
  send(type: number, content: Uint8Array): void {
    for (const piece of pieces(content, this.fragmentLength)) this.raw(this.record(type, piece));
  }

  /** One record around a content; a sealed one counts as sent. */
  record(type: number, content: Uint8Array): Buffer {
    if (this.outgoing !== null) return this.outgoing.seal(type, content, this.padding);
    return clearRecord(type, content, this.version);
  }

  /** A record without protection, whether or not there is a key. */
  sendInTheClear(type: number, content: Uint8Array): void {
    this.raw(clearRecord(type, content, this.version));
  }

  changeCipherSpec(content: Uint8Array = Buffer.of(1)): void {
    this.sendInTheClear(RECORD.changeCipherSpec, content);
  }

  /** Sends bytes that are not ours to understand. */
  raw(bytes: Uint8Array): void {
    if (this.held !== null) {
      this.held.push(Buffer.from(bytes));
      return;
    }
    for (const piece of pieces(bytes, this.segmentLength)) this.socket.write(piece);
  }

  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const bytes = Buffer.concat(this.held ?? []);
    this.held = null;
    this.raw(bytes);
  }

  /** The next record; null at EOF, or where the other side has reset the connection. */
  async next(): Promise<Received | null> {
    if (!(await this.fill(HEADER_LENGTH))) return null;
    const outer = this.buffered.readUInt8(0);
    const version = this.buffered.readUInt16BE(1);
    const wireLength = HEADER_LENGTH + this.buffered.readUInt16BE(3);
    if (!(await this.fill(wireLength))) throw new Error("EOF inside a record");
    const body = this.buffered.subarray(HEADER_LENGTH, wireLength);
    this.buffered = this.buffered.subarray(wireLength);
    const sealed = this.incoming !== null && outer === RECORD.applicationData;
    const opened = sealed ? this.incoming?.open(body) : undefined;
    const inner = opened ?? { type: outer, content: body, padding: 0 };
    return { ...inner, sealed, version, wireLength };
  }

  /** False at EOF. */
  private async fill(length: number): Promise<boolean> {
    while (this.buffered.length < length) {
      const { done, value } = await within(PATIENCE_MS, "a record", this.chunk());
      if (done) {
        if (this.buffered.length > 0) throw new Error("EOF inside a record");
        return false;
      }
      this.buffered = Buffer.concat([this.buffered, value]);
    }
    return true;
  }

  private async chunk(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.chunks.next();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
      this.wasReset = true;
      return { done: true, value: undefined };
    }
  }

  /** The connection ended by a reset and not by a FIN. */
  wasReset = false;
}

/** Content of a record (RFC 8446, 5.1). */
const LARGEST = 1 << 14;

const PATIENCE_MS = 10_000;
const HEADER_LENGTH = 5;

/** At least one, even of nothing. */
function pieces(bytes: Uint8Array, length: number): Uint8Array[] {
  if (bytes.length <= length) return [bytes];
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
}
