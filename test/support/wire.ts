import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** Content types of records (RFC 5246, 6.2.1; RFC 6520, 6). In TLS 1.2 they are readable by all. */
export const RECORD = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
  heartbeat: 24,
} as const;

/** The body of an alert's record in TLS 1.3, once there are keys: two bytes, the type, the tag. */
const SEALED_ALERT = 2 + 1 + 16;

/** Is this an alert? In TLS 1.3 a sealed one is told by its length alone (RFC 8446, 5.2). */
export function looksLikeAlert(record: TlsRecord | undefined, version: string): boolean {
  if (version === "TLSv1.2") return record?.type === RECORD.alert;
  return record?.type === RECORD.applicationData && record.body.length === SEALED_ALERT;
}

const HEADER_LENGTH = 5;

export interface TlsRecord {
  type: number;
  version: number;
  body: Buffer;
}

/** The records in a stream's bytes, a last one that is cut short included. */
export function records(bytes: Buffer): TlsRecord[] {
  const found: TlsRecord[] = [];
  for (let at = 0; at + HEADER_LENGTH <= bytes.length; ) {
    const end = at + HEADER_LENGTH + bytes.readUInt16BE(at + 3);
    found.push({
      type: bytes.readUInt8(at),
      version: bytes.readUInt16BE(at + 1),
      body: bytes.subarray(at + HEADER_LENGTH, end),
    });
    at = end;
  }
  return found;
}

/**
 * The cable between a TLS client and its TCP socket: Node's tls runs over it, and the test sees
 * the records and breaks what has to be broken.
 */
export class Wire extends Duplex {
  /** The client's end() stops at its close_notify: no FIN follows it. */
  swallowsFin = false;

  /** Each byte leaves alone, in a TCP segment of its own. */
  sendsSingleBytes = false;

  /** After so many more bytes from the client comes a FIN, and nothing else. */
  bytesUntilFin = Number.POSITIVE_INFINITY;

  private readonly arrived: Buffer[] = [];
  private readonly left: Buffer[] = [];
  private finSent = false;

  constructor(private readonly socket: Socket) {
    super({ allowHalfOpen: true });
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.arrived.push(chunk);
      if (!this.push(chunk)) socket.pause();
    });
    socket.once("end", () => this.push(null));
    socket.once("error", (error) => this.destroy(error));
  }

  /** All records that the server has sent. */
  get received(): TlsRecord[] {
    return records(Buffer.concat(this.arrived));
  }

  /** All records that the client has sent. */
  get sent(): TlsRecord[] {
    return records(Buffer.concat(this.left));
  }

  /** Closes our direction of the TCP connection, and nothing else: no close_notify. */
  fin(): void {
    this.finSent = true;
    this.socket.end();
  }

  /** Sends bytes that do not come from the client. */
  inject(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Closes the TCP connection by a reset. */
  reset(): void {
    this.finSent = true;
    this.socket.resetAndDestroy();
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const allowed = chunk.subarray(0, Math.min(chunk.length, this.bytesUntilFin));
    if (this.finSent) {
      done();
      return;
    }
    this.bytesUntilFin -= allowed.length;
    this.left.push(Buffer.from(allowed));
    for (const piece of this.pieces(allowed)) this.socket.write(piece);
    if (this.bytesUntilFin === 0) this.fin();
    if (this.socket.writableNeedDrain) this.socket.once("drain", () => done());
    else done();
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.swallowsFin && !this.finSent) this.fin();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }

  private pieces(chunk: Buffer): Buffer[] {
    if (!this.sendsSingleBytes) return [chunk];
    return Array.from(chunk, (_, at) => chunk.subarray(at, at + 1));
  }
}
