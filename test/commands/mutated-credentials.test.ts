/**
 * Damaged files in KEYFILE, CERTFILE and CAFILE: either s6-tlsd ends at once with 96 and one line
 * that names the file, or it takes the file and waits for a client, whose EOF ends it with 98. Of
 * CAFILE, there is a line before that for each certificate that is left out, which names the file
 * and gives the reason.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { runAlone } from "../support/alone.ts";
import { derMutators } from "../support/der-mutations.ts";
import { type Mutant, mutant, type Plan, tell } from "../support/mutations.ts";
import { pemMutators } from "../support/pem-mutations.ts";
import { recordedCertificate, recordedCredentials, recordedFile } from "../support/recorded.ts";
import { scratchFile } from "../support/scratch.ts";

const COUNT = 40;

/** Processes at a time. */
const LANES = 3;

const samples = ["p256", "rsa", "intermediate"].map((name) => ({
  name,
  bytes: readFileSync(recordedFile(name)),
}));
const der = [{ name: "p256 in DER", bytes: recordedCertificate("p256") }];

const pem: Plan = { seed: 50, samples, mutators: pemMutators };

const cases: Record<string, Plan> = {
  KEYFILE: { ...pem, samples: samples.slice(0, 2) },
  CERTFILE: { ...pem, samples: samples.slice(0, 2), seed: 51 },
  CAFILE: { ...pem, seed: 52 },
  "CERTFILE in DER": { seed: 53, samples: der, mutators: derMutators },
  "CAFILE in DER": { seed: 54, samples: der, mutators: derMutators },
};

async function isRefused(variable: string, { bytes, sample }: Mutant): Promise<boolean> {
  const file = scratchFile("damaged", bytes);
  const credentials = recordedCredentials(sample === "rsa" ? "rsa" : "p256");
  const { code, signal, stdout, stderr } = await runAlone({
    args: [...(variable === "CAFILE" ? ["-y"] : []), "echo", "prog has run"],
    credentials,
    environment: { [variable]: file },
  });
  expect({ signal, stdout }).toEqual({ signal: null, stdout: "" });
  expect(stderr).not.toMatch(/out of bounds|unreachable|not a function|undefined|\bat \//);
  const [last, ...warnings] = stderr.replace(/\n$/, "").split("\n").reverse();
  expect(last).toMatch(/^s6-tlsd: fatal: /);
  if (variable !== "CAFILE") expect(warnings).toEqual([]);
  for (const warning of warnings) {
    expect(warning).toMatch(/^s6-tlsd: warning: not a trust anchor: \S.* in \S+: \S/);
    expect(warning).toContain(` in ${file}: `);
  }
  if (code === 98) {
    expect(last).toBe("s6-tlsd: fatal: TLS error: EOF during the handshake");
    return false;
  }
  expect(last).toContain(file);
  expect(code).toBe(96);
  return true;
}

async function lane(variable: string, plan: Plan, first: number): Promise<number> {
  let refused = 0;
  for (let number = first; number < COUNT; number += LANES) {
    const one = mutant(plan, number);
    try {
      if (await isRefused(variable, one)) refused++;
    } catch (error) {
      throw new Error(tell(one, error), { cause: error });
    }
  }
  return refused;
}

it.each(Object.entries(cases))(`%s: ${COUNT} damaged files`, async (name, plan) => {
  const [variable = ""] = name.split(" ");
  const lanes = Array.from({ length: LANES }, (_, first) => lane(variable, plan, first));
  const refused = (await Promise.all(lanes)).reduce((a, b) => a + b);
  expect(refused).toBeGreaterThan(COUNT / 4);
  expect(refused).toBeLessThan(COUNT);
});
