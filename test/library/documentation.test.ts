import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Authority } from "../support/certificates.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";

/** Each snippet of docs/library.md runs as it stands, and prints what stands below it. */

const repository = join(import.meta.dirname, "../..");
const page = readFileSync(join(repository, "docs/library.md"), "utf8");

const authority = Authority.root();
const { keyFile, certFile } = authority.issue();

const snippets = [
  ...page.matchAll(/^## ([^\n]*)$|^```js\n(.*?)^```\n\n```text\n(.*?)^```$/gms),
].reduce<{ title: string; program: string; output: string }[]>(
  (found, [, title, program = "", output = ""]) => {
    const last = found.at(-1);
    if (title !== undefined) found.push({ title, program: "", output: "" });
    else if (last !== undefined) Object.assign(last, { program, output });
    return found;
  },
  [],
);

/** A folder as the page describes it. */
function project(): string {
  const folder = scratchFile("project");
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(repository, join(folder, "node_modules/bearhug"));
  symlinkSync(keyFile, join(folder, "server.key"));
  symlinkSync(certFile, join(folder, "server.pem"));
  symlinkSync(authority.certFile, join(folder, "ca.pem"));
  return folder;
}

test("there is one below each heading", () => {
  expect(snippets.length).toBeGreaterThan(6);
  expect(snippets.filter(({ program }) => program === "")).toEqual([]);
  expect(page.split("```js").length - 1).toBe(snippets.length);
});

test.each(snippets)("$title", async ({ program, output }) => {
  const folder = project();
  writeFileSync(join(folder, "snippet.mjs"), program);
  const { stdout, stderr } = await run(["env", "-C", folder, process.execPath, "snippet.mjs"]);
  expect({ stdout, stderr }).toEqual({ stdout: output, stderr: "" });
});
