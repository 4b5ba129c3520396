import {
  br_md5sha1_ID,
  br_sha1_ID,
  br_sha224_ID,
  br_sha256_ID,
  br_sha384_ID,
  br_sha512_ID,
} from "./abi.ts";
import type { Profile } from "./engine-settings.ts";
import type { Attestation, KeyOperations, Role, TicketKeys } from "./key-operations.ts";

interface Needs {
  /** Hash functions that a signature before TLS 1.3 may be of. */
  readonly hashes: readonly number[];
  /** Are there suites with static key exchange? */
  readonly decrypts: boolean;
}

const SHA2 = [br_sha256_ID, br_sha384_ID, br_sha512_ID];

/** What the suites and versions of each profile need of a key; wasm/engine/profiles.c has them. */
const NEEDS: Readonly<Record<Profile, Needs>> = {
  strict: { hashes: [], decrypts: false },
  modern: { hashes: SHA2, decrypts: false },
  compat: { hashes: [br_sha1_ID, br_sha224_ID, ...SHA2], decrypts: true },
  legacy: { hashes: [br_md5sha1_ID, br_sha1_ID, br_sha224_ID, ...SHA2], decrypts: true },
};

/** What is no older profile needs no more than `modern`. */
function needsOf(profile: Profile): Needs {
  return NEEDS[profile] ?? NEEDS.modern;
}

/** Each identity of a hello that is tried costs an opening. */
const OPENINGS = 2;

/**
 * What the engine of one connection may ask of its one private key, and how often. There is no
 * renegotiation, so a handshake takes one signature or one decryption, of whatever version it is:
 * an engine that was taken over gets no more than that, and nothing once the handshake is done.
 * Tickets are sealed and opened where the connection has them, a few.
 */
export class Bindings {
  private key: KeyOperations | null = null;
  private signed = false;
  private decrypted = false;
  private sealed = 0;
  private opened = 0;
  /** null: no tickets. */
  private tickets: Tickets | null = null;

  constructor(
    private readonly role: Role,
    private readonly profile: Profile,
  ) {}

  bind(key: KeyOperations): void {
    this.key = key;
  }

  /** From now on tickets may be sealed, so many, and opened. */
  allowTickets(tickets: Tickets): void {
    this.tickets = tickets;
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

  /** As KeyOperations has it; nothing for more tickets than a client gets. */
  seal(state: Uint8Array): Uint8Array {
    const { key, tickets } = this;
    if (key === null || tickets === null || this.sealed >= tickets.count) return NOTHING;
    this.sealed++;
    return (tickets.keys ?? key).seal?.(tickets.period, state) ?? NOTHING;
  }

  /** As KeyOperations has it; nothing for more tickets than a hello's first ones. */
  open(ticket: Uint8Array): Uint8Array {
    const { key, tickets } = this;
    if (key === null || tickets === null || this.opened >= OPENINGS) return NOTHING;
    this.opened++;
    return (tickets.keys ?? key).open?.(tickets.period, ticket) ?? NOTHING;
  }
}

interface Tickets {
  /** To be sealed, at most. */
  readonly count: number;
  /** Of the ticket keys. */
  readonly period: number;
  /** In place of those that follow from the private key. */
  readonly keys?: TicketKeys | undefined;
}

const NOTHING = new Uint8Array(0);
