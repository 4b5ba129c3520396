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
export type Role = "server" | "client";

/** What the CertificateVerify of a TLS 1.3 handshake is made of (RFC 8446, 4.4.3). */
export interface Attestation {
  readonly role: Role;
  /** A SignatureScheme's number (4.2.3). */
  readonly scheme: number;
  /** The hash of the handshake so far, 32 or 48 bytes. */
  readonly transcript: Uint8Array;
}
