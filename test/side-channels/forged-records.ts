import { payload } from "../support/payload.ts";
import { Cbc, type Protected, type Protection } from "../support/tls12-protection.ts";
import { RECORD } from "../support/wire.ts";

/** Records' bodies of one length for one moment: a genuine one, and forgeries of every kind. */
export interface Records {
  genuine: Buffer;
  forged: Record<string, Buffer>;
}

/** One of each kind of protection. */
export const SUITES = [
  "ECDHE-ECDSA-AES128-SHA",
  "ECDHE-ECDSA-DES-CBC3-SHA",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES128-CCM",
  "ECDHE-ECDSA-AES128-CCM8",
] as const;

/** Room for the longest padding: with the byte that says how long it is, 256 bytes. */
const LENGTH = 320;
const MAC_LENGTH = 20;
const TAG_LENGTH = 16;

export function recordsUnder(protection: Protection, suite: Protected): Records {
  if (protection instanceof Cbc) return cbcRecords(protection);
  return aeadRecords(protection, suite.tagLength ?? TAG_LENGTH);
}

/** Content, MAC and padding, any of them wrong (RFC 5246, 6.2.3.2; Lucky13 is about their lengths). */
function cbcRecords(cbc: Cbc): Records {
  const text = payload("text", LENGTH - MAC_LENGTH - 16);
  const good = { text, mac: cbc.mac(RECORD.applicationData, text), padding: paddingOf(16) };
  const body = (parts: Partial<typeof good> = {}) => {
    const { text, mac, padding } = { ...good, ...parts };
    return cbc.encrypt(Buffer.concat([text, mac, padding]));
  };
  const wrongMac = flipped(good.mac, 0);
  const padded = (count: number) =>
    body({
      text: payload("text", LENGTH - MAC_LENGTH - count),
      mac: payload("no MAC", MAC_LENGTH),
      padding: paddingOf(count),
    });
  const endingIn = (byte: number) => {
    const noise = payload("noise", LENGTH);
    noise.writeUInt8(byte, LENGTH - 1);
    return cbc.encrypt(noise);
  };
  return {
    genuine: body(),
    forged: {
      "the MAC's first bit wrong": body({ mac: wrongMac }),
      "the MAC's last bit wrong": body({ mac: flipped(good.mac, MAC_LENGTH - 1) }),
      "the padding's first byte wrong": body({ padding: flipped(good.padding, 0) }),
      "the padding's last byte but one wrong": body({ padding: flipped(good.padding, 14) }),
      "MAC and padding wrong": body({ mac: wrongMac, padding: flipped(good.padding, 0) }),
      "good padding of 1 byte, wrong MAC": padded(1),
      "good padding of 64 bytes, wrong MAC": padded(64),
      "good padding of 256 bytes, wrong MAC": padded(256),
      "padding of 256 bytes that are not all the same": endingIn(255),
      "padding of 1 byte of noise": endingIn(0),
      "padding of 17 bytes of noise": endingIn(16),
      "0 all through": cbc.encrypt(Buffer.alloc(LENGTH)),
      "255 all through": cbc.encrypt(Buffer.alloc(LENGTH, 255)),
    },
  };
}

function aeadRecords(aead: Protection, tagLength: number): Records {
  const genuine = aead.seal(RECORD.applicationData, payload("text", LENGTH));
  const tag = genuine.length - tagLength;
  return {
    genuine,
    forged: {
      "the tag's first bit wrong": flipped(genuine, tag),
      "the tag's last bit wrong": flipped(genuine, genuine.length - 1),
      "the text's last bit wrong": flipped(genuine, tag - 1),
      "the first bit wrong": flipped(genuine, 0),
      "every bit of the tag wrong": Buffer.concat([
        genuine.subarray(0, tag),
        genuine.subarray(tag).map((byte) => ~byte),
      ]),
      "0 all through": Buffer.alloc(genuine.length),
      noise: payload("noise", genuine.length),
    },
  };
}

/** So many bytes, each of which says how many come before the last one. */
function paddingOf(count: number): Buffer {
  return Buffer.alloc(count, count - 1);
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
