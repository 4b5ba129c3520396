import { describe, expect, test } from "vitest";
import { UseAfterWipe } from "../../src/sandbox/instance.ts";
import { Authority } from "../support/certificates.ts";
import { sandboxes } from "../support/sandboxes.ts";

/** What was wiped says so, in place of running on zeroed memory. */

const credentials = Authority.root().issue();

describe("an engine that was wiped throws", () => {
  const { engine } = sandboxes(credentials);
  engine.wipe();

  test.each([
    ["buffer", () => engine.buffer("sendrec")],
    ["ack", () => engine.ack("recvrec", 1)],
    ["flush", () => engine.flush()],
    ["close", () => engine.close()],
    ["end", () => engine.end()],
    ["closed", () => engine.closed],
    ["established", () => engine.established],
    ["error", () => engine.error],
    ["session", () => engine.session()],
  ])("from %s", (_, use) => {
    expect(use).toThrow(UseAfterWipe);
  });

  test("but may be wiped again", () => {
    expect(() => engine.wipe()).not.toThrow();
  });
});

describe("a keeper that was wiped throws", () => {
  const { keeper } = sandboxes(credentials);
  keeper.wipe();
  const room = new Uint8Array(600);

  test.each([
    ["load", () => keeper.load(() => 10)],
    ["match", () => keeper.match(0, room)],
    ["matchClaim", () => keeper.matchClaim(0, room)],
    ["sign", () => keeper.sign(0, 4, room.subarray(0, 32), room)],
    ["decrypt", () => keeper.decrypt(0, room)],
  ])("from %s", (_, use) => {
    expect(use).toThrow(UseAfterWipe);
  });
});
