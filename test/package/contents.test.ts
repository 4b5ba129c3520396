/**
 * The package holds what runs, what documents it, and whose it is; no sources of BearSSL, nothing
 * that only developers need, and nothing that npm would run. Two packings are the same bytes.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { linksOf } from "../docs/page.ts";
import { emptyFolder, manifest, npm, programs, tarball } from "../support/package.ts";

/**
 * Bytes. Bundles are 320,000 of what is packed: three programs have one each, so that they start fast, the two
 * servers share one, four programs another, the spawner has one, and there is the library's. The two modules are 130,000, pages and
 * manuals 120,000, types 30,000.
 */
const SIZE_LIMIT = 660_000;
/** The modules are 130,000 of these, too. */
const BUNDLERS_SIZE_LIMIT = 165_000;
const repository = join(import.meta.dirname, "../..");

const packed = execFileSync("tar", ["tzf", tarball], { encoding: "utf8" })
  .trim()
  .split("\n")
  .map((path) => path.replace(/^package\//, ""));

function content(path: string): string {
  return execFileSync("tar", ["xzOf", tarball, `package/${path}`], { encoding: "utf8" });
}

it("it is small, and so is what it has for bundlers", () => {
  // That has the modules once more: beside a bundle there is no folder in which they could be found.
  const forBundlers = gzipSync(content("dist/index.mjs")).length;
  expect(forBundlers).toBeLessThan(BUNDLERS_SIZE_LIMIT);
  expect(statSync(tarball).size - forBundlers).toBeLessThan(SIZE_LIMIT);
});

it("every program, its manual, both modules, the licence and the notices are there", () => {
  expect(packed).toEqual(
    expect.arrayContaining([
      ...programs.flatMap((name) => [`bin/${name}`, `dist/${name}.cjs`, `dist/man/${name}.1`]),
      ...["index.js", "index.cjs", "engine.js", "index.d.ts", "index.d.cts", "engine.d.ts"].map(
        (file) => `dist/${file}`,
      ),
      ...["bin/launch.js", "bin/package.json", "dist/engine.wasm", "dist/keeper.wasm"],
      ...["package.json", "README.md", "LICENSE", "dist/NOTICES.txt"],
    ]),
  );
  const notices = content("dist/NOTICES.txt");
  expect(notices).toContain("Thomas Pornin");
  expect(notices).toContain("Rich Felker");
  expect(notices).toContain("Daniel Wirtz");
  expect(notices).toContain("Apache License");
});

it("nothing else is there but the library, pages and examples", () => {
  const program = `(${programs.join("|")})`;
  const allowed = [
    new RegExp(`^bin/(${program}|launch\\.js|package\\.json)$`),
    new RegExp(`^dist/(${program}|servers|spawner|tunnels)\\.cjs$`),
    new RegExp(`^dist/man/${program}\\.1$`),
    /^dist\/(engine|keeper)\.wasm$/,
    /^dist\/NOTICES\.txt$/,
    // The library.
    /^dist\/([a-z0-9/-]+\.d\.ts|index\.cjs|index\.d\.[cm]ts|index\.mjs|types\/package\.json|(index|engine)\.js)$/,
    /^(package\.json|README\.md|LICENSE)$/,
    /^docs\/[A-Za-z0-9./-]+\.md$/,
    /^docs\/log\.schema\.json$/,
    /^bench\/summary\.svg$/,
    /^examples\//,
  ];
  expect(packed.filter((path) => !allowed.some((pattern) => pattern.test(path)))).toEqual([]);
});

it("links in its pages lead to its files, or to what only developers need", () => {
  const pages = packed.filter((path) => path.endsWith(".md"));
  const targets = pages.flatMap((page) =>
    linksOf(content(page)).map((target) => {
      return normalize(join(dirname(page), target.replace(/#.*$/, ""))).replace(/\/$/, "");
    }),
  );
  const isThere = (target: string) =>
    packed.some((path) => path === target || path.startsWith(`${target}/`));
  const isTest = (target: string) => target.startsWith("test/");
  const outside = new Set(targets.filter((target) => !isThere(target) && !isTest(target)));
  expect([...outside].sort()).toEqual(["CONTRIBUTING.md", "bench/README.md"]);
});

it("npm would run nothing, and fetch nothing", () => {
  const published = JSON.parse(content("package.json"));
  expect(published).toMatchObject({ name: "bearhug", version: manifest.version, license: "ISC" });
  for (const key of ["scripts", "dependencies", "optionalDependencies", "peerDependencies"]) {
    expect(published).not.toHaveProperty(key);
  }
  expect(published).not.toHaveProperty("private");
});

it("a second packing is the same bytes", () => {
  const folder = emptyFolder();
  npm(repository, "npm", "pack", "--ignore-scripts", `--pack-destination=${folder}`);
  const again = readFileSync(join(folder, `bearhug-${manifest.version}.tgz`));
  expect(again.equals(readFileSync(tarball))).toBe(true);
});
