import { describe, expect, test } from "vitest";
import { CredentialsError } from "../../src/credentials/errors.ts";
import {
  defaultPair,
  EnvironmentError,
  engineOwner,
  isOurs,
  namedPairs,
} from "../../src/setup/environment.ts";

/** The variables of the environment that name keys and certificates. */

describe("the default pair", () => {
  test("is what KEYFILE and CERTFILE name", () => {
    expect(defaultPair({ KEYFILE: "/k", CERTFILE: "/c", OTHER: "x" })).toEqual({
      keyFile: "/k",
      certificateFile: "/c",
    });
  });

  test.each([
    ["KEYFILE", { CERTFILE: "/c" }],
    ["CERTFILE", { KEYFILE: "/k" }],
    ["KEYFILE", {}],
  ])("needs %s", (name, environment) => {
    const pair = () => defaultPair(environment);
    expect(pair).toThrow(EnvironmentError.missing(name));
    expect(pair).toThrow(`environment variable ${name} is not set`);
  });
});

describe("the pairs for server names", () => {
  test("are KEYFILE:x, each with its CERTFILE:x", () => {
    const pairs = namedPairs({
      KEYFILE: "/k",
      CERTFILE: "/c",
      "KEYFILE:a.test": "/a.key",
      "CERTFILE:*.b.test": "/b.crt",
      "CERTFILE:a.test": "/a.crt",
      "KEYFILE:*.b.test": "/b.key",
      "KEYFILES:c.test": "/c.key",
    });
    expect(pairs).toEqual([
      { serverName: "a.test", keyFile: "/a.key", certificateFile: "/a.crt" },
      { serverName: "*.b.test", keyFile: "/b.key", certificateFile: "/b.crt" },
    ]);
  });

  test.each([{}, { KEYFILE: "/k", CERTFILE: "/c" }, { "CERTFILE:a.test": "/a.crt" }])(
    "are none in %j",
    (environment) => {
      expect(namedPairs(environment)).toEqual([]);
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
    expect(namedPairs(environment).map(({ serverName }) => serverName)).toEqual(names);
  });

  test.each(["CERTFILE", "CERTFILE:A.test", "CERTFILE:", "OTHER"])(
    "are incomplete if there is only %s",
    (other) => {
      const pairs = () => namedPairs({ "KEYFILE:a.test": "/k", [other]: "/c" });
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
    [{ TLS_UID: "007", TLS_GID: "4294967294" }, 7, 4294967294],
  ])("%j", (environment, uid, gid) => {
    expect(engineOwner(environment)).toEqual({ uid, gid });
  });

  test.each([
    "",
    " ",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "0x10",
    "nobody",
    "1 ",
    " 1",
    "1\n",
    "4294967295",
    "4294967296",
    "99999999999999999999",
  ])("is not %j", (value) => {
    for (const name of ["TLS_UID", "TLS_GID"]) {
      expect(() => engineOwner({ TLS_UID: "1", TLS_GID: "1", [name]: value })).toThrow(
        new EnvironmentError(`environment variable ${name} is not a numeric id: ${value}`),
      );
    }
  });
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
