/** Programs on Deno and Bun: they talk, or say why they can't; and what can't be there on Windows. */
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { CONVERSING, converse } from "../support/conversations.ts";
import { NEEDS_ROOT, needs } from "../support/needs.ts";
import { everything, run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";
import { program } from "../support/service.ts";
import { commandOf, environment, fileOf } from "./commands.ts";
import { OTHER_RUNTIMES, WINDOWS_CANT } from "./rows.ts";

/** What Deno needs to know. */
const SURROUNDINGS = { HOME: environment.HOME, NO_COLOR: environment.NO_COLOR };

const authority = Authority.root();
const credentials = authority.issue();

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

  it("a server's prog has the descriptors 0, 1 and 2 alone, and nothing of its worker's", async () => {
    const server = await startServer({
      ...{ authority, credentials, runner: runtime.runner, options: ["-v", "--workers", "1"] },
      // What sh opens for itself is above 9.
      prog: ["sh", "-c", "ls /proc/$$/fd; exit 3"],
      environment: SURROUNDINGS,
    });
    const client = await connect(server);
    const numbers = (await everything(client)).toString().trim().split("\n").map(Number);
    expect(numbers.filter((number) => number < 10)).toEqual([0, 1, 2]);
    await server.logged("prog exited 3");
  }, 40_000);

  it("a server's prog that is not there is told of as ever", async () => {
    const server = await startServer({
      ...{ authority, credentials, runner: runtime.runner, options: ["-v", "--workers", "1"] },
      ...{ prog: ["./not-there"], environment: SURROUNDINGS },
    });
    const client = await connect(server).catch(() => null);
    client?.on("error", () => {});
    await server.logged("unable to run ./not-there: No such file or directory");
  }, 40_000);

  it.each(CONVERSING)("%s --version", async (name) => {
    const file = fileOf(name);
    const { stdout } = await run([...runtime.runner, program(file), "--version"], { environment });
    expect(stdout).toMatch(new RegExp(`^${file} \\(bearhug\\) `));
  });
});

describe("Deno, which can't change users", THERE, () => {
  const [deno] = OTHER_RUNTIMES;
  it.each([
    ["-u", ["-u", "33"], {}],
    ["TLS_UID", [], { TLS_UID: "65534" }],
  ])("a server with %s says so, and starts nothing", NEEDS_ROOT, async (_, options, users) => {
    const words = [...(deno?.runner ?? []), program("s6-tlsserver"), ...options];
    const ended = await run([...words, "127.0.0.1", "0", "cat"], {
      environment: { ...environment, ...deno?.environment, ...users },
    });
    const stderr =
      "s6-tlsserver: fatal: unable to drop privileges: this runtime can't change users\n";
    expect(ended).toMatchObject({ code: 111, stderr });
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
