import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { Authority } from "../support/certificates.ts";
import { clientHello } from "./client-hello.ts";
import { drain, feed, newServer } from "./instances.ts";

/** The name that a client asks for (SNI). */

const credentials = Authority.root().issue();

function askedFor(serverName?: string): Engine {
  const engine = newServer(credentials);
  feed(engine, "recvrec", clientHello({ suites: [0xcca9], ...(serverName && { serverName }) }));
  return engine;
}

describe("the name that a client asks for", () => {
  test.each([
    "a",
    "www.example.com",
    "xn--bcher-kva.example",
    "with_underscore.example",
    `${"label.".repeat(41)}example`,
  ])("is in the session: %s", (name) => {
    expect(askedFor(name).session().serverName).toBe(name);
  });

  test("is null for a client that names nobody", () => {
    expect(askedFor().session().serverName).toBeNull();
  });

  test("may be 255 bytes long", () => {
    const name = "x".repeat(255);
    expect(askedFor(name).session().serverName).toBe(name);
  });

  test.each([256, 300, 1000, 15000])("is dropped when it is %i bytes long", (length) => {
    const engine = askedFor("x".repeat(length));
    expect(engine.session().serverName).toBeNull();
    expect(drain(engine, "sendrec").length).toBeGreaterThan(100);
  });

  test.each([
    ["a NUL", "good.example\0evil.example"],
    ["a newline", "good.example\nX=1"],
    ["an equals sign", "a=b"],
    ["bytes beyond ASCII", "b\xfccher.example"],
  ])("never brings %s into the session as it is", (_what, name) => {
    const { serverName } = askedFor(name).session();
    expect(serverName === null || serverName === name.split("\0")[0] || serverName === name).toBe(
      true,
    );
    expect(serverName ?? "").not.toContain("\0");
  });
});
