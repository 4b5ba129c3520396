import { describe, expect, test } from "vitest";
import { parse, UsageError } from "../../src/cli/options.ts";
import { SERVER_DEFAULTS, s6TlsserverLine } from "../../src/cli/super-server-line.ts";
import { own } from "../../src/sandbox/own.ts";
import { ownerOf } from "../../src/server/ids.ts";

const options = { ...SERVER_DEFAULTS, uid: 1, gid: 2, groups: [3, 4] };
const ENVIRONMENT = { UID: "10", GID: "20", GIDLIST: "30,40" };

describe("whom the server becomes", () => {
  test("by the options, whatever the environment says", () => {
    expect(ownerOf(options, ENVIRONMENT)).toEqual({ uid: 1, gid: 2, groups: [3, 4] });
    expect(ownerOf(SERVER_DEFAULTS, ENVIRONMENT)).toEqual({ uid: null, gid: null, groups: null });
  });

  const byEnvironment = { ...options, idsFromEnvironment: true };

  test("by the environment with -U", () => {
    expect(ownerOf(byEnvironment, ENVIRONMENT)).toEqual({ uid: 10, gid: 20, groups: [30, 40] });
    const { GIDLIST, ...more } = ENVIRONMENT;
    expect(ownerOf(byEnvironment, { ...more, GIDLIST: "" }).groups).toEqual([]);
    expect(ownerOf(byEnvironment, more).groups).toEqual([3, 4]);
  });

  test("by names of users and groups", () => {
    const names = { UID: "daemon", GID: "bin", GIDLIST: "sys,4,daemon" };
    expect(ownerOf(byEnvironment, names)).toEqual({ uid: 1, gid: 2, groups: [3, 4, 1] });
    const settings = own(SERVER_DEFAULTS);
    parse(s6TlsserverLine, ["-u", "daemon", "-g", "bin", "-G", "sys,4,daemon"], settings);
    expect(ownerOf(settings, {})).toEqual({ uid: 1, gid: 2, groups: [3, 4, 1] });
  });

  test.each([
    ["-u", "no-user", "-u: no user no-user in /etc/passwd"],
    ["-g", "no-group", "-g: no group no-group in /etc/group"],
    ["-G", "bin,no-group", "-G: no group no-group in /etc/group"],
    ["-u", "", "-u: not an unsigned integer: "],
  ])("by no %s of %j", (option, value, message) => {
    expect(() => parse(s6TlsserverLine, [option, value], own(SERVER_DEFAULTS))).toThrow(
      new UsageError(message),
    );
  });

  test.each([
    ["UID", undefined],
    ["GID", undefined],
    ["UID", ""],
    ["UID", "1,2"],
    ["GID", "no-group"],
    ["GID", "-1"],
    ["GIDLIST", "1,"],
    ["GIDLIST", "1 2"],
    ["UID", "4294967296"],
  ])("by no %s of %j", (name, value) => {
    expect(() => ownerOf(byEnvironment, { ...ENVIRONMENT, [name]: value })).toThrow(name);
  });
});
