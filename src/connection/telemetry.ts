import { channel } from "node:diagnostics_channel";
import type { Session } from "../sandbox/session.ts";
import { now } from "../setup/clock.ts";
import type { FailureKind } from "./failure-kind.ts";

/** Published on `bearhug:handshake` when a handshake is done. */
export interface HandshakeMessage
  extends Pick<Session, "protocol" | "cipher" | "group" | "resumed"> {
  /** Ours. */
  readonly role: "server" | "client";
  /** Since the connection was ours. */
  readonly seconds: number;
}

/** Published on `bearhug:traffic` when application data has passed. */
export interface TrafficMessage {
  /** From the network, since the last message of this connection. */
  readonly bytesIn: number;
  /** To the network. */
  readonly bytesOut: number;
}

/** Published on `bearhug:end`, once for each connection. */
export interface EndMessage {
  readonly role: "server" | "client";
  /** Was the handshake done? */
  readonly established: boolean;
  /** null: it ended as it should. */
  readonly failure: FailureKind | null;
  readonly seconds: number;
  /** Of application data in all. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Of node:diagnostics_channel. They carry numbers and our own words, nothing that a peer made up. */
export const CHANNELS = {
  handshake: channel("bearhug:handshake"),
  traffic: channel("bearhug:traffic"),
  end: channel("bearhug:end"),
} as const;

/** What one connection tells. */
export class Telemetry {
  private readonly start = now();
  private readonly told = { toLocal: 0, toRemote: 0 };

  constructor(
    private readonly role: "server" | "client",
    private readonly count: { readonly toLocal: number; readonly toRemote: number },
  ) {}

  established({ protocol, cipher, group, resumed }: Session): void {
    if (!CHANNELS.handshake.hasSubscribers) return;
    const { role, seconds } = this;
    const message: HandshakeMessage = { role, protocol, cipher, group, resumed, seconds };
    CHANNELS.handshake.publish(message);
  }

  /** Called often. */
  moved(): void {
    if (!CHANNELS.traffic.hasSubscribers) return;
    const { count, told } = this;
    const message: TrafficMessage = {
      bytesIn: count.toLocal - told.toLocal,
      bytesOut: count.toRemote - told.toRemote,
    };
    if (message.bytesIn === 0 && message.bytesOut === 0) return;
    Object.assign(told, count);
    CHANNELS.traffic.publish(message);
  }

  ended(established: boolean, failure: FailureKind | null): void {
    this.moved();
    if (!CHANNELS.end.hasSubscribers) return;
    const { role, seconds, count } = this;
    const message: EndMessage = {
      ...{ role, established, failure, seconds },
      ...{ bytesIn: count.toLocal, bytesOut: count.toRemote },
    };
    CHANNELS.end.publish(message);
  }

  private get seconds(): number {
    return (now() - this.start) / 1000;
  }
}
