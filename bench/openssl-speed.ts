import { execFileSync } from "node:child_process";
import type { CryptoCase } from "./crypto.ts";
import { bothInWebAssembly, type Primitive, RECORD } from "./crypto-sides.ts";

/*
 * Our cryptography next to what `openssl speed` says about OpenSSL's own on this machine: assembly,
 * with whatever instructions the processor has for the purpose.
 */

interface Subject {
  readonly primitive: Primitive;
  readonly name: string;
  readonly unit: string;
  readonly algorithm: readonly string[];
  /** From what it prints, which is bytes or operations a second, to the unit. */
  readonly scale: number;
}

const SUBJECTS: readonly Subject[] = [
  aead("chacha20_poly1305", "chacha20poly1305", "chacha20-poly1305"),
  aead("aes128_gcm", "aes128-gcm", "aes-128-gcm"),
  {
    primitive: "rsa2048_private",
    name: "rsa2048-private",
    unit: "operations/s",
    algorithm: ["rsa2048"],
    scale: 1,
  },
  {
    primitive: "p256_sign",
    name: "p256-sign",
    unit: "signatures/s",
    algorithm: ["ecdsap256"],
    scale: 1,
  },
];

function aead(primitive: Primitive, name: string, evp: string): Subject {
  const algorithm = ["-bytes", String(RECORD), "-evp", evp];
  return { primitive, name, unit: "MB/s", algorithm, scale: 1e-6 };
}

/** Turns of ours, before and after the peer's only one; milliseconds of processor time in each. */
const TURNS = 7;
const TURN = 40;

export function measureAgainstOpenssl(): CryptoCase[] {
  const sidesOf = bothInWebAssembly();
  return SUBJECTS.map(({ primitive, name, unit, algorithm, scale }) => {
    const { ours } = sidesOf(primitive);
    const ourScale = unit === "MB/s" ? RECORD / 1e6 : 1;
    const turns = () => Array.from({ length: TURNS }, () => ours.rate(TURN) * ourScale);
    const before = turns();
    const peer = opensslSpeed(algorithm) * scale;
    return {
      name: `${name}-vs-openssl`,
      unit,
      peerName: `openssl speed ${algorithm.at(-1)}`,
      ours: [...before, ...turns()],
      peer: [peer],
    };
  });
}

/**
 * By processor time, in a second's turn. `-mr` is for machines: a line `+F…` has the result, for
 * public keys that of signing before that of verifying.
 */
function opensslSpeed(algorithm: readonly string[]): number {
  const output = execFileSync("openssl", ["speed", "-mr", "-seconds", "1", ...algorithm], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const speed = /^\+F\d*:\d+:[^:]+:([\d.]+)/m.exec(output)?.[1];
  if (speed === undefined) throw new Error(`openssl speed ${algorithm.join(" ")} says no speed`);
  return Number(speed);
}
