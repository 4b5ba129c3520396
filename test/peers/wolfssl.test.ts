/** wolfSSL's example client and server (`make build/wolfssl/client`) with our programs. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { needs } from "../support/needs.ts";
import { freePort } from "../support/ports.ts";
import { run, start } from "../support/processes.ts";
import { repository } from "../support/repository.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";

const built = (name: string) => join(repository, "build/wolfssl", name);
const isBuilt = existsSync(built("client")) && existsSync(built("server"));
const authority = Authority.root();

const VERSIONS = [
  { version: "TLSv1.2", number: "3", options: ["--tls-max", "1.2"] },
  { version: "TLSv1.3", number: "4", options: ["--tls-profile", "strict"] },
];
const cases = VERSIONS.flatMap((version) =>
  (["P-256", "RSA-2048"] as const).map((kind) => ({ ...version, kind })),
);

/** Runs the example where it finds the files of its source tree that it looks for. */
function inItsTree(...command: string[]): string[] {
  const folder = scratchFile("wolfssl");
  mkdirSync(join(folder, "certs/ocsp"), { recursive: true });
  for (const number of [1, 2, 3]) {
    const stapled = join(folder, `certs/ocsp/intermediate${number}-ca-cert.pem`);
    copyFileSync(authority.certFile, stapled);
  }
  const group = ["-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"];
  execFileSync("openssl", ["genpkey", "-genparam", ...group, "-out", join(folder, DH_FILE)]);
  return ["sh", "-c", 'cd "$0" && exec "$@"', folder, ...command];
}

const DH_FILE = "certs/dh2048.pem";

/** What the client says; there is no end of line. */
const HELLO = "hello wolfssl!";

describe("wolfSSL", needs("wolfSSL's examples, which make builds", isBuilt), () => {
  it.each(cases)("is the client of $version, with a key of $kind", async (wanted) => {
    const credentials = authority.issue({ kind: wanted.kind });
    // It reads one record.
    const told = `text=$(head -c ${HELLO.length}); echo "$text, $SSL_PROTOCOL $SSL_CIPHER"`;
    const options = ["-S", ...wanted.options];
    const prog = ["sh", "-c", told];
    const { port } = await startServer({ authority, credentials, prog, options });
    const client = [built("client"), "-h", "127.0.0.1", "-p", `${port}`, "-v", wanted.number];
    const trust = ["-A", authority.certFile, "-S", "server.test", "-C", "-x"];
    const { stdout, stderr, code } = await run(inItsTree(...client, ...trust));
    expect(stdout + stderr).toContain(`${HELLO}, ${wanted.version} `);
    expect(code).toBe(0);
  });

  it.each(cases)("is the server of $version, with a key of $kind", async (wanted) => {
    const { keyFile, certFile } = authority.issue({ kind: wanted.kind });
    const port = await freePort();
    const ready = scratchFile("ready");
    const pair = ["-k", keyFile, "-c", certFile, "-A", authority.certFile];
    const how = ["-p", `${port}`, "-v", wanted.number, "-d", "-V", "-R", ready];
    const server = start(inItsTree(built("server"), ...how, ...pair));
    await eventually("the server's port", () => existsSync(ready) || server.isOver);
    const prog = ["sh", "-c", 'printf "there and back" >&7; cat <&6; echo " $SSL_PROTOCOL"'];
    const client = await call({ port, authority, options: wanted.options, prog });
    const { stdout, stderr, code } = await client.ended;
    expect({ stdout, stderr, code }).toEqual({
      stdout: `I hear you fa shizzle! ${wanted.version}\n`,
      stderr: "",
      code: 0,
    });
    await server.ended;
    expect(server.stdout).toContain("Client message: there and back");
  });
});
