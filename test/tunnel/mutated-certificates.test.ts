import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CredentialsError } from "../../src/credentials/errors.ts";
import { EngineError, UnusableAnchors } from "../../src/sandbox/errors.ts";
import { KeeperError } from "../../src/sandbox/keeper-refusals.ts";
import { readCertificates } from "../../src/setup/certificate-file.ts";
import { readTrustAnchors } from "../../src/setup/trust-anchors.ts";
import { loadKey, newServer } from "../engine/instances.ts";
import { derMutators } from "../support/der-mutations.ts";
import { recordedHellos } from "../support/hello-mutations.ts";
import { examine, type Plan } from "../support/mutations.ts";
import { pemMutators } from "../support/pem-mutations.ts";
import { recordedCertificate, recordedCredentials, recordedFile } from "../support/recorded.ts";
import { scratchFile } from "../support/scratch.ts";
import { judge } from "./verdict.ts";

/** Files of certificates that are damaged: our own chain, and the CAs that clients need. */

const credentials = recordedCredentials("p256");
const hello = recordedHellos.find(({ name }) => name.includes("server.test -tls1_2"))?.bytes;
const file = scratchFile("damaged.pem");

/** Mutants of each plan. */
const COUNT = 500;

/** Far more than a real chain, and less than a file may have. */
const longest = 1 << 20;

const chainFile = ["p256", "intermediate", "root"]
  .map((name) => readFileSync(recordedFile(name), "latin1"))
  .join("");

const plans: Record<string, Plan> = {
  PEM: {
    seed: 20,
    samples: [{ name: "a chain in PEM", bytes: Buffer.from(chainFile, "latin1") }],
    mutators: pemMutators,
    longest,
  },
  DER: {
    seed: 21,
    samples: [{ name: "a certificate in DER", bytes: recordedCertificate("p256") }],
    mutators: derMutators,
    longest,
  },
};

const anchorPlans: Record<string, Plan> = {
  PEM: {
    seed: 22,
    samples: ["root", "rsa-root", "intermediate"].map((name) => ({
      name,
      bytes: readFileSync(recordedFile(name)),
    })),
    mutators: pemMutators,
    longest,
  },
  DER: {
    seed: 23,
    samples: (["root", "rsa-root", "p384"] as const).map((name) => ({
      name,
      bytes: recordedCertificate(name),
    })),
    mutators: derMutators,
    longest,
  },
};

/** What the operator is told, and null if the certificates are used. */
function refusalOf(use: () => void): string | null {
  try {
    use();
    return null;
  } catch (error) {
    const classes = [CredentialsError, KeeperError, EngineError, UnusableAnchors];
    const isOurs = classes.some((one) => error instanceof one);
    expect(isOurs, (error as Error).stack).toBe(true);
    const { message } = error as Error;
    expect(message, "one line, with a reason").toMatch(/^(?!.*(keeper|BearSSL) error)[^\n]+$/);
    return message;
  }
}

describe.each(Object.entries(plans))("a damaged chain of our own in %s", (_form, plan) => {
  test("is refused with a reason, or a client gets it", () => {
    const key = loadKey(readFileSync(credentials.keyFile));
    const tally = new Map<string, number>();
    examine(plan, COUNT, ({ bytes }) => {
      writeFileSync(file, bytes);
      const refusal = refusalOf(() => {
        const chain = readCertificates(file);
        key.match(chain[0] as Uint8Array);
        const verdict = judge(newServer(credentials, { chain, key }), hello as Buffer);
        expect(verdict.kind).toBe("answered");
      });
      tally.set(`${refusal}`, (tally.get(`${refusal}`) ?? 0) + 1);
    });
    expect(tally.get("null"), "those that are used").toBeGreaterThan(COUNT / 10);
    expect(tally.size, "different ends").toBeGreaterThanOrEqual(4);
  });
});

describe.each(Object.entries(anchorPlans))("a damaged file of CAs in %s", (_form, plan) => {
  test("is refused with a reason, or a client is asked for a certificate of theirs", () => {
    const own = {
      chain: [recordedCertificate("p256")],
      key: loadKey(readFileSync(credentials.keyFile)),
    };
    const tally = new Map<string, number>();
    examine(plan, COUNT, ({ bytes }) => {
      writeFileSync(file, bytes);
      const refusal = refusalOf(() => {
        const anchors = readTrustAnchors({ file });
        const clients = { anchors, mandatory: true, now: 0 };
        const verdict = judge(newServer(credentials, { ...own, clients }), hello as Buffer);
        expect(verdict.kind).toBe("answered");
      });
      tally.set(`${refusal}`, (tally.get(`${refusal}`) ?? 0) + 1);
    });
    expect(tally.get("null"), "those that are used").toBeGreaterThan(COUNT / 10);
    expect(tally.size, "different ends").toBeGreaterThanOrEqual(4);
  });
});
