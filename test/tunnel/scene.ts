import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import { Authority } from "../support/certificates.ts";
import { type Meter, MeteredEndpoint } from "../support/metered-endpoint.ts";
import { duplexPair, memoryOf, sandboxes } from "../support/sandboxes.ts";

const credentials = Authority.root().issue();

export const GENEROUS: Meter = { arrivals: 65536, writes: 65536, blocks: false };

export interface Play {
  readonly closeNotify?: boolean;
  readonly enforceCloseNotify?: boolean;
  readonly remote?: Meter;
  readonly local?: Meter;
}

/** A tunnel between Node's TLS client and a program that the test plays, with no socket. */
export class Scene {
  readonly client: TLSSocket;
  /** The raw stream below the client: what is done to it happens to the network. */
  readonly wire: Duplex;
  /** What the program reads and writes. */
  readonly program: Duplex;
  readonly remote: MeteredEndpoint;
  local: MeteredEndpoint | null = null;
  readonly tunnel: Tunnel;
  readonly over: Promise<Error | null>;
  timesOver = 0;
  lingered = false;

  private readonly engine = sandboxes(credentials).engine;

  constructor(play: Play = {}) {
    const [network, wire] = duplexPair();
    const [cleartext, program] = duplexPair();
    this.wire = wire;
    this.program = program;
    this.remote = new MeteredEndpoint(network, play.remote ?? GENEROUS, () => this.tunnel.run());
    let settle: (failure: Error | null) => void = () => {};
    this.over = new Promise((resolve) => {
      settle = resolve;
    });
    this.tunnel = new Tunnel({
      engine: this.engine,
      remote: this.remote,
      closeNotify: play.closeNotify ?? false,
      enforceCloseNotify: play.enforceCloseNotify ?? false,
      established: () => {
        const meter = play.local ?? GENEROUS;
        this.local = new MeteredEndpoint(cleartext, meter, () => this.tunnel.run());
        return this.local;
      },
      lingering: () => {
        this.lingered = true;
        setImmediate(() => this.tunnel.over());
      },
      over: (failure) => {
        this.timesOver++;
        settle(failure);
      },
    });
    this.client = connect({ socket: wire, rejectUnauthorized: false });
    this.client.on("error", () => {});
  }

  get isWiped(): boolean {
    return memoryOf(this.engine).every((byte) => byte === 0);
  }

  /** Overwrites the sandbox's memory: what a bug in it could do. */
  corrupt(): void {
    memoryOf(this.engine).fill(0xff);
  }
}
