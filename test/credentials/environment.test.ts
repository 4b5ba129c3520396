import { describe, expect, test } from "vitest";
import { defaultPair, isOurs } from "../../src/credentials/environment.ts";
import { EnvironmentError } from "../../src/credentials/errors.ts";

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
