import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { within } from "./waiting.ts";

/*
 * Clients of TLS 1.3, in this process, for servers in front of a backend. All offer one group and one
 * suite, so that every server does the same. The certificate is not judged; its signature is.
 */

export type Suite13 = "TLS_CHACHA20_POLY1305_SHA256" | "TLS_AES_128_GCM_SHA256";

export interface Visits {
  readonly seconds: number;
  /** Milliseconds from connecting to the byte that came back. */
  readonly latencies: readonly number[];
  /** How many of them resumed a session. */
  readonly resumed: number;
}

export class Visitor {
  private readonly context: SecureContext;

  constructor(
    private readonly port: number,
    suite: Suite13 = "TLS_CHACHA20_POLY1305_SHA256",
  ) {
    this.context = createSecureContext({ ca: [], ciphers: suite, minVersion: "TLSv1.3" });
  }

  /**
   * Connection after connection, from several clients at once.
   *
   * @param resumes each shows the ticket that it has got last, and begins with a full handshake
   * @param milliseconds none begins after so many
   */
  async visit(clients: number, resumes: boolean, milliseconds: number): Promise<Visits> {
    const latencies: number[] = [];
    let resumed = 0;
    const tickets = resumes
      ? await Promise.all(Array.from({ length: clients }, () => this.ticket()))
      : [];
    const began = performance.now();
    const oneClient = async (_: unknown, index: number) => {
      let session = tickets[index];
      while (performance.now() - began < milliseconds) {
        const visit = await this.converse(session ?? null);
        latencies.push(visit.latency);
        if (visit.isResumed) resumed++;
        session = visit.ticket ?? session;
      }
    };
    await within("visits", Promise.all(Array.from({ length: clients }).map(oneClient)));
    return { seconds: (performance.now() - began) / 1000, latencies, resumed };
  }

  /** Connections that have had a byte back, and stay open. */
  async hold(number: number): Promise<TLSSocket[]> {
    const held: TLSSocket[] = [];
    while (held.length < number) {
      const some = Math.min(16, number - held.length);
      held.push(...(await Promise.all(Array.from({ length: some }, () => this.greet()))));
    }
    return held;
  }

  /** @returns (the promise) seconds from the first byte to the last one */
  async download(bytes: number): Promise<number> {
    const socket = this.open(null);
    let left = bytes;
    let began = 0;
    const all = new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("data", (chunk: Buffer) => {
        if (began === 0) began = performance.now();
        left -= chunk.length;
        if (left <= 0) resolve();
      });
      socket.on("close", () => reject(new Error(`${left} of ${bytes} bytes are missing`)));
    });
    socket.write(`d${`${bytes}`.padStart(10, "0")}`);
    await within("a download", all);
    socket.destroy();
    return (performance.now() - began) / 1000;
  }

  private async ticket(): Promise<Buffer | undefined> {
    const { ticket } = await this.converse(null);
    return ticket;
  }

  private greet(): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const socket = this.open(null);
      socket.once("error", reject);
      socket.once("data", () => {
        socket.off("error", reject);
        socket.on("error", () => {});
        resolve(socket);
      });
      socket.write("e");
    });
  }

  /** One byte there and back, and the end from both sides. */
  private converse(session: Buffer | null): Promise<Visit> {
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const socket = this.open(session);
      let latency = 0;
      let ticket: Buffer | undefined;
      let isResumed = false;
      socket.on("session", (one: Buffer) => {
        ticket = one;
      });
      socket.once("data", () => {
        latency = performance.now() - began;
        isResumed = socket.isSessionReused();
        socket.end();
      });
      socket.on("error", reject);
      socket.on("close", () => {
        if (latency === 0) reject(new Error("a connection ended without a byte"));
        else resolve({ latency, ticket, isResumed });
      });
      socket.write("e");
    });
  }

  private open(session: Buffer | null): TLSSocket {
    return connect({
      ...{ host: "127.0.0.1", port: this.port, servername: "localhost" },
      ...{ secureContext: this.context, ecdhCurve: "X25519", rejectUnauthorized: false },
      ...(session !== null && { session }),
    });
  }
}

interface Visit {
  readonly latency: number;
  readonly ticket: Buffer | undefined;
  readonly isResumed: boolean;
}
