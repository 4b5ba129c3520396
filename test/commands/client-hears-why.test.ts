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
import { connect, gnutls } from "../support/clients.ts";
import { extension } from "../support/extensions.ts";
import { run } from "../support/processes.ts";
import { serveGuarded } from "../support/refusals.ts";

const authority = Authority.root();
const server = authority.issue();
const root = ClientAuthority.root();

/** What a client says when it could not connect. */
type Client = (port: number, shown: ClientCredentials) => Promise<string>;

const CLIENTS: Record<string, Client> = {
  "gnutls-cli": async (port, { certFile, keyFile }) => {
    const options = ["--x509certfile", certFile, "--x509keyfile", keyFile];
    const { code, stdout, stderr } = await gnutls({ port, authority }, { options });
    expect(code).not.toBe(0);
    return stdout + stderr;
  },
  curl: async (port, { certFile, keyFile }) => {
    const { code, stderr } = await run([
      ...["curl", "--silent", "--show-error", "--cacert", authority.certFile, "--max-time", "10"],
      ...["--noproxy", "*", "--resolve", `${SERVER_NAME}:${port}:127.0.0.1`],
      ...["--cert", certFile, "--key", keyFile, `https://${SERVER_NAME}:${port}/`],
    ]);
    expect(code).not.toBe(0);
    return stderr;
  },
  "node:tls": async (port, { certFile, keyFile }) => {
    const files = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
    const connected = connect({ port, authority }, files);
    return connected.then(
      () => "connected",
      (error: NodeJS.ErrnoException) => `${error.code}`,
    );
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
  it.each(Object.keys(FLAWS) as (keyof typeof FLAWS)[])("%s", async (flaw) => {
    const { listener, refusal } = await serveGuarded(server, ["-Y"], { CAFILE: root.certFile });
    expect(await CLIENTS[client]?.(listener.port, FLAWS[flaw])).toMatch(words[flaw]);
    expect((await refusal()).code).toBe(98);
  });
});
