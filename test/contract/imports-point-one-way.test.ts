import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

/** Who may import what, between the folders of src: docs/design.md. */

const SRC = join(import.meta.dirname, "../../src");

/** For each folder, the other folders that it may import from. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  sandbox: [],
  tunnel: ["sandbox"],
  credentials: ["sandbox"],
  io: [],
  program: ["cli", "io"],
  cli: ["proxy-protocol"],
  setup: ["credentials", "sandbox", "io", "cli"],
  "proxy-protocol": [],
  lookup: ["proxy-protocol", "connection"],
  access: ["lookup", "proxy-protocol", "connection"],
  starttls: [],
  connection: [
    "proxy-protocol",
    "starttls",
    "setup",
    "credentials",
    "tunnel",
    "sandbox",
    "program",
    "cli",
  ],
  server: [
    "access",
    "proxy-protocol",
    "starttls",
    "connection",
    "setup",
    "credentials",
    "sandbox",
    "io",
    "program",
    "cli",
  ],
  library: ["proxy-protocol", "connection", "setup", "credentials", "tunnel", "sandbox"],
  "index.ts": ["proxy-protocol", "library", "credentials", "sandbox"],
  "engine.ts": ["credentials", "sandbox"],
  // The compressed modules are in build.
  "bundled.ts": ["library", "index.ts", ".."],
  // The library's bundles are given it.
  "names-of-node.ts": [],
  commands: [
    "lookup",
    "server",
    "connection",
    "setup",
    "credentials",
    "sandbox",
    "io",
    "program",
    "cli",
  ],
};

/** Of these it may know types only: who joins them is in commands. */
const TYPES_ONLY: Record<string, readonly string[]> = {
  tunnel: ["sandbox"],
  lookup: ["connection"],
  access: ["connection"],
  "index.ts": ["sandbox", "proxy-protocol"],
};

/** The one package that we ship code of, and the one file that may know it. */
const LOADER = { file: "sandbox/instance.ts", name: "@assemblyscript/loader" };

/** They know nothing and import nothing, so every folder may have them. */
const FOR_ALL = ["sandbox/own.ts", "sandbox/trap.ts"];

/** Folders without I/O: nothing of Node but types. */
const PURE = ["sandbox", "tunnel", "credentials", "proxy-protocol", "starttls", "engine.ts"];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const name =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && /^(require|import)$/.test(node.expression.getText())
          ? node.arguments[0]
          : undefined;
    if (name !== undefined && ts.isStringLiteral(name)) {
      const typeOnly = ts.isImportDeclaration(node)
        ? node.importClause?.isTypeOnly === true
        : ts.isExportDeclaration(node) && node.isTypeOnly;
      found.push({ from: file, to: name.text, typeOnly });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** One sentence for each import that points the wrong way. */
function violations({ from, to, typeOnly }: Import): string[] {
  const folder = from.split("/")[0] as string;
  if (!to.startsWith(".")) {
    const isNode = to.startsWith("node:") && (typeOnly || !PURE.includes(folder));
    const isLoader = to === LOADER.name && from === LOADER.file;
    return isNode || isLoader ? [] : [`${from} imports ${to}`];
  }
  if (FOR_ALL.includes(join(dirname(from), to))) return [];
  const target = join(dirname(from), to).split("/")[0] as string;
  if (TYPES_ONLY[folder]?.includes(target) && !typeOnly) {
    return [`${from} imports more than types from ${target}`];
  }
  if (target === folder || MAY_IMPORT[folder]?.includes(target)) return [];
  return [`${from} imports from ${target}`];
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter(
  (name) => name.endsWith(".ts") && !name.endsWith(".d.ts"),
);
const texts = new Map(files.map((file) => [file, readFileSync(join(SRC, file), "utf8")]));

describe("imports point one way", () => {
  test("every folder of src has a rule", () => {
    const folders = [...new Set(files.map((file) => relative(".", file).split("/")[0]))];
    expect(folders.sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  test("no file imports against the rules", () => {
    const all = [...texts].flatMap(([file, text]) => importsOf(file, text));
    expect(all.length).toBeGreaterThan(50);
    expect(all.flatMap(violations)).toEqual([]);
  });

  test("what every folder may have imports nothing itself", () => {
    for (const file of FOR_ALL) expect(importsOf(file, texts.get(file) as string)).toEqual([]);
  });

  test("engine.ts reaches nothing of Node, however many files away", () => {
    const reached = new Set(["engine.ts"]);
    const outside: string[] = [];
    for (const file of reached) {
      for (const { to, typeOnly } of importsOf(file, texts.get(file) as string)) {
        if (typeOnly) continue;
        if (to.startsWith(".")) reached.add(join(dirname(file), to));
        else if (to !== LOADER.name) outside.push(`${file} imports ${to}`);
      }
    }
    expect(outside).toEqual([]);
    expect(reached).toContain("sandbox/engine.ts");
    expect(reached).toContain("credentials/certificates.ts");
  });

  test("only src/sandbox touches WebAssembly's instances, and knows the exports' names", () => {
    const touching = [...texts].filter(([, text]) =>
      /WebAssembly\.(Instance|instantiate|Memory)\b|\b(engine|keeper)_[a-z]+\(/.test(text),
    );
    expect(touching.map(([file]) => file.split("/")[0])).toEqual(touching.map(() => "sandbox"));
    expect(touching.length).toBeGreaterThan(0);
  });

  test.each([
    ["tunnel/a.ts", 'import { readFileSync } from "node:fs";'],
    ["cli/a.ts", 'import { Engine } from "../sandbox/engine.ts";'],
    ["credentials/a.ts", 'export * from "../tunnel/tunnel.ts";'],
    ["sandbox/a.ts", 'const crypto = require("node:crypto");'],
    ["io/a.ts", 'import leftpad from "leftpad";'],
    ["io/a.ts", 'import type { Endpoint } from "../tunnel/endpoint.ts";'],
    ["tunnel/a.ts", 'const engine = await import("../sandbox/engine.ts");'],
    ["tunnel/a.ts", 'import { type Engine } from "../connection/stream-endpoint.ts";'],
    ["program/a.ts", 'import type { Engine } from "../sandbox/engine.ts";'],
    ["sandbox/a.ts", 'import "node:net";'],
    ["sandbox/a.ts", 'import { instantiateSync } from "@assemblyscript/loader";'],
    ["credentials/a.ts", 'import { Buffer } from "node:buffer";'],
    ["engine.ts", 'import { connect } from "./library/connect.ts";'],
    ["index.ts", 'export { Engine } from "./sandbox/engine.ts";'],
  ])("the check would catch %s with %s", (file, text) => {
    expect(importsOf(file, text).flatMap(violations)).toHaveLength(1);
  });

  test("a type of Node's is no import", () => {
    const text = 'import type { Readable } from "node:stream";';
    expect(importsOf("tunnel/a.ts", text).flatMap(violations)).toEqual([]);
  });
});
