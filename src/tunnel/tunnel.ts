import type { Engine, Session } from "../sandbox/engine.ts";
import { SandboxTrap } from "../sandbox/trap.ts";
import { Closing, type ClosingSettings } from "./closing.ts";
import type { Endpoint } from "./endpoint.ts";

export interface TunnelSettings extends ClosingSettings {
  /**
   * The handshake is done: gives the program's side, which nothing touched before. A clock that was
   * running is stopped. What it throws is why the connection fails; the peer hears of a `RefusedPeer`.
   */
  readonly established: (session: Session) => Endpoint;
  /** The tunnel is over, and the engine wiped. Called once. */
  readonly over: (failure: Error | null) => void;
}

/** The peer may not come in, though its handshake was good. */
export interface RefusedPeer extends Error {
  /** The number of the alert that says so. */
  readonly refusesWith: number;
}

/** In one turn: many times more than what has arrived can take, even byte by byte. */
const STEPS_MAX = 1 << 19;

/**
 * The four channels of an engine against two byte streams. It does no I/O: it moves what has
 * arrived on either side as far as it can go, each time that `run` is called.
 */
export class Tunnel {
  /** Bytes of application data, each way. */
  readonly count = { toLocal: 0, toRemote: 0 };

  /** The engine has said something to the peer. */
  hasAnswered = false;

  private readonly engine: Engine;
  private readonly remote: Endpoint;
  private local: Endpoint | null = null;
  private readonly closing: Closing;
  private running = false;
  /** In this turn. */
  private steps = 0;
  private isOver = false;

  constructor(private readonly settings: TunnelSettings) {
    this.engine = settings.engine;
    this.remote = settings.remote;
    this.engine.resumed = () => this.run();
    this.closing = new Closing(settings);
  }

  /** Moves everything that can move now. Called whenever an endpoint has changed. */
  run(): void {
    // An endpoint may report a change from inside `write` or `take`.
    if (this.isOver || this.running) return;
    this.running = true;
    try {
      if (this.closing.doneWithEngine) this.dropArrivals();
      else this.turn();
    } catch (error) {
      // A trap in the sandbox ends this connection, and nothing else.
      this.closing.abandon(error as Error, this.local);
    } finally {
      this.running = false;
    }
    if (this.closing.complete) this.finish();
  }

  /** Ends the tunnel at once: what the network has not taken yet is lost. */
  abort(failure: Error): void {
    this.closing.fail(failure);
    this.finish();
  }

  /** The time to linger is up. */
  over(): void {
    this.closing.expire();
    this.finish();
  }

  private turn(): void {
    this.steps = 0;
    do {
      while (this.move());
    } while (this.greet() || this.closing.step(this.local));
    this.remote.flush();
    this.local?.flush();
  }

  /** All that is left is to wait for the peer to hang up. */
  private dropArrivals(): void {
    const { arrived } = this.remote;
    if (arrived.length > 0) this.remote.take(arrived.length);
    this.closing.settle(this.local, null);
  }

  /** Drain before fill, so that there is room. True if a single byte moved. */
  private move(): boolean {
    const drained = this.drainToRemote() || this.drainToLocal();
    const filled = this.fillFromRemote() || this.fillFromLocal();
    return drained || filled;
  }

  /** Once the handshake is done, the program's side comes to be. True if it did just now. */
  private greet(): boolean {
    if (this.local !== null || this.closing.failure !== null) return false;
    // It may have failed in the very record that ended the handshake.
    const { established, closed } = this.engine.state;
    if (!established || closed) return false;
    this.remote.flush();
    const session = this.engine.session();
    try {
      this.local = this.settings.established(session);
    } catch (error) {
      // There is no program, but the engine is as good as ever.
      const { refusesWith } = error as Partial<RefusedPeer>;
      if (refusesWith !== undefined) this.engine.refuse(refusesWith);
      this.closing.fail(error as Error);
    }
    return true;
  }

  /**
   * Flush to remote. Bytes that the network did not take stay in the engine; those that it will never
   * take, because it was told that no more would come, are dropped.
   */
  private drainToRemote(): boolean {
    let moved = false;
    const isGone = this.remote.broken || this.closing.outboundOver;
    for (;;) {
      this.countStep();
      const records = this.engine.buffer("sendrec");
      if (records.length === 0) return moved;
      const written = isGone ? records.length : this.remote.write(records);
      if (written === 0) return moved;
      this.hasAnswered = true;
      this.engine.ack("sendrec", written);
      moved = true;
    }
  }

  /** What the peer sent, to the program. It is dropped once the program takes no more. */
  private drainToLocal(): boolean {
    let moved = false;
    for (;;) {
      this.countStep();
      const data = this.engine.buffer("recvapp");
      if (data.length === 0) return moved;
      const written = this.takesData() ? (this.local?.write(data) ?? 0) : data.length;
      if (written === 0) return moved;
      this.engine.ack("recvapp", written);
      this.count.toLocal += written;
      moved = true;
    }
  }

  private takesData(): boolean {
    return !this.closing.inboundOver && !(this.local?.broken ?? false);
  }

  /** Records from the network. Once the engine is closed they are of no use. */
  private fillFromRemote(): boolean {
    const { arrived } = this.remote;
    if (arrived.length === 0) return false;
    if (this.closing.dropsRecords) {
      this.remote.take(arrived.length);
      return true;
    }
    return this.fill("recvrec", this.remote) > 0;
  }

  /** The program's data. What doesn't fill a record leaves as soon as no more is at hand. */
  private fillFromLocal(): boolean {
    if (this.local === null || this.closing.outboundOver) return false;
    const moved = this.fill("sendapp", this.local);
    if (moved === 0) return false;
    this.count.toRemote += moved;
    if (this.local.arrived.length === 0) this.engine.flush();
    return true;
  }

  /** Moves what has arrived into one of the engine's buffers, once. */
  private fill(channel: "recvrec" | "sendapp", from: Endpoint): number {
    const { arrived } = from;
    if (arrived.length === 0) return 0;
    this.countStep();
    const room = this.engine.buffer(channel);
    const count = Math.min(room.length, arrived.length);
    if (count === 0) return 0;
    room.set(count < arrived.length ? arrived.subarray(0, count) : arrived);
    this.engine.ack(channel, count);
    from.take(count);
    return count;
  }

  /** An engine that was taken over could have more and more for us, and we would never return. */
  private countStep(): void {
    if (++this.steps > STEPS_MAX) throw new SandboxTrap("it never comes to an end");
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.engine.wipe();
    this.settings.over(this.closing.failure);
  }
}
