import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratchFile } from "../support/scratch.ts";
import { claim, ownFolder } from "./only-run.ts";
import { LINKED } from "./plant.ts";

/** Two runs of `make mutants` in one repository once wrote into each other's sources. */

function repository(): string {
  const path = scratchFile("repository");
  mkdirSync(path);
  return path;
}

test("a second run is refused until the first one is over", async () => {
  const path = repository();
  const first = await claim(path);
  await expect(claim(path)).rejects.toThrow(`another run is under way in ${path}`);
  const elsewhere = await claim(repository());
  for (const server of [first, elsewhere]) {
    server.close();
    await once(server, "close");
  }
  (await claim(path)).close();
});

test("a run of another process counts, and no longer when that was killed", async () => {
  const path = repository();
  const name = JSON.stringify(`\0make mutants ${path}`);
  const script = `require("net").createServer().listen(${name}, () => console.log("listening"))`;
  const other = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(other, "close");
  await once(other.stdout, "data");
  await expect(claim(path)).rejects.toThrow("another run is under way");
  other.kill("SIGKILL");
  await ended;
  (await claim(path)).close();
});

test("a run has a folder of its own, and removes those of earlier ones, not what they link to", () => {
  const path = repository();
  writeFileSync(join(path, "header.h"), "");
  const first = ownFolder(path);
  symlinkSync(path, join(first, "vendor"));
  const second = ownFolder(path);
  expect(second).not.toBe(first);
  expect(existsSync(first)).toBe(false);
  expect(existsSync(join(path, "header.h"))).toBe(true);
});

test("no source is reached through a link: what is built there could write into the repository's", () => {
  expect(LINKED.filter((name) => !name.endsWith("node_modules"))).toEqual([]);
});
