import { LONGEST_CHAIN } from "../sandbox/engine-settings.ts";
import type { Side } from "../sandbox/error-meanings.ts";
import { EngineError, UnusableAnchors } from "../sandbox/errors.ts";
import { KEY_FILE_MAX, type Keeper, type PrivateKey } from "../sandbox/keeper.ts";
import { KeeperError } from "../sandbox/keeper-refusals.ts";
import { isBytes } from "./bytes.ts";
import { unsupportedKeyOf } from "./certificate-kind.ts";
import { decodeCertificates } from "./certificates.ts";
import { CredentialsError } from "./errors.ts";
import type { ClaimedIdentity } from "./identity-choice.ts";
import type { Credential } from "./options.ts";
import { OutsidePair, type Sign } from "./outside-key.ts";
import { ArgumentValueError, TlsError } from "./tls-error.ts";

export type { Credential } from "./options.ts";

/** A private key and its certificate. */
export interface KeyPair {
  /**
   * The private key: PKCS#8, PKCS#1 or SEC1, RSA of up to 4096 bits or EC on P-256, P-384 or P-521,
   * not encrypted. It is copied into the keeper's memory and no other; the caller's bytes stay the
   * caller's, to be wiped or not.
   */
  readonly key: Credential | readonly Credential[];
  /** Its certificate, and after it those that lead to the root; one PEM, or an array. */
  readonly cert: Credential | readonly Credential[];
}

/** A certificate whose private key is elsewhere. */
export interface OutsideKeyPair {
  /**
   * In place of `key`: signs with a key in a device or a service, and may take its time. Connections are
   * of TLS 1.3 then, and no older version.
   */
  readonly sign: Sign;
  /** The key's certificate, and after it those that lead to the root; one PEM, or an array. */
  readonly cert: Credential | readonly Credential[];
}

/** Where a pair comes from: files, or options. */
export interface PairSource {
  /** Writes the private key into the keeper's memory, and says how long it is. */
  readonly fill: (room: Uint8Array) => number;
  /** The certificates in DER, the key's own first. */
  readonly certificates: () => readonly Uint8Array[];
  /** The words for what goes wrong: with the key, with the chain, or with the two together. */
  readonly complain: (part: "key" | "chain" | "pair", error: unknown) => unknown;
}

/** A private key in the keeper, and its chain: the one way in for files and for options. */
export class Pair implements ClaimedIdentity {
  readonly key: PrivateKey;
  readonly chain: readonly Uint8Array[];

  /** A key file that lies about its public half is found out by `match`. */
  constructor(
    keeper: Keeper,
    private readonly source: PairSource,
  ) {
    this.key = this.attempt("key", () => keeper.load(source.fill));
    this.chain = this.attempt("chain", () => bounded(source.certificates()));
    this.matching((certificate) => this.key.matchClaim(certificate));
  }

  match(): this {
    this.matching((certificate) => this.key.match(certificate));
    return this;
  }

  private matching(match: (certificate: Uint8Array) => void): void {
    this.attempt("pair", () => {
      const [certificate, ...others] = this.chain as [Uint8Array, ...Uint8Array[]];
      try {
        match(certificate);
      } catch (error) {
        if (!(error instanceof KeeperError)) throw error;
        const at = others.findIndex((other) => belongs(this.key, other));
        if (at !== -1) throw new CredentialsError(belongsTo(at + 2));
        const why = unsupportedKeyOf(certificate);
        throw why === null ? error : new CredentialsError(why);
      }
    });
  }

  private attempt<T>(part: "key" | "chain" | "pair", action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.source.complain(part, error);
    }
  }
}

function belongs(key: PrivateKey, certificate: Uint8Array): boolean {
  try {
    key.matchClaim(certificate);
    return true;
  } catch (error) {
    if (error instanceof KeeperError) return false;
    throw error;
  }
}

/** @param position 1 is the first */
function belongsTo(position: number): string {
  const ordinal = position < 4 ? ["2nd", "3rd"][position - 2] : `${position}th`;
  return `the private key belongs to the ${ordinal} certificate; put that one first, and behind it those that lead from it to a CA`;
}

/** The engine would refuse a longer one, but not before a client comes. */
function bounded(chain: readonly Uint8Array[]): readonly Uint8Array[] {
  if (chain.length <= LONGEST_CHAIN) return chain;
  throw new CredentialsError(`${chain.length} in a chain; at most ${LONGEST_CHAIN} are supported`);
}

