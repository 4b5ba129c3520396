import type { Engine, EngineState } from "../sandbox/engine.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  arrivalsEnded,
  brokenPart,
  earlyEof,
  type Standing,
  TruncationError,
  unaskedClose,
} from "./failures.ts";

export interface ClosingSettings {
  readonly engine: Engine;
  /** The network's side: records. */
  readonly remote: Endpoint;
  /**
   * `-S`: EOF from the program becomes close_notify; else a half-close of TCP. Before TLS 1.3 that is
   * the end of both directions (RFC 5246, 7.2.1), and what the peer still says is dropped; in TLS 1.3
   * it is the end of ours, and the peer is heard to its end (RFC 8446, 6.1).
   */
  readonly closeNotify: boolean;
  /** With `closeNotify`: that is the end of one direction only, and the peer may go on. */
  readonly halfClose?: boolean;
  /** `-J`: EOF from the peer without close_notify is an error. */
  readonly enforceCloseNotify: boolean;
  /**
   * All was said, but the peer has not hung up. The owner of the clock (connection.ts of src/connection)
   * calls the tunnel's `over` after a while.
   */
  readonly lingering: () => void;
}

/**
 * Where the connection as a whole stands.
 *
 * | from | event | to |
 * | --- | --- | --- |
 * | handshake | the network takes no more | last words: an alert may be on its way that says why |
 * | handshake, last words | the handshake is done | established |
 * | handshake, last words | the clock | failed |
 * | any of these | a failure | failed: an alert may leave, then both sides see the end |
 * | any of these, failed | the engine can't be called any more | abandoned: no alert, both sides see the end |
 * | established, failed, abandoned | all was said, the peer has not hung up | lingering |
 * | established, failed, abandoned, lingering | all was said, the peer has hung up or need not | complete |
 */
type Stage =
  | "handshake"
  | "last words"
  | "established"
  | "failed"
  | "abandoned"
  | "lingering"
  | "complete";

/**
 * Where the direction from the program to the network stands.
 *
 * | from | event | to |
 * | --- | --- | --- |
 * | open | the program's EOF, all has left, no -S | half-closed: a bare FIN |
 * | open | the same in the library, or with -S in TLS 1.3 | ending: close_notify for our direction is on its way |
 * | open | the same with -S before TLS 1.3, or in answer to close_notify | closing: close_notify for both directions is on its way |
 * | ending | it has left, or can't | ended: FIN |
 * | closing | it has left, or can't | closed: FIN, and the program's EOF |
 * | open | the network takes no more, or a failure | stopped: the program gets EPIPE |
 */
type Outbound = "open" | "half-closed" | "ending" | "ended" | "closing" | "closed" | "stopped";

/**
 * The policy of closing: when an EOF or a failure on one side becomes what on the other. Two
 * directions, independent until a close says otherwise: inbound is from the network to the
 * program, outbound is from the program to the network.
 */
export class Closing {
  failure: Error | null = null;
  /** The program got its EOF, or takes nothing any more. */
  inboundOver = false;

  private stage: Stage = "handshake";
  private outbound: Outbound = "open";
  private readonly engine: Engine;
  private readonly remote: Endpoint;

  constructor(private readonly settings: ClosingSettings) {
    this.engine = settings.engine;
    this.remote = settings.remote;
  }

  /** The network got its EOF, or takes nothing any more. */
  get outboundOver(): boolean {
    return !["open", "ending", "closing"].includes(this.outbound);
  }

  /** After a close_notify that ended both directions, or a failure, records mean nothing. */
  get dropsRecords(): boolean {
    return this.failure !== null || this.saysGoodbye || (this.inboundOver && this.outboundOver);
  }

  /** The engine has no part in what is left to do, or must not be called. */
  get doneWithEngine(): boolean {
    return ["abandoned", "lingering", "complete"].includes(this.stage);
  }

  get complete(): boolean {
    return this.stage === "complete";
  }

  /** The first failure is the one that counts. */
  fail(failure: Error): void {
    this.failure ??= failure;
    if (!this.doneWithEngine) this.stage = "failed";
  }

  /** The engine trapped, or we did in the middle of a call: it is not to be called again. */
  abandon(failure: Error, local: Endpoint | null): void {
    this.failure ??= failure;
    this.stage = "abandoned";
    this.hangUp(local);
    this.settle(local, null);
  }

  /**
   * Looks at where things stand, after all bytes have moved that can. True if there is something
   * new to move.
   */
  step(local: Endpoint | null): boolean {
    // The one look at the engine: nothing below changes it without a new step.
    const state = this.engine.state;
    if (state.awaitsHost) this.remote.listen?.();
    if (this.failure === null && state.established) this.stage = "established";
    if (this.failure === null) this.detectFailure(local, state);
    if (this.failure !== null) {
      if (this.remote.broken || !this.engine.pending("sendrec")) this.hangUp(local);
    } else if (local !== null) {
      this.closeInbound(local, state);
      if (this.closeOutbound(local, state)) return true;
    }
    this.settle(local, state);
    return false;
  }

