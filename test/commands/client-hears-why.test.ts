/**
 * Every client hears from the alert what is wrong with its certificate, with the words that it has
 * for it.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import {
  ClientAuthority,
  type ClientCredentials,
  selfSigned,
} from "../support/client-authority.ts";
import { failureOf, gnutls, VERSIONS } from "../support/clients.ts";
import { extension } from "../support/extensions.ts";
import { run } from "../support/processes.ts";
import { serveGuarded } from "../support/refusals.ts";

const authority = Authority.root();
const server = authority.issue();
const root = ClientAuthority.root();

/** What a client says when it could not connect. */
type Client = (visit: Visit) => Promise<string>;

interface Visit {
  port: number;
  shown: ClientCredentials;
  maxVersion: (typeof VERSIONS)[number];
}

const CLIENTS: Record<string, Client> = {
  "gnutls-cli": async ({ port, maxVersion, shown: { certFile, keyFile } }) => {
    const version = `NORMAL:-VERS-ALL:+VERS-${maxVersion.replace("v", "")}`;
    const options = ["--x509certfile", certFile, "--x509keyfile", keyFile, "--priority", version];
    const { code, stdout, stderr } = await gnutls({ port, authority }, { options });
    expect(code).not.toBe(0);
    return stdout + stderr;
  },
  curl: async ({ port, maxVersion, shown: { certFile, keyFile } }) => {
    const { code, stderr } = await run([
      ...["curl", "--silent", "--show-error", "--cacert", authority.certFile, "--max-time", "10"],
      ...["--noproxy", "*", "--resolve", `${SERVER_NAME}:${port}:127.0.0.1`],
      ...["--tls-max", maxVersion.slice(-3)],
      ...["--cert", certFile, "--key", keyFile, `https://${SERVER_NAME}:${port}/`],
    ]);
    expect(code).not.toBe(0);
    return stderr;
  },
  "node:tls": async ({ port, maxVersion, shown: { certFile, keyFile } }) => {
    const files = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
    return failureOf({ port, authority }, { ...files, maxVersion });
  },
};

const FLAWS = {
  expired: root.issue({ begins: -30, ends: -1 }),
  unknown: selfSigned(),
  broken: root.issue({ broken: true }),
  "for servers": root.issue({ extensions: [extension.extendedKeyUsage("serverAuth")] }),
};

describe.each<[client: string, Record<keyof typeof FLAWS, RegExp>]>([
  [
    "gnutls-cli",
    {
      expired: /alert \[45\]/,
      unknown: /alert \[48\]/,
      broken: /alert \[42\]/,
      "for servers": /alert \[43\]/,
    },
  ],
  [
    "curl",
    {
      // It takes the alert for a verdict of its own, on the server's certificate.
      expired: /^curl: \(60\)|alert certificate expired/,
      unknown: /alert unknown ca/,
      broken: /alert bad certificate/,
      "for servers": /alert unsupported certificate/,
    },
  ],
  [
    "node:tls",
    {
      expired: /ALERT_CERTIFICATE_EXPIRED/,
      unknown: /ALERT_UNKNOWN_CA/,
      broken: /ALERT_BAD_CERTIFICATE/,
      "for servers": /ALERT_UNSUPPORTED_CERTIFICATE/,
    },
  ],
])("%s", (client, words) => {
  const flaws = Object.keys(FLAWS) as (keyof typeof FLAWS)[];
  it.each(VERSIONS.flatMap((version) => flaws.map((flaw) => [flaw, version] as const)))(
    "%s, in %s",
    async (flaw, maxVersion) => {
      const { listener, refusal } = await serveGuarded(server, ["-Y"], { CAFILE: root.certFile });
      expect(
        await CLIENTS[client]?.({ port: listener.port, shown: FLAWS[flaw], maxVersion }),
      ).toMatch(words[flaw]);
      expect((await refusal()).code).toBe(98);
    },
  );
});
