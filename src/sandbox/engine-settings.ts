import {
  ENGINE_CHAIN_MAX,
  ENGINE_PROFILE_COMPAT,
  ENGINE_PROFILE_LEGACY,
  ENGINE_PROFILE_MODERN,
  ENGINE_PROFILE_STRICT,
  ENGINE_TICKET_LIFETIME_MAX,
  ENGINE_TICKETS_MAX,
} from "./abi.ts";
import type { EngineExports } from "./engine-exports.ts";
import type { Sandbox } from "./instance.ts";
import type { KeyLog } from "./key-log.ts";
import type { KeyOperations, TicketKeys } from "./key-operations.ts";
import { own } from "./own.ts";
import type { PeerFacts, PeerName } from "./peer.ts";
import { VERSION_NUMBERS, type Version } from "./versions.ts";

const PROFILES = {
  modern: ENGINE_PROFILE_MODERN,
  compat: ENGINE_PROFILE_COMPAT,
  legacy: ENGINE_PROFILE_LEGACY,
  strict: ENGINE_PROFILE_STRICT,
} as const;

/** Versions and suites on offer; wasm/engine/profiles.c lists them. */
export type Profile = keyof typeof PROFILES;

export const PROFILE_NAMES = Object.keys(PROFILES) as readonly Profile[];

export function profileNumber(profile: Profile): number {
  return PROFILES[profile];
}

/** Of the versions of a profile, only those in between are on offer. */
export interface VersionLimits {
  readonly min?: Version | null;
  readonly max?: Version | null;
  /** What needs `min`, for messages. */
  readonly because?: string;
}

/** For messages; undefined where older versions are on offer, too. */
export function newestAlone(profile: Profile, versions: VersionLimits = {}): string | undefined {
  const { min, because } = own(versions);
  if (profile !== "strict" && min !== "1.3") return undefined;
  return `only TLS 1.3 is on offer${because === undefined ? "" : `, because ${because}`}`;
}

/** The oldest and the newest version on the wire. */
export function versionNumbers({ min, max }: VersionLimits): [min: number, max: number] {
  return [VERSION_NUMBERS[min ?? "1.0"], VERSION_NUMBERS[max ?? "1.3"]];
}

/** Certificates in a chain of ours. */
export const LONGEST_CHAIN = ENGINE_CHAIN_MAX;

/** The chain that we show, and its key. */
export interface Identity {
  /** Our certificates in DER, end entity first. */
  readonly chain: readonly Uint8Array[];
  /** The private key of the first certificate. */
  readonly key: KeyOperations;
}

/** Which chain and key a server shows depends on the name that the client asks for. */
export interface IdentityChoice {
  /** Bytes of the longest chain that may be chosen. */
  readonly largestChain: number;
  /** @returns null to refuse the client */
  readonly choose: (serverName: string | null) => Identity | null;
}

/** Not by `in`, which would find what was put on Object.prototype. */
export function isChoice(identity: Identity | IdentityChoice): identity is IdentityChoice {
  return Object.hasOwn(identity, "choose");
}

/** A CA's certificate that can't vouch for another one. */
export interface LeftOut {
  /** One of the anchors. */
  readonly der: Uint8Array;
  readonly names: readonly PeerName[];
  readonly reason: string;
}