/** The options of a pair, as far as they are there. */
export type PairOptions = Partial<KeyPair & OutsideKeyPair>;

/**
 * A pair of options: with a key for the keeper, or one that is elsewhere.
 *
 * @param where what stands before the options' names in complaints
 * @returns null where there is none
 * @throws `ArgumentValueError` for half a pair; `TlsError` for one that can't be used
 */
export function pairOf(keeper: Keeper, options: PairOptions, where = ""): ClaimedIdentity | null {
  const { key, sign, cert } = options;
  if (key !== undefined && sign !== undefined) {
    throw new ArgumentValueError(`${where}sign`, "is in place of key: one of them is enough");
  }
  const hasKey = key !== undefined || sign !== undefined;
  if (hasKey !== (cert !== undefined)) {
    throw new ArgumentValueError(`${where}${hasKey ? "cert" : "key"}`, "is missing");
  }
  if (cert === undefined) return null;
  if (key !== undefined) return new Pair(keeper, fromOptions(where, { key, cert }));
  return outsidePair(keeper, where, { sign: sign as Sign, cert });
}

function fromOptions(where: string, { key, cert }: KeyPair): PairSource {
  return {
    fill: (room) => write(oneOf(key), room),
    certificates: () => decodeAll(cert),
    complain: (part, error) => complaint(`${where}${part === "key" ? "key" : "cert"}`, part, error),
  };
}

function outsidePair(keeper: Keeper, where: string, { sign, cert }: OutsideKeyPair): OutsidePair {
  try {
    return new OutsidePair({ keeper, sign, chain: bounded(decodeAll(cert)) });
  } catch (error) {
    throw complaint(`${where}cert`, "chain", error);
  }
}

function complaint(option: string, part: keyof typeof REASONS, error: unknown): unknown {
  if (!(error instanceof KeeperError || error instanceof CredentialsError)) return error;
  return misconfigured(REASONS[part], `${option}: ${error.message}`, error);
}

const REASONS = { key: "BAD_KEY", chain: "BAD_CERTIFICATE", pair: "KEY_MISMATCH" } as const;

/** Its rule says that there is one. */
function oneOf(key: Credential | readonly Credential[]): Credential {
  return typeof key === "string" || isBytes(key) ? key : (key[0] as Credential);
}

/** Straight into the keeper's memory: there is no other copy that would have to be wiped. */
function write(key: Credential, room: Uint8Array): number {
  if (typeof key === "string") {
    const { read, written } = new TextEncoder().encodeInto(key, room);
    if (read < key.length) throw new KeeperError(`over ${KEY_FILE_MAX} bytes`);
    return written;
  }
  if (key.length > room.length) throw new KeeperError(`over ${KEY_FILE_MAX} bytes`);
  room.set(key);
  return key.length;
}

/** The certificates of the CAs in an option. */
export function decodeAnchors(given: Credential | readonly Credential[]): Uint8Array[] {
  try {
    return decodeAll(given);
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error;
    throw misconfigured("BAD_CA", `ca: ${error.message}`, error);
  }
}

/** One or more, each with one certificate or more. */
function decodeAll(given: Credential | readonly Credential[]): Uint8Array[] {
  const all = typeof given === "string" || isBytes(given) ? [given] : given;
  const decoded = all.flatMap(decodeOne);
  if (decoded.length === 0) throw new CredentialsError("no certificate in it");
  return decoded;
}

function decodeOne(given: Credential): Uint8Array[] {
  if (typeof given !== "string") return decodeCertificates(given);
  const bytes = new TextEncoder().encode(given);
  try {
    return decodeCertificates(bytes);
  } finally {
    // The text may hold the private key as well.
    bytes.fill(0);
  }
}

/** An engine could not be made: what is wrong, in the shape of a TlsError. */
export function asTlsError(error: unknown): unknown {
  if (error instanceof UnusableAnchors) {
    return misconfigured("BAD_CA", `ca: ${error.message}`, error);
  }
  if (error instanceof EngineError) {
    // No peer has connected yet, so the fault is in our configuration.
    return misconfigured(error.reason, `unable to set up the engine: ${error.message}`, error);
  }
  return error;
}

export function misconfigured(reason: string, message: string, cause?: unknown): TlsError {
  const side: Side = "configuration";
  return new TlsError(message, { reason, side, ...(cause !== undefined && { cause }) });
}
