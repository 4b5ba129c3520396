import { BR_ERR_LIMIT_EXCEEDED, BR_ERR_X509_EMPTY_CHAIN } from "./abi.ts";
import type { EngineExports } from "./engine-exports.ts";
import type { ClientVerification } from "./engine-settings.ts";
import { EngineError, UnusableAnchors } from "./errors.ts";
import type { Pointer, Sandbox } from "./instance.ts";

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

  /** @param room as many bytes as the chain has */
  addChain(chain: readonly Uint8Array[], room: Pointer): void {
    const { exports, memory } = this.sandbox;
    if (chain.length === 0) throw new EngineError(BR_ERR_X509_EMPTY_CHAIN);
    let at = room;
    for (const der of chain) {
      memory.view(at, der.length).set(der);
      check(exports.engine_add_certificate(at, der.length));
      at = (at + der.length) as Pointer;
    }
  }

  expectName(serverName: string): void {
    const { at, length } = this.place(serverName);
    check(this.sandbox.exports.engine_set_server_name(at, length));
  }

  offer(protocols: readonly string[] = []): void {
    for (const protocol of protocols) {
      const { at, length } = this.place(protocol);
      check(this.sandbox.exports.engine_add_protocol(at, length));
    }
  }

  addAnchors(anchors: readonly Uint8Array[]): void {
    const { exports } = this.sandbox;
    const room = this.alloc(Math.max(...anchors.map((der) => der.length)));
    const usable = anchors.filter((der) => {
      this.sandbox.memory.view(room, der.length).set(der);
      return exports.engine_add_trust_anchor(room, der.length) === 0;
    });
    if (usable.length === 0) throw new UnusableAnchors("none of the certificates can be used");
  }

  verifyClients({ mandatory, now }: ClientVerification): void {
    const { exports } = this.sandbox;
    const code = exports.engine_request_certificate(mandatory ? 1 : 0, ...timeOf(now));
    if (code === BR_ERR_LIMIT_EXCEEDED) {
      throw new UnusableAnchors("their names are too many for a handshake message (65535 bytes)");
    }
    check(code);
  }

  verifyServer(now: number): void {
    check(this.sandbox.exports.engine_verify_server(...timeOf(now)));
  }

  start(fill: (room: Uint8Array) => void): void {
    const seed = this.alloc(SEED_LENGTH);
    fill(this.sandbox.memory.view(seed, SEED_LENGTH));
    check(this.sandbox.exports.engine_start(seed));
  }

  /** @throws {EngineError} when the module's memory has reached its limit */
  alloc(length: number): Pointer {
    const at = this.sandbox.exports.engine_alloc(length);
    if (at === 0) throw EngineError.outOfMemory();
    return at;
  }

  private place(text: string): { at: Pointer; length: number } {
    const bytes = new TextEncoder().encode(text);
    const at = this.alloc(bytes.length);
    this.sandbox.memory.view(at, bytes.length).set(bytes);
    return { at, length: bytes.length };
  }
}

/** @throws {EngineError} for a code that is not 0 */
export function check(code: number): void {
  if (code !== 0) throw new EngineError(code);
}

/** As abi.h has it: days since the first of January of the year 0, and seconds of that day. */
function timeOf(milliseconds: number): [days: number, seconds: number] {
  const days = Math.floor(milliseconds / DAY);
  return [EPOCH_DAYS + days, Math.floor((milliseconds - days * DAY) / 1000)];
}
