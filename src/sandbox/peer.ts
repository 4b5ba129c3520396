import * as abi from "./abi.ts";
import { type Pointer, type Sandbox, SandboxTrap } from "./instance.ts";

/** The part of wasm/engine/abi.h about the peer's certificate. */
export interface PeerExports {
  engine_peer_certificate(): Pointer;
  engine_peer_certificate_length(): number;
  engine_peer_hash(ofKey: number): Pointer;
  engine_peer_name(n: number): Pointer;
  engine_peer_name_kind(): number;
  engine_peer_name_length(): number;
  engine_peer_not_yet_valid(): number;
}

/** Attributes of a subject (RFC 5280, 4.1.2.4) and alternative names (4.2.1.6). */
const KINDS = {
  C: abi.ENGINE_NAME_C,
  ST: abi.ENGINE_NAME_ST,
  L: abi.ENGINE_NAME_L,
  O: abi.ENGINE_NAME_O,
  OU: abi.ENGINE_NAME_OU,
  CN: abi.ENGINE_NAME_CN,
  email: abi.ENGINE_NAME_EMAIL,
  DNS: abi.ENGINE_NAME_DNS,
  URI: abi.ENGINE_NAME_URI,
  IP: abi.ENGINE_NAME_IP,
} as const;

export type NameKind = keyof typeof KINDS;

export interface PeerName {
  readonly kind: NameKind;
  /** UTF-8 as the certificate has it, unchecked; of an IP address the 4 or 16 bytes. */
  readonly value: Uint8Array;
}

/** What the peer's own certificate tells. */
export interface PeerFacts {
  /** The whole certificate. */
  readonly der: Uint8Array;
  /** SHA-256 of the certificate, and of its public key info: 32 bytes each. */
  readonly hash: Uint8Array;
  readonly keyHash: Uint8Array;
  /** In the certificate's order. */
  readonly names: readonly PeerName[];
}

const HASH_LENGTH = 32;

/** PEER_SERVER_CERTIFICATE_MAX in wasm/engine. */
const CERTIFICATE_MAX = 65536;

/** A handshake message has 65535 bytes at most, and a name takes four. */
const NAMES_MAX = 16384;

/**
 * A certificate has half as many at most (PEER_SERVER_CERTIFICATE_MAX in wasm/engine); UTF-8 takes
 * more.
 */
const NAMES_BYTES_MAX = 131072;

/** @returns null if the peer sent none */
export function readPeerCertificate(sandbox: Sandbox<PeerExports>): PeerFacts | null {
  const { exports, memory } = sandbox;
  const copy = (at: Pointer, length: number) => memory.view(at, length).slice();
  const hash = exports.engine_peer_hash(0);
  if (hash === 0) return null;
  const length = exports.engine_peer_certificate_length();
  if (length > CERTIFICATE_MAX) throw new SandboxTrap("a certificate larger than one can be");
  return {
    der: copy(exports.engine_peer_certificate(), length),
    hash: copy(hash, HASH_LENGTH),
    keyHash: copy(exports.engine_peer_hash(1), HASH_LENGTH),
    names: [...readNames(sandbox)],
  };
}

/** The names of a certificate that no peer has shown. @param at where it is in the engine's memory */
export function namesAt(
  sandbox: Sandbox<PeerExports & { engine_look_at(der: Pointer, length: number): number }>,
  { at, length }: { readonly at: Pointer; readonly length: number },
): PeerName[] {
  const { exports } = sandbox;
  if (exports.engine_look_at(at, length) !== 0) return [];
  try {
    return [...readNames(sandbox)];
  } finally {
    exports.engine_look_at(at, 0);
  }
}

function* readNames({ exports, memory }: Sandbox<PeerExports>): Generator<PeerName> {
  let bytes = 0;
  for (let n = 0; ; n++) {
    const at = exports.engine_peer_name(n);
    if (at === 0) return;
    // An engine that is not itself any more may have names without end.
    if (n === NAMES_MAX) throw new SandboxTrap("more names than a certificate can have");
    const kind = kindOf(exports.engine_peer_name_kind());
    const name = memory.view(at, exports.engine_peer_name_length());
    bytes += name.length;
    // All names are views of one certificate: an engine that lies could tell it many times over.
    if (bytes > NAMES_BYTES_MAX)
      throw new SandboxTrap("more names than a certificate has room for");
    const value = name.slice();
    if (kind !== undefined) yield { kind, value };
  }
}

function kindOf(number: number): NameKind | undefined {
  const kinds = Object.keys(KINDS) as NameKind[];
  return kinds.find((kind) => KINDS[kind] === number);
}
