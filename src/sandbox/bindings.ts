import type { Profile } from "./engine-settings.ts";
import type { Attestation, KeyOperations, Role } from "./keeper.ts";

/** BearSSL's identifiers of hash functions (bearssl_hash.h); 0 is MD5 and SHA-1 together. */
const MD5_AND_SHA1 = 0;
const SHA1 = 2;
const SHA224 = 3;
const SHA256 = 4;
const SHA384 = 5;
const SHA512 = 6;

interface Needs {
  /** Hash functions that a signature before TLS 1.3 may be of. */
  readonly hashes: readonly number[];
  /** Are there suites with static key exchange? */
  readonly decrypts: boolean;
}

const SHA2 = [SHA256, SHA384, SHA512];

/** What the suites and versions of each profile need of a key; wasm/engine/profiles.c has them. */
const NEEDS: Readonly<Record<Profile, Needs>> = {
  strict: { hashes: [], decrypts: false },
  modern: { hashes: SHA2, decrypts: false },
  compat: { hashes: [SHA1, SHA224, ...SHA2], decrypts: true },
  legacy: { hashes: [MD5_AND_SHA1, SHA1, SHA224, ...SHA2], decrypts: true },
};

/** What is no older profile needs no more than `modern`. */
function needsOf(profile: Profile): Needs {
  return NEEDS[profile] ?? NEEDS.modern;
}

/**
 * What the engine of one connection may ask of its one private key, and how often. There is no
 * renegotiation, so a handshake takes one signature or one decryption, of whatever version it is:
 * an engine that was taken over gets no more than that, and nothing once the handshake is done.
 */
export class Bindings {
  private key: KeyOperations | null = null;
  private signed = false;
  private decrypted = false;

  constructor(
    private readonly role: Role,
    private readonly profile: Profile,
  ) {}

  bind(key: KeyOperations): void {
    this.key = key;
  }

  /** The handshake is done, or the connection is over. */
  unbind(): void {
    this.key = null;
  }

  get isBound(): boolean {
    return this.key !== null;
  }

  /** As KeyOperations has it; 0 for what the profile never needs, and for a second signature. */
  sign(hash: number, value: Uint8Array, out: Uint8Array): number {
    if (this.key === null || this.signed || !needsOf(this.profile).hashes.includes(hash)) return 0;
    const length = this.key.sign(hash, value, out);
    this.signed = length > 0;
    return length;
  }

  /** As KeyOperations has it; 0 for what the profile never needs, and for the second time. */
  decrypt(data: Uint8Array): number {
    const { decrypts } = needsOf(this.profile);
    if (this.key === null || this.decrypted || !decrypts || this.role === "client") return 0;
    this.decrypted = true;
    return this.key.decrypt(data);
  }

  /** As KeyOperations has it; nothing after a signature of either kind was asked for. */
  attest(request: Omit<Attestation, "role">): Uint8Array | Promise<Uint8Array> {
    if (this.key === null || this.signed) return NOTHING;
    this.signed = true;
    return this.key.attest({ ...request, role: this.role });
  }
}

const NOTHING = new Uint8Array(0);
