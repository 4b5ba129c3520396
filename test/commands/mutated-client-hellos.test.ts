/**
 * Damaged ClientHellos at the door of the real program: it ends with 98 and one line, or, when the
 * bytes are fit to be answered, waits for more of them. prog never runs.
 */
import { expect, it } from "vitest";
import { helloMutators, recordedHellos } from "../support/hello-mutations.ts";
import { type Mutant, mutant, tell } from "../support/mutations.ts";
import { recordedCredentials } from "../support/recorded.ts";
import { alertsIn, FATAL, type Guarded, serveGuarded, shout } from "../support/refusals.ts";

const COUNT = 120;

/** Processes at a time. */
const LANES = 3;

const plan = { seed: 40, samples: recordedHellos, mutators: helloMutators };

async function check({ listener, refusal }: Guarded, { bytes }: Mutant): Promise<boolean> {
  const answer = await shout({ port: listener.port, bytes, fin: true });
  const { code, signal, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
  expect({ code, signal }).toEqual({ code: 98, signal: null });
  const isRefused = stderr.includes("sent the alert");
  expect(alertsIn(answer)).toEqual(isRefused ? [[FATAL, expect.any(Number)]] : []);
  return isRefused;
}

/** Every so-manieth mutant, one after the other. */
async function lane(first: number): Promise<number> {
  const guarded = await serveGuarded(recordedCredentials("p256"));
  let refused = 0;
  for (let number = first; number < COUNT; number += LANES) {
    const one = mutant(plan, number);
    try {
      if (await check(guarded, one)) refused++;
    } catch (error) {
      throw new Error(tell(one, error), { cause: error });
    }
  }
  return refused;
}

it(`${COUNT} damaged ClientHellos`, async () => {
  const refused = await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)));
  const sum = refused.reduce((a, b) => a + b);
  expect(sum).toBeGreaterThan(COUNT / 3);
  expect(sum).toBeLessThan(COUNT);
});
