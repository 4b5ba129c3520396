/**
 * Every program tells about itself on standard output, whatever else is missing; and a --help that
 * stands behind the first operand is prog's.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { node } from "../support/nodes.ts";
import { run } from "../support/processes.ts";
import { startServer } from "../support/server.ts";
import { program } from "../support/service.ts";

const repository = join(import.meta.dirname, "../..");
const { version, bin } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
const programs = Object.keys(bin);

/** The names that the manual's OPTIONS have, in their order. */
function optionsInManual(name: string): string[] {
  const page = readFileSync(join(repository, "docs", `${name}.1.md`), "utf8");
  return [...page.matchAll(/^\*\*.*\*\*(--[a-z0-9-]+)\*\*|^\*\*(--[a-z0-9-]+)\*\*/gm)].map(
    (found) => (found[1] ?? found[2]) as string,
  );
}

it("there are nine programs", () => {
  expect(programs).toHaveLength(9);
});

it.each(["server", "client"])("bearhug %s --help has options that the manual has", async (word) => {
  const { code, stdout, stderr } = await run([program("bearhug"), word, "--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const listed = [...stdout.matchAll(/^ {2}(?:-., | {4})(--[a-z0-9-]+) .*\.$/gm)].map(
    ([, name]) => name,
  );
  expect(listed).toContain("--listen");
  const inManual = optionsInManual("bearhug");
  expect(listed.filter((name) => !inManual.includes(name as string))).toEqual([]);
});

/** bearhug has two command lines. */
describe.each(programs.filter((name) => name !== "bearhug"))("%s", (name) => {
  it("--help has a line for each option of the manual", async () => {
    const { code, stdout, stderr } = await run([program(name), "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [usage, empty, ...lines] = stdout.trimEnd().split("\n");
    expect(usage).toMatch(new RegExp(`^usage: ${name} \\[ .* \\[ -- \\] [a-z]`));
    expect(empty).toBe("");
    const listed = lines.map((line) => /^ {2}(?:-., | {4})(--[a-z0-9-]+) .*\.$/.exec(line)?.[1]);
    expect(listed).toEqual(optionsInManual(name));
    expect(listed).toContain("--version");
  });
});

describe.each(programs)("%s", (name) => {
  it("--version is package.json's", async () => {
    const { code, stdout, stderr } = await run([program(name), "--version"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(`${name} (bearhug) ${version}\n`);
  });

  it("a Node that is too old is told so, in one line", async () => {
    const { code, stdout, stderr } = await run([node(7), program(name), "--version"]);
    expect({ code, stdout }).toEqual({ code: 111, stdout: "" });
    expect(stderr).toBe(`${name}: fatal: Node 20 or newer is needed, and this is v7.10.1\n`);
  });
});

it("an option before --help that is unknown comes first", async () => {
  const { code, stdout, stderr } = await run([program("s6-tlsd"), "--nonsense", "--help"]);
  expect({ code, stdout }).toEqual({ code: 100, stdout: "" });
  expect(stderr).toContain("unknown option --nonsense");
});

it("--help that can't be written is an error", async () => {
  const full = ["sh", "-c", 'exec "$0" --help >/dev/full', program("s6-tlsd")];
  const { code, stderr } = await run(full);
  expect({ code, stderr }).toEqual({
    code: 111,
    stderr: "s6-tlsd: fatal: No space left on device\n",
  });
});

it("prog's own --help reaches prog", async () => {
  const authority = Authority.root();
  const credentials = authority.issue();
  const prog = ["echo", "--help", "--version"];
  const server = await startServer({ authority, credentials, prog });
  expect(await exchange(await connect(server), "")).toBe("--help --version\n");
});
