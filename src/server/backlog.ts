import type { Socket } from "node:net";
import type { SuperServerSettings } from "../cli/server-options.ts";
import { Census } from "./census.ts";
import type { Room } from "./descriptors.ts";
import type { Log } from "./log.ts";
import type { Tally } from "./tally.ts";

export interface BacklogSettings {
  readonly server: SuperServerSettings;
  readonly room: Room;
  readonly log: Log;
  readonly tally: Tally;
  /** What is counted as one for an address's share. */
  readonly originOf: (address: string) => string;
}

interface Waiting {
  readonly socket: Socket;
  readonly address: string;
}

/** Accepted connections that wait for a slot, as they would in the system's backlog. */
export class Backlog {
  private readonly queue: Waiting[] = [];
  private readonly census: Census;

  constructor(private readonly settings: BacklogSettings) {
    this.census = new Census(settings.originOf);
  }

  get length(): number {
    return this.queue.length;
  }

  /**
   * Keeps it, or hangs up on it: one address gets the same share of the places as of the slots.
   *
   * @param maxPerAddress so many slots one address may have
   * @param shortage why it has to wait
   */
  keep({ socket, address }: Waiting, maxPerAddress: number, shortage: string): void {
    const { log, server, room, tally } = this.settings;
    const places = Math.min(server.backlog, room.waiting);
    const share = Math.ceil((places * maxPerAddress) / server.maxConnections);
    if (this.queue.length >= places) {
      log.warn("backlog is full", `${this.queue.length} connections wait already; one is dropped`);
      tally.refuse("backlog-full");
      socket.destroy();
    } else if (this.census.countOf(address) >= share) {
      log.warn("too many from one address", `${address} has ${share} that wait already`);
      tally.refuse("address-limit");
      socket.destroy();
    } else {
      log.warn("all slots are taken", `${shortage}; one waits`);
      this.census.enter(address);
      this.queue.push({ socket, address });
    }
  }

  /** The one that has waited longest; undefined: none waits. */
  take(): Socket | undefined {
    const next = this.queue.shift();
    if (next === undefined) return undefined;
    this.census.leave(next.address);
    return next.socket;
  }

  /** Hangs up on all. */
  drop(): void {
    for (const { socket } of this.queue.splice(0)) socket.destroy();
  }
}