  /** The time to linger is up. */
  expire(): void {
    if (this.stage !== "handshake" && this.stage !== "last words") return;
    this.fail(new TruncationError("the peer takes no more, and the handshake is not done"));
  }

  /**
   * Is this the end? Hanging up while the peer's bytes still arrive would make the system send a
   * reset, which can overtake our last bytes and destroy them; so we wait for the peer to hang up,
   * for as long as the owner of the clock allows.
   *
   * @param state null: the engine is not asked any more
   */
  settle(local: Endpoint | null, state: EngineState | null): void {
    if (!this.outboundOver || !(this.inboundOver || (local?.broken ?? false))) return;
    if (!this.remote.drained && !this.remote.broken) return;
    // The owner of the tunnel may be gone after it, and what the program has not taken yet with it.
    if (local !== null && !local.drained && !local.broken) return;
    const saidGoodbye = this.failure === null && state !== null && state.peerClosed;
    if (this.remote.ended || this.remote.failure !== null || saidGoodbye) {
      this.stage = "complete";
    } else if (this.stage !== "lingering") {
      this.stage = "lingering";
      this.settings.lingering();
    }
  }

  private get saysGoodbye(): boolean {
    return this.outbound === "closing" || this.outbound === "closed";
  }

  private detectFailure(local: Endpoint | null, state: EngineState): void {
    // What the peer and the program still do is of no consequence.
    if (this.inboundOver && this.outboundOver) return;
    const standing = this.standing(local, state);
    if (state.closed) {
      this.failFor(unaskedClose(standing));
      return;
    }
    const failure = brokenPart(standing);
    if (failure === null && this.stage === "handshake" && this.remote.broken) {
      this.stage = "last words";
      this.settings.lingering();
    }
    this.failFor(failure ?? earlyEof(standing));
  }

  private standing(local: Endpoint | null, state: EngineState): Standing {
    const { engine, remote, saysGoodbye, inboundOver, outboundOver, outbound } = this;
    return {
      ...{ engine, remote, local, state, saysGoodbye, inboundOver, outboundOver },
      established: this.stage === "established",
      halfClosed: outbound === "half-closed",
      enforceCloseNotify: this.settings.enforceCloseNotify,
    };
  }

  private failFor(failure: Error | null): void {
    if (failure !== null) this.fail(failure);
  }

  /** The peer has no more to say: the program reads an EOF, after all the rest. */
  private closeInbound(local: Endpoint, state: EngineState): void {
    if (this.inboundOver || this.engine.pending("recvapp")) return;
    if (!arrivalsEnded(this.remote) && !state.peerClosed && !state.closed) return;
    this.inboundOver = true;
    local.end();
  }

  /**
   * The program has no more to say: the network sees a half-close (`-s`) or close_notify (`-S`,
   * and whenever the peer's own waits for an answer). The other way round, when the network takes
   * no more, the program's output is closed, so that it gets EPIPE as behind a native pipe. True
   * if a record came to be.
   */
  private closeOutbound(local: Endpoint, state: EngineState): boolean {
    if (this.outboundOver) return false;
    if (this.remote.broken || state.closed) {
      local.stopArrivals();
      this.endOutbound(local, "stopped");
      return false;
    }
    const ended = local.arrived.length === 0 && local.ended;
    if (!ended || this.engine.pending("sendrec")) return false;
    if (this.outbound === "open" && this.sayGoodbye(state)) return true;
    this.endOutbound(local, "half-closed");
    return false;
  }

  /** True if there is a close_notify now. */
  private sayGoodbye({ peerClosed }: EngineState): boolean {
    const { closeNotify, halfClose = false } = this.settings;
    if (!closeNotify && !peerClosed) return false;
    if ((halfClose || this.engine.closesOneDirection) && !peerClosed) {
      this.outbound = "ending";
      this.engine.end();
    } else {
      this.outbound = "closing";
      this.engine.close();
    }
    return true;
  }

  /** All has left that was to leave, or that could. */
  private endOutbound(local: Endpoint, fromOpen: "half-closed" | "stopped"): void {
    this.remote.end();
    if (this.outbound === "open") {
      this.outbound = fromOpen;
    } else if (this.outbound === "ending") {
      this.outbound = "ended";
    } else {
      this.outbound = "closed";
      if (!this.inboundOver) local.end();
      this.inboundOver = true;
    }
  }

  /** After a failure: both sides see the end. */
  private hangUp(local: Endpoint | null): void {
    if (!this.inboundOver) local?.end(this.failure ?? undefined);
    this.inboundOver = true;
    if (this.outboundOver) return;
    local?.stopArrivals();
    this.remote.end();
    this.outbound = "stopped";
  }
}
