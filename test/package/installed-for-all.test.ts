/**
 * npm install -g puts the nine programs in bin, and their manuals where man looks for them.
 */
import { readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { emptyFolder, manifest, npm, programs, tarball } from "../support/package.ts";
import { run } from "../support/processes.ts";

const prefix = emptyFolder();
npm(emptyFolder(), "npm", "install", "--global", "--ignore-scripts", `--prefix=${prefix}`, tarball);

it("the nine programs are in bin", async () => {
  expect(readdirSync(join(prefix, "bin")).sort()).toEqual([...programs].sort());
  const { code, stdout } = await run([join(prefix, "bin/s6-tlsserver"), "--version"]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `s6-tlsserver (bearhug) ${manifest.version}\n`,
  });
});

it("their manuals are in share/man", () => {
  const pages = join(prefix, "share/man/man1");
  expect(readdirSync(pages).sort()).toEqual(programs.map((name) => `${name}.1`).sort());
  for (const page of readdirSync(pages)) realpathSync(join(pages, page));
});

it("npx runs a program out of the tarball", () => {
  const words = ["npx", "--yes", "--package", tarball, "s6-tlsserver", "--help"];
  expect(npm(emptyFolder(), ...words)).toMatch(/^usage: s6-tlsserver \[ -q /);
});

it("npx bearhug tells what there is", () => {
  const words = ["npx", "--yes", "--package", tarball, "bearhug"];
  expect(npm(emptyFolder(), ...words)).toMatch(/^bearhug: TLS in a sandbox.*\n {2}bearhug server /);
});
