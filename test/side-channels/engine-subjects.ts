import { SUITE } from "../support/tls12-protection.ts";
import { type EstablishedEngine, recordOf } from "./established-engine.ts";
import { recordsUnder } from "./forged-records.ts";
import { POOL, type Subject } from "./measure.ts";

/** What an engine does with forged records. */
export function engineSubjects(suite: keyof typeof SUITE, engine: EstablishedEngine): Subject[] {
  const { forged } = recordsUnder(engine.protection, SUITE[suite]);
  const body = (what: string) => forged[what] as Buffer;
  const subject = (classes: Subject["classes"], pools: readonly [Buffer[], Buffer[]]): Subject => ({
    what: suite,
    classes,
    prepare(ofClass, which) {
      engine.putBack();
      engine.offer(pools[ofClass][which] as Buffer);
    },
    run: () => engine.judge(),
  });
  const against = (what: string) =>
    subject([what, "any forgery"], [copies([body(what)]), copies(Object.values(forged))]);
  if (SUITE[suite].macLength === 0) return [against("the tag's first bit wrong")];
  return [
    against("the MAC's first bit wrong"),
    subject(
      ["padding of 1 byte", "of 256 bytes"],
      [
        copies([body("good padding of 1 byte, wrong MAC")]),
        copies([body("good padding of 256 bytes, wrong MAC")]),
      ],
    ),
  ];
}

/** As many records for each class, each at an address of its own. */
function copies(bodies: readonly Buffer[]): Buffer[] {
  return Array.from({ length: POOL }, (_, at) => recordOf(bodies[at % bodies.length] as Buffer));
}
