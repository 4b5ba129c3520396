import type { Socket } from "node:net";
import { within } from "./limits.ts";
import { clearRecord, VERSION } from "./tls12-messages.ts";
import type { Protection } from "./tls12-protection.ts";
import { RECORD } from "./wire.ts";

const PATIENCE_MS = 10_000;
const HEADER_LENGTH = 5;

export interface Received {
  type: number;
  version: number;
  /** What the record says, whether it was sealed or not. */
  content: Buffer;
  sealed: boolean;
  /** The record's length on the wire, its header included. */
  wireLength: number;
}

/** Records over a TCP connection, in both directions, in the clear until a protection is set. */
export class Records {
  /** Set after our ChangeCipherSpec. */
  outgoing: Protection | null = null;

  /** In force from the server's ChangeCipherSpec on. */
  incoming: Protection | null = null;

  /** The content of all handshake records so far, as Finished sees it. */
  transcript: Buffer = Buffer.alloc(0);

  /** Each byte leaves alone, in a TCP segment of its own. */
  sendsSingleBytes = false;

  /** No handshake record has more content than this. */
  fragmentLength = Number.POSITIVE_INFINITY;

  private readonly chunks: AsyncIterator<Buffer>;
  private buffered: Buffer = Buffer.alloc(0);
  private unsealed = true;

  constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    this.chunks = socket.iterator({ destroyOnReturn: false });
  }

  /** Sends a record, sealed if keys are in force. */
  send(type: number, content: Uint8Array, version: number = VERSION.tls12): void {
    if (type === RECORD.handshake) this.transcript = Buffer.concat([this.transcript, content]);
    const length = type === RECORD.handshake ? this.fragmentLength : content.length;
    for (const piece of pieces(content, length)) {
      this.raw(clearRecord(type, this.outgoing?.seal(type, piece) ?? piece, version));
    }
  }

  /** Sends bytes that are not ours to understand. */
  raw(bytes: Uint8Array): void {
    const length = this.sendsSingleBytes ? 1 : bytes.length;
    for (const piece of pieces(bytes, length)) this.socket.write(piece);
  }

  /** The next record; null at EOF. */
  async next(): Promise<Received | null> {
    if (!(await this.fill(HEADER_LENGTH))) return null;
    const type = this.buffered.readUInt8(0);
    const version = this.buffered.readUInt16BE(1);
    const wireLength = HEADER_LENGTH + this.buffered.readUInt16BE(3);
    if (!(await this.fill(wireLength))) throw new Error("EOF inside a record of the server");
    const body = this.buffered.subarray(HEADER_LENGTH, wireLength);
    this.buffered = this.buffered.subarray(wireLength);
    const sealed = !this.unsealed;
    const content = sealed ? this.opened(type, body) : body;
    if (type === RECORD.changeCipherSpec) this.unsealed = false;
    if (type === RECORD.handshake) this.transcript = Buffer.concat([this.transcript, content]);
    return { type, version, content, sealed, wireLength };
  }

  private opened(type: number, body: Buffer): Buffer {
    if (this.incoming === null) throw new Error("the server seals a record before there are keys");
    return this.incoming.open(type, body);
  }

  /** False at EOF. */
  private async fill(length: number): Promise<boolean> {
    while (this.buffered.length < length) {
      const { done, value } = await within(PATIENCE_MS, "a record", this.chunks.next());
      if (done) {
        if (this.buffered.length > 0) throw new Error("EOF inside a record of the server");
        return false;
      }
      this.buffered = Buffer.concat([this.buffered, value]);
    }
    return true;
  }
}

/** At least one, even of nothing. */
function pieces(bytes: Uint8Array, length: number): Uint8Array[] {
  if (bytes.length <= length) return [bytes];
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
}
