/** Clients that insist on what BearSSL's TLS 1.2 has not: what docs/troubleshooting.md says is seen. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { scratch } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();
execFileSync("javac", ["-d", scratch, join(import.meta.dirname, "Jsse.java")]);

it.each(["true", "false"])("Java with allowLegacyMasterSecret=%s", async (allowed) => {
  const server = await startServer({ authority, credentials, options: ["-S"] });
  const { code, stderr } = await run([
    ...["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", scratch],
    ...[`-Djdk.tls.allowLegacyMasterSecret=${allowed}`, "Jsse", "version=TLSv1.2"],
    ...[`trusted=${authority.certFile}`, `port=${server.port}`, `name=${SERVER_NAME}`, "say=hello"],
  ]);
  if (allowed === "true") {
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return;
  }
  expect(stderr).toContain("Extended Master Secret extension is required");
  await server.logged("the peer sent the alert handshake_failure");
});

it.each([
  ["an Ed25519 signature", ["-sigalgs", "ed25519"]],
  ["FFDHE", ["-cipher", "DHE-RSA-AES128-GCM-SHA256"]],
])("OpenSSL insisting on %s", async (_, wish) => {
  const server = await startServer({ authority, credentials });
  const client = [
    "openssl",
    "s_client",
    "-connect",
    `127.0.0.1:${server.port}`,
    "-tls1_2",
    ...wish,
  ];
  expect((await run(client)).code).toBe(1);
  await server.logged("refused the peer, sent the alert handshake_failure");
});
