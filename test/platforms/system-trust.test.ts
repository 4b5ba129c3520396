/**
 * CAFILE=system where the system keeps its CAs in a store, and where no bundle is at a usual place. On
 * Linux, what Node takes for the system's store is the file that SSL_CERT_FILE names.
 */
import { describe, expect, it } from "vitest";
import { asking } from "../support/calls.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { node } from "../support/nodes.ts";
import { scratchFile } from "../support/scratch.ts";
import { runClient } from "../support/tls-client-program.ts";
import { reversingServer } from "../support/tls-servers.ts";
import { behind } from "./taken-away.ts";

const authority = Authority.root();
const credentials = authority.issue();

const OURS = { CAFILE: "system", SSL_CERT_FILE: authority.certFile, SSL_CERT_DIR: "/no/folder" };

/** Makes a process take its system for another one. */
const PRETEND = scratchFile(
  "pretend.cjs",
  'Object.defineProperty(process, "platform", { value: process.env.PRETENDED });',
);

async function ended(runner: string[], environment: Record<string, string>) {
  const { port } = await reversingServer(credentials);
  const options = ["-k", SERVER_NAME, "-v"];
  const call = { port, runner, options, prog: asking("hello"), authority: null };
  return runClient({ ...call, environment: { ...OURS, ...environment } });
}

const HIDDEN =
  "for f in /etc/ssl /etc/pki /usr/local/share; do test ! -e $f || mount -t tmpfs none $f; done";

describe("with a store of the system's", () => {
  it.each(["darwin", "win32"])(
    "%s: its CAs are trusted, and the operator is told",
    async (system) => {
      const { code, stdout, stderr } = await ended([node(24), "--require", PRETEND], {
        PRETENDED: system,
      });
      expect(stderr).toContain(
        "s6-tlsclient: info: the system's trust anchors are in the system's store\n",
      );
      expect(stdout).toMatch(/^olleh\n/);
      expect(code).toBe(0);
    },
  );

  it("a Node that can't ask it reads the bundle", async () => {
    const { code, stderr } = await ended([process.execPath, "--require", PRETEND], {
      PRETENDED: "darwin",
    });
    expect(stderr).toContain("anchors are in /etc/ssl/certs/ca-certificates.crt\n");
    expect(stderr).toContain("certificate that no trust anchor vouches for");
    expect(code).toBe(98);
  });
});

it("on Linux, the bundle alone is the system's", async () => {
  const { code, stderr } = await ended([node(24)], {});
  expect(stderr).toContain("anchors are in /etc/ssl/certs/ca-certificates.crt\n");
  expect(code).toBe(98);
});

describe("without a bundle", NEEDS_ROOT, () => {
  it("Node is asked", async () => {
    const { code, stdout } = await ended(behind(HIDDEN, node(24)), {});
    expect(stdout).toMatch(/^olleh\n/);
    expect(code).toBe(0);
  });

  it("a Node that can't be asked says where was looked, and what to do", async () => {
    const { code, stderr } = await ended(behind(HIDDEN), {});
    expect(stderr).toMatch(
      /\ns6-tlsclient: fatal: unable to read trust anchors in system: none of [^\n]+ is there; set CAFILE to a file, or take Node 22.15 or later\n$/,
    );
    expect(code).toBe(96);
  });
});
