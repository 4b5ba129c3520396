import type { SUITE } from "../support/tls12-protection.ts";
import { type EstablishedEngine, recordOf } from "./established-engine.ts";
import { recordsUnder } from "./forged-records.ts";
import { POOL, type Subject } from "./measure.ts";

/** What an engine does with forged records. */
export function engineSubjects(suite: keyof typeof SUITE, engine: EstablishedEngine): Subject[] {
  const { forged } = recordsUnder(engine.protection);
  const bodies = Object.values(forged);
  const body = (what: string) => forged[what] as Buffer;
  const subject = (classes: Subject["classes"], pools: readonly [Buffer[], Buffer[]]): Subject => ({
    what: suite,
    classes,
    prepare(ofClass, which) {
      const pool = pools[ofClass];
      engine.putBack();
      engine.offer(pool[which % pool.length] as Buffer);
    },
    run: () => engine.judge(),
  });
  const first = suite.includes("CHACHA20")
    ? "the tag's first bit wrong"
    : "the MAC's first bit wrong";
  const anyForgery = subject([first, "any forgery"], [copies([body(first)]), copies(bodies)]);
  if (suite.includes("CHACHA20")) return [anyForgery];
  const [short, long] = [1, 256].map((count) => `good padding of ${count} bytes, wrong MAC`);
  return [
    anyForgery,
    subject(
      ["padding of 1 byte", "of 256 bytes"],
      [
        copies([forged["good padding of 1 byte, wrong MAC"] as Buffer]),
        copies([body(long ?? short ?? "")]),
      ],
    ),
  ];
}

/** As many records for each class, each at an address of its own. */
function copies(bodies: readonly Buffer[]): Buffer[] {
  return Array.from({ length: POOL }, (_, at) => recordOf(bodies[at % bodies.length] as Buffer));
}
