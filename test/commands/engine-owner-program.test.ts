/**
 * prog behind an engine with other privileges is the prog that it would be without: its environment,
 * its end, and what happens if it can't be run.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY, NODES } from "../support/privileges.ts";
import { everything } from "../support/processes.ts";
import { executable, scratch, scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, serve } from "../support/service.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

interface Visit {
  node: string;
  prog: string[];
  options?: string[];
  environment?: Record<string, string>;
}

async function visit({ node, environment, ...service }: Visit) {
  const listener = await serve({
    ...service,
    credentials,
    environment: { ...AS_NOBODY, ...environment },
    through: [node],
  });
  const client = await connect({ port: listener.port, authority }, { ecdhCurve: "X25519" });
  const answer = (await everything(client)).toString();
  const tunnel = await listener.tunnel();
  return { answer, ended: await tunnel.ended };
}

const ALWAYS = {
  PATH: process.env["PATH"],
  MINE: "two\nlines = one variable",
  SSL_PROTOCOL: "TLSv1.3",
  SSL_CIPHER: "TLS_CHACHA20_POLY1305_SHA256",
  SSL_GROUP: "X25519",
  SSL_TLS_SNI_SERVERNAME: "server.test",
};

const OURS = { ...credentialsEnvironment(credentials), ...AS_NOBODY, TLS_PROFILE: "compat" };

/** Where an ELF header names the processor (elf(5): e_machine). */
const ELF_MACHINE = 18;

const signals: NodeJS.Signals[] = ["SIGTERM", "SIGKILL", "SIGABRT", "SIGUSR1", "SIGPIPE"];

describe.each(NODES)("with %s", NEEDS_ROOT, (_, node) => {
  it.each([
    ["-z", ALWAYS],
    ["-Z", { ...ALWAYS, ...OURS }],
  ])("with %s, its environment is the one that it always has", async (line, expected) => {
    const environment = { MINE: ALWAYS.MINE, SSL_PEER_CERT_HASH: "stale", TLS_PROFILE: "compat" };
    const options = words(line);
    const { answer, ended } = await visit({ node, prog: ["env", "-0"], options, environment });
    const pairs = answer.split("\0").filter((pair) => pair !== "");
    const seen = pairs.map((pair) => [
      pair.slice(0, pair.indexOf("=")),
      pair.slice(pair.indexOf("=") + 1),
    ]);
    expect(Object.fromEntries(seen)).toEqual(expected);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("its arguments and its folder are those that it was given", async () => {
    const prog = ["sh", "-c", 'printf "%s|" "$0" "$@"; pwd', "a b", "", "*", "-c"];
    expect((await visit({ node, prog })).answer).toBe(`a b||*|-c|${scratch}\n`);
  });

  it.each([0, 1, 42, 98, 255])("s6-tlsd ends with its exit code: %i", async (status) => {
    const { ended } = await visit({ node, prog: ["sh", "-c", `exit ${status}`] });
    expect(ended).toEqual({ code: status, signal: null, stdout: "", stderr: "" });
  });

  it.each(signals)("s6-tlsd ends of the signal that killed it: %s", async (signal) => {
    const prog = ["sh", "-c", `ulimit -c 0; kill -${signal.slice(3)} $$`];
    const { ended } = await visit({ node, prog });
    expect(ended).toEqual({ code: null, signal, stdout: "", stderr: "" });
  });

  it.each([
    ["is not in PATH", "no-such-program", 127, "No such file or directory"],
    ["is not there", "/no/such/program", 127, "No such file or directory"],
    ["is not executable", scratchFile("plain", "text"), 126, "Permission denied"],
    ["is a folder", scratch, 126, "Permission denied"],
    ["has an interpreter that is not there", executable("#!/no/such\n"), 127, "No such file"],
    ["has a folder as its interpreter", executable(`#!${scratch}\n`), 126, "Permission denied"],
  ])("if it %s, that is said as ever", async (_, prog, code, reason) => {
    const { answer, ended } = await visit({ node, prog: [prog] });
    expect(answer).toBe("");
    expect(ended).toMatchObject({ code, signal: null });
    expect(ended.stderr).toMatch(/^s6-tlsd: fatal: [^\n]+\n$/);
    expect(ended.stderr.toLowerCase()).toContain(`${prog}: ${reason}`.toLowerCase());
  });

  it("if it is for another processor, the system decides what to make of it", async () => {
    const { ended } = await visit({ node, prog: [executable(foreignProgram())] });
    expect(ended.signal).toBeNull();
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).not.toContain("execve");
  });

  it.each([
    ["names its interpreter", "#! /bin/sh -e\necho $0 ran\n"],
    ["names none", "echo $0 ran\n"],
    ["is interpreted by a script", `#!${executable("#!/bin/sh\necho $1 ran\n")}\n`],
  ])("it may be a script that %s", async (_, script) => {
    const prog = executable(script);
    const { answer, ended } = await visit({ node, prog: [prog, "argument"] });
    expect(answer).toBe(`${prog} ran\n`);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  });
});

/** An executable of the system's, but for the processor, which it never heard of. */
function foreignProgram(): Uint8Array {
  const program = readFileSync(process.execPath).subarray(0, 4096);
  const elf = Buffer.from(program);
  elf.writeUInt16LE(0xfafa, ELF_MACHINE);
  return elf;
}
