import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { Authority } from "../support/certificates.ts";
import { ALERT, alertsIn, FATAL } from "../support/refusals.ts";
import { clientHello } from "./client-hello.ts";
import { drain, feed, identityOf, newChoosingServer, newServer } from "./instances.ts";

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
});

describe("a name that could be read in two ways", () => {
  const illegal: [string, string][] = [
    ["a NUL", "good.example\0evil.example"],
    ["a NUL at the end", "good.example\0"],
    ["a NUL at the start", "\0good.example"],
    ["a newline", "good.example\nX=1"],
    ["a carriage return", "good.example\r"],
    ["a tabulator", "good\texample"],
    ["a space", "good example"],
    ["a space at the end", "good.example "],
    ["DEL", "good.example\x7f"],
    ["ESC", "\x1b[2Jgood.example"],
    ["Latin-1", "b\xfccher.example"],
    ["UTF-8", Buffer.from("b\u00fccher.example").toString("latin1")],
    ["a high byte at the end", "good.example\xff"],
    ["a NUL in its last place", `${"x".repeat(254)}\0`],
    ["a space in its last place", `${"x".repeat(254)} `],
  ];

  test.each(illegal)("has %s: illegal_parameter, and the name goes nowhere", (_, serverName) => {
    const asked: (string | null)[] = [];
    const choose = (name: string | null) => {
      asked.push(name);
      return identityOf(credentials);
    };
    const choosing = newChoosingServer({ largestChain: 4096, choose });
    for (const engine of [newServer(credentials), choosing]) {
      feed(engine, "recvrec", clientHello({ suites: [0xcca9], serverName }));
      expect(alertsIn(drain(engine, "sendrec"))).toEqual([[FATAL, ALERT.illegalParameter]]);
      expect(engine.closed).toBe(true);
      expect(engine.established).toBe(false);
      expect(engine.error?.reason).toBe("BAD_SNI");
    }
    expect(asked).toEqual([]);
  });

  test("is two names, of which the second is shorter", () => {
    const engine = newServer(credentials);
    const two = Buffer.from("good.example\0\0\x04evil", "latin1").toString("latin1");
    const bytes = clientHello({ suites: [0xcca9], serverName: two });
    // The list's first entry ends where the second one starts.
    const first = bytes.indexOf("good.example");
    bytes.writeUInt16BE("good.example".length, first - 2);
    feed(engine, "recvrec", bytes);
    expect(alertsIn(drain(engine, "sendrec"))).toEqual([[FATAL, ALERT.illegalParameter]]);
  });
});
