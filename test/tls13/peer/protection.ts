import { type CipherGCMTypes, createCipheriv, createDecipheriv } from "node:crypto";
import { uint16 } from "../../support/tls12-encoding.ts";
import { RECORD } from "../../support/wire.ts";
import { expandLabel, type Hash, updatedSecret } from "./key-schedule.ts";
import { VERSION } from "./numbers.ts";

export interface Suite {
  readonly id: number;
  readonly name: string;
  readonly cipher: "chacha20-poly1305" | "aes-128-gcm" | "aes-256-gcm";
  readonly keyLength: number;
  readonly hash: Hash;
}

/** The suites of TLS 1.3 by their ids (RFC 8446, B.4). */
export const SUITES = [
  {
    ...{ id: 0x1303, name: "TLS_CHACHA20_POLY1305_SHA256", cipher: "chacha20-poly1305" },
    ...{ keyLength: 32, hash: "sha256" },
  },
  {
    ...{ id: 0x1301, name: "TLS_AES_128_GCM_SHA256", cipher: "aes-128-gcm" },
    ...{ keyLength: 16, hash: "sha256" },
  },
  {
    ...{ id: 0x1302, name: "TLS_AES_256_GCM_SHA384", cipher: "aes-256-gcm" },
    ...{ keyLength: 32, hash: "sha384" },
  },
] as const satisfies readonly Suite[];

export function suiteOf(id: number): Suite {
  const found = SUITES.find((suite) => suite.id === id);
  if (found === undefined) throw new Error(`0x${id.toString(16)} is no suite of TLS 1.3`);
  return found;
}

export interface Opened {
  type: number;
  content: Buffer;
  /** Zeros behind the inner type. */
  padding: number;
}

/** One direction's key, and the number of records that it has sealed or opened (5.2, 5.3). */
export class Protection {
  readonly key: Buffer;
  readonly iv: Buffer;
  sequence = 0n;

  constructor(
    readonly suite: Suite,
    readonly secret: Buffer,
  ) {
    const { hash, keyLength } = suite;
    this.key = expandLabel(hash, secret, { label: "key", length: keyLength });
    this.iv = expandLabel(hash, secret, { label: "iv", length: IV_LENGTH });
  }

  /** The key after a KeyUpdate. */
  next(): Protection {
    return new Protection(this.suite, updatedSecret(this.suite.hash, this.secret));
  }

  /** A whole record around a content, with its inner type and so many zeros. */
  seal(type: number, content: Uint8Array, padding = 0): Buffer {
    return this.sealInner(Buffer.concat([content, Buffer.of(type), Buffer.alloc(padding)]));
  }

  /** The same around whatever the test takes for an inner plaintext. */
  sealInner(inner: Uint8Array): Buffer {
    const header = headerOf(inner.length + TAG_LENGTH);
    const cipher = createCipheriv(this.algorithm, this.key, this.nonce(), TAG);
    cipher.setAAD(header);
    const body = [cipher.update(inner), cipher.final()];
    return Buffer.concat([header, ...body, cipher.getAuthTag()]);
  }

  open(body: Buffer): Opened {
    const cipher = createDecipheriv(this.algorithm, this.key, this.nonce(), TAG);
    cipher.setAAD(headerOf(body.length));
    cipher.setAuthTag(body.subarray(-TAG_LENGTH));
    const inner = Buffer.concat([cipher.update(body.subarray(0, -TAG_LENGTH)), cipher.final()]);
    const end = inner.findLastIndex((byte) => byte !== 0);
    if (end < 0) throw new Error("a record of nothing but zeros");
    const padding = inner.length - end - 1;
    return { type: inner.readUInt8(end), content: inner.subarray(0, end), padding };
  }

  /** Node's types tell GCM from ChaCha20; what is done with them is the same. */
  private get algorithm(): CipherGCMTypes {
    return this.suite.cipher as CipherGCMTypes;
  }

  private nonce(): Buffer {
    const nonce = Buffer.alloc(IV_LENGTH);
    nonce.writeBigUInt64BE(this.sequence++, IV_LENGTH - 8);
    for (const [at, byte] of this.iv.entries()) nonce[at] = (nonce[at] ?? 0) ^ byte;
    return nonce;
  }
}

const TAG_LENGTH = 16;

const IV_LENGTH = 12;
const TAG = { authTagLength: TAG_LENGTH };

function headerOf(length: number): Buffer {
  return Buffer.concat([Buffer.of(RECORD.applicationData), uint16(VERSION.tls12), uint16(length)]);
}
