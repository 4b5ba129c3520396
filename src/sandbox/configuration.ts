import {
  BR_ERR_LIMIT_EXCEEDED,
  BR_ERR_UNSUPPORTED_VERSION,
  BR_ERR_X509_EMPTY_CHAIN,
} from "./abi.ts";
import type { EngineExports } from "./engine-exports.ts";
import {
  type ClientVerification,
  type TicketIssue,
  type Verification,
  type VersionLimits,
  versionNumbers,
} from "./engine-settings.ts";
import { EngineError, NoVersionLeft, UnusableAnchors } from "./errors.ts";
import type { Pointer, Sandbox } from "./instance.ts";
import { addressBytes } from "./ip-address.ts";
import { namesAt } from "./peer.ts";

const SEED_LENGTH = 32;
/** The Unix epoch in days since the first of January of the year 0. */
const EPOCH_DAYS = 719528;
const DAY = 86_400_000;

/**
 * What an engine is told before its peer speaks: chain, CAs, names, time and entropy. Only a chain
 * that depends on the client comes later.
 */
export class Configuration {
  constructor(private readonly sandbox: Sandbox<EngineExports>) {}

  /**
   * @param code what choosing the profile has answered
   * @throws {NoVersionLeft} if there is nothing to offer
   */
  offerVersions(code: number, limits: VersionLimits = {}): void {
    const { exports } = this.sandbox;
    const codes = [code, exports.engine_limit_versions(...versionNumbers(limits))];
    if (codes.includes(BR_ERR_UNSUPPORTED_VERSION)) throw new NoVersionLeft();
    requireZero(code);
  }

  /** @param room as many bytes as the chain has */
  addChain(chain: readonly Uint8Array[], room: Pointer): void {
    const { exports, memory } = this.sandbox;
    if (chain.length === 0) throw new EngineError(BR_ERR_X509_EMPTY_CHAIN);
    let at = room;
    for (const der of chain) {
      memory.view(at, der.length).set(der);
      requireZero(exports.engine_add_certificate(at, der.length));
      at = (at + der.length) as Pointer;
    }
  }

  /** @param serverName a host's name, with or without the root's dot at its end; or an IP address */
  expectName(serverName: string): void {
    const { exports } = this.sandbox;
    const address = addressBytes(serverName);
    if (address === null) {
      const { at, length } = this.place(withoutFinalDot(serverName));
      requireZero(exports.engine_set_server_name(at, length));
    } else {
      const at = this.placeBytes(address);
      requireZero(exports.engine_set_server_address(at, address.length));
    }
  }

  offer(protocols: readonly string[] = []): void {
    for (const protocol of protocols) {
      const { at, length } = this.place(protocol);
      requireZero(this.sandbox.exports.engine_add_protocol(at, length));
    }
  }

  exchangeIn(groups: readonly number[] = []): void {
    for (const group of groups) requireZero(this.sandbox.exports.engine_add_group(group));
  }

  addAnchors({ anchors, partialChain, leftOut }: Omit<Verification, "now">): void {
    if (partialChain) this.sandbox.exports.engine_trust_partial_chains();
    const room = this.alloc(Math.max(...anchors.map((der) => der.length)));
    let unusable = 0;
    const leaveOut = ({ der, flaw }: Flawed) => {
      unusable++;
      this.sandbox.memory.view(room, der.length).set(der);
      const names = namesAt(this.sandbox, { at: room, length: der.length });
      leftOut?.({ der, names, reason: flaw.message });
    };

    // A CA's certificate may come before that of the CA that issued it.
    let left = anchors;
    let without: Flawed[] = [];
    do {
      const flawed = this.addEach(left, room);
      without = flawed.filter(({ flaw }) => flaw.reason === "X509_ANCHOR_WITHOUT_ISSUER");
      for (const one of flawed) if (!without.includes(one)) leaveOut(one);
      if (without.length === left.length) break;
      left = without.map(({ der }) => der);
    } while (left.length > 0);
    without.forEach(leaveOut);
    if (unusable === anchors.length) {
      throw new UnusableAnchors("none of the certificates can be used");
    }
  }

  /** @returns those that are none */
  private addEach(anchors: readonly Uint8Array[], room: Pointer): Flawed[] {
    const { exports, memory } = this.sandbox;
    return anchors.flatMap((der) => {
      memory.view(room, der.length).set(der);
      const code = exports.engine_add_trust_anchor(room, der.length);
      return code === 0 ? [] : [{ der, flaw: new EngineError(code) }];
    });
  }

  verifyClients({ mandatory, now }: ClientVerification): void {
    const { exports } = this.sandbox;
    const code = exports.engine_request_certificate(mandatory ? 1 : 0, ...timeOf(now));
    if (code === BR_ERR_LIMIT_EXCEEDED) {
      throw new UnusableAnchors("their names are too many for a handshake message (65535 bytes)");
    }
    requireZero(code);
  }

  verifyServer(now: number): void {
    requireZero(this.sandbox.exports.engine_verify_server(...timeOf(now)));
  }

  issueTickets({ count, lifetime }: TicketIssue): void {
    requireZero(this.sandbox.exports.engine_issue_tickets(count, lifetime));
  }

  /** @param age milliseconds */
  resume(state: Uint8Array, age: number): void {
    const at = state.length === 0 ? 0 : this.placeBytes(state);
    this.sandbox.exports.engine_resume(at as Pointer, state.length, age);
  }

  start(fill: (room: Uint8Array) => void): void {
    const seed = this.alloc(SEED_LENGTH);
    fill(this.sandbox.memory.view(seed, SEED_LENGTH));
    requireZero(this.sandbox.exports.engine_start(seed));
  }

  /** @throws {EngineError} when the module's memory has reached its limit */
  alloc(length: number): Pointer {
    const at = this.sandbox.exports.engine_alloc(length);
    if (at === 0) throw EngineError.outOfMemory();
    return at;
  }

  private place(text: string): { at: Pointer; length: number } {
    const bytes = new TextEncoder().encode(text);
    return { at: this.placeBytes(bytes), length: bytes.length };
  }

  private placeBytes(bytes: Uint8Array): Pointer {
    const at = this.alloc(bytes.length);
    this.sandbox.memory.view(at, bytes.length).set(bytes);
    return at;
  }
}

/** A certificate that is no anchor, and why. */
interface Flawed {
  readonly der: Uint8Array;
  readonly flaw: EngineError;
}

/** @throws {EngineError} for a code that is not 0 */
export function requireZero(code: number): void {
  if (code !== 0) throw new EngineError(code);
}

/** The root's dot is in no certificate, and not sent either (RFC 6066, 3). */
function withoutFinalDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}

/** As abi.h has it: days since the first of January of the year 0, and seconds of that day. */
function timeOf(milliseconds: number): [days: number, seconds: number] {
  const days = Math.floor(milliseconds / DAY);
  return [EPOCH_DAYS + days, Math.floor((milliseconds - days * DAY) / 1000)];
}
