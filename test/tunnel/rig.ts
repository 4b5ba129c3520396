import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import type { ConnectionOptions } from "node:tls";
import { afterEach, expect } from "vitest";
import type { Engine, Session } from "../../src/sandbox/engine.ts";
import { StandstillError } from "../../src/tunnel/failures.ts";
import { Tunnel, type TunnelSettings } from "../../src/tunnel/tunnel.ts";
import { newServer, type ServerOptions } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { ScriptedEndpoint } from "./scripted-endpoint.ts";
import { TlsClient } from "./tls-client.ts";

/** Whom the clients trust, and who the servers are. */
const authority = Authority.root();
export const credentials = authority.issue();

/** After so many turns of the event loop without a byte, nothing will move any more. */
const QUIET_TURNS = 8;

export interface RigSettings extends Partial<TunnelSettings>, ServerOptions {
  client?: ConnectionOptions;
}

/** A tunnel with a real engine between two scripted endpoints. */
export class Bench {
  readonly engine: Engine;
  readonly remote = new ScriptedEndpoint("remote");
  readonly local = new ScriptedEndpoint("local");
  readonly tunnel: Tunnel;
  /** null before the handshake is done. */
  session: Session | null = null;
  lingers = 0;
  /** This test is about an engine that stands still; for all others it is a defect. */
  expectsStandstill = false;
  /** What `over` was called with, each time. */
  readonly ends: (Error | null)[] = [];
  /** Every ack that the tunnel made. */
  readonly acks: number[] = [];

  constructor(settings: RigSettings = {}) {
    this.engine = settings.engine ?? newServer(credentials, settings);
    this.watchAcks();
    this.tunnel = new Tunnel({
      engine: this.engine,
      remote: this.remote,
      closeNotify: false,
      enforceCloseNotify: false,
      established: (session) => {
        this.session = session;
        return this.local;
      },
      lingering: () => {
        this.lingers++;
      },
      over: (failure) => this.ends.push(failure),
      ...settings,
    });
    benches.add(this);
  }

  get isOver(): boolean {
    return this.ends.length > 0;
  }

  /** The failure that the tunnel ended with; null if it ended as it should. */
  get failure(): Error | null {
    expect(this.ends, "how the tunnel ended").toHaveLength(1);
    return this.ends[0] ?? null;
  }

  /** Runs the tunnel until the scripts don't move any more. */
  run(): void {
    do {
      this.tunnel.run();
    } while (this.advance());
  }

  /** Makes the next arrivals visible. */
  advance(): boolean {
    const remote = this.remote.advance();
    const local = this.session !== null && this.local.advance();
    return remote || local;
  }

  private watchAcks(): void {
    const { engine, acks } = this;
    const ack = engine.ack.bind(engine);
    engine.ack = (channel, count) => {
      acks.push(count);
      ack(channel, count);
    };
  }
}

/** A bench whose network is a live TLS client. */
export class Rig extends Bench {
  readonly client: TlsClient;
  /** Bytes that one arrival from the client may have. */
  arrivalSize = Number.POSITIVE_INFINITY;
  /** A FIN of the client stays on the cable. */
  withholdsFin = false;
  /** Everything that the client put on the cable, and that was put there for it. */
  readonly recorded = { toServer: [] as Buffer[], toClient: [] as Buffer[] };

  private finDelivered = false;
  private eofDelivered = false;

  constructor(settings: RigSettings = {}) {
    super(settings);
    this.client = new TlsClient({ ca: readFileSync(authority.certFile), ...settings.client });
  }

  /** A rig after its handshake. */
  static async established(settings: RigSettings = {}): Promise<Rig> {
    const rig = new Rig(settings);
    await rig.settle();
    expect(rig.client.error).toBeNull();
    expect(rig.session, "the handshake is done").not.toBeNull();
    return rig;
  }

  /** Carries bytes to and fro until nothing moves any more. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      if (this.carry()) quiet = 0;
      await turn();
    }
  }

  private carry(): boolean {
    const fromClient = this.client.takeSent();
    for (let at = 0; at < fromClient.length; at += this.arrivalSize) {
      this.remote.deliver(fromClient.subarray(at, at + this.arrivalSize));
    }
    if (this.client.hasClosedCable && !this.finDelivered && !this.withholdsFin) {
      this.finDelivered = true;
      this.remote.deliver("EOF");
    }
    this.recorded.toServer.push(fromClient);
    this.run();
    const toClient = this.remote.takeSent();
    this.recorded.toClient.push(toClient);
    if (toClient.length > 0) this.client.receive(toClient);
    if (this.remote.calls.includes("end") && !this.eofDelivered) {
      this.eofDelivered = true;
      this.client.receiveEof();
    }
    return fromClient.length > 0 || toClient.length > 0;
  }
}

const benches = new Set<Bench>();

afterEach(() => {
  const all = [...benches];
  benches.clear();
  for (const bench of all) {
    expect(
      bench.acks.filter((count) => count < 1),
      "acks of nothing",
    ).toEqual([]);
    expect(bench.ends.length, "how often the tunnel was over").toBeLessThanOrEqual(1);
    expect(bench.ends[0] instanceof StandstillError, "a standstill").toBe(bench.expectsStandstill);
  }
});
