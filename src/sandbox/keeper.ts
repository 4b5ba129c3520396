import * as abi from "./abi.ts";
import { instantiate, type Pointer, type Sandbox, SandboxTrap } from "./instance.ts";

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

/** Why the keeper refused a key or a certificate. */
const REFUSALS = new Map<number, string>([
  [abi.KEEPER_NO_KEY, "no private key in it"],
  [abi.KEEPER_CERTIFICATE, "it holds a certificate, not a private key"],
  [
    abi.KEEPER_ENCRYPTED,
    "the private key is encrypted; a pass phrase can't be asked for here, so decrypt it first",
  ],
  [abi.KEEPER_MALFORMED, "the private key is malformed"],
  [
    abi.KEEPER_UNSUPPORTED,
    "unsupported private key; RSA and EC keys on P-256, P-384 and P-521 are supported",
  ],
  [abi.KEEPER_TOO_LARGE, "the RSA key is too large; at most 4096 bits are supported"],
  [abi.KEEPER_NO_MEMORY, "out of memory for keys"],
  [abi.KEEPER_BAD_CERTIFICATE, "the certificate can't be decoded"],
  [
    abi.KEEPER_PKCS12,
    "it is PKCS#12 (.p12, .pfx), which is not read here; take out the key with openssl pkcs12 -nodes -nocerts, and the certificates with openssl pkcs12 -nokeys",
  ],
  [
    abi.KEEPER_EXPLICIT_CURVE,
    "the key has its curve's parameters (explicit) in place of the curve's name; write it anew with openssl ec -param_enc named_curve",
  ],
  [
    abi.KEEPER_RSA_PSS,
    "the RSA key is for RSA-PSS alone (rsassaPss), which is not supported; one made with openssl genrsa can sign with PSS, too",
  ],
  [
    abi.KEEPER_EDWARDS,
    "keys of the kinds Ed25519, Ed448, X25519 and X448 are not supported; make one on P-256 with openssl ecparam -name prime256v1 -genkey, and a certificate for it",
  ],
  [
    abi.KEEPER_OPENSSH,
    "the key is in OpenSSH's own form; ssh-keygen -p -m PEM writes it in place as PEM",
  ],
  [abi.KEEPER_OTHER_KEY, "the private key doesn't belong to the certificate"],
]);

/** The keeper refused a key or a certificate; the message says why, without a subject. */
export class KeeperError extends Error {}

/** Why the keeper refused a file of ticket keys. */
const TICKET_REFUSALS = new Map<number, string>([[abi.KEEPER_NO_KEY, "no ticket key in it"]]);

/** Seals session tickets, and opens them. Bytes go in and out by copies. */
export interface TicketKeys {
  /**
   * @param period a number that is the same on all machines at one time
   * @param state a salt of 32 bytes, never used before, and what the ticket is to hold
   * @returns the ticket, or nothing
   */
  seal(period: number, state: Uint8Array): Uint8Array;
  /** @returns what the ticket holds, or nothing if it is none that these keys have sealed lately */
  open(period: number, ticket: Uint8Array): Uint8Array;
}

/** What one private key can do for an engine. Bytes go in and out by copies. */
export interface KeyOperations {
  /**
   * Signs a hash value.
   *
   * @param hash BearSSL's identifier of the hash function; 0 is MD5 and SHA-1 together
   * @param out receives the signature
   * @returns its length in bytes; 0 when this key can't sign that, or `out` is too small
   */
  sign(hash: number, value: Uint8Array, out: Uint8Array): number;
  /**
   * The private half of a static key exchange, in place.
   *
   * @returns the result's length in bytes, 0 for none
   */
  decrypt(data: Uint8Array): number;
  /**
   * Signs the CertificateVerify of a TLS 1.3 handshake.
   *
   * @returns the signature, or nothing when this key can't make it; or a promise of it, for a key in
   *   a device or a service, or when signatures queue
   */
  attest(request: Attestation): Uint8Array | Promise<Uint8Array>;
  /**
   * Makes a session ticket with a key that follows from this one and from the period. A key without
   * this gives no tickets.
   */
  seal?: TicketKeys["seal"];
  /** Opens a ticket of this key, of this period, the one before or the one after. */
  open?: TicketKeys["open"];
}

/** Whose CertificateVerify it is. */
export type Role = keyof typeof ROLES;

const ROLES = { server: abi.KEEPER_SERVER, client: abi.KEEPER_CLIENT } as const;

/** What the CertificateVerify of a TLS 1.3 handshake is made of (RFC 8446, 4.4.3). */
export interface Attestation {
  readonly role: Role;
  /** A SignatureScheme's number (4.2.3). */
  readonly scheme: number;
  /** The hash of the handshake so far, 32 or 48 bytes. */
  readonly transcript: Uint8Array;
}

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
    this.sandbox.wipe();
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
    if (answer < 0) throw new KeeperError(REFUSALS.get(answer) ?? `keeper error ${answer}`);
  }
}

/** Bytes of a ticket key that is drawn. */
const TICKET_KEY = 32;

function ticketRefusal(answer: number): string {
  const line = abi.KEEPER_BAD_LINE - answer;
  if (line < 1) return TICKET_REFUSALS.get(answer) ?? `keeper error ${answer}`;
  return `line ${line} is not a ticket key: 32, 48 or 80 random bytes in base64, in at most ${abi.KEEPER_RING_MAX} lines; openssl rand -base64 32 makes one`;
}

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
