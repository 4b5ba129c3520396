import type { Engine } from "../sandbox/engine.ts";
import type { EngineError } from "../sandbox/errors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { TunnelSettings } from "./tunnel.ts";

/** The peer's stream stopped where TLS does not let it stop. */
export class TruncationError extends Error {}

/**
 * The policy of closing: when an EOF or a failure on one side becomes what on the other. Two
 * directions, independent until a close says otherwise: inbound is from the network to the
 * program, outbound is from the program to the network.
 */
export class Closing {
  /** The program got its EOF, or takes nothing any more. */
  inboundOver = false;
  /** The network got its EOF, or takes nothing any more. */
  outboundOver = false;
  /** Nothing is left to do, and the peer has hung up or need not. */
  complete = false;
  failure: Error | null = null;
  engineTrapped = false;

  private readonly engine: Engine;
  private readonly remote: Endpoint;
  private established = false;
  /** Our close_notify was the end of both directions. */
  private closeSent = false;
  /** It was the end of ours. */
  private endSent = false;
  private isLingering = false;
  private awaitsLastWords = false;

  constructor(private readonly settings: TunnelSettings) {
    this.engine = settings.engine;
    this.remote = settings.remote;
  }

  get failed(): boolean {
    return this.failure !== null;
  }

  /** After a failure, or a close_notify that ended both directions, records mean nothing: they are read and dropped. */
  get dropsRecords(): boolean {
    return this.failed || this.closeSent || this.isLingering;
  }

  /** The first failure is the one that counts. */
  fail(failure: Error): void {
    this.failure ??= failure;
  }

  /** The engine trapped: it is not to be called again. */
  trap(failure: Error, local: Endpoint | null): void {
    this.fail(failure);
    this.engineTrapped = true;
    this.breakOff(local);
    this.settle(local);
  }

  /**
   * Looks at where things stand, after all bytes have moved that can. True if there is something
   * new to move.
   */
  step(local: Endpoint | null): boolean {
    this.established ||= this.engine.established;
    if (!this.failed) this.detectFailure(local);
    if (this.failed) {
      this.breakOff(local);
    } else if (local !== null) {
      this.closeInbound(local);
      if (this.closeOutbound(local)) return true;
    }
    this.settle(local);
    return false;
  }

  private detectFailure(local: Endpoint | null): void {
    if (this.engine.closed) {
      const failure = this.closeSent ? null : this.engineFailure();
      if (failure !== null) this.fail(failure);
      return;
    }
    if (local !== null && local.failure !== null && local.arrived.length === 0) {
      // Anything that says goodbye would make the client take a part of the answer for the whole.
      this.fail(local.failure);
      return;
    }
    if (this.remote.broken && this.remote.failure !== null && !this.outboundOver) {
      // What prog still has to say can't leave, even if the peer has said all that it wanted.
      this.fail(this.remote.failure);
      return;
    }
    if (!this.established && this.remote.broken) this.awaitLastWords();
    if (this.inboundOver || !this.arrivalsEnded()) return;
    if (this.remote.failure !== null) this.fail(this.remote.failure);
    else if (this.engine.peerClosed) return;
    else if (!this.established) this.fail(new TruncationError("EOF during the handshake"));
    else if (this.hasUntaken("recvapp")) return;
    else if (this.engine.inRecord) this.fail(new TruncationError("EOF inside a record"));
    else if (this.settings.enforceCloseNotify)
      this.fail(new TruncationError("EOF without close_notify"));
  }

  /**
   * The peer takes no more, and the handshake can't be done. But an alert of its may be on its way,
   * which says why.
   */
  private awaitLastWords(): void {
    if (this.awaitsLastWords) return;
    this.awaitsLastWords = true;
    this.settings.lingering();
  }

  /** The time to linger is up. */
  expire(): void {
    if (this.established) return;
    this.fail(new TruncationError("the peer takes no more, and the handshake is not done"));
  }

