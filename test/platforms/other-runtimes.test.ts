/**
 * Programs on Deno and Bun: they talk, or say why they can't; and what a runtime that is too old, has no
 * leave or no SIMD says.
 */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { CONVERSING, converse } from "../support/conversations.ts";
import { needs } from "../support/needs.ts";
import { node } from "../support/nodes.ts";
import { BUN, DENO } from "../support/other-runtimes.ts";
import { run } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { credentialsEnvironment, program } from "../support/service.ts";
import { DENO_FLAGS, OTHER_RUNTIMES, WINDOWS_CANT } from "./rows.ts";

/** Theirs are installed for this processor only. */
const THERE = needs("x64", process.arch === "x64");

const authority = Authority.root();
const credentials = authority.issue();

const environment = {
  HOME: scratch,
  NO_COLOR: "1",
  CAFILE: authority.certFile,
  ...credentialsEnvironment(credentials),
};

/** What says its name before a command line is read. */
function fileOf(name: string): string {
  return name.replace(/ .*/, "");
}

/** Enough for each of them to begin. */
function commandOf(name: string): string[] {
  const [bearhug, role] = name.split(" ");
  if (role !== undefined) {
    return [program(`${bearhug}`), role, "--listen", "127.0.0.1:0", "--connect", "127.0.0.1:1"];
  }
  if (name.endsWith("-io")) return [program(name), "3", "4"];
  if (name === "s6-tlsserver") return [program(name), "127.0.0.1", "0", "true"];
  if (name === "s6-tlsclient") return [program(name), "127.0.0.1", "1", "true"];
  return [program(name), "true"];
}

describe.each(OTHER_RUNTIMES.map((one) => [one.name, one] as const))("%s", THERE, (_, runtime) => {
  const talking = CONVERSING.filter((name) => !(name in runtime.cant));

  describe.each(runtime.versions)("%s", (version) => {
    it.each(talking)("%s", (name) => converse(name, runtime, version));
  });

  it.each(Object.entries(runtime.cant))("%s can't be there, and says why", async (name, why) => {
    const ended = await run([...runtime.runner, ...commandOf(name)], { environment });
    expect(ended).toMatchObject({ code: 111, stderr: `${name}: fatal: ${why}\n` });
  });

  it.each(CONVERSING)("%s --version", async (name) => {
    const file = fileOf(name);
    const { stdout } = await run([...runtime.runner, program(file), "--version"], { environment });
    expect(stdout).toMatch(new RegExp(`^${file} \\(bearhug\\) `));
  });
});

describe("in one line", THERE, () => {
  it("s6-tlsserver with a pipe as KEYFILE on Deno, whose progs would have the key", async () => {
    const KEYFILE = scratchFile("fifo");
    execFileSync("mkfifo", [KEYFILE]);
    const runner = [DENO, "run", "--no-prompt", "--allow-all"];
    const command = [...runner, ...commandOf("s6-tlsserver")];
    const ended = await run(command, { environment: { ...environment, KEYFILE } });
    expect(ended).toMatchObject({
      code: 96,
      stderr: `s6-tlsserver: fatal: unable to read KEYFILE from ${KEYFILE}: it is a pipe, and Deno would pass what was in it on to prog; name a file\n`,
    });
  });

  it.each(CONVERSING)("Deno without any leave: %s", async (name) => {
    const ended = await run([DENO, "run", "--no-prompt", ...commandOf(name)], { environment });
    expect(ended.stderr).toMatch(
      new RegExp(`^${fileOf(name)}: fatal: Requires read access to [^\\n]+ --allow-read flag\\n$`),
    );
    expect(ended.code).toBe(111);
  });

  it.each(["env", "net"])("s6-tlsclient on a Deno without %s", async (right) => {
    const flags = DENO_FLAGS.filter((flag) => flag !== `--allow-${right}`);
    const runner = [DENO, "run", "--no-prompt", ...flags];
    const ended = await run([...runner, ...commandOf("s6-tlsclient")], { environment });
    expect(ended.stderr).toMatch(
      new RegExp(`^s6-tlsclient: fatal: [^\\n]+ --allow-${right} flag\\n$`),
    );
    expect(ended.code).toBe(111);
  });

  it("a Bun without SIMD for WebAssembly", async () => {
    const without = { ...environment, BUN_JSC_useWasmSIMD: "0" };
    const ended = await run([BUN, ...commandOf("s6-tlsserver")], { environment: without });
    expect(ended.stderr).toMatch(
      /^s6-tlsserver: fatal: unable to load [^\n]+; bearhug needs a runtime and a processor with SIMD for WebAssembly\n$/,
    );
    expect(ended.code).toBe(97);
  });

  it.each(CONVERSING)("a Node that is too old: %s", async (name) => {
    const ended = await run([node(7), ...commandOf(name)], { environment });
    expect(ended.stderr).toBe(
      `${fileOf(name)}: fatal: Node 20 or newer is needed, and this is v7.10.1\n`,
    );
    expect(ended.code).toBe(111);
  });
});

/** Makes a process take its system for Windows. */
const PRETEND = scratchFile(
  "pretend.cjs",
  'Object.defineProperty(process, "platform", { value: "win32" });',
);

it.each(Object.entries(WINDOWS_CANT))(
  "on Windows, %s says why it can't be there",
  async (name, why) => {
    const command = [process.execPath, "--require", PRETEND, ...commandOf(name)];
    expect(await run(command, { environment })).toMatchObject({
      code: 111,
      stderr: `${name}: fatal: ${why}\n`,
    });
  },
);

// A server's sockets go to its workers through Node, which asks for the system, too.
it("as if on Windows, s6-tlsclient talks", () =>
  converse("s6-tlsclient", { runner: [process.execPath, "--require", PRETEND] }, "TLSv1.3"));

it.each([
  ["Windows", [process.execPath, "--require", PRETEND], /^$/],
  ["Linux", [process.execPath], /: warning: prog my-server is not there, /],
])("on %s, a prog without its ending is looked for as the system does", async (_, runner, told) => {
  const words = ["--check", "127.0.0.1", "0", "my-server"];
  const command = [...runner, program("s6-tlsserver"), ...words];
  const { code, stderr } = await run(command, { environment });
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(told) });
});