/** What a peer's certificate is held against. */
export interface Verification {
  /** CA certificates in DER. Those that can't be used are left out. */
  readonly anchors: readonly Uint8Array[];
  /** Whether a CA that did not issue itself vouches without one that did. */
  readonly partialChain?: boolean;
  /** Called for each that is left out. */
  readonly leftOut?: (left: LeftOut) => void;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ClientVerification extends Verification {
  /** A client without a certificate is refused, too. */
  readonly mandatory: boolean;
}

/** The session tickets that a server gives its clients (RFC 8446, 4.6.1). */
export interface TicketIssue {
  /** For each full handshake: 0 to MOST_TICKETS. A resumed one gets one at most. */
  readonly count: number;
  /** Seconds, 1 to LONGEST_TICKET. */
  readonly lifetime: number;
  /** In place of keys that follow from the private one. */
  readonly keys?: TicketKeys | undefined;
}

/** A session that a server gave a client of ours (RFC 8446, 4.6.1). */
export interface SealedSession {
  /** What the engine wants for it; nothing else can open it. */
  readonly sealed: Uint8Array;
  /** What was known of the server then. */
  readonly peer: PeerFacts | null;
}

/** A client that takes sessions, and may resume one. */
export interface ClientSessions {
  /** They seal sessions. */
  readonly keys: TicketKeys;
  /** One of an earlier connection to the same server with the same settings; null: none. */
  readonly resume:
    | (SealedSession & { /** Milliseconds since it came. */ readonly age: number })
    | null;
  /** Gets each session that comes. */
  readonly keep: (
    session: SealedSession & { /** It was `resume`. */ readonly resumed: boolean },
  ) => void;
}

/** For one client. */
export const MOST_TICKETS = ENGINE_TICKETS_MAX;

/**
 * A period of the ticket keys in seconds, and the longest life of a ticket: its key is known in the next
 * period, too, so it lives as long whenever it was made.
 */
export const LONGEST_TICKET = ENGINE_TICKET_LIFETIME_MAX;

/** @param now milliseconds since the epoch */
export function ticketPeriod(now: number): number {
  return Math.floor(now / (LONGEST_TICKET * 1000));
}

export interface ServerSettings {
  readonly profile: Profile;
  readonly versions?: VersionLimits;
  readonly identity: Identity | IdentityChoice;
  /** null: clients are not asked for a certificate. */
  readonly clients: ClientVerification | null;
  /** Application protocols (ALPN), the best first; ASCII, 1 to 255 bytes each. */
  readonly protocols?: readonly string[];
  /** Groups for the exchange of keys (see groups.ts), the best first; none: all. */
  readonly groups?: readonly number[];
  /** Without it no session is resumed, nor is one where clients are asked for certificates. */
  readonly tickets?: TicketIssue | undefined;
  /** Milliseconds since the epoch; without it there are no tickets. */
  readonly now?: number;
  /** Whether `Engine.exportKeyingMaterial` is wanted. */
  readonly keepsExporter?: boolean;
  /** Takes what a debugger needs. It is called inside of calls of ours, and must make none. */
  readonly keyLog?: KeyLog | undefined;
  /** Fills its argument with fresh entropy. */
  readonly seed: (room: Uint8Array) => void;
  /** For tests alone (test/bogo): the last word on what is configured, right before the start. */
  readonly tune?: (sandbox: Sandbox<EngineExports>) => void;
}

/** What the connections of a server have in common. */
export interface ServerConfiguration
  extends Pick<
    ServerSettings,
    | "profile"
    | "versions"
    | "identity"
    | "protocols"
    | "groups"
    | "keepsExporter"
    | "keyLog"
    | "tickets"
  > {
  readonly clients: Omit<ClientVerification, "now"> | null;
}

/** What each connection has of its own. */
export interface ServerStart extends Pick<ServerSettings, "seed"> {
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ClientSettings {
  readonly profile: Profile;
  readonly versions?: VersionLimits;
  /**
   * A host's name, which is asked for, or an IP address, which isn't: the server's certificate must be
   * for it. null: any certificate is right that an anchor vouches for.
   */
  readonly serverName: string | null;
  /** null: any server will do. */
  readonly server: Verification | null;
  /** What a server gets that asks for a certificate; null: it gets none. */
  readonly identity: Identity | null;
  /** Application protocols (ALPN), the best first; ASCII, 1 to 255 bytes each. */
  readonly protocols?: readonly string[];
  /** Groups for the exchange of keys (see groups.ts), the best first; none: all. */
  readonly groups?: readonly number[];
  /** Whether `Engine.exportKeyingMaterial` is wanted. */
  readonly keepsExporter?: boolean;
  /** Takes what a debugger needs. It is called inside of calls of ours, and must make none. */
  readonly keyLog?: KeyLog | undefined;
  /** Without it no session is taken, nor resumed. */
  readonly sessions?: ClientSessions | undefined;
  /** Fills its argument with fresh entropy. */
  readonly seed: (room: Uint8Array) => void;
  /** For tests alone (test/bogo): the last word on what is configured, right before the start. */
  readonly tune?: (sandbox: Sandbox<EngineExports>) => void;
}

/** What the connections of a client have in common. */
export interface ClientConfiguration
  extends Pick<
    ClientSettings,
    "profile" | "versions" | "identity" | "protocols" | "groups" | "keepsExporter" | "keyLog"
  > {
  readonly server: Omit<Verification, "now"> | null;
}

/** What each connection has of its own. */
export interface ClientStart
  extends Pick<ClientSettings, "serverName" | "sessions" | "seed" | "tune"> {
  /** Milliseconds since the epoch. */
  readonly now: number;
}
