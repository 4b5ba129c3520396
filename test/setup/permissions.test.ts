import { afterEach, describe, expect, test, vi } from "vitest";
import { dropCredentialFiles, permissionOptions } from "../../src/setup/permissions.ts";
import { program } from "../support/service.ts";

/** What a process is told that it may read; test/probe shows that Node holds it to that. */

const duty = (...environments: NodeJS.ProcessEnv[]) => ({
  launcher: program("s6-tlsserver"),
  environments,
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** As with a Node that has the model. */
function haveModel(): void {
  const flags = new Set(["--permission"]);
  vi.spyOn(process, "allowedNodeEnvironmentFlags", "get").mockReturnValue(flags);
  vi.stubEnv("NODE_OPTIONS", "");
}

describe("a process reads", () => {
  test("the files of all environments, and a folder with all that is in it", () => {
    haveModel();
    const options = permissionOptions(duty({ KEYFILE: "/k", CADIR: "/cas" }, { TICKETFILE: "/t" }));
    const reads = ["/k", "/cas", "/cas/", "/t"].map((path) => `--allow-fs-read=${path}`);
    expect(options).toEqual(expect.arrayContaining(["--permission", ...reads]));
    expect(options?.filter((option) => option.includes("write"))).toEqual([]);
  });

  test.each(["/a,b", "/a*"])("no path such as %s, which such a list takes for another", (path) => {
    haveModel();
    expect(permissionOptions(duty({ KEYFILE: "/k", CERTFILE: path }))).toBe(null);
  });

  test.each([
    "-r /file",
    "-r=/file",
    "--require=/file",
    "--require /file",
    "--loader=/file",
    "--experimental-loader /file",
    "--import=/file",
    "--import file:///file",
    "--no-warnings --import=/file",
  ])("what NODE_OPTIONS loads: %s", (options) => {
    haveModel();
    vi.stubEnv("NODE_OPTIONS", options);
    expect(permissionOptions(duty({}))).toBe(null);
  });

  test.each(["--import=data:text/javascript,1", "--no-warnings", "--title=x-r"])(
    "nothing more with %s",
    (options) => {
      haveModel();
      vi.stubEnv("NODE_OPTIONS", options);
      expect(permissionOptions(duty({}))).not.toBe(null);
    },
  );
});

test("a process that has read its files gives all of them up", () => {
  const drop = vi.fn();
  vi.stubGlobal("process", Object.assign(Object.create(process), { permission: { drop } }));
  try {
    dropCredentialFiles([
      { KEYFILE: "/k", CERTFILE: "/c" },
      { KEYFILE: "/other", CADIR: "/cas" },
    ]);
  } finally {
    vi.unstubAllGlobals();
  }
  const dropped = drop.mock.calls.map(([scope, path]) => `${scope} ${path}`);
  const files = ["/etc/passwd", "/etc/group", "/k", "/c", "/other", "/cas", "/cas/"];
  expect(dropped).toEqual(files.map((path) => `fs.read ${path}`));
});
