import { describe, expect, test } from "vitest";
import { CredentialsError } from "../../src/credentials/errors.ts";
import { EnvironmentError, isOurs, TlsEnvironment } from "../../src/setup/environment.ts";

/** The variables of the environment that name keys and certificates. */

describe("the default pair", () => {
  test("is what KEYFILE and CERTFILE name", () => {
    expect(new TlsEnvironment({ KEYFILE: "/k", CERTFILE: "/c", OTHER: "x" }).defaultPair()).toEqual(
      {
        keyFile: "/k",
        certificateFile: "/c",
      },
    );
  });

  test.each([
    ["KEYFILE", { CERTFILE: "/c" }],
    ["CERTFILE", { KEYFILE: "/k" }],
    ["KEYFILE", {}],
  ])("needs %s", (name, environment) => {
    const pair = () => new TlsEnvironment(environment).defaultPair();
    expect(pair).toThrow(EnvironmentError.missing(name));
    expect(pair).toThrow(`environment variable ${name} is not set`);
  });
});

describe("the files", () => {
  test("are those of all variables that name one, server names' among them", () => {
    const named = {
      KEYFILE: "/k",
      CERTFILE: "/c",
      "KEYFILE:a.test": "/a.key",
      "CERTFILE:a.test": "/a.crt",
      CAFILE: "/ca",
      TICKETFILE: "/t",
    };
    const others = { CADIR: "/folder", TLS_UID: "1", KEYFILES: "/no", CAFILES: "/no", HOME: "/h" };
    const { files } = new TlsEnvironment({ ...named, ...others });
    expect(Object.fromEntries(files)).toEqual(named);
  });
});

describe("the pairs for server names", () => {
  test("are KEYFILE:x, each with its CERTFILE:x", () => {
    const pairs = new TlsEnvironment({
      KEYFILE: "/k",
      CERTFILE: "/c",
      "KEYFILE:a.test": "/a.key",
      "CERTFILE:*.b.test": "/b.crt",
      "CERTFILE:a.test": "/a.crt",
      "KEYFILE:*.b.test": "/b.key",
      "KEYFILES:c.test": "/c.key",
    }).namedPairs();
    expect(pairs).toEqual([
      { serverName: "a.test", keyFile: "/a.key", certificateFile: "/a.crt" },
      { serverName: "*.b.test", keyFile: "/b.key", certificateFile: "/b.crt" },
    ]);
  });

  test.each([{}, { KEYFILE: "/k", CERTFILE: "/c" }, { "CERTFILE:a.test": "/a.crt" }])(
    "are none in %j",
    (environment) => {
      expect(new TlsEnvironment(environment).namedPairs()).toEqual([]);
    },
  );

  test("keep a colon, an equals sign or nothing as their name", () => {
    const names = ["a:b", "", ":"];
    const environment = Object.fromEntries(
      names.flatMap((name) => [
        [`KEYFILE:${name}`, "/k"],
        [`CERTFILE:${name}`, "/c"],
      ]),
    );
    expect(
      new TlsEnvironment(environment).namedPairs().map(({ serverName }) => serverName),
    ).toEqual(names);
  });

  test.each(["CERTFILE", "CERTFILE:A.test", "CERTFILE:", "OTHER"])(
    "are incomplete if there is only %s",
    (other) => {
      const pairs = () =>
        new TlsEnvironment({ "KEYFILE:a.test": "/k", [other]: "/c" }).namedPairs();
      expect(pairs).toThrow(CredentialsError);
      expect(pairs).toThrow("KEYFILE:a.test is set, but CERTFILE:a.test is not");
    },
  );
});

describe("the engine's owner", () => {
  test.each([
    [{}, null, null],
    [{ TLS_UID: "65534" }, 65534, null],
    [{ TLS_GID: "12" }, null, 12],
    [{ TLS_UID: "0", TLS_GID: "0" }, 0, 0],
    [{ TLS_UID: "daemon", TLS_GID: "bin" }, 1, 2],
    [{ TLS_UID: "007", TLS_GID: "4294967294" }, 7, 4294967294],
  ])("%j", (environment, uid, gid) => {
    expect(new TlsEnvironment(environment).engineOwner()).toEqual({ uid, gid });
  });

  test.each([
    "",
    " ",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "0x10",
    "nobody-here",
    "nobody:",
    "root,daemon",
    "1 ",
    " 1",
    "1\n",
    "4294967295",
    "4294967296",
    "99999999999999999999",
  ])("is not %j", (value) => {
    for (const name of ["TLS_UID", "TLS_GID"]) {
      expect(() =>
        new TlsEnvironment({ TLS_UID: "1", TLS_GID: "1", [name]: value }).engineOwner(),
      ).toThrow(EnvironmentError);
    }
  });
});

test.each([
  ["TLS_UID", "nobody-here", "no user nobody-here in /etc/passwd"],
  ["TLS_GID", "nobody-here", "no group nobody-here in /etc/group"],
  ["TLS_UID", "4294967295", "no id of a user or group: 4294967295"],
  ["TLS_GID", "", "not an unsigned integer: "],
])("what is wrong with %s of %j is told", (name, value, reason) => {
  const environment = new TlsEnvironment({ [name]: value });
  expect(() => environment.engineOwner()).toThrow(
    new EnvironmentError(`environment variable ${name}: ${reason}`),
  );
});

describe("what prog is not to see", () => {
  test.each([
    "CADIR",
    "CAFILE",
    "CERTFILE",
    "KEYFILE",
    "TLS_GID",
    "TLS_UID",
    "TLS_PROFILE",
    "KEYFILE:www.example.com",
    "CERTFILE:www.example.com",
    "KEYFILE:",
  ])("is %s", (name) => {
    expect(isOurs(name)).toBe(true);
  });

  test.each(["PATH", "keyfile", "KEYFILES", "XKEYFILE", "CADIR:x", "SSL_PROTOCOL", "TLS", ""])(
    "is not %j",
    (name) => {
      expect(isOurs(name)).toBe(false);
    },
  );
});

test("the environment is read once: what changes later is not seen", () => {
  const environment: NodeJS.ProcessEnv = { TLS_PROFILE: "compat", CAFILE: "/ca", KEYFILE: "/k" };
  const read = new TlsEnvironment(environment);
  Object.assign(environment, { TLS_PROFILE: "legacy", CADIR: "/cas", CERTFILE: "/c" });
  expect(read.profile).toBe("compat");
  expect(read.anchorSource()).toEqual({ file: "/ca" });
  expect(() => read.defaultPair()).toThrow("environment variable CERTFILE is not set");
});

test("CADIR wins over CAFILE, and one of them is needed", () => {
  const both = new TlsEnvironment({ CAFILE: "/ca", CADIR: "/cas" });
  expect(both.anchorSource()).toEqual({ directory: "/cas" });
  expect(() => new TlsEnvironment({}).anchorSource()).toThrow(
    EnvironmentError.missing("CADIR or CAFILE"),
  );
});
