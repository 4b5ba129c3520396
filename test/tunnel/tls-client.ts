import { Duplex } from "node:stream";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterEach } from "vitest";
import { SERVER_NAME } from "../support/certificates.ts";

/** Node's TLS client on a cable whose other end is in the test's hands: no socket, no clock. */
export class TlsClient {
  readonly tls: TLSSocket;
  /** It read close_notify or an EOF. */
  heardEof = false;
  error: Error | null = null;

  private readonly cable = new Cable();
  private readonly chunks: Buffer[] = [];

  constructor(options: ConnectionOptions) {
    this.tls = connect({ socket: this.cable, servername: SERVER_NAME, ...options });
    this.tls.on("data", (chunk: Buffer) => this.chunks.push(chunk));
    this.tls.once("end", () => {
      this.heardEof = true;
    });
    this.tls.on("error", (error) => {
      this.error = error;
    });
    clients.add(this);
  }

  /** The application data so far. */
  get heard(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** Application data to send. */
  say(data: string | Uint8Array): void {
    this.tls.write(data);
  }

  /** Sends close_notify, and then a FIN. */
  hangUp(): void {
    this.tls.end();
  }

  /** What it has put on the cable since the last call. */
  takeSent(): Buffer {
    return Buffer.concat(this.cable.sent.splice(0));
  }

  /** It closed its direction of the cable: what a FIN would tell. */
  get hasClosedCable(): boolean {
    return this.cable.writableFinished;
  }

  receive(bytes: Uint8Array): void {
    if (!this.cable.destroyed) this.cable.push(bytes);
  }

  receiveEof(): void {
    if (!this.cable.destroyed) this.cable.push(null);
  }
}

class Cable extends Duplex {
  readonly sent: Buffer[] = [];

  constructor() {
    super({ allowHalfOpen: true });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sent.push(chunk);
    done();
  }
}

const clients = new Set<TlsClient>();

afterEach(() => {
  for (const client of clients) client.tls.destroy();
  clients.clear();
});
