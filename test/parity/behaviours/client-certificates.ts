/** What -Y and -y make of clients with and without a certificate. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { Authority, type Credentials } from "../../support/certificates.ts";
import { TLS12 } from "../../support/clients.ts";
import { scratchFile } from "../../support/scratch.ts";
import { RECORD, type Wire } from "../../support/wire.ts";
import { authority, type ClientOptions, credentials, refused, visit } from "../visit.ts";

/** CertificateRequest (RFC 5246, 7.4). */
const CERTIFICATE_REQUEST = 13;

/** A client's certificate, which the tests' authority has signed. */
export const jane = authority.issue({ name: "jane.test" });

/** An unknown one has signed this one. */
export const stranger = Authority.root().issue({ name: "stranger.test" });

export const CAFILE = { CAFILE: authority.certFile };

export function showing({ keyFile, certFile }: Credentials): ClientOptions {
  return { key: readFileSync(keyFile), cert: readFileSync(certFile) };
}

export async function asksForCertificate(options: string): Promise<void> {
  const call = { options, environment: CAFILE };
  const without = await visit({ ...call, client: TLS12 });
  expect(isAsked(without.wire)).toBe(true);
  expect(without.ended.code).toBe(0);
  expect((await visit({ ...call, client: showing(jane) })).ended.code).toBe(0);
  await refusesStranger(options);
}

export async function insistsOnCertificate(options: string): Promise<void> {
  const call = { options, environment: CAFILE };
  const withOne = await visit({ ...call, client: { ...TLS12, ...showing(jane) } });
  expect(isAsked(withOne.wire)).toBe(true);
  expect(withOne.ended.code).toBe(0);
  expect((await refused(call)).code).toBe(98);
}

export async function refusesStranger(options: string): Promise<void> {
  const client = showing(stranger);
  expect((await refused({ options, environment: CAFILE, client })).code).toBe(98);
}

export async function asksForNone(options: string): Promise<void> {
  const client = { ...TLS12, ...showing(jane) };
  const { wire, ended } = await visit({ options, environment: CAFILE, client });
  expect(isAsked(wire)).toBe(false);
  expect(ended.code).toBe(0);
}

/** Is there a CertificateRequest in the server's first flight, which is in the clear before TLS 1.3? */
function isAsked({ received }: Wire): boolean {
  const sealed = received.findIndex(({ type }) => type === RECORD.changeCipherSpec);
  const flight = received.slice(0, sealed).filter(({ type }) => type === RECORD.handshake);
  const bytes = Buffer.concat(flight.map(({ body }) => body));
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUIntBE(at + 1, 3)) {
    if (bytes[at] === CERTIFICATE_REQUEST) return true;
  }
  return false;
}

/** A certificate with another subject (as `openssl req -subj` has it) for the server's key. */
export function certifySubject(subject: string): Credentials {
  const certFile = scratchFile("subject.pem");
  const { keyFile } = credentials;
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-new", "-sha256", "-days", "30", "-utf8", "-key", keyFile],
      ...["-subj", subject, "-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-out", certFile, ...authority.signingArguments],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return { ...credentials, certFile };
}
