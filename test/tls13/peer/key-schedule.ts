import { createHash, createHmac } from "node:crypto";
import { uint16, vector8 } from "../../support/tls12-encoding.ts";

export type Hash = "sha256" | "sha384";

export const HASH_LENGTH = { sha256: 32, sha384: 48 } as const;

export function digest(hash: Hash, data: Uint8Array): Buffer {
  return createHash(hash).update(data).digest();
}

function hmac(hash: Hash, key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac(hash, key).update(data).digest();
}

export interface Expansion {
  label: string;
  context?: Uint8Array;
  length: number;
}

/** HkdfLabel (RFC 8446, 7.1): what HKDF-Expand gets to know besides the secret. */
export function expansionInfo({ label, context = Buffer.of(), length }: Expansion): Buffer {
  return Buffer.concat([uint16(length), vector8(Buffer.from(`tls13 ${label}`)), vector8(context)]);
}

/** HKDF-Expand-Label, for outputs of any length (RFC 5869, 2.3). */
export function expandLabel(hash: Hash, secret: Uint8Array, expansion: Expansion): Buffer {
  const info = expansionInfo(expansion);
  let block: Buffer = Buffer.of();
  let output: Buffer = Buffer.of();
  for (let count = 1; output.length < expansion.length; count++) {
    block = hmac(hash, secret, Buffer.concat([block, info, Buffer.of(count)]));
    output = Buffer.concat([output, block]);
  }
  return output.subarray(0, expansion.length);
}

/** Derive-Secret (7.1), given the hash of the messages and not the messages. */
function deriveSecret(
  hash: Hash,
  secret: Uint8Array,
  { label, context }: { label: string; context: Uint8Array },
): Buffer {
  return expandLabel(hash, secret, { label, context, length: HASH_LENGTH[hash] });
}

export interface BothTraffic {
  client: Buffer;
  server: Buffer;
}

/** The three secrets in a row of which all others follow (7.1). */
export class KeySchedule {
  readonly early: Buffer;
  private handshakeSecret: Buffer | null = null;

  constructor(
    readonly hash: Hash,
    psk: Uint8Array = Buffer.alloc(HASH_LENGTH[hash]),
  ) {
    this.early = hmac(hash, Buffer.alloc(HASH_LENGTH[hash]), psk);
  }

  /** Takes the secret that the key shares gave. */
  agree(shared: Uint8Array): void {
    this.handshakeSecret = hmac(this.hash, this.derived(this.early), shared);
  }

  get handshake(): Buffer {
    if (this.handshakeSecret === null) throw new Error("no key share was used yet");
    return this.handshakeSecret;
  }

  get master(): Buffer {
    return hmac(this.hash, this.derived(this.handshake), Buffer.alloc(HASH_LENGTH[this.hash]));
  }

  /** `resumption` tells a ticket's key from one that was agreed upon by other means. */
  binderKey(resumption: boolean): Buffer {
    const label = resumption ? "res binder" : "ext binder";
    return deriveSecret(this.hash, this.early, { label, context: digest(this.hash, Buffer.of()) });
  }

  clientEarlyTraffic(context: Buffer): Buffer {
    return deriveSecret(this.hash, this.early, { label: "c e traffic", context });
  }

  earlyExporter(context: Buffer): Buffer {
    return deriveSecret(this.hash, this.early, { label: "e exp master", context });
  }

  /** `context`: the hash of all messages up to ServerHello. */
  handshakeTraffic(context: Buffer): BothTraffic {
    return {
      client: deriveSecret(this.hash, this.handshake, { label: "c hs traffic", context }),
      server: deriveSecret(this.hash, this.handshake, { label: "s hs traffic", context }),
    };
  }

  /** `context`: the hash of all messages up to the server's Finished. */
  applicationTraffic(context: Buffer): BothTraffic {
    return {
      client: deriveSecret(this.hash, this.master, { label: "c ap traffic", context }),
      server: deriveSecret(this.hash, this.master, { label: "s ap traffic", context }),
    };
  }

  exporter(context: Buffer): Buffer {
    return deriveSecret(this.hash, this.master, { label: "exp master", context });
  }

  /** `context`: the hash of all messages up to the client's Finished. */
  resumption(context: Buffer): Buffer {
    return deriveSecret(this.hash, this.master, { label: "res master", context });
  }

  /** What stands between one of the three secrets and the next. */
  derived(secret: Buffer): Buffer {
    const context = digest(this.hash, Buffer.of());
    return deriveSecret(this.hash, secret, { label: "derived", context });
  }
}

export function finishedKey(hash: Hash, secret: Uint8Array): Buffer {
  return expandLabel(hash, secret, { label: "finished", length: HASH_LENGTH[hash] });
}

/** Of a Finished message (4.4.4), and of a binder, whose secret is the binder key (4.2.11.2). */
export function verifyData(hash: Hash, secret: Uint8Array, transcript: Uint8Array): Buffer {
  return hmac(hash, finishedKey(hash, secret), transcript);
}

/** The secret that follows at a KeyUpdate (7.2). */
export function updatedSecret(hash: Hash, secret: Uint8Array): Buffer {
  return expandLabel(hash, secret, { label: "traffic upd", length: HASH_LENGTH[hash] });
}

/** The key that belongs to a ticket (4.6.1). */
export function ticketKey(hash: Hash, resumption: Uint8Array, nonce: Uint8Array): Buffer {
  const length = HASH_LENGTH[hash];
  return expandLabel(hash, resumption, { label: "resumption", context: nonce, length });
}

/** An exporter's value (7.5). */
export function exported(
  hash: Hash,
  exporter: Uint8Array,
  { label, context = Buffer.of(), length }: Expansion,
): Buffer {
  const secret = deriveSecret(hash, exporter, { label, context: digest(hash, Buffer.of()) });
  return expandLabel(hash, secret, { label: "exporter", context: digest(hash, context), length });
}
