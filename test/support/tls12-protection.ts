import {
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
} from "node:crypto";
import { uint16 } from "./tls12-encoding.ts";
import { VERSION } from "./tls12-messages.ts";

/** A suite that the client speaks. The PRF's hash is SHA-256 in all of them. */
export interface Protected {
  id: number;
  exchange: "ecdhe" | "ecdh" | "rsa";
  cipher: "chacha20-poly1305" | "aes-128-gcm" | "aes-128-ccm" | "aes-128-cbc" | "des-ede3-cbc";
  keyLength: number;
  /** Of the part that both sides know; CBC has none in TLS 1.2. */
  ivLength: number;
  /** HMAC with SHA-1; 0 with AEAD. */
  macLength: 0 | 20;
  /** Of an AEAD's tag, if it is not 16. */
  tagLength?: number;
  blockLength: number;
}

const cbc = { ivLength: 0, macLength: 20 } as const;
const aes = { ...cbc, cipher: "aes-128-cbc", keyLength: 16, blockLength: 16 } as const;

const aead = {
  exchange: "ecdhe",
  keyLength: 16,
  ivLength: 4,
  macLength: 0,
  blockLength: 1,
} as const;

/** The suites by their names in OpenSSL. */
export const SUITE = {
  "ECDHE-ECDSA-CHACHA20-POLY1305": {
    ...{ id: 0xcca9, exchange: "ecdhe", cipher: "chacha20-poly1305" },
    ...{ keyLength: 32, ivLength: 12, macLength: 0, blockLength: 1 },
  },
  "ECDHE-ECDSA-AES128-GCM-SHA256": { id: 0xc02b, ...aead, cipher: "aes-128-gcm" },
  "ECDHE-ECDSA-AES128-CCM": { id: 0xc0ac, ...aead, cipher: "aes-128-ccm" },
  "ECDHE-ECDSA-AES128-CCM8": { id: 0xc0ae, ...aead, cipher: "aes-128-ccm", tagLength: 8 },
  "ECDHE-ECDSA-AES128-SHA": { id: 0xc009, exchange: "ecdhe", ...aes },
  "ECDHE-ECDSA-DES-CBC3-SHA": {
    ...{ id: 0xc008, exchange: "ecdhe" },
    ...{ ...cbc, cipher: "des-ede3-cbc", keyLength: 24, blockLength: 8 },
  },
  "ECDH-ECDSA-AES128-SHA": { id: 0xc004, exchange: "ecdh", ...aes },
  "ECDH-RSA-AES128-SHA": { id: 0xc00e, exchange: "ecdh", ...aes },
  "AES128-SHA": { id: 0x002f, exchange: "rsa", ...aes },
} as const satisfies Record<string, Protected>;

export interface Keys {
  key: Buffer;
  iv: Buffer;
  macKey: Buffer;
}

/** The length of what both sides' keys are cut from. */
export function keyBlockLength({ keyLength, ivLength, macLength }: Protected): number {
  return 2 * (keyLength + ivLength + macLength);
}

/** Client's and server's keys (RFC 5246, 6.3). */
export function cutKeys(suite: Protected, block: Buffer): { client: Keys; server: Keys } {
  let at = 0;
  const cut = (length: number) => {
    at += length;
    return block.subarray(at - length, at);
  };
  const pair = (length: number) => [cut(length), cut(length)] as const;
  const macs = pair(suite.macLength);
  const keys = pair(suite.keyLength);
  const ivs = pair(suite.ivLength);
  return {
    client: { macKey: macs[0], key: keys[0], iv: ivs[0] },
    server: { macKey: macs[1], key: keys[1], iv: ivs[1] },
  };
}

/** One direction of a connection whose keys are in force. */
export interface Protection {
  seal(type: number, plaintext: Uint8Array): Buffer;
  open(type: number, body: Buffer): Buffer;
}

export function protection(suite: Protected, keys: Keys): Protection {
  if (suite.macLength > 0) return new Cbc(suite, keys);
  return suite.ivLength === 4 ? new AesAead(suite, keys) : new ChaCha20Poly1305(keys);
}

/** RFC 7905: the nonce is the IV, mixed with the record's number. */
class ChaCha20Poly1305 implements Protection {
  private count = 0n;

  constructor(private readonly keys: Keys) {}

