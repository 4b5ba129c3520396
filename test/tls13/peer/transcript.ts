import { vector24 } from "./bytes.ts";
import { digest, type Hash } from "./key-schedule.ts";
import { MESSAGE } from "./numbers.ts";

/** All handshake messages of both sides, in order (RFC 8446, 4.4.1). */
export class Transcript {
  private bytes: Buffer = Buffer.of();

  add(message: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, message]);
  }

  /** The hash so far, and of what more there is. */
  hash(hash: Hash, more: Uint8Array = Buffer.of()): Buffer {
    return digest(hash, Buffer.concat([this.bytes, more]));
  }

  /** Puts a hash in the place of the first ClientHello, before a HelloRetryRequest is added. */
  retry(hash: Hash): void {
    this.bytes = Buffer.concat([Buffer.of(MESSAGE.messageHash), vector24(this.hash(hash))]);
  }
}
