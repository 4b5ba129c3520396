import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

/** Which file of the two sandboxes may use which: as the linker sees it. */

const ROOT = join(import.meta.dirname, "../..");

/** For each folder under wasm/, the other folders whose functions and variables it may use. */
const MAY_USE: Record<string, readonly string[]> = {
  ".": [],
  late: [],
  crypto: [],
  keeper: ["crypto", "."],
  engine: ["engine/hello", "engine/peer", "engine/tls12", "engine/tls13", "crypto", "."],
  "engine/hello": ["engine", "."],
  "engine/peer": ["crypto", "late", "."],
  "engine/tls12": ["engine", "engine/hello", "engine/peer", "crypto", "late"],
  "engine/tls13": ["engine", "engine/hello", "engine/peer", "crypto"],
};

interface ObjectFile {
  /** Its source, under wasm/. */
  readonly source: string;
  readonly defines: ReadonlySet<string>;
  readonly needs: ReadonlySet<string>;
}

interface Use {
  readonly from: string;
  readonly to: string;
  readonly symbol: string;
}

/** Of the sources that are there now: build/ may have older objects. */
function sources(): string[] {
  const files = readdirSync(join(ROOT, "wasm"), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".c")).sort();
}

function objectFiles(): ObjectFile[] {
  const all = sources().map((source) => ({
    source,
    path: join(ROOT, "build/wasm", source.replace(/\.c$/, ".o")),
  }));
  for (const { path } of all) expect(existsSync(path), `${path}: run make`).toBe(true);
  const listing = execFileSync("emnm", ["-A", ...all.map(({ path }) => path)], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const rows = [...listing.matchAll(/^(.*?\.o):\s+(?:[0-9a-f]+ )?(\w) (\S+)$/gm)];
  const symbols = (path: string, kinds: string) =>
    new Set(
      rows
        .filter(([, of, kind = ""]) => of === path && kinds.includes(kind))
        .map(([, , , name = ""]) => name),
    );
  return all.map(({ source, path }) => ({
    source,
    defines: symbols(path, "TDB"),
    needs: symbols(path, "U"),
  }));
}

/** The two modules are linked apart, so what one has is nothing to the other. */
function usesWithin(objects: readonly ObjectFile[]): Use[] {
  return objects.flatMap(({ source: from, needs }) =>
    [...needs].flatMap((symbol) =>
      objects
        .filter(({ source: to, defines }) => to !== from && defines.has(symbol))
        .map(({ source: to }) => ({ from, to, symbol })),
    ),
  );
}

const isOf = (module: string) => (file: ObjectFile) =>
  file.source.startsWith(`${module}/`) || !/^(engine|keeper)\//.test(file.source);

function circlesIn(uses: readonly Use[]): string[][] {
  const next = new Map<string, Use[]>();
  for (const use of uses) next.set(use.from, [...(next.get(use.from) ?? []), use]);
  const done = new Set<string>();
  const circles: string[][] = [];
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return circles;
}

describe.each(["engine", "keeper"])("in the %s", (module) => {
  const uses = usesWithin(objectFiles().filter(isOf(module)));

  test("no two files use each other, however many are between them", () => {
    expect(uses.length).toBeGreaterThan(10);
    expect(circlesIn(uses)).toEqual([]);
  });

  test("no folder uses what it has no business with", () => {
    const wrong = uses.filter(({ from, to }) => {
      const [user, used] = [dirname(from), dirname(to)];
      return user !== used && !(MAY_USE[user] ?? []).includes(used);
    });
    expect(wrong).toEqual([]);
  });
});

test("a circle and a forbidden use would be seen", () => {
  const use = (from: string, to: string) => ({ from, to, symbol: "x" });
  expect(circlesIn([use("a", "b"), use("b", "c"), use("c", "b")])).toEqual([["b", "c", "b"]]);
});