  /** Why the engine closed, which we didn't ask for; null if that is a normal end. */
  private engineFailure(): Error | null {
    const { error } = this.engine;
    if (error !== null) return this.answersHalfClose(error) ? null : error;
    if (!this.established) return new TruncationError("the peer closed during the handshake");
    // It keeps the peer's close_notify back until we close: this is not the engine that we knew.
    return new Error("the engine closed by itself");
  }

  /**
   * OpenSSL 3 takes our half-close for an attack, and says so in a fatal alert when its own work is
   * done. To us that is an EOF without close_notify.
   */
  private answersHalfClose(error: EngineError): boolean {
    const isBareFin = this.outboundOver && !this.endSent;
    return error.isReceivedAlert && isBareFin && !this.settings.enforceCloseNotify;
  }

  /** The peer has no more to say: the program reads an EOF, after all the rest. */
  private closeInbound(local: Endpoint): void {
    if (this.inboundOver || this.hasUntaken("recvapp")) return;
    if (!this.arrivalsEnded() && !this.engine.peerClosed && !this.engine.closed) return;
    this.inboundOver = true;
    local.end();
  }

  /**
   * The program has no more to say: the network sees a half-close (`-s`) or close_notify (`-S`,
   * and whenever the peer's own waits for an answer). The other way round, when the network takes
   * no more, the program's output is closed, so that it gets EPIPE as behind a native pipe. True
   * if a record came to be.
   */
  private closeOutbound(local: Endpoint): boolean {
    if (this.outboundOver) return false;
    if (this.remote.broken || this.engine.closed) {
      this.outboundOver = true;
      local.stopArrivals();
      this.remote.end();
      return false;
    }
    const ended = local.arrived.length === 0 && local.ended;
    if (!ended || this.hasUntaken("sendrec")) return false;
    if (!this.closeSent && !this.endSent && this.sayGoodbye()) return true;
    this.outboundOver = true;
    this.remote.end();
    if (this.closeSent && !this.inboundOver) {
      this.inboundOver = true;
      local.end();
    }
    return false;
  }

  /** True if there is a close_notify now. */
  private sayGoodbye(): boolean {
    const { closeNotify, halfClose = false } = this.settings;
    if (!closeNotify && !this.engine.peerClosed) return false;
    if (halfClose && !this.engine.peerClosed) {
      this.endSent = true;
      this.engine.end();
    } else {
      this.closeSent = true;
      this.engine.close();
    }
    return true;
  }

  /** After a failure: let an alert leave, then hang up on both sides. */
  private breakOff(local: Endpoint | null): void {
    if (!this.engineTrapped && !this.remote.broken && this.hasUntaken("sendrec")) return;
    if (!this.inboundOver) local?.end(this.failure ?? undefined);
    if (!this.outboundOver) {
      local?.stopArrivals();
      this.remote.end();
    }
    this.inboundOver = true;
    this.outboundOver = true;
  }

  /**
   * Is this the end? Hanging up while the peer's bytes still arrive would make the system send a
   * reset, which can overtake our last bytes and destroy them; so we wait for the peer to hang up,
   * for as long as the owner of the clock allows.
   */
  settle(local: Endpoint | null): void {
    if (!this.outboundOver || !(this.inboundOver || (local?.broken ?? false))) return;
    if (!this.remote.drained && !this.remote.broken) return;
    // The owner of the tunnel may be gone after it, and what the program has not taken yet with it.
    if (local !== null && !local.drained && !local.broken) return;
    if (this.remote.ended || this.remote.failure !== null || this.peerSaidGoodbye()) {
      this.complete = true;
    } else if (!this.isLingering) {
      this.isLingering = true;
      this.settings.lingering();
    }
  }

  private peerSaidGoodbye(): boolean {
    return !this.engineTrapped && !this.failed && this.engine.peerClosed;
  }

  private arrivalsEnded(): boolean {
    return this.remote.failure !== null || (this.remote.ended && this.remote.arrived.length === 0);
  }

  private hasUntaken(channel: "sendrec" | "recvapp"): boolean {
    return this.engine.buffer(channel).length > 0;
  }
}
