import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import * as abi from "../../src/sandbox/abi.ts";
import { ENGINE_CALLS } from "../../src/sandbox/engine-exports.ts";
import { EngineError } from "../../src/sandbox/errors.ts";

/** What C and TypeScript both say is the same: every number, and what each export takes. */

const ROOT = join(import.meta.dirname, "../..");
const OURS = ["wasm/engine/abi.h", "wasm/keeper/abi.h"];
const BEARSSL = ["hash", "ssl", "x509"].map((part) => `vendor/bearssl/inc/bearssl_${part}.h`);

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** Macros that are numbers. */
function numbersIn(files: readonly string[]): Map<string, number> {
  const all = files.map(textOf).join("\n");
  const found = all.matchAll(/^#define[ \t]+(\w+)[ \t]+(-?(?:0x[0-9A-Fa-f]+|[0-9]+))\b/gm);
  return new Map([...found].map(([, name, value]) => [name as string, Number(value)]));
}

/** How many parameters each export has. */
function signaturesIn(file: string): Map<string, number> {
  const text = textOf(file).replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const found = text.matchAll(/(?:EXPORT|CALL)\((\w+)\)[^;]*?\b\1\(([^)]*)\);/g);
  return new Map(
    [...found].map(([, name, list]) => [
      name as string,
      (list as string).trim() === "void" ? 0 : (list as string).split(",").length,
    ]),
  );
}

/** How many parameters each method of an interface has. */
function methodsOf(file: string, name: string): Map<string, number> {
  const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true);
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  const methods = [...(found?.members ?? [])].filter(ts.isMethodSignature);
  return new Map(methods.map((method) => [method.name.getText(), method.parameters.length]));
}

function sorted<T>(map: Iterable<[string, T]>): [string, T][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1));
}

describe("numbers that C and TypeScript share", () => {
  const isOurs = ([name]: [string, number]) => /^(ENGINE|KEEPER)_/.test(name);

  test("are those of both abi.h, every one, and there are no others", () => {
    const inHeaders = numbersIn(OURS);
    expect(inHeaders.size).toBeGreaterThan(30);
    expect(sorted(Object.entries(abi).filter(isOurs))).toEqual(sorted(inHeaders));
  });

  test("are BearSSL's where they are its errors, versions and hash functions", () => {
    const inHeaders = numbersIn(BEARSSL);
    const rest = Object.entries(abi).filter((entry) => !isOurs(entry));
    expect(rest.length).toBeGreaterThan(0);
    for (const [name, value] of rest) expect([name, value]).toEqual([name, inHeaders.get(name)]);
  });

  test("of errors have the names of BearSSL and of errors.h, and no other number has one", () => {
    const errors = [...numbersIn(BEARSSL)].filter(([name]) => name.startsWith("BR_ERR_"));
    const ours = [...numbersIn(["wasm/engine/errors.h"])];
    const named = ours.map(([name, value]) => [value, `BR_${name}`] as const);
    const names = new Map([...errors.map(([name, value]) => [value, name] as const), ...named]);
    expect(names.size).toBeGreaterThan(70);
    for (let code = 1; code < abi.BR_ERR_RECV_FATAL_ALERT; code++) {
      const name = names.get(code);
      const isKnown = name !== undefined && !NO_ENGINE_ERRORS.includes(name);
      expect(`BR_ERR_${new EngineError(code).reason}`).toBe(
        isKnown ? name : `BR_ERR_ERROR_${code}`,
      );
    }
  });
});

/** The success of a validation, and what only BearSSL's own driver of sockets reports. */
const NO_ENGINE_ERRORS = ["BR_ERR_X509_OK", "BR_ERR_IO"];

describe("the typed twins", () => {
  test.each([
    [
      "engine",
      [
        ["src/sandbox/engine-exports.ts", "EngineExports"],
        ["src/sandbox/peer.ts", "PeerExports"],
      ],
    ],
    ["keeper", [["src/sandbox/keeper.ts", "KeeperExports"]]],
  ] as const)("of %s's exports have what abi.h has, with as many parameters", (name, twins) => {
    const inTypes = twins.flatMap(([file, type]) => [...methodsOf(file, type)]);
    const inHeader = signaturesIn(`wasm/${name}/abi.h`);
    inHeader.delete(ENGINE_CALLS.by);
    expect(inHeader.size).toBeGreaterThan(4);
    expect(sorted(inTypes)).toEqual(sorted(inHeader));
  });

  test("of the engine's calls have abi.h's order, and are all that it marks", () => {
    const header = textOf("wasm/engine/abi.h");
    const listed = header.matchAll(/^\t(?:GIVES|DOES)\((\w+), /gm);
    expect(ENGINE_CALLS.names).toEqual([...listed].map(([, name]) => name));
    const marked = header.matchAll(/^CALL\((\w+)\)/gm);
    expect(ENGINE_CALLS.names.toSorted()).toEqual([...marked].map(([, name]) => name).sort());
  });
});
