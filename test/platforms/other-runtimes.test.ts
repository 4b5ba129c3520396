/** Programs on Deno and Bun: they talk, or say why they can't; and what can't be there on Windows. */
import { describe, expect, it } from "vitest";
import { CONVERSING, converse } from "../support/conversations.ts";
import { needs } from "../support/needs.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";
import { commandOf, environment, fileOf } from "./commands.ts";
import { OTHER_RUNTIMES, WINDOWS_CANT } from "./rows.ts";

/** Theirs are installed for this processor only. */
const THERE = needs("x64", process.arch === "x64");

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