  seal(type: number, plaintext: Uint8Array): Buffer {
    const cipher = createCipheriv("chacha20-poly1305", this.keys.key, this.nonce(), TAG);
    cipher.setAAD(header(this.count++, type, plaintext.length), {
      plaintextLength: plaintext.length,
    });
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  open(type: number, body: Buffer): Buffer {
    const length = body.length - TAG.authTagLength;
    const decipher = createDecipheriv("chacha20-poly1305", this.keys.key, this.nonce(), TAG);
    decipher.setAAD(header(this.count++, type, length), { plaintextLength: length });
    decipher.setAuthTag(body.subarray(length));
    return Buffer.concat([decipher.update(body.subarray(0, length)), decipher.final()]);
  }

  private nonce(): Buffer {
    const nonce = Buffer.from(this.keys.iv);
    const counter = nonce.length - 8;
    nonce.writeBigUInt64BE(nonce.readBigUInt64BE(counter) ^ this.count, counter);
    return nonce;
  }
}

const TAG = { authTagLength: 16 } as const;

/** RFC 5288 and RFC 6655: each record says the nonce's second part, which here is its number. */
class AesAead implements Protection {
  private count = 0n;
  private readonly cipher: CipherGCMTypes;
  private readonly tag: { readonly authTagLength: number };

  constructor(
    suite: Protected,
    private readonly keys: Keys,
  ) {
    // Node's types have another name for CCM, and the same functions.
    this.cipher = suite.cipher as CipherGCMTypes;
    this.tag = { authTagLength: suite.tagLength ?? TAG.authTagLength };
  }

  seal(type: number, plaintext: Uint8Array): Buffer {
    const explicit = Buffer.alloc(EXPLICIT_LENGTH);
    explicit.writeBigUInt64BE(this.count);
    const nonce = Buffer.concat([this.keys.iv, explicit]);
    const cipher = createCipheriv(this.cipher, this.keys.key, nonce, this.tag);
    const plaintextLength = plaintext.length;
    cipher.setAAD(header(this.count++, type, plaintextLength), { plaintextLength });
    const sealed = [cipher.update(plaintext), cipher.final()];
    return Buffer.concat([explicit, ...sealed, cipher.getAuthTag()]);
  }

  open(type: number, body: Buffer): Buffer {
    const end = body.length - this.tag.authTagLength;
    const nonce = Buffer.concat([this.keys.iv, body.subarray(0, EXPLICIT_LENGTH)]);
    const decipher = createDecipheriv(this.cipher, this.keys.key, nonce, this.tag);
    const plaintextLength = end - EXPLICIT_LENGTH;
    decipher.setAuthTag(body.subarray(end));
    decipher.setAAD(header(this.count++, type, plaintextLength), { plaintextLength });
    return Buffer.concat([decipher.update(body.subarray(EXPLICIT_LENGTH, end)), decipher.final()]);
  }
}

const EXPLICIT_LENGTH = 8;

/** RFC 5246, 6.2.3.2: MAC, then padding, then encryption. A test may do each of them wrong. */
export class Cbc implements Protection {
  private count = 0n;

  constructor(
    private readonly suite: Protected,
    private readonly keys: Keys,
  ) {}

  seal(type: number, plaintext: Uint8Array): Buffer {
    const mac = this.mac(type, plaintext);
    return this.encrypt(Buffer.concat([plaintext, mac, this.padding(plaintext.length)]));
  }

  open(type: number, body: Buffer): Buffer {
    const iv = body.subarray(0, this.suite.blockLength);
    const decipher = createDecipheriv(this.suite.cipher, this.keys.key, iv).setAutoPadding(false);
    const clear = decipher.update(body.subarray(iv.length));
    const withMac = clear.subarray(0, clear.length - 1 - clear.readUInt8(clear.length - 1));
    const plaintext = withMac.subarray(0, withMac.length - this.suite.macLength);
    const mac = this.mac(type, plaintext);
    if (!mac.equals(withMac.subarray(plaintext.length)))
      throw new Error("the server's MAC is wrong");
    return plaintext;
  }

  /** The MAC of the next record. */
  mac(type: number, plaintext: Uint8Array): Buffer {
    const hmac = createHmac("sha1", this.keys.macKey);
    return hmac
      .update(header(this.count++, type, plaintext.length))
      .update(plaintext)
      .digest();
  }

  /** The shortest that fills the last block. */
  padding(plaintextLength: number): Buffer {
    const { blockLength, macLength } = this.suite;
    const value = blockLength - 1 - ((plaintextLength + macLength) % blockLength);
    return Buffer.alloc(value + 1, value);
  }

  /** A record's body of whole blocks, its IV before it. */
  encrypt(blocks: Buffer): Buffer {
    const iv = randomBytes(this.suite.blockLength);
    const cipher = createCipheriv(this.suite.cipher, this.keys.key, iv).setAutoPadding(false);
    return Buffer.concat([iv, cipher.update(blocks), cipher.final()]);
  }
}

/** What is authenticated besides the content: the record's number and its header. */
function header(count: bigint, type: number, length: number): Buffer {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(count);
  return Buffer.concat([number, Buffer.of(type), uint16(VERSION.tls12), uint16(length)]);
}
