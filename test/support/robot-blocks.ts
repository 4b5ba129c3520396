import { randomBytes } from "node:crypto";

/** A client's secret as PKCS#1 v1.5 pads it, and what is wrong with it. */
export interface RobotBlock {
  what: string;
  block: Buffer;
  premaster: Buffer;
}

const PREMASTER_LENGTH = 48;
const FILLER = 0x5a;

/**
 * A right block, and the wrong ones with which ROBOT (Böck, Somorovsky and Young, 2018) and before
 * it Bleichenbacher told servers apart: 0, 2, bytes that are not 0, 0, and the secret, which begins
 * with the client's version (RFC 5246, 7.4.7.1).
 */
export function robotBlocks(length: number): RobotBlock[] {
  const premaster = premasterSecret();
  const right = padded(premaster, length);
  const separator = length - PREMASTER_LENGTH - 1;
  const wrong: Record<string, Buffer> = {
    "the first byte is not 0": withByte(right, { at: 0, value: 0x41 }),
    "the second byte is not 2": withByte(right, { at: 1, value: 0x17 }),
    "a signature's padding": withByte(right, { at: 1, value: 1 }),
    "no 0 before the secret": withByte(right, { at: separator, value: 0x11 }),
    "a 0 at once": withByte(right, { at: 2, value: 0 }),
    "a 0 in the padding's middle": withByte(right, { at: 11, value: 0 }),
    "a 0 one byte early": withByte(right, { at: separator - 1, value: 0 }),
    "a secret one byte short": padded(premaster.subarray(1), length),
    "a secret with a byte too many": padded(Buffer.concat([premaster, Buffer.of(1)]), length),
    "no secret": padded(Buffer.of(), length),
    noise: withByte(randomBytes(length), { at: 0, value: 0 }),
  };
  const version = premasterSecret([2, 2]);
  return [
    { what: RIGHT, block: right, premaster },
    { what: "a secret of another version", block: padded(version, length), premaster: version },
    ...Object.entries(wrong).map(([what, block]) => ({ what, block, premaster })),
  ];
}

/** The only block with nothing wrong. */
export const RIGHT = "the right padding";

function padded(secret: Buffer, length: number): Buffer {
  const filler = Buffer.alloc(length - 3 - secret.length, FILLER);
  return Buffer.concat([Buffer.of(0, 2), filler, Buffer.of(0), secret]);
}

/** For TLS 1.2, unless another version is asked for. */
function premasterSecret(version: readonly number[] = [3, 3]): Buffer {
  return Buffer.concat([Buffer.from(version), randomBytes(PREMASTER_LENGTH - version.length)]);
}

function withByte(bytes: Buffer, { at, value }: { at: number; value: number }): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(value, at);
  return copy;
}
