import { createHash } from "node:crypto";
import { endOf } from "../credentials/expiry.ts";
import type { SecureContext } from "../credentials/secure-context.ts";
import type { ClientSessions, SealedSession } from "../sandbox/engine-settings.ts";
import type { TicketKeys } from "../sandbox/key-operations.ts";

/** For one server: connections that are opened at once take one each. */
const MOST_SESSIONS = 8;
const MOST_SERVERS = 256;

/** A chain of resumptions proves nothing new: after so long, there is a full handshake. */
const LONGEST_CHAIN = 24 * 3600 * 1000;

/** Milliseconds since the epoch. */
interface Dates {
  /** When the session came. */
  readonly came: number;
  /** When the server showed its certificate. */
  readonly shown: number;
}

type Kept = SealedSession & Dates;

/** Which server, and what was asked of it: sessions are offered to no other. */
export interface Terms {
  readonly context: SecureContext;
  /** Where the connection goes: an address and a port, a path; empty if that is not known. */
  readonly target: string;
  readonly servername: string | null;
  readonly rejectUnauthorized: boolean;
}

/**
 * The sessions of all clients of this process. Each is sealed inside the keeper, offered once, and only
 * to the server that gave it, under the same settings.
 */
export class Sessions {
  /** The least recently used first. */
  private readonly servers = new Map<string, Kept[]>();
  private readonly digests = new WeakMap<SecureContext, string>();

  constructor(private readonly keys: TicketKeys) {}

  /**
   * For one connection.
   *
   * @param chosen the one that shall be resumed, as the event `session` told it; undefined: the newest
   * @returns null for one that can't resume
   */
  forConnection(terms: Terms, chosen?: Uint8Array): ConnectionSessions | null {
    const server = this.serverOf(terms);
    if (server === null) return null;
    const { keys } = this;
    const now = Date.now();
    const taken = this.take(server, { now, chosen });
    return new ConnectionSessions(keys, {
      now,
      taken,
      keep: (session) => this.add(server, session),
    });
  }

  private take(
    server: string,
    { now, chosen }: { now: number; chosen: Uint8Array | undefined },
  ): Kept | null {
    const kept = (this.servers.get(server) ?? []).filter((one) => isGood(one, now));
    const at = chosen === undefined ? 0 : kept.findIndex(({ sealed }) => isSame(sealed, chosen));
    const [taken = null] = at < 0 ? [] : kept.splice(at, 1);
    if (kept.length > 0) this.servers.set(server, kept);
    else this.servers.delete(server);
    return taken;
  }

  private add(server: string, session: Kept): void {
    const before = this.servers.get(server) ?? [];
    this.servers.delete(server);
    this.servers.set(server, [session, ...before].slice(0, MOST_SESSIONS));
    if (this.servers.size > MOST_SERVERS) {
      for (const oldest of this.servers.keys()) {
        this.servers.delete(oldest);
        return;
      }
    }
  }

  /** null: there is nothing to know it again by, or its context takes no sessions. */
  private serverOf({ context, target, servername, rejectUnauthorized }: Terms): string | null {
    const settings = context.sessionSettings;
    if (settings === null || (servername === null && target === "")) return null;
    let digest = this.digests.get(context);
    if (digest === undefined) {
      digest = digestOf(settings);
      this.digests.set(context, digest);
    }
    return JSON.stringify([digest, target, servername, rejectUnauthorized]);
  }
}

/** What one connection resumes, and where the sessions go that it gets. */
export class ConnectionSessions implements ClientSessions {
  readonly resume: ClientSessions["resume"];

  /** Hears of each session that came. */
  told: (sealed: Uint8Array) => void = () => {};

  constructor(
    readonly keys: TicketKeys,
    private readonly given: {
      readonly now: number;
      readonly taken: Kept | null;
      readonly keep: (session: Kept) => void;
    },
  ) {
    const { now, taken } = given;
    this.resume = taken && { ...taken, age: now - taken.came };
  }

  readonly keep = ({ sealed, peer, resumed }: SealedSession & { resumed: boolean }): void => {
    const { now, taken, keep } = this.given;
    const shown = resumed && taken !== null ? taken.shown : now;
    keep({ sealed, peer, came: Date.now(), shown });
    this.told(sealed);
  };
}

/** Of a clock that has gone back, no age is known. */
function isGood({ came, shown, peer }: Kept, now: number): boolean {
  const end = (peer && endOf(peer.der)) ?? Number.POSITIVE_INFINITY;
  return came <= now && shown <= now && now - shown < LONGEST_CHAIN && now < end;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = Buffer.from(part);
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("base64");
}
