import type { Engine } from "../sandbox/engine.ts";
import {
  type ClientSessions,
  type Identity,
  type IdentityChoice,
  isChoice,
  LONGEST_TICKET,
  type Profile,
  type ServerConfiguration,
  type TicketIssue,
  type VersionLimits,
} from "../sandbox/engine-settings.ts";
import { leftOutOf } from "../sandbox/engines.ts";
import { groupsNamed } from "../sandbox/groups.ts";
import { Keeper, wipedIfItFails } from "../sandbox/keeper.ts";
import { own } from "../sandbox/own.ts";
import { isBytes } from "./bytes.ts";
import { checkModules, type Modules } from "./compiled-modules.ts";
import type {
  ClientEngineOptions,
  SecureContextOptions,
  ServerEngineOptions,
} from "./context-options.ts";
import { type ClaimedIdentity, identityChoice } from "./identity-choice.ts";
import { AUTO, BOOLEAN, CONTEXT_OPTIONS, checkOptions, REQUEST, SERVER_NAME } from "./options.ts";
import { asTlsError, decodeAnchors, misconfigured, pairOf } from "./pair.ts";
import { type Making, readyClient, readyServer, readyServers, type Seed } from "./ready-engines.ts";
import { normal } from "./server-names.ts";
import { subjectOf } from "./subject.ts";
import { writeTicketKeys } from "./ticket-keys.ts";
import { ArgumentValueError } from "./tls-error.ts";
import { hasKeyElsewhere, versionsOf } from "./version-limits.ts";

export type { Modules } from "./compiled-modules.ts";
export type {
  ClientEngineOptions,
  SecureContextOptions,
  ServerEngineOptions,
} from "./context-options.ts";
export type { Sign } from "./outside-key.ts";
export type { Credential, KeyPair, OutsideKeyPair } from "./pair.ts";
export type { SignatureScheme } from "./signature-scheme.ts";

/** Sessions are TLS 1.3's. */
const NEWEST = "1.3";

/** A client that opens two connections at once has one for each. */
const TICKETS = 2;

/** A CA's certificate that can't be used. */
export interface UnusableAuthority {
  /** `C=…, O=…, CN=…`, special characters escaped. */
  readonly subject: string;
  readonly reason: string;
}

/**
 * Keys, certificates and settings, read and checked once, for any number of connections of either
 * role. The private keys live in a sandbox of their own, the keeper; every connection has an engine.
 */
export class SecureContext {
  private readonly making: Making;
  private readonly keeper: Keeper;
  private readonly identity: Identity | IdentityChoice | null;
  private readonly anchors: readonly Uint8Array[] | null;
  private readonly partialChain: boolean;
  private readonly profile: Profile;
  private readonly versions: VersionLimits;
  private readonly protocols: readonly string[];
  private readonly groups: readonly number[];
  private readonly tickets: TicketIssue;
  private readonly keepsExporter: boolean;
  private readonly keyLog: ((line: string) => void) | undefined;

  /**
   * @internal
   * @throws `ArgumentTypeError`, `ArgumentValueError` for options that are wrong in themselves
   * @throws `TlsError` for credentials that can't be used
   */
  constructor(modules: Modules, given: SecureContextOptions, seed: Seed) {
    const options = checkOptions(given, CONTEXT_OPTIONS);
    checkModules(modules);
    this.making = { module: modules.engine, seed, complain: asTlsError };
    // The options are not kept: a context can be printed, and the private key is not in it.
    this.profile = options.profile ?? "modern";
    this.versions = versionsOf(options);
    this.protocols = [...(options.ALPNProtocols ?? [])];
    this.groups = groupsOf(options.ecdhCurve);
    this.keepsExporter = options.keepExporter ?? false;
    this.partialChain = options.allowPartialTrustChain ?? false;
    this.keyLog = options.keyLog && later(options.keyLog);
    this.keeper = new Keeper(modules.keeper);
    [this.tickets, this.identity, this.anchors] = wipedIfItFails(this.keeper, () => [
      this.issue(options),
      this.identify(options),
      options.ca === undefined ? null : decodeAnchors(options.ca),
    ]);
  }

  /**
   * An engine that waits for a client.
   *
   * @throws `TlsError` if the context has no key, or no CA that could vouch for a client
   */
  serverEngine(options: ServerEngineOptions = {}): Engine {
    return readyServer(this.making, this.configuration(options));
  }

  /**
   * The same for many clients, one after the other: the CAs are decoded once.
   *
   * @internal
   * @throws `TlsError` as does each call of the result
   */
  serverEngines(options: ServerEngineOptions): () => Engine {
    return readyServers(this.making, this.configuration(options));
  }

  /**
   * An engine that begins to talk to a server.
   *
   * @throws `TlsError` if the context has no CA that could vouch for the server
   */
  clientEngine(given: ClientEngineOptions = {}): Engine {
    return this.resumingEngine(given, undefined);
  }

