/**
 * What a runtime lacks is said in one line, without a stack trace: one that is too old, one without
 * leave for something, and one without SIMD for WebAssembly.
 */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { SERVER_NAME } from "../support/certificates.ts";
import { CONVERSING } from "../support/conversations.ts";
import { needs } from "../support/needs.ts";
import { node } from "../support/nodes.ts";
import { BUN, DENO } from "../support/other-runtimes.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";
import { reversingServer } from "../support/tls-servers.ts";
import { commandOf, credentials, environment, fileOf } from "./commands.ts";
import { DENO_FLAGS } from "./rows.ts";

/** Theirs are installed for this processor only. */
const THERE = needs("x64", process.arch === "x64");

const RIGHTS = DENO_FLAGS.map((flag) => flag.replace("--allow-", ""));

/** Those that open their connections themselves: they run everywhere. */
const ON_ADDRESSES = CONVERSING.filter((name) => /server|client/.test(name));

/** Without SSE4.1, V8 has no SIMD for WebAssembly. */
const WITHOUT_SIMD = [
  ["Bun", [BUN], { BUN_JSC_useWasmSIMD: "0" }],
  ["Node", [process.execPath, "--no-enable-sse4-1"], {}],
] as const;

/** Of a client, with a server that is there. */
async function reaching(name: string): Promise<string[]> {
  if (name !== "s6-tlsclient") return commandOf(name);
  const { port } = await reversingServer(credentials);
  return [program(name), "-k", SERVER_NAME, "127.0.0.1", `${port}`, "true"];
}

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

  describe.each(RIGHTS)("Deno without --allow-%s", (right) => {
    const flags = DENO_FLAGS.filter((flag) => flag !== `--allow-${right}`);
    const runner = [DENO, "run", "--no-prompt", ...flags];

    it.each(ON_ADDRESSES)("%s", async (name) => {
      const { code, stdout, stderr } = await run([...runner, ...(await reaching(name))], {
        environment,
      });
      expect(stderr).toMatch(
        new RegExp(`^${fileOf(name)}( server| client)?: fatal: [^\\n]+ --allow-${right} flag\\n$`),
      );
      expect({ code, stdout }).toEqual({ code: 111, stdout: "" });
    });
  });

  describe.each(WITHOUT_SIMD)("a %s without SIMD for WebAssembly", (_, runner, lacking) => {
    it.each(ON_ADDRESSES)("%s", async (name) => {
      const command = [...runner, ...(await reaching(name))];
      const { code, stdout, stderr } = await run(command, {
        environment: { ...environment, ...lacking },
      });
      expect(stderr).toMatch(
        new RegExp(
          `^${name}: fatal: unable to load [^\\n]+; bearhug needs a runtime and a processor with SIMD for WebAssembly\\n$`,
        ),
      );
      expect({ code, stdout }).toEqual({ code: 97, stdout: "" });
    });
  });

  it.each(CONVERSING)("a Node that is too old: %s", async (name) => {
    const ended = await run([node(7), ...commandOf(name)], { environment });
    expect(ended.stderr).toBe(
      `${fileOf(name)}: fatal: Node 20 or newer is needed, and this is v7.10.1\n`,
    );
    expect(ended.code).toBe(111);
  });
});
