import type { Engine } from "../sandbox/engine.ts";
import {
  type ClientSessions,
  type Identity,
  type IdentityChoice,
  LONGEST_TICKET,
  type Profile,
  type ServerConfiguration,
  type TicketIssue,
  type VersionLimits,
} from "../sandbox/engine-settings.ts";
import { clientEngine, leftOutOf, serverEngine, serverEngines } from "../sandbox/engines.ts";
import { groupsNamed } from "../sandbox/groups.ts";
import { Keeper, wipedIfItFails } from "../sandbox/keeper.ts";
import { own } from "../sandbox/own.ts";
import { checkStamp } from "../sandbox/stamp.ts";
import { isBytes } from "./bytes.ts";
import { type ClaimedIdentity, identityChoice } from "./identity-choice.ts";
import {
  AUTO,
  BOOLEAN,
  CONTEXT_OPTIONS,
  checkOptions,
  NODE_VERSIONS,
  REQUEST,
  SERVER_NAME,
} from "./options.ts";
import {
  type Credential,
  decodeAnchors,
  type KeyPair,
  misconfigured,
  type OutsideKeyPair,
  pairOf,
  settingUp,
} from "./pair.ts";
import { normal } from "./server-names.ts";
import { subjectOf } from "./subject.ts";
import { writeTicketKeys } from "./ticket-keys.ts";
import { ArgumentTypeError, ArgumentValueError } from "./tls-error.ts";

export type { Sign } from "./outside-key.ts";
export type { Credential, KeyPair, OutsideKeyPair } from "./pair.ts";
export type { SignatureScheme } from "./signature-scheme.ts";

/** What connections may share. */
export interface SecureContextOptions extends Partial<KeyPair>, Partial<OutsideKeyPair> {
  /**
   * A server's further pairs, by the name that a client asks for (SNI, RFC 6066, 3), or by a wildcard
   * for its first label. Without `key` and `cert`, clients that ask for other names are refused.
   */
  readonly contexts?: Readonly<Record<string, KeyPair | OutsideKeyPair>>;
  /** Certificates of the CAs that may vouch for the peer. */
  readonly ca?: Credential | readonly Credential[];
  /** Versions and suites; `modern` unless told otherwise. See docs/design.md, Profiles. */
  readonly profile?: Profile;
  /** Of the profile's versions, only this one and newer ones. */
  readonly minVersion?: keyof typeof NODE_VERSIONS;
  /** Of the profile's versions, only this one and older ones. */
  readonly maxVersion?: keyof typeof NODE_VERSIONS;
  /**
   * Groups in which keys may be exchanged, the best first, with colons between them, as in Node; or
   * `auto`, the default: all of X25519MLKEM768, X25519, secp256r1, secp384r1 and secp521r1.
   */
  readonly ecdhCurve?: string;
  /** Whether connections keep what `exportKeyingMaterial` needs; false is the default. */
  readonly keepExporter?: boolean;
  /**
   * For debuggers: takes each line of NSS's key log format, with its newline, as Node's event `keylog` has
   * it. They decrypt all that connections of this context say.
   */
  readonly keyLog?: (line: string) => void;
  /** Application protocols (ALPN, RFC 7301), the best first. A server's order counts. */
  readonly ALPNProtocols?: readonly string[];
  /**
   * Session tickets that a server gives each client of TLS 1.3, 0 to 4; 2 unless told otherwise, and none
   * where clients are asked for certificates. 0: no session is resumed, nor taken by a client.
   */
  readonly tickets?: number;
  /**
   * Keys that a server seals its tickets with: 32, 48 (Node's) or 80 random bytes each, up to 16. The
   * first seals, all open. Without them they follow from the private key, so that all processes with that
   * key resume each other's sessions; where a key is elsewhere (`sign`), one is drawn for this context.
   */
  readonly ticketKeys?: Uint8Array | readonly Uint8Array[];
  /** For how many seconds a server's sessions can be resumed, 1 to 21600, which is the default. */
  readonly sessionTimeout?: number;
}

/** Sessions are TLS 1.3's. */
const NEWEST = "1.3";

/** A client that opens two connections at once has one for each. */
const TICKETS = 2;

/** How a server treats one client. */
export interface ServerEngineOptions {
  /**
   * Whether clients are asked for a certificate: `true` refuses those without a good one, `optional`
   * welcomes those that have none at all. A bad one is always refused. `false` is the default.
   */
  readonly requestCert?: boolean | "optional";
}

/** How a client treats its server. */
export interface ClientEngineOptions {
  /**
   * The server's name: it is asked for (SNI) and must be in the certificate. null: neither.
   */
  readonly servername?: string | null;
  /** false: any server will do, and nothing is known of it. */
  readonly rejectUnauthorized?: boolean;
}

/** A CA's certificate that can't be used. */
export interface UnusableAuthority {
  /** `C=…, O=…, CN=…`, special characters escaped. */
  readonly subject: string;
  readonly reason: string;
}

/** The two compiled modules: dist/engine.wasm and dist/keeper.wasm. */
export interface Modules {
  readonly engine: WebAssembly.Module;
  readonly keeper: WebAssembly.Module;
}

/** How engines get their entropy: the argument is to be filled. */
export type Seed = (room: Uint8Array) => void;

/**
 * Keys, certificates and settings, read and checked once, for any number of connections of either
 * role. The private keys live in a sandbox of their own, the keeper; every connection has an engine.
 */
