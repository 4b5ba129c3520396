/**
 * With -Y, a client is asked for a certificate and may have none; then no variable tells of one.
 * Without -Y and -y it isn't asked at all.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { opensslCertificate } from "../support/certified-clients.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { gnutls, openssl } from "../support/clients.ts";
import { extension } from "../support/extensions.ts";
import { serve } from "../support/service.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();
const root = ClientAuthority.root();
const client = root.issue({ extensions: [extension.alternativeNames(["DNS", "client.test"])] });

/** What a super-server, or an attacker before it, might have left there. */
const STALE = {
  SSL_PEER_CERT_HASH: "stale",
  SSL_PEER_CERT_SUBJECT: "stale",
  SSL_PEER_CERT_SAN: "stale",
  SSL_PEER_CERT_SPKI_HASH: "stale",
};

const SUITE = /^SSL_CIPHER=/m;
const PEER = /^SSL_PEER_.*/gm;

async function variables(line: string, shown: string[], environment = {}): Promise<string[]> {
  const { port } = await serve({
    credentials,
    options: ["-S", ...words(line)],
    environment: { CAFILE: root.certFile, ...STALE, ...environment },
    prog: ["env"],
  });
  const { stdout } = await openssl({ port, authority }, shown);
  expect(stdout).toMatch(SUITE);
  return (stdout.match(PEER) ?? []).map((line) => line.slice(0, line.indexOf("="))).sort();
}

it.each(["-Y", "--client-cert", "-y -Y"])("%s: a client without one is welcome", async (line) => {
  expect(await variables(line, [])).toEqual([]);
});

it("-Y: a client with one is known", async () => {
  expect(await variables("-Y", opensslCertificate(client))).toEqual(Object.keys(STALE).sort());
});

it("-Y: a certificate without alternative names has no variable for them", async () => {
  const names = await variables("-Y", opensslCertificate(root.issue()));
  expect(names).toEqual(["SSL_PEER_CERT_HASH", "SSL_PEER_CERT_SPKI_HASH", "SSL_PEER_CERT_SUBJECT"]);
});

it.each(["", "-Z"])("with options %j, no client is asked", async (line) => {
  expect(await variables(line, opensslCertificate(client))).toEqual([]);
});

it("-Y: gnutls-cli without one is welcome", async () => {
  const { port } = await serve({
    credentials,
    options: ["-SY"],
    environment: { CAFILE: root.certFile },
    prog: ["echo", "welcome"],
  });
  const { code, stdout } = await gnutls({ port, authority });
  expect(stdout).toMatch(/^welcome$/m);
  expect(code).toBe(0);
});

it.each(["-z", "-Z"])(
  "CADIR and CAFILE are kept from the program, but for -Z: %s",
  async (line) => {
    const { port } = await serve({
      credentials,
      options: ["-SY", line],
      environment: { CAFILE: root.certFile },
      prog: ["sh", "-c", "printenv CAFILE || echo unset"],
    });
    const { stdout } = await openssl({ port, authority });
    expect(stdout.trim()).toBe(line === "-Z" ? root.certFile : "unset");
  },
);
