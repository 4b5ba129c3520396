import { LONGEST_CHAIN } from "../sandbox/engine.ts";
import { EngineError, type Side, UnusableAnchors } from "../sandbox/errors.ts";
import { KEY_FILE_MAX, type Keeper, KeeperError, type PrivateKey } from "../sandbox/keeper.ts";
import { decodeCertificates } from "./certificates.ts";
import { CredentialsError } from "./errors.ts";
import type { ClaimedIdentity } from "./identity-choice.ts";
import { TlsError } from "./tls-error.ts";

/** PEM as text; PEM or DER as bytes. */
export type Credential = string | Uint8Array;

/** A private key and its certificate. */
export interface KeyPair {
  /**
   * The private key: PKCS#8, PKCS#1 or SEC1, RSA of up to 4096 bits or EC on P-256, P-384 or P-521,
   * not encrypted. It is copied into the keeper's memory and no other; the caller's bytes stay the
   * caller's, to be wiped or not.
   */
  readonly key: Credential;
  /** Its certificate, and after it those that lead to the root; one PEM, or an array. */
  readonly cert: Credential | readonly Credential[];
}

/** A private key in the keeper, and its chain. */
export class Pair implements ClaimedIdentity {
  readonly key: PrivateKey;
  readonly chain: readonly Uint8Array[];

  /** @param where what stands before the options' names in complaints */
  constructor(
    keeper: Keeper,
    private readonly where: string,
    { key, cert }: KeyPair,
  ) {
    this.key = load(keeper, `${where}key`, key);
    this.chain = chainOf(`${where}cert`, cert);
    this.hold(() => this.key.matchClaim(this.certificate));
  }

  match(): this {
    this.hold(() => this.key.match(this.certificate));
    return this;
  }

  private get certificate(): Uint8Array {
    return this.chain[0] as Uint8Array;
  }

  private hold(match: () => void): void {
    attempt(match, { option: `${this.where}cert`, reason: "KEY_MISMATCH" });
  }
}

/** Straight into the keeper's memory: there is no other copy that would have to be wiped. */
function load(keeper: Keeper, option: string, key: Credential): PrivateKey {
  const fill = (room: Uint8Array) => {
    if (typeof key === "string") {
      const { read, written } = new TextEncoder().encodeInto(key, room);
      if (read < key.length) throw new KeeperError(`over ${KEY_FILE_MAX} bytes`);
      return written;
    }
    if (key.length > room.length) throw new KeeperError(`over ${KEY_FILE_MAX} bytes`);
    room.set(key);
    return key.length;
  };
  return attempt(() => keeper.load(fill), { option, reason: "BAD_KEY" });
}

/** The engine would refuse a longer one, but not before a client comes. */
function chainOf(option: string, cert: KeyPair["cert"]): Uint8Array[] {
  const chain = decode(option, "BAD_CERTIFICATE", cert);
  if (chain.length <= LONGEST_CHAIN) return chain;
  const message = `${chain.length} in a chain; at most ${LONGEST_CHAIN} are supported`;
  throw misconfigured("BAD_CERTIFICATE", `${option}: ${message}`);
}

/** One or more, each with one certificate or more. */
export function decode(
  option: string,
  reason: string,
  given: Credential | readonly Credential[],
): Uint8Array[] {
  const all = typeof given === "string" || given instanceof Uint8Array ? [given] : given;
  const decoded = attempt(() => all.flatMap(decodeOne), { option, reason });
  if (decoded.length === 0) throw misconfigured(reason, `${option}: no certificate in it`);
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

/** Gives what is wrong with our credentials the shape of a TlsError. */
export function attempt<T>(action: () => T, culprit?: { option: string; reason: string }): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof KeeperError || error instanceof CredentialsError) {
      const { option, reason } = culprit ?? { option: "key", reason: "BAD_KEY" };
      throw misconfigured(reason, `${option}: ${error.message}`, error);
    }
    if (error instanceof UnusableAnchors) {
      throw misconfigured("BAD_CA", `ca: ${error.message}`, error);
    }
    if (error instanceof EngineError) {
      // Nobody has connected yet: what is wrong is ours.
      throw misconfigured(error.reason, `unable to set up the engine: ${error.message}`, error);
    }
    throw error;
  }
}

export function misconfigured(reason: string, message: string, cause?: unknown): TlsError {
  const side: Side = "configuration";
  return new TlsError(message, { reason, side, ...(cause !== undefined && { cause }) });
}
