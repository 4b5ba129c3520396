import { randomBytes } from "node:crypto";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { CIPHERTEXT_BYTES, Mlkem } from "../crypto/mlkem-module.ts";
import { POOL, type Subject } from "./measure.ts";

/** What a client does with a ciphertext that a server sent, and a server with its random bytes. */
export function mlkemSubjects(): Subject[] {
  const mlkem = new Mlkem();
  const seed = randomBytes(64);
  const key = mlkem.makeKey(seed);
  const good = () => Buffer.from(ml_kem768.encapsulate(key).cipherText);
  const pools: Record<string, Buffer[]> = {
    good: pool(good),
    changed: pool((at) => {
      const ciphertext = good();
      const byte = (at * 17) % CIPHERTEXT_BYTES;
      ciphertext.writeUInt8(ciphertext.readUInt8(byte) ^ 1, byte);
      return ciphertext;
    }),
    random: pool(() => Buffer.from(randomBytes(CIPHERTEXT_BYTES))),
  };
  const decapsulation = (other: "changed" | "random"): Subject => ({
    what: "ML-KEM-768 decapsulation",
    classes: ["good ciphertexts", `${other} ones`],
    prepare(ofClass, which) {
      const ciphertext = pools[ofClass === 0 ? "good" : other]?.[which] as Buffer;
      mlkem.putForDecapsulation(ciphertext, seed);
    },
    run: () => void mlkem.decapsulatePut(),
  });
  return [decapsulation("changed"), decapsulation("random"), vectors(mlkem, seed)];
}

/** One private vector or many, all with the same matrix: what follows from that one is public. */
function vectors(mlkem: Mlkem, seed: Buffer): Subject {
  const VECTOR_BYTES = 3 * 384;
  const expanded = Buffer.from(ml_kem768.keygen(seed).secretKey);
  const ciphertext = Buffer.from(randomBytes(CIPHERTEXT_BYTES));
  const keys = [
    pool(() => Buffer.from(expanded)),
    pool(() => {
      const other = ml_kem768.keygen(randomBytes(64)).secretKey.subarray(0, VECTOR_BYTES);
      return Buffer.concat([other, expanded.subarray(VECTOR_BYTES)]);
    }),
  ] as const;
  return {
    what: "ML-KEM-768 decapsulation",
    classes: ["one private vector", "random ones"],
    prepare(ofClass, which) {
      mlkem.putForDecapsulation(ciphertext, keys[ofClass][which] as Buffer);
    },
    run: () => mlkem.decapsulateExpandedPut(),
  };
}

function pool(make: (at: number) => Buffer): Buffer[] {
  return Array.from({ length: POOL }, (_, at) => make(at));
}
