/**
 * The program's environment: ours less what names keys and certificates, plus what the handshake
 * tells.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Variables for ourselves, with values that do no harm where they are not used. */
const OURS = {
  CADIR: "/no/folder",
  CAFILE: "/no/file",
  TLS_PROFILE: "compat",
  "KEYFILE:one.test": "/no/key",
  "CERTFILE:one.test": "/no/certificate",
  "KEYFILE:*.two.test": "/no/key",
  "CERTFILE:*.two.test": "/no/certificate",
};

const NOT_OURS = {
  KEYFILES: "kept",
  CERTFILE_: "kept",
  MY_KEYFILE: "kept",
  TLS_OTHER: "kept",
  EMPTY: "",
  LINES: "two\nlines",
};

interface Visit {
  options?: string[];
  environment?: Record<string, string>;
  servername?: string;
}

async function environmentOf({ options = [], environment = {}, servername }: Visit) {
  const listener = await serve({ credentials, options, environment, prog: ["env", "-0"] });
  const client = await connect(
    { port: listener.port, authority },
    {
      ecdhCurve: "X25519",
      ...(servername === undefined
        ? { servername: "", checkServerIdentity: () => undefined }
        : { servername }),
    },
  );
  const output = (await everything(client)).toString();
  const pairs = output.split("\0").filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
}

it("what names keys and certificates is removed, and nothing else", async () => {
  const environment = { ...OURS, ...NOT_OURS };
  const seen = await environmentOf({ environment });
  expect(seen).toEqual({
    ...NOT_OURS,
    PATH: process.env["PATH"],
    SSL_PROTOCOL: "TLSv1.3",
    SSL_CIPHER: "TLS_CHACHA20_POLY1305_SHA256",
    SSL_GROUP: "X25519",
  });
});

it.each(["-z", "-Z -z", "--no-keep"])("%s removes it as well", async (line) => {
  const options = words(line);
  const seen = await environmentOf({ options, environment: OURS });
  expect(Object.keys(seen).sort()).toEqual(["PATH", "SSL_CIPHER", "SSL_GROUP", "SSL_PROTOCOL"]);
});

it.each(["-Z", "-z -Z", "--keep"])("%s keeps it", async (line) => {
  const options = words(line);
  const seen = await environmentOf({ options, environment: OURS });
  expect(seen).toMatchObject({
    ...OURS,
    KEYFILE: credentials.keyFile,
    CERTFILE: credentials.certFile,
    SSL_PROTOCOL: "TLSv1.3",
  });
});

it("SSL_TLS_SNI_SERVERNAME is the name that the client asked for", async () => {
  const seen = await environmentOf({ servername: "server.test" });
  expect(seen).toMatchObject({ SSL_TLS_SNI_SERVERNAME: "server.test" });
});

it("what stood in the SSL variables before is replaced, or removed", async () => {
  const environment = {
    SSL_PROTOCOL: "stale",
    SSL_CIPHER: "stale",
    SSL_TLS_SNI_SERVERNAME: "stale",
    SSL_PEER_CERT_HASH: "stale",
    SSL_PEER_CERT_SUBJECT: "stale",
  };
  const seen = await environmentOf({ environment });
  expect(seen).toEqual({
    PATH: process.env["PATH"],
    SSL_PROTOCOL: "TLSv1.3",
    SSL_CIPHER: "TLS_CHACHA20_POLY1305_SHA256",
    SSL_GROUP: "X25519",
  });
});
