/**
 * How long things take, by the clock: `make side-channels` measures for long, and prints a table.
 * Here it is a small run, in which nothing is held against our code: a clock proves no absence of
 * leaks, and what it says on a busy machine is no reason for a test to fail. What is tested is that
 * the method would find a leak, and finds none where there is none.
 */
import { afterAll, describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { builtModule } from "../support/sandboxes.ts";
import { startServer } from "../support/server.ts";
import { bleichenbacherOverTcp } from "./bleichenbacher-over-tcp.ts";
import { engineSubjects } from "./engine-subjects.ts";
import { EstablishedEngine } from "./established-engine.ts";
import { SUITES } from "./forged-records.ts";
import { keeperSubjects } from "./keeper-subjects.ts";
import {
  LONG_RUN_SECONDS,
  type Measured,
  measure,
  measureElsewhere,
  report,
  type Subject,
} from "./measure.ts";
import { mlkemSubjects } from "./mlkem-subjects.ts";
import { leakyComparison, noLeak, withLeak } from "./planted-leak.ts";
import { tls13Subjects } from "./tls13-subjects.ts";

const milliseconds = LONG_RUN_SECONDS === undefined ? 100 : Number(LONG_RUN_SECONDS) * 1000;
const PATIENCE_MS = 60_000 + milliseconds * 4;

const authority = Authority.root();
const credentials = authority.issue();

const measured: Measured[] = [];

afterAll(() => {
  if (LONG_RUN_SECONDS !== undefined) console.log(`\n${report(measured)}\n`);
});

function measureAndKeep(subject: Subject, least?: number): Measured {
  const result = measure(subject, milliseconds, least);
  measured.push(result);
  return result;
}

/** dudect takes a |t| of 10 for a leak. */
const LEAK = 10;

/** Measurements in which a leak of many nanoseconds can't hide, on however busy a machine. */
const MANY = 5000;

describe("the method", { timeout: PATIENCE_MS }, () => {
  it("finds a comparison that stops early", () => {
    expect(measureAndKeep(leakyComparison(320), MANY).largest).toBeGreaterThan(5 * LEAK);
  });

  it("finds nothing where the classes are the same", () => {
    expect(measureAndKeep(noLeak(320), MANY).largest).toBeLessThan(LEAK);
  });
});

describe.each(SUITES)("%s", (suite) => {
  it("is measured with forged records", { timeout: PATIENCE_MS }, async () => {
    const engine = await EstablishedEngine.make(builtModule("engine"), suite, credentials);
    const subjects = engineSubjects(suite, engine);
    if (suite.includes("CHACHA20")) subjects.push(withLeak(subjects[0] as Subject, 16));
    for (const subject of subjects) {
      measureAndKeep(subject);
      expect(engine.reason).toBe("BAD_MAC");
    }
  });
});

it("a server is measured from outside", { timeout: PATIENCE_MS }, async () => {
  const rsa = authority.issue({ kind: "RSA-2048" });
  const options = ["--tls-profile", "compat"];
  const server = await startServer({
    ...{ authority, credentials: rsa, options, patience: PATIENCE_MS },
  });
  const subject = bleichenbacherOverTcp(server.port, rsa);
  measured.push(await measureElsewhere(subject, milliseconds));
});

const subjects = [
  ...keeperSubjects(),
  ...mlkemSubjects(),
  ...tls13Subjects(authority.issue({ kind: "RSA-2048" })),
];

it.each(subjects)("$what: $classes", { timeout: PATIENCE_MS }, (subject) => {
  expect(measureAndKeep(subject).median).toBeGreaterThan(0);
});
