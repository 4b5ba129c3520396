/** wolfSSL's example client and server (`make build/wolfssl/client`) with our programs. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { call } from "../support/calls.ts";
import { Authority, type KeyKind } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { needs } from "../support/needs.ts";
import { freePort } from "../support/ports.ts";
import { run, start } from "../support/processes.ts";
import { repository } from "../support/repository.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";
import { KEYS, suitesOf, VERSIONS } from "./rows.ts";
import type { SuiteName, Version } from "./stack.ts";

const built = (name: string) => join(repository, "build/wolfssl", name);
const isBuilt = existsSync(built("client")) && existsSync(built("server"));
const authority = Authority.root();

const OPTIONS = {
  "TLSv1.2": { number: "3", options: ["--tls-max", "1.2"] },
  "TLSv1.3": { number: "4", options: ["--tls-profile", "strict"] },
};

interface Case {
  readonly version: Version;
  readonly kind: KeyKind;
  readonly suite?: SuiteName;
}

const cases: readonly Case[] = VERSIONS.flatMap((version) => [
  ...KEYS.map((kind) => ({ version, kind })),
  ...suitesOf(version).map((suite) => {
    const kind = suite.includes("RSA") ? ("RSA-2048" as const) : ("P-256" as const);
    return { version, kind, suite };
  }),
]);

function wishes({ version, suite }: Case): string[] {
  const name = suite?.replace(/^TLS_(AES)_/, "TLS13-$1").replace(/^TLS_/, "TLS13-");
  const list = name === undefined ? [] : ["-l", name.replaceAll("_", "-")];
  return ["-v", OPTIONS[version].number, ...list];
}

/** What a tunnel tells of the suite. */
function told({ version, suite }: Case): string {
  return suite === undefined ? `${version} ` : `${version} ${suite}`;
}

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
  it.each(cases)("is the client of $version, with a key of $kind, $suite", async (wanted) => {
    const credentials = authority.issue({ kind: wanted.kind });
    // It reads one record.
    const tell = `text=$(head -c ${HELLO.length}); echo "$text, $SSL_PROTOCOL $SSL_CIPHER"`;
    const options = ["-S", ...OPTIONS[wanted.version].options];
    const prog = ["sh", "-c", tell];
    const { port } = await startServer({ authority, credentials, prog, options });
    const client = [built("client"), "-h", "127.0.0.1", "-p", `${port}`, ...wishes(wanted)];
    const trust = ["-A", authority.certFile, "-S", "server.test", "-C", "-x"];
    const { stdout, stderr, code } = await run(inItsTree(...client, ...trust));
    expect(stdout + stderr).toContain(`${HELLO}, ${told(wanted)}`);
    expect(code).toBe(0);
  });

  it.each(cases)("is the server of $version, with a key of $kind, $suite", async (wanted) => {
    const { keyFile, certFile } = authority.issue({ kind: wanted.kind });
    const port = await freePort();
    const ready = scratchFile("ready");
    const pair = ["-k", keyFile, "-c", certFile, "-A", authority.certFile];
    const how = ["-p", `${port}`, ...wishes(wanted), "-d", "-V", "-R", ready];
    const server = start(inItsTree(built("server"), ...how, ...pair));
    await eventually("the server's port", () => existsSync(ready) || server.isOver);
    const prog = [
      "sh",
      "-c",
      'printf "there and back" >&7; cat <&6; echo " $SSL_PROTOCOL $SSL_CIPHER"',
    ];
    const { options } = OPTIONS[wanted.version];
    const client = await call({ port, authority, options, prog });
    const { stdout, stderr, code } = await client.ended;
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout).toContain(`I hear you fa shizzle! ${told(wanted)}`);
    await server.ended;
    expect(server.stdout).toContain("Client message: there and back");
  });
});
