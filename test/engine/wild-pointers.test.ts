import { describe, expect, test } from "vitest";
import { SandboxTrap } from "../../src/sandbox/instance.ts";
import type { Attestation, KeyOperations } from "../../src/sandbox/key-operations.ts";
import { Authority } from "../support/certificates.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { clientHello } from "./client-hello.ts";
import { givenImports, type Imports } from "./given-imports.ts";
import { drain, exportsOf, feed, loadKey, newServer } from "./instances.ts";

/**
 * An engine that an attacker has taken over calls its two imports with whatever it likes. All that
 * it can get is an exception, or its own memory's bytes.
 */

const credentials = Authority.root().issue();
const SHA256 = 4;
const SUITES = [0xcca9, 0xc02b, 0x009c];

const given = givenImports();

/** Stands for the keeper, and notes what reaches it. */
class Listener implements KeyOperations {
  readonly heard: number[] = [];

  sign(_hash: number, value: Uint8Array, out: Uint8Array): number {
    this.heard.push(value.length, out.length);
    return 0;
  }

  decrypt(data: Uint8Array): number {
    this.heard.push(data.length);
    return 0;
  }

  attest({ transcript }: Attestation): Uint8Array {
    this.heard.push(transcript.length);
    return new Uint8Array(0);
  }
}

/** An engine's imports, as the engine itself would call them. */
function takenOver(key: KeyOperations) {
  // In this profile there are suites that need either import.
  const engine = newServer(credentials, { key, profile: "compat" });
  const { keeper } = given.at(-1) as Imports;
  return { engine, keeper, size: memoryOf(engine).length };
}

describe("the import sign", () => {
  const wild: [string, (size: number) => [number, number]][] = [
    ["beyond the memory's end", (size) => [size, 32]],
    ["across the memory's end", (size) => [size - 31, 32]],
    ["at -1, the last address of 32 bits", () => [-1, 32]],
    ["at the lowest negative address", () => [-0x80000000, 32]],
    ["as long as an integer can be", () => [0, 0x7fffffff]],
    ["of a negative length", () => [0, -1]],
    ["longer than the memory by one", (size) => [0, size + 1]],
  ];

  test.each(wild)("throws for a value %s, and the keeper hears nothing", (_where, area) => {
    const key = new Listener();
    const { keeper, size } = takenOver(key);
    expect(() => keeper.sign(SHA256, ...area(size), 0, 512)).toThrow(SandboxTrap);
    expect(key.heard).toEqual([]);
  });

  test.each(wild)("throws for a signature %s, and the keeper hears nothing", (_where, area) => {
    const key = new Listener();
    const { keeper, size } = takenOver(key);
    expect(() => keeper.sign(SHA256, 0, 32, ...area(size))).toThrow(SandboxTrap);
    expect(key.heard).toEqual([]);
  });

  test("takes a value up to the memory's last byte", () => {
    const key = new Listener();
    const { keeper, size } = takenOver(key);
    expect(keeper.sign(SHA256, size - 32, 32, size, 0)).toBe(0);
    expect(key.heard).toEqual([32, 0]);
  });

  test("throws for a value longer than the real keeper's mailbox", () => {
    const key = loadKey(credentials.key.export({ type: "pkcs8", format: "der" }));
    const { keeper } = takenOver(key);
    expect(() => keeper.sign(SHA256, 0, 65537, 0, 512)).toThrow(SandboxTrap);
    expect(keeper.sign(SHA256, 0, 65536, 0, 512)).toBe(0);
    expect(keeper.sign(SHA256, 0, 32, 0, 512)).toBeGreaterThan(60);
  });
});

