import * as abi from "./abi.ts";
import { instantiate, type Pointer, type Sandbox, SandboxTrap } from "./instance.ts";
import { KeeperError, refusal, ticketRefusal } from "./keeper-refusals.ts";
import type { Attestation, KeyOperations, Role, TicketKeys } from "./key-operations.ts";

/** The typed twin of wasm/keeper/abi.h. */
interface KeeperExports {
  keeper_mailbox(): Pointer;
  keeper_load(length: number): number;
  keeper_match(handle: number, length: number): number;
  keeper_match_claim(handle: number, length: number): number;
  keeper_sign(handle: number, hash: number, length: number): number;
  keeper_attest(handle: number, role: number, scheme: number, length: number): number;
  keeper_seal(handle: number, period: number, length: number): number;
  keeper_open(handle: number, period: number, length: number): number;
  keeper_load_tickets(length: number): number;
  keeper_draw_tickets(): void;
  keeper_decrypt(handle: number, length: number): number;
}

/** The most that a key file, or a key's certificate, may have, in bytes. */
export const KEY_FILE_MAX = abi.KEEPER_MAILBOX;

/** Bytes of the longest signature: with an RSA key of 4096 bits. */
const SIGNATURE_MAX = 512;

const ROLES: Readonly<Record<Role, number>> = {
  server: abi.KEEPER_SERVER,
  client: abi.KEEPER_CLIENT,
};

/** The sandbox of the private keys: one for a process. It imports nothing. */
export class Keeper {
  private readonly sandbox: Sandbox<KeeperExports>;
  private readonly mailbox: Pointer;

  constructor(module: WebAssembly.Module) {
    this.sandbox = instantiate<KeeperExports>(module);
    this.mailbox = this.sandbox.exports.keeper_mailbox();
  }

  /**
   * Takes in a key file: PKCS#1, SEC1 or PKCS#8, PEM or DER.
   *
   * @param fill writes the file into the keeper's own memory and returns its length in bytes; so
   *   no copy of the key ever exists outside of it
   * @throws {KeeperError} if the file is no key that can be used
   */
  load(fill: (room: Uint8Array) => number): PrivateKey {
    const { exports } = this.sandbox;
    const handle = this.readFile(fill, (length) => exports.keeper_load(length));
    this.refuse(handle);
    return new PrivateKey(this, handle);
  }

  /** @throws {UseAfterWipe} once it was wiped */
  requireUsable(): void {
    this.sandbox.exports.keeper_mailbox();
  }

  /**
   * Takes in a file of ticket keys, as TICKETFILE is, once; `fill` is as for `load`.
   *
   * @throws {KeeperError} if a line of it is no key
   */
  loadTickets(fill: (room: Uint8Array) => number): TicketKeys {
    const { exports } = this.sandbox;
    const answer = this.readFile(fill, (length) => exports.keeper_load_tickets(length));
    if (answer < 0) throw new KeeperError(ticketRefusal(answer));
    return this.ring();
  }

  /** A ticket key of its own, once; `fill` writes fresh entropy. */
  drawTickets(fill: (room: Uint8Array) => void): TicketKeys {
    fill(this.room(TICKET_KEY));
    this.sandbox.exports.keeper_draw_tickets();
    return this.ring();
  }

  /** Overwrites every key. Whatever is called afterwards throws. */
  wipe(): void {
    this.sandbox.wipe("all");
  }

  /** @throws {KeeperError} unless the key belongs to the certificate (DER) */
  match(handle: number, certificate: Uint8Array): void {
    this.postCertificate(certificate);
    this.refuse(this.sandbox.exports.keeper_match(handle, certificate.length));
  }

  /** @throws {KeeperError} unless the key's file says that it belongs to the certificate (DER) */
  matchClaim(handle: number, certificate: Uint8Array): void {
    this.postCertificate(certificate);
    this.refuse(this.sandbox.exports.keeper_match_claim(handle, certificate.length));
  }

  sign(handle: number, hash: number, value: Uint8Array, out: Uint8Array): number {
    this.post(value);
    return this.collect(this.sandbox.exports.keeper_sign(handle, hash, value.length), out);
  }

