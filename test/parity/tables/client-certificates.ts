/** The companions' page: client certificates, and the CAs that they are held against. */
import { expect } from "vitest";
import { runAlone } from "../../support/alone.ts";
import { Authority, chainFile } from "../../support/certificates.ts";
import { scratchFile } from "../../support/scratch.ts";
import {
  asksForCertificate,
  CAFILE,
  jane,
  refusesStranger,
  showing,
  stranger,
} from "../behaviours/client-certificates.ts";
import { directoryOf, subjectHash } from "../behaviours/trust-anchors.ts";
import type { Row, Section } from "../statement.ts";
import { authority, credentials, refused, visit } from "../visit.ts";

export function clientCertificates(text: string): Section {
  return { text, section: "Client certificates", rows: ROWS };
}

const { certFile } = authority;
const otherAuthority = Authority.root();

const ROWS: Row[] = [
  [
    "CADIR may be a directory of certificates named by OpenSSL's subject hash.",
    () => admitsJane({ CADIR: directoryOf(certFile, subjectHash(certFile)) }),
  ],
  [
    "CADIR may be a directory of certificates with any names.",
    () => admitsJane({ CADIR: directoryOf(certFile, "some authority") }),
  ],
  [
    "CAFILE is a bundle in PEM.",
    () => admitsJane({ CAFILE: chainFile(otherAuthority.certFile, certFile) }),
  ],
  [
    "CADIR wins when both are set.",
    async () => {
      const right = { CADIR: directoryOf(certFile) };
      const wrong = { CADIR: directoryOf(otherAuthority.certFile) };
      await admitsJane({ ...right, CAFILE: otherAuthority.certFile });
      const client = showing(jane);
      const environment = { ...wrong, ...CAFILE };
      expect((await refused({ options: "-y", environment, client })).code).toBe(98);
    },
  ],
  ...["-Y", "-y"].flatMap((option): Row[] => [
    [
      `${option} with neither of them set: 100.`,
      async () => expect(await endAlone(option, {})).toMatchObject({ code: 100 }),
    ],
    [
      `${option} with no usable anchor: 96.`,
      async () => {
        const CADIR = directoryOf(scratchFile("text", "no certificate\n"));
        expect(await endAlone(option, { CADIR })).toMatchObject({ code: 96 });
        const missing = { CAFILE: "/no/file" };
        expect(await endAlone(option, missing)).toMatchObject({ code: 96 });
      },
    ],
  ]),
  ["-Y: no certificate is fine.", () => asksForCertificate("-Y")],
  ["-Y: a bad one is not.", () => refusesStranger("-Y")],
  ["-y: a bad one is none.", () => refusesStranger("-y")],
  [
    "Of the CAs that are there, any may have signed.",
    async () => {
      const environment = { CAFILE: chainFile(certFile, otherAuthority.certFile) };
      const johns = otherAuthority.issue({ name: "john.test" });
      for (const client of [showing(jane), showing(johns)]) {
        expect((await visit({ options: "-y", environment, client })).ended.code).toBe(0);
      }
      const client = showing(stranger);
      expect((await refused({ options: "-y", environment, client })).code).toBe(98);
    },
  ],
];

async function admitsJane(environment: Record<string, string>): Promise<void> {
  const { ended } = await visit({ options: "-y", environment, client: showing(jane) });
  expect(ended).toMatchObject({ code: 0, stderr: "" });
}

function endAlone(option: string, environment: Record<string, string>) {
  return runAlone({ args: [option, "true"], credentials, environment });
}