  /**
   * The same, that takes sessions.
   *
   * @internal
   */
  resumingEngine(given: ClientEngineOptions, sessions: ClientSessions | undefined): Engine {
    const options = checkOptions(given, { servername: SERVER_NAME, rejectUnauthorized: BOOLEAN });
    const { profile, versions, protocols, groups, keepsExporter, keyLog, identity } = this;
    if (identity !== null && isChoice(identity)) {
      throw new ArgumentValueError("contexts", "is a server's; a client has key and cert");
    }
    const { servername: serverName = null, rejectUnauthorized = true } = options;
    const server = rejectUnauthorized ? this.trustBecause("a server is to be verified") : null;
    const offer = { profile, versions, identity, protocols, groups, keepsExporter, keyLog };
    return readyClient(this.making, { ...offer, server }, { serverName, sessions });
  }

  /**
   * What a client's session hangs on: with another one of these, it is of no use. null: a client takes
   * none.
   *
   * @internal
   */
  get sessionSettings(): readonly (string | Uint8Array)[] | null {
    const { profile, versions, protocols, groups, identity, anchors, tickets } = this;
    if (tickets.count === 0 || (versions.max ?? NEWEST) !== NEWEST) return null;
    const chain = identity === null || isChoice(identity) ? [] : identity.chain;
    const trust = this.partialChain ? "partial" : "whole";
    const names = [profile, versions.min ?? "", trust, ...protocols].join(" ");
    return [names, groups.join(" "), `${chain.length}`, ...chain, ...(anchors ?? [])];
  }

  /**
   * The certificates in `ca` that can't vouch for another one, and why: a key of a kind
   * that is not supported, a critical extension that is not understood, and so on. If none of
   * them can, a connection that needs one throws.
   */
  get unusableAuthorities(): readonly UnusableAuthority[] {
    if (this.anchors === null) return [];
    const { anchors, partialChain } = this;
    const left = leftOutOf(this.making.module, { anchors, partialChain });
    return left.map(({ names, reason }) => ({
      subject: subjectOf(names),
      reason,
    }));
  }

  /** Overwrites the private keys. No handshake is possible afterwards. */
  wipe(): void {
    this.keeper.wipe();
  }

  /** Where a private key is elsewhere, no ticket key can follow from it. */
  private issue(options: SecureContextOptions): TicketIssue {
    const { tickets: count = TICKETS, sessionTimeout: lifetime = LONGEST_TICKET } = options;
    const { ticketKeys } = options;
    if (ticketKeys !== undefined) {
      const all = isBytes(ticketKeys) ? [ticketKeys] : ticketKeys;
      const keys = this.keeper.loadTickets((room) => writeTicketKeys(all, room));
      return { count, lifetime, keys };
    }
    if (!hasKeyElsewhere(options)) return { count, lifetime };
    return { count, lifetime, keys: this.keeper.drawTickets(this.making.seed) };
  }

  private identify(options: SecureContextOptions): Identity | IdentityChoice | null {
    const { contexts } = options;
    const mine = pairOf(this.keeper, options);
    if (contexts === undefined) return mine?.match() ?? null;
    const named = new Map<string, ClaimedIdentity>();
    for (const [name, given] of Object.entries(contexts)) {
      const pair = pairOf(this.keeper, own(given), `contexts.${name}.`);
      if (pair === null) throw new ArgumentValueError(`contexts.${name}.key`, "is missing");
      named.set(normal(name), pair);
    }
    if (named.size === 0 && mine === null) return null;
    return identityChoice(named, mine);
  }

  private configuration(given: ServerEngineOptions): ServerConfiguration {
    const options = checkOptions(given, { requestCert: REQUEST });
    const { profile, versions, protocols, groups, keepsExporter, keyLog, identity, tickets } = this;
    if (identity === null)
      throw misconfigured("NO_KEY", "a server needs key and cert, or contexts");
    const clients = this.clients(options.requestCert ?? false);
    const offer = { profile, versions, protocols, groups, keepsExporter, keyLog, tickets };
    return { ...offer, identity, clients };
  }

  private clients(request: boolean | "optional"): ServerConfiguration["clients"] {
    if (request === false) return null;
    const trust = this.trustBecause("clients are to be verified");
    return { ...trust, mandatory: request === true };
  }

  private trustBecause(why: string) {
    const { anchors, partialChain } = this;
    if (anchors === null) throw misconfigured("NO_CA", `${why}, and there is no ca`);
    return { anchors, partialChain };
  }
}

/** It may do anything, destroy the connection for example, which is in the middle of something. */
function later(keyLog: (line: string) => void): (line: string) => void {
  return (line) => queueMicrotask(() => keyLog(line));
}

/** The rules of options have seen to it that there are such groups. */
function groupsOf(list = AUTO): readonly number[] {
  return list === AUTO ? [] : (groupsNamed(list) ?? []);
}
