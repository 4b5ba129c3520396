import { randomBytes } from "node:crypto";
import { POOL, type Subject } from "./measure.ts";

/** Subjects of which we know what the harness has to find. */

/** A comparison that stops at the first wrong byte, as no comparison of a secret may. */
export function leakyComparison(length: number): Subject {
  const secret = randomBytes(length);
  const pools = [
    Array.from({ length: POOL }, () => Buffer.from(secret)),
    Array.from({ length: POOL }, () => Buffer.from(randomBytes(length))),
  ] as const;
  let guess: Buffer = pools[0][0] as Buffer;
  return {
    what: `planted: a comparison of ${length} bytes that stops early`,
    classes: ["equal", "random"],
    prepare(ofClass, which) {
      guess = pools[ofClass][which] as Buffer;
    },
    run() {
      // Its result is used, or V8 might leave it out.
      if (firstDifference(secret, guess) > length) throw new Error("longer than it is");
    },
  };
}

/** Nothing that depends on the class: what |t| is like where there is no leak. */
export function noLeak(length: number): Subject {
  const leaky = leakyComparison(length);
  return {
    what: `control: the same comparison of ${length} bytes`,
    classes: ["random", "random"],
    prepare: (_, which) => leaky.prepare(1, which),
    run: () => leaky.run(),
  };
}

/** Another subject, with such a comparison after it: how small a leak the harness still sees. */
export function withLeak(subject: Subject, length: number): Subject {
  const leaky = leakyComparison(length);
  return {
    what: `planted: ${subject.what}, and then ${length} bytes compared`,
    classes: leaky.classes,
    prepare(ofClass, which) {
      // Always the subject's first class: the planted leak is the only one.
      subject.prepare(0, which);
      leaky.prepare(ofClass, which);
    },
    run() {
      subject.run();
      leaky.run();
    },
  };
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < a.length; at++) {
    if (a[at] !== b[at]) return at;
  }
  return a.length;
}
