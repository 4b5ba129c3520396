/** docs/dependencies.md has each dependency that the project has, and no other. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { tables } from "../support/markdown.ts";
import { filesNamed, repository } from "../support/repository.ts";

const read = (file: string) => readFileSync(join(repository, file), "utf8");
const [runtime = [], npm = [], debian = [], judges = []] = tables(read("docs/dependencies.md"));

interface Package {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Lock {
  packages: Record<string, Locked>;
}

interface Locked {
  /** Only where the path doesn't end in it. */
  name?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  license?: string;
}

describe("npm", () => {
  const packages = filesNamed("package.json").map((file) => JSON.parse(read(file)) as Package);
  const lockedIn = (file: string) =>
    Object.entries((JSON.parse(read(file)) as Lock).packages).filter(([path]) => path !== "");
  const locked = filesNamed("package-lock.json").flatMap(lockedIn);

  it("names and versions are those of package.json", () => {
    const wanted = packages.flatMap(({ devDependencies, optionalDependencies }) =>
      Object.entries({ ...devDependencies, ...optionalDependencies }).map(resolved),
    );
    const listed = npm.flatMap(([name, versions = ""]) =>
      versions.split(", ").map((version) => `${name} ${version}`),
    );
    // Two folders of tests may want the same.
    expect(listed.sort()).toEqual([...new Set(wanted)].sort());
    for (const one of wanted) expect(one).toMatch(/ \d+\.\d+\.\d+$/);
  });

  it("licences are those of the packages", () => {
    for (const [name, , licence] of npm) {
      const licences = locked
        .filter(([path, { name: alias }]) => (alias ?? path.replace("node_modules/", "")) === name)
        .flatMap(([, { license }]) => license ?? []);
      expect([...new Set(licences)], name).toEqual([licence]);
    }
  });

  it("the programs depend on none", () => {
    expect(packages.flatMap(({ dependencies = {} }) => Object.keys(dependencies))).toEqual([]);
  });

  it("everything below them is locked with a digest, and only esbuild runs a script", () => {
    for (const [path, { integrity }] of locked) expect(integrity, path).toMatch(/^sha512-/);
    const runs = filesNamed("package-lock.json").filter((file) => !ignoresScripts(dirname(file)));
    const scripts = runs.flatMap(lockedIn).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripts.map(([path]) => path)).toEqual(["node_modules/esbuild"]);
  });
});

describe("Debian", () => {
  const makefiles = [...filesNamed("Makefile"), ...filesNamed("*.mk")].map(read);

  it("packages are those that the Makefile needs, and what it includes", () => {
    const names = debian.map(([name]) => name);
    expect(names.toSorted()).toEqual([...new Set(makefiles.flatMap(neededBy))].sort());
    expect(new Set(names).size).toBe(names.length);
  });

  it("each has a licence and a reason", () => {
    for (const [name, licence, reason] of debian) {
      expect(licence, name).not.toBe("");
      expect(reason, name).not.toBe("");
    }
  });
});

describe.each([
  ["BearSSL", "bearssl", runtime],
  ["BoringSSL's test runner", "boringssl", judges],
])("%s", (name, pin, table) => {
  it("is the version that is pinned, by the digest that is pinned", () => {
    const pinned = (field: string) =>
      new RegExp(`^${field} +(.*)$`, "m").exec(read(`vendor/${pin}.pin`))?.[1];
    const [listed, version, digest] = table[0] ?? [];
    expect({ listed, version, digest }).toEqual({
      listed: name,
      version: pinned("version"),
      digest: `\`${pinned("sha256")}\``,
    });
  });
});

function ignoresScripts(folder: string): boolean {
  const settings = join(folder, ".npmrc");
  return existsSync(join(repository, settings)) && /^ignore-scripts=true$/m.test(read(settings));
}

/** Name and version; `npm:NAME@VERSION` is a package under another name. */
function resolved([name, version]: [string, string]): string {
  const [, alias, exact] = /^npm:(.+)@(.+)$/.exec(version) ?? [];
  return `${alias ?? name} ${exact ?? version}`;
}

/** What stands after `vendor/need` in recipes: COMMAND=PACKAGE, "COMMAND=PACKAGE PACKAGE", $(LIST). */
function neededBy(makefile: string): string[] {
  const lines = makefile.replaceAll(/\\\n\s*/g, " ").split("\n");
  const variable = (name: string) =>
    lines.find((line) => line.startsWith(`${name} :=`))?.slice(name.length + 3) ?? "";
  const expanded = (text: string): string =>
    text.replaceAll(/\$\((\w+)\)/g, (_, name: string) => expanded(variable(name)));
  return lines
    .filter((line) => /^\t@?vendor\/need /.test(line))
    .flatMap((line) => [...expanded(line).matchAll(/"[^"=]+=([^"]+)"|[^\s"=]+=(\S+)/g)])
    .flatMap(([, several, one]) => (several ?? one ?? "").split(" "));
}
