/**
 * A thousand names, half of them RSA and half EC: each client gets its own certificate, and the
 * first and the last name are as good as any.
 */
import { copyFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority, type Credentials } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { namedEnvironment, serve } from "../support/service.ts";

const NAMES = 1000;

/** Certificates for wildcards under so many domains serve all names, from files of their own. */
const DOMAINS = 10;

const authority = Authority.root();
const domains = Array.from({ length: DOMAINS }, (_, n) =>
  authority.issue({ name: `*.${n}.test`, kind: n % 2 === 0 ? "P-256" : "RSA-2048" }),
);

function copy(file: string): string {
  const path = scratchFile("copy.pem");
  copyFileSync(file, path);
  return path;
}

function ownFiles({ keyFile, certFile, key }: Credentials): Credentials {
  return { keyFile: copy(keyFile), certFile: copy(certFile), key };
}

const nameOf = (n: number) => `name-${n}.${n % DOMAINS}.test`;

it(`${NAMES} names`, async () => {
  const pairs = Array.from({ length: NAMES }, (_, n) => [
    nameOf(n),
    ownFiles(domains[n % DOMAINS] as Credentials),
  ]);
  const environment = namedEnvironment(Object.fromEntries(pairs));
  const prog = ["sh", "-c", 'env | grep -c "FILE:"; echo "$SSL_TLS_SNI_SERVERNAME"'];
  const listener = await serve({ options: ["-k2"], environment, prog });
  const destination = { port: listener.port, authority };

  for (const n of [0, 1, 499, 500, 998, 999]) {
    const client = await connect(destination, { servername: nameOf(n) });
    expect(client.getPeerCertificate().subject.CN).toBe(`*.${n % DOMAINS}.test`);
    expect((await everything(client)).toString()).toBe(`0\n${nameOf(n)}\n`);
  }
  await expect(connect(destination, { servername: nameOf(NAMES) })).rejects.toThrow(
    /unrecognized.name/i,
  );
});