describe("the import decrypt", () => {
  test.each([
    ["beyond the memory's end", (size: number) => [size, 65]],
    ["across the memory's end", (size: number) => [size - 64, 65]],
    ["at a negative address", () => [-65, 65]],
    ["of a negative length", () => [0, -65]],
    ["longer than the memory", (size: number) => [0, size + 1]],
  ])("throws for data %s, and the keeper hears nothing", (_where, area) => {
    const key = new Listener();
    const { keeper, size } = takenOver(key);
    const [at = 0, length = 0] = area(size);
    expect(() => keeper.decrypt(at, length)).toThrow(SandboxTrap);
    expect(key.heard).toEqual([]);
  });

  test("throws for data longer than the real keeper's mailbox", () => {
    const key = loadKey(credentials.key.export({ type: "pkcs8", format: "der" }));
    const { keeper } = takenOver(key);
    expect(() => keeper.decrypt(0, 65537)).toThrow(SandboxTrap);
    expect(keeper.decrypt(0, 65536)).toBe(0);
  });
});

describe("the imports of two engines", () => {
  test("lead into two memories", () => {
    const one = takenOver(new Listener());
    const key = new Listener();
    const other = takenOver(key);
    memoryOf(one.engine).fill(0xff, -100);
    other.keeper.sign(SHA256, 0, 32, 0, 512);
    expect(key.heard).toEqual([32, 512]);
    expect(memoryOf(other.engine).subarray(-100).includes(0xff)).toBe(false);
  });
});

describe("a corrupted engine", () => {
  const SOME = [0xff, 0x80, 0x7f, 0x41, 0x01];

  test.each(SOME)("that is full of the byte %i ends in an exception or in silence", (byte) => {
    const key = new Listener();
    const engine = newServer(credentials, { key });
    const before = memoryOf(engine).length;
    memoryOf(engine).fill(byte);
    let outcome = "silence";
    try {
      feed(engine, "recvrec", clientHello({ suites: SUITES }));
      drain(engine, "sendrec");
    } catch (error) {
      outcome = (error as Error).constructor.name;
    }
    expect(["silence", "SandboxTrap"]).toContain(outcome);
    expect(memoryOf(engine).length).toBe(before);
    expect(key.heard).toEqual([]);
  });

  test("whose buffers have wild addresses gives a trap, and no bytes of the host", () => {
    const engine = newServer(credentials);
    const exports = { ...exportsOf(engine) };
    const { memory } = engine["sandbox"];
    const evil = [-1, 0x7fffffff, memoryOf(engine).length].map((address) => ({
      ...exports,
      engine_buf: () => address,
      engine_buf_length: () => 16,
    }));
    for (const corrupted of evil) {
      const caller = Object.create(engine);
      caller.sandbox = { exports: corrupted, memory };
      expect(() => caller.buffer("sendrec")).toThrow(SandboxTrap);
    }
  });

  test("that says it took a longer signature than there is room for fails on its own", () => {
    const greedy: KeyOperations = {
      sign: () => 0x7fffffff,
      decrypt: () => 0x7fffffff,
      attest: () => new Uint8Array(0),
    };
    const engine = newServer(credentials, { key: greedy });
    expect(() => {
      feed(engine, "recvrec", clientHello({ suites: SUITES }));
      drain(engine, "sendrec");
    }).toThrow(SandboxTrap);
  });

  test("whose key throws passes the exception on", () => {
    const failure = new Error("the keeper trapped");
    const broken: KeyOperations = {
      sign: () => {
        throw failure;
      },
      decrypt: () => 0,
      attest: () => new Uint8Array(0),
    };
    const engine = newServer(credentials, { key: broken });
    expect(() => feed(engine, "recvrec", clientHello({ suites: SUITES }))).toThrow(failure);
  });

  test("whose key signs nothing refuses the client, with an alert", () => {
    const engine = newServer(credentials, { key: new Listener() });
    feed(engine, "recvrec", clientHello({ suites: SUITES }));
    const { level } = lastAlert(drain(engine, "sendrec"));
    expect(level).toBe("fatal");
    expect(engine.error).not.toBeNull();
  });
});

function lastAlert(records: Buffer): { level: string } {
  const alert = records.subarray(-7);
  expect([...alert.subarray(0, 5)]).toEqual([21, 3, 3, 0, 2]);
  return { level: alert[5] === 2 ? "fatal" : "warning" };
}
