import { bothInWebAssembly, native, type Primitive, RECORD, type Side } from "./crypto-sides.ts";

const ROUNDS = 21;

/** Milliseconds of processor time of each side in a round. */
const TURN = 20;

/** One primitive of ours next to a peer's. */
export interface CryptoCase {
  readonly name: string;
  readonly unit: string;
  readonly peerName: string;
  /** An item a round, in the unit. */
  readonly ours: readonly number[];
  readonly peer: readonly number[];
}

interface Subject {
  readonly primitive: Primitive;
  readonly peer: string;
  readonly peerName: string;
  /** What counts if it is not bytes. */
  readonly operations?: string;
  /** BearSSL's code in WebAssembly, unless it is another one. */
  readonly side?: Side;
}

const SUBJECTS: readonly Subject[] = [
  { primitive: "chacha20", peer: "scalar", peerName: "BearSSL chacha20_ct in WebAssembly" },
  { primitive: "poly1305", peer: "scalar", peerName: "BearSSL poly1305_ctmul in WebAssembly" },
  { primitive: "aes128_ctr", peer: "ct64", peerName: "BearSSL aes_ct64 in WebAssembly" },
  { primitive: "ghash", peer: "ctmul64", peerName: "BearSSL ghash_ctmul64 in WebAssembly" },
  {
    primitive: "aes128_gcm",
    peer: "portable",
    peerName: "BearSSL aes_ct64 and ghash_ctmul64 in WebAssembly",
  },
  {
    primitive: "rsa2048_private",
    peer: "i31",
    peerName: "BearSSL rsa_i31_private in WebAssembly",
    operations: "operations/s",
  },
  {
    primitive: "p256_sign",
    peer: "m31",
    peerName: "BearSSL ecdsa_i31 with ec_p256_m31 in WebAssembly",
    operations: "signatures/s",
  },
  {
    primitive: "x25519_own_key",
    peer: "m31",
    peerName: "BearSSL ec_c25519_m31 in WebAssembly",
    operations: "operations/s",
  },
  {
    primitive: "x25519_secret",
    peer: "m31",
    peerName: "BearSSL ec_c25519_m31 in WebAssembly",
    operations: "operations/s",
  },
  {
    primitive: "chacha20_poly1305",
    peer: "native-bearssl",
    peerName: "BearSSL, gcc -O3",
    side: native,
  },
];

export function measureCrypto(): CryptoCase[] {
  const sidesOf = bothInWebAssembly();
  return SUBJECTS.map((subject) => {
    const sides = sidesOf(subject.primitive);
    return measure(subject, sides.ours, subject.side ?? sides.peer);
  });
}

function measure(subject: Subject, ours: Side, peer: Side): CryptoCase {
  const name = `${NAMES[subject.primitive]}-vs-${subject.peer}`;
  if (ours.result() !== peer.result()) throw new Error(`${name}: the results differ`);
  for (const side of [ours, peer]) side.rate(TURN);

  const scale = subject.operations === undefined ? RECORD / 1e6 : 1;
  const rates = { ours: [] as number[], peer: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const turns = [
      () => rates.ours.push(ours.rate(TURN) * scale),
      () => rates.peer.push(peer.rate(TURN) * scale),
    ];
    // Neither is always the first.
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) turn();
  }
  return { name, unit: subject.operations ?? "MB/s", peerName: subject.peerName, ...rates };
}

const NAMES: Readonly<Record<Primitive, string>> = {
  chacha20: "chacha20",
  poly1305: "poly1305",
  chacha20_poly1305: "chacha20poly1305",
  aes128_ctr: "aes128-ctr",
  ghash: "ghash",
  aes128_gcm: "aes128-gcm",
  rsa2048_private: "rsa2048-private",
  p256_sign: "p256-sign",
  x25519_own_key: "x25519-own-key",
  x25519_secret: "x25519-secret",
};
