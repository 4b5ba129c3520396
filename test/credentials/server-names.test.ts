import { describe, expect, test } from "vitest";
import { candidates, normal, whyNoHostName } from "../../src/credentials/server-names.ts";

/** Under which names the pair for a client's name is looked up. */

describe("a name is looked up", () => {
  test.each([
    ["www.example.com", ["www.example.com", "*.example.com"]],
    ["WWW.Example.Com", ["www.example.com", "*.example.com"]],
    ["a.b.example.com", ["a.b.example.com", "*.b.example.com"]],
    ["xn--bcher-kva.example.com", ["xn--bcher-kva.example.com", "*.example.com"]],
    ["_sip.example.com", ["_sip.example.com", "*.example.com"]],
    ["*.example.com", ["*.example.com", "*.example.com"]],
  ])("as it is, and with a wildcard for its first label: %s", (name, expected) => {
    expect(candidates(name)).toEqual(expected);
  });

  test.each([
    ["a label alone", "localhost"],
    ["a name under a top-level domain", "example.com"],
    ["an empty first label", ".example.com"],
    ["nothing but a dot", "."],
    ["nothing", ""],
  ])("without a wildcard: %s", (_, name) => {
    expect(candidates(name)).toEqual([name]);
  });

  test("with the root's dot as without", () => {
    expect(candidates("www.example.com.")).toEqual(["www.example.com", "*.example.com"]);
    expect(candidates("example.com.")).toEqual(["example.com"]);
    expect(candidates("com.")).toEqual(["com"]);
  });
});

test("case is ASCII's alone", () => {
  expect(normal("ABCxyz-09_.*")).toBe("abcxyz-09_.*");
});

describe("the longest name of a host has 253 characters", () => {
  const name = (length: number) => `${"a.".repeat(126)}${"b".repeat(length - 252)}`;

  test.each([
    ["253", name(253), null],
    ["253 and the root's dot", `${name(253)}.`, null],
    ["254", name(254), `not a host name: ${name(254)}`],
    ["254 and the root's dot", `${name(254)}.`, `not a host name: ${name(254)}.`],
  ])("%s", (_, text, reason) => {
    expect(whyNoHostName(text)).toBe(reason);
  });
});
