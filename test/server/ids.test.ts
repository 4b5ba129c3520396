import { describe, expect, test } from "vitest";
import { SERVER_DEFAULTS } from "../../src/cli/super-server-line.ts";
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

  test.each([
    ["UID", undefined],
    ["GID", undefined],
    ["UID", ""],
    ["UID", "1,2"],
    ["GID", "wheel"],
    ["GID", "-1"],
    ["GIDLIST", "1,"],
    ["GIDLIST", "1 2"],
    ["UID", "4294967296"],
  ])("by no %s of %j", (name, value) => {
    expect(() => ownerOf(byEnvironment, { ...ENVIRONMENT, [name]: value })).toThrow(name);
  });
});
