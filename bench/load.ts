import { constants } from "node:crypto";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { Target } from "./client.ts";
import type { Version } from "./handshake.ts";
import { within } from "./waiting.ts";

/*
 * Many short connections from this process. Each is new: a full handshake, for there is neither a
 * session nor a ticket to resume. What would make the client slow, and is the same for all servers,
 * is left out: a context for each connection, and judging the certificate. The server's signature is
 * verified, as in any handshake.
 */

export interface Load {
  readonly seconds: number;
  /** Milliseconds, of each connection: from connecting to the byte that came back. */
  readonly latencies: readonly number[];
  /** Seconds of processor time that the clients took. */
  readonly processor: number;
}

export interface Clients {
  /** How many there are: each opens one connection at a time. */
  readonly number: number;
  /** No connection begins after so many milliseconds. */
  readonly duration: number;
}

export class Client {
  private readonly context: SecureContext;

  /** @param target of TLS 1.2, unless it says another version */
  constructor(private readonly target: Target & { readonly version?: Version }) {
    const { version = "TLSv1.2" } = target;
    this.context = createSecureContext({
      ca: [],
      ciphers: `TLS_CHACHA20_POLY1305_SHA256:${target.suite}`,
      minVersion: version,
      maxVersion: version,
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
  }

  /** Connection after connection, from several clients at once. */
  async load({ number, duration }: Clients): Promise<Load> {
    const latencies: number[] = [];
    const before = process.cpuUsage();
    const began = performance.now();
    const oneClient = async () => {
      while (performance.now() - began < duration) latencies.push(await this.converse());
    };
    await within("a load", Promise.all(Array.from({ length: number }, oneClient)));
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(before);
    return { seconds, latencies, processor: (user + system) / 1e6 };
  }

  /** Opens connections until there are enough, and says a byte on each; they stay open. */
  async hold(enough: number, { number, duration }: Clients): Promise<TLSSocket[]> {
    const held: TLSSocket[] = [];
    const end = performance.now() + duration;
    let begun = 0;
    const oneClient = async () => {
      while (begun < enough && performance.now() < end) {
        begun++;
        held.push(await this.greet());
      }
    };
    await within("holding", Promise.all(Array.from({ length: number }, oneClient)));
    return held;
  }

  /** One byte there and back, and the end from both sides. Gives the latency. */
  private converse(): Promise<number> {
    const began = performance.now();
    let latency: number | null = null;
    return new Promise((resolve, reject) => {
      const socket = this.connect();
      socket.once("data", () => {
        latency = performance.now() - began;
        socket.end();
      });
      socket.on("error", (error) => latency === null && reject(error));
      socket.once("close", () => {
        if (latency === null) reject(new Error("the connection ended before its time"));
        else resolve(latency);
      });
    });
  }

  private greet(): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const socket = this.connect();
      socket.once("data", () => resolve(socket));
      socket.on("error", reject);
      socket.once("close", () => reject(new Error("the connection ended before its time")));
    });
  }

  private connect(): TLSSocket {
    const { port } = this.target;
    const socket = connect({
      host: "127.0.0.1",
      port,
      servername: "localhost",
      secureContext: this.context,
      rejectUnauthorized: false,
    });
    socket.once("secureConnect", () => socket.write("x"));
    return socket;
  }
}