export class SecureContext {
  private readonly keeper: Keeper;
  private readonly identity: Identity | IdentityChoice | null;
  private readonly anchors: readonly Uint8Array[] | null;
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
  constructor(
    private readonly modules: Modules,
    given: SecureContextOptions,
    private readonly seed: Seed,
  ) {
    const options = checkOptions(given, CONTEXT_OPTIONS);
    for (const name of ["engine", "keeper"] as const) checkModule(name, modules?.[name]);
    // The options are not kept: a context can be printed, and the private key is not in it.
    this.profile = options.profile ?? "modern";
    this.versions = versionsOf(options);
    this.protocols = [...(options.ALPNProtocols ?? [])];
    this.groups = groupsOf(options.ecdhCurve);
    this.keepsExporter = options.keepExporter ?? false;
    this.keyLog = options.keyLog && later(options.keyLog);
    this.keeper = new Keeper(modules.keeper);
    this.tickets = this.issue(options);
    [this.identity, this.anchors] = wipedIfItFails(this.keeper, () => [
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
    const { seed } = this;
    const configuration = this.configuration(options);
    const now = Date.now();
    const clients = configuration.clients && { ...configuration.clients, now };
    const settings = { ...configuration, clients, now, seed };
    return settingUp(() => serverEngine(this.modules.engine, settings));
  }

  /**
   * The same for many clients, one after the other: the CAs are decoded once.
   *
   * @internal
   * @throws `TlsError` as does each call of the result
   */
  serverEngines(options: ServerEngineOptions): () => Engine {
    const { seed } = this;
    const configuration = this.configuration(options);
    const make = settingUp(() => serverEngines(this.modules.engine, configuration));
    return () => settingUp(() => make({ now: Date.now(), seed }));
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
    const { profile, versions, protocols, groups, keepsExporter, keyLog, identity, seed } = this;
    if (identity !== null && "choose" in identity) {
      throw new ArgumentValueError("contexts", "is a server's; a client has key and cert");
    }
    const { servername: serverName = null, rejectUnauthorized = true } = options;
    const server = rejectUnauthorized
      ? { anchors: this.anchorsBecause("a server is to be verified"), now: Date.now() }
      : null;
    const common = { profile, versions, identity, protocols, groups, keepsExporter, keyLog, seed };
    const settings = { ...common, serverName, server, sessions };
    return settingUp(() => clientEngine(this.modules.engine, settings));
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
    const chain = identity !== null && "chain" in identity ? identity.chain : [];
    const names = [profile, versions.min ?? "", ...protocols].join(" ");
    return [names, groups.join(" "), `${chain.length}`, ...chain, ...(anchors ?? [])];
  }

  /**
   * The certificates in `ca` that can't vouch for another one, and why: a key of a kind
   * that is not supported, a critical extension that is not understood, and so on. If none of
   * them can, a connection that needs one throws.
   */
  get unusableAuthorities(): readonly UnusableAuthority[] {
    if (this.anchors === null) return [];
    return leftOutOf(this.modules.engine, this.anchors).map(({ names, reason }) => ({
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
    return { count, lifetime, keys: this.keeper.drawTickets(this.seed) };
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
    const anchors = this.anchorsBecause("clients are to be verified");
    return { anchors, mandatory: request === true };
  }

  private anchorsBecause(why: string): readonly Uint8Array[] {
    if (this.anchors === null) throw misconfigured("NO_CA", `${why}, and there is no ca`);
    return this.anchors;
  }
}

/** It may do anything, destroy the connection for example, which is in the middle of something. */
function later(keyLog: (line: string) => void): (line: string) => void {
  return (line) => queueMicrotask(() => keyLog(line));
}

/** @throws `ArgumentTypeError` `TlsError` unless it is a module of the same build as we are */
function checkModule(name: keyof Modules, module: unknown): void {
  if (!(module instanceof WebAssembly.Module)) {
    throw new ArgumentTypeError(`modules.${name}`, "a WebAssembly.Module", module);
  }
  try {
    checkStamp(module);
  } catch (error) {
    const { message } = error as Error;
    throw misconfigured("WRONG_MODULE", `modules.${name} can't be used: ${message}`, error);
  }
}

/** Of one pair at least. */
function hasKeyElsewhere({ sign, contexts = {} }: SecureContextOptions): boolean {
  const isOutside = (pair: object) => "sign" in pair && pair.sign !== undefined;
  return sign !== undefined || Object.values(contexts).map(own).some(isOutside);
}

/** A key that is elsewhere takes its time, which BearSSL's versions don't have. */
function versionsOf(options: SecureContextOptions): VersionLimits {
  const { minVersion, maxVersion } = options;
  const max = maxVersion === undefined ? null : NODE_VERSIONS[maxVersion];
  if (hasKeyElsewhere(options)) {
    if (max !== null && max !== "1.3") {
      throw new ArgumentValueError("sign", `needs TLS 1.3, and maxVersion is ${maxVersion}`);
    }
    return { min: "1.3", max, because: "older versions can't wait for sign" };
  }
  return { min: minVersion === undefined ? null : NODE_VERSIONS[minVersion], max };
}

/** The rules of options have seen to it that there are such groups. */
function groupsOf(list = AUTO): readonly number[] {
  return list === AUTO ? [] : (groupsNamed(list) ?? []);
}
