import { groupId, userId } from "../cli/accounts.ts";
import { UsageError } from "../cli/options.ts";
import { CredentialsError } from "../credentials/errors.ts";
import type { Kept } from "./read-into.ts";
import type { AnchorSource } from "./trust-anchors.ts";

/** A variable of the environment that must be set is not, or doesn't make sense. */
export class EnvironmentError extends Error {
  static missing(name: string): EnvironmentError {
    return new EnvironmentError(`environment variable ${name} is not set`);
  }
}

/** Where a private key and its chain of certificates are. */
export interface PairFiles {
  readonly keyFile: string;
  readonly certificateFile: string;
}

/** Everything that we read from the environment, and that prog is not to see. */
const OURS = new Set([
  "CADIR",
  "CAFILE",
  "CERTFILE",
  "KEYFILE",
  "TICKETFILE",
  "TLS_GID",
  "TLS_PROFILE",
  "TLS_UID",
]);

/** Where the key and the chain for a server name are. */
export interface NamedPairFiles extends PairFiles {
  readonly serverName: string;
}

/**
 * What the environment says about TLS. It is read once, and judged when a part of it is asked for: a
 * server without SNI needs no pairs for names, and a process without a key needs none at all.
 */
export class TlsEnvironment {
  private readonly variables: ReadonlyMap<string, string>;

  /** @param kept files that are not to be opened, since they were read before */
  constructor(
    environment: NodeJS.ProcessEnv,
    readonly kept: Kept = new Map(),
  ) {
    const all = Object.entries(environment) as [string, string][];
    this.variables = new Map(all.filter(([name, value]) => isOurs(name) && value !== undefined));
  }

  /** TLS_PROFILE's text, whatever it is; undefined: not set. */
  get profile(): string | undefined {
    return this.variables.get("TLS_PROFILE");
  }

  /** Is one of KEYFILE and CERTFILE set? */
  get namesDefaultPair(): boolean {
    return this.variables.has("KEYFILE") || this.variables.has("CERTFILE");
  }

  /** Every file that a variable names, by the variable's name; CADIR's folder is not among them. */
  get files(): ReadonlyMap<string, string> {
    const isFile = (name: string) => /^(KEYFILE|CERTFILE)(:|$)|^(CAFILE|TICKETFILE)$/.test(name);
    return new Map([...this.variables].filter(([name]) => isFile(name)));
  }

  /** TICKETFILE's path; null: not set. */
  get ticketFile(): string | null {
    return this.variables.get("TICKETFILE") ?? null;
  }

  /** CADIR's folder; null: not set. */
  get anchorDirectory(): string | null {
    return this.variables.get("CADIR") ?? null;
  }

  /**
   * The default pair.
   *
   * @throws {EnvironmentError} unless both KEYFILE and CERTFILE are set
   */
  defaultPair(): PairFiles {
    return { keyFile: this.required("KEYFILE"), certificateFile: this.required("CERTFILE") };
  }

  /**
   * The pairs for server names: each KEYFILE:x with its CERTFILE:x.
   *
   * @throws {CredentialsError} for a KEYFILE:x without its CERTFILE:x
   */
  namedPairs(): NamedPairFiles[] {
    return [...this.variables].flatMap(([name, keyFile]) => {
      if (!name.startsWith(KEY_PREFIX)) return [];
      const serverName = name.slice(KEY_PREFIX.length);
      const certificateFile = this.variables.get(CERTIFICATE_PREFIX + serverName);
      if (certificateFile === undefined) {
        throw new CredentialsError(`${name} is set, but ${CERTIFICATE_PREFIX}${serverName} is not`);
      }
      return [{ serverName, keyFile, certificateFile }];
    });
  }

  /**
   * Where the CAs' certificates are; CADIR wins.
   *
   * @throws {EnvironmentError} if neither CADIR nor CAFILE is set
   */
  anchorSource(): AnchorSource {
    const directory = this.variables.get("CADIR");
    if (directory !== undefined) return { directory };
    const file = this.variables.get("CAFILE");
    if (file !== undefined) return { file };
    throw EnvironmentError.missing("CADIR or CAFILE");
  }

  /**
   * The user and the group that TLS_UID and TLS_GID name.
   *
   * @throws {EnvironmentError} if one is no number that a user or group can have, nor a name
   */
  engineOwner(): EngineOwner {
    return { uid: this.identifier("TLS_UID", userId), gid: this.identifier("TLS_GID", groupId) };
  }

  private required(name: string): string {
    const value = this.variables.get(name);
    if (value === undefined) throw EnvironmentError.missing(name);
    return value;
  }

  /** @param find throws a UsageError */
  private identifier(name: string, find: (text: string) => number): number | null {
    const value = this.variables.get(name);
    if (value === undefined) return null;
    try {
      const id = find(value);
      if (id <= ID_MAX) return id;
      throw new UsageError(`no id of a user or group: ${value}`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new EnvironmentError(`environment variable ${name}: ${error.message}`);
    }
  }
}

/** The user and group that the engine's process becomes; null: no change. */
export interface EngineOwner {
  readonly uid: number | null;
  readonly gid: number | null;
}

const KEY_PREFIX = "KEYFILE:";
const CERTIFICATE_PREFIX = "CERTFILE:";

/** The largest number means "no change" to the system. */
const ID_MAX = 0xfffffffe;

/** Is this a variable that s6-tlsd removes from prog's environment? */
export function isOurs(name: string): boolean {
  return OURS.has(name) || name.startsWith(KEY_PREFIX) || name.startsWith(CERTIFICATE_PREFIX);
}