  attest(handle: number, { role, scheme, transcript }: Attestation): Uint8Array {
    const { exports } = this.sandbox;
    this.post(transcript);
    const signature = new Uint8Array(SIGNATURE_MAX);
    const length = exports.keeper_attest(handle, ROLES[role], scheme, transcript.length);
    return signature.subarray(0, this.collect(length, signature));
  }

  seal(handle: number, period: number, state: Uint8Array): Uint8Array {
    this.post(state);
    return this.take(this.sandbox.exports.keeper_seal(handle, period, state.length));
  }

  open(handle: number, period: number, ticket: Uint8Array): Uint8Array {
    this.post(ticket);
    return this.take(this.sandbox.exports.keeper_open(handle, period, ticket.length));
  }

  decrypt(handle: number, data: Uint8Array): number {
    this.post(data);
    return this.collect(this.sandbox.exports.keeper_decrypt(handle, data.length), data);
  }

  private ring(): TicketKeys {
    return {
      seal: (period, state) => this.seal(abi.KEEPER_RING, period, state),
      open: (period, ticket) => this.open(abi.KEEPER_RING, period, ticket),
    };
  }

  private room(length: number): Uint8Array {
    return this.sandbox.memory.view(this.mailbox, length);
  }

  private postCertificate(certificate: Uint8Array): void {
    if (certificate.length > KEY_FILE_MAX) throw new KeeperError("the certificate is too large");
    this.post(certificate);
  }

  /** @throws {SandboxTrap} for more than the mailbox holds: no engine has a reason to ask for that */
  private post(input: Uint8Array): void {
    if (input.length > KEY_FILE_MAX) throw new SandboxTrap("a value larger than the mailbox");
    this.room(KEY_FILE_MAX).set(input);
  }

  private take(length: number): Uint8Array {
    const result = new Uint8Array(Math.min(length, abi.KEEPER_TICKET_MAX));
    return result.subarray(0, this.collect(length, result));
  }

  /** The file's bytes are wiped, whatever becomes of them. */
  private readFile(fill: (room: Uint8Array) => number, load: (length: number) => number): number {
    try {
      return load(fill(this.room(KEY_FILE_MAX)));
    } finally {
      this.room(KEY_FILE_MAX).fill(0);
    }
  }

  /** Moves a result out of the mailbox, where the secret ones must not stay. */
  private collect(length: number, out: Uint8Array): number {
    const result = this.room(length);
    try {
      if (length > out.length) return 0;
      out.set(result);
      return length;
    } finally {
      result.fill(0);
    }
  }

  private refuse(answer: number): void {
    if (answer < 0) throw new KeeperError(refusal(answer));
  }
}

/** Bytes of a ticket key that is drawn. */
const TICKET_KEY = 32;

/** What keys are loaded for: when it fails, they are gone, even if the process stays. */
export function wipedIfItFails<T>(keeper: { wipe(): void } | null, action: () => T): T {
  try {
    return action();
  } catch (error) {
    keeper?.wipe();
    throw error;
  }
}

/** One key in the keeper. It can be used, and can't be read. */
export class PrivateKey implements KeyOperations {
  constructor(
    private readonly keeper: Keeper,
    private readonly handle: number,
  ) {}

  /** @throws {KeeperError} unless this is the key of the certificate (DER) */
  match(certificate: Uint8Array): void {
    this.keeper.match(this.handle, certificate);
  }

  /**
   * The same in a tiny part of the time, but it takes the key file's word for the public half of an
   * EC key: for many keys, few of which are ever used. `match` is to follow before one is.
   */
  matchClaim(certificate: Uint8Array): void {
    this.keeper.matchClaim(this.handle, certificate);
  }

  sign(hash: number, value: Uint8Array, out: Uint8Array): number {
    return this.keeper.sign(this.handle, hash, value, out);
  }

  /** @returns a signature, or nothing when this key can't make it */
  attest(request: Attestation): Uint8Array {
    return this.keeper.attest(this.handle, request);
  }

  seal(period: number, state: Uint8Array): Uint8Array {
    return this.keeper.seal(this.handle, period, state);
  }

  open(period: number, ticket: Uint8Array): Uint8Array {
    return this.keeper.open(this.handle, period, ticket);
  }

  decrypt(data: Uint8Array): number {
    return this.keeper.decrypt(this.handle, data);
  }
}
