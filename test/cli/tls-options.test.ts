import { describe, expect, test } from "vitest";
import { type CommandLine, parse, UsageError } from "../../src/cli/options.ts";
import * as tls from "../../src/cli/tls-options.ts";

/** The options that the TLS programs share: what each one sets. */

const line: CommandLine<tls.TlsSettings> = {
  groups: [
    tls.closeNotify,
    tls.enforceCloseNotify,
    tls.keepEnvironment,
    tls.verbosity,
    tls.handshakeTimeout(),
    tls.offer,
    tls.keyGroups,
    tls.alpn,
  ],
  operands: "prog...",
};

function read(...args: string[]): tls.TlsSettings {
  const settings = { ...tls.DEFAULTS };
  parse(line, args, settings);
  return settings;
}

describe("the defaults", () => {
  test("are those of the reference", () => {
    expect(read()).toMatchObject({
      closeNotify: false,
      enforceCloseNotify: false,
      keepEnvironment: false,
      verbosity: 1,
      handshakeTimeout: 0,
      profile: null,
      keyGroups: null,
      alpn: [],
    });
  });

  test("are not changed by a command line", () => {
    read("-SJZv3", "-K100", "--tls-profile=legacy");
    expect(read()).toEqual({ ...tls.DEFAULTS });
  });
});

describe("an option", () => {
  test.each([
    [["-S"], { closeNotify: true }],
    [["--close-notify"], { closeNotify: true }],
    [["-S", "-s"], { closeNotify: false }],
    [["-S", "--no-close-notify"], { closeNotify: false }],
    [["-J"], { enforceCloseNotify: true }],
    [["--enforce-close-notify"], { enforceCloseNotify: true }],
    [["-Jj"], { enforceCloseNotify: false }],
    [["-J", "--no-enforce-close-notify"], { enforceCloseNotify: false }],
    [["-Z"], { keepEnvironment: true }],
    [["--keep"], { keepEnvironment: true }],
    [["-Zz"], { keepEnvironment: false }],
    [["-Z", "--no-keep"], { keepEnvironment: false }],
    [["-v0"], { verbosity: 0 }],
    [["--verbosity=2"], { verbosity: 2 }],
    [["--tls-min", "1.3"], { minVersion: "1.3" }],
    [["--tls-max=1.2"], { maxVersion: "1.2" }],
    [["-K", "500"], { handshakeTimeout: 500 }],
    [["--handshake-timeout", "4294967295"], { handshakeTimeout: 4294967295 }],
    [["--tls-profile", "compat"], { profile: "compat" }],
    [["--groups", "X25519MLKEM768:P-256"], { keyGroups: "X25519MLKEM768:P-256" }],
    [["--alpn", "h2,http/1.1"], { alpn: ["h2", "http/1.1"] }],
    [
      ["-SJZv2"],
      { closeNotify: true, enforceCloseNotify: true, keepEnvironment: true, verbosity: 2 },
    ],
  ])("%s sets what it says, and nothing else", (args, change) => {
    expect(read(...args)).toEqual({ ...tls.DEFAULTS, ...change });
  });

  test.each([
    [["-K", "abc"]],
    [["-v", "-1"]],
    [["-K4294967296"]],
    [["-v2K10"]],
    [["--verbosity="]],
  ])("%s is wrong usage", (args) => {
    expect(() => read(...args)).toThrow(UsageError);
  });
});

describe("every option", () => {
  const groups = Object.values(tls).filter((value) => Array.isArray(value));
  const options = groups.flat();

  test("has a name of its own, short and long", () => {
    const names = options.flatMap(({ short, long }) => [short, long]);
    const given = names.filter((name) => name !== undefined);
    expect(new Set(given).size).toBe(given.length);
    expect(options.length).toBeGreaterThan(10);
  });

  test("is explained by a sentence", () => {
    expect(options.filter(({ about }) => !/^[0-9A-Z].*\.$/.test(about))).toEqual([]);
  });
});
