import type { Engine } from "../../src/sandbox/engine.ts";
import type { SealedSession } from "../../src/sandbox/engine-settings.ts";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import type { Restart } from "../support/reusable.ts";
import type { LateKey } from "./late-key.ts";
import { Port } from "./port.ts";

/** What a program says, one after the other, and then an EOF. */
export type Script = readonly Uint8Array[];

export interface PartySettings {
  readonly engine: Engine;
  readonly restart: Restart;
  /** The engine's memory at the beginning. */
  readonly memory: Uint8Array;
  readonly closeNotify: boolean;
  readonly enforceCloseNotify: boolean;
  readonly script: Script;
  /** One that answers when the scheduler likes. */
  readonly key?: LateKey;
  /** Those that a client got. */
  readonly sessions?: SealedSession[];
}

/** One of two tunnels that speak to each other, and its program. */
export class Party {
  readonly remote = new Port();
  local: Port | null = null;
  readonly ends: (Error | null)[] = [];
  /** What the program has read. */
  readonly heard: Uint8Array[] = [];
  heardEof = false;
  lingers = false;
  /** The most that ever was in the tunnel, on its way in one direction: bytes. */
  mostHeld = 0;

  private readonly tunnel: Tunnel;
  private said = 0;
  private eofSaid = false;

  constructor(readonly settings: PartySettings) {
    const { engine, restart, memory, closeNotify, enforceCloseNotify } = settings;
    restart(memory);
    settings.key?.forget();
    settings.sessions?.splice(0);
    this.tunnel = new Tunnel({
      ...{ engine, remote: this.remote, closeNotify, enforceCloseNotify },
      established: () => {
        this.lingers = false;
        this.local = new Port();
        return this.local;
      },
      lingering: () => {
        this.lingers = true;
      },
      over: (failure) => this.end(failure),
    });
  }

  /** A tunnel's owner may be gone after it, and with it what is under way. */
  private end(failure: Error | null): void {
    this.ends.push(failure);
    if (failure !== null) return;
    for (const port of [this.remote, this.local]) {
      if (port !== null && !port.drained && !port.broken) port.violations.push("over too early");
    }
  }

  run(): void {
    this.tunnel.run();
    const { remote, local } = this;
    if (local === null) return;
    const inbound = local.broken ? 0 : remote.taken - local.written;
    const outbound = remote.broken ? 0 : local.taken - remote.written;
    this.mostHeld = Math.max(this.mostHeld, inbound, outbound);
  }

  get isOver(): boolean {
    return this.ends.length > 0;
  }

  get canSay(): boolean {
    const { local } = this;
    return local !== null && !local.ended && local.arrived.length === 0 && !this.eofSaid;
  }

  /** The program's next words, or its EOF. */
  say(): void {
    const next = this.settings.script[this.said++];
    if (next === undefined) {
      this.eofSaid = true;
      if (this.local !== null) this.local.ended = true;
    } else {
      this.local?.deliver(next);
    }
    this.run();
  }

  /** A signature may come when its connection is over. */
  get canSign(): boolean {
    return this.settings.key?.isAsked ?? false;
  }

  /** The key answers. */
  sign(): void {
    this.settings.key?.answer();
    this.run();
  }

  get canHear(): boolean {
    const { local } = this;
    return local !== null && (local.waiting > 0 || (local.hasEnded && !this.heardEof));
  }

  /** The program reads what is there for it. */
  hear(): void {
    const { local } = this;
    if (local === null) return;
    if (local.waiting > 0) this.heard.push(local.fetch(Number.POSITIVE_INFINITY).slice());
    else this.heardEof = true;
    this.run();
  }

  /** The clock. */
  expire(): void {
    this.lingers = false;
    this.tunnel.over();
  }

  get violations(): string[] {
    return [...this.remote.violations, ...(this.local?.violations ?? [])];
  }
}
