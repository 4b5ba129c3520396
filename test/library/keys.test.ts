import { once } from "node:events";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import type { SecureContext } from "../../src/credentials/secure-context.ts";
import type { Keeper } from "../../src/sandbox/keeper.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, connectRaw } from "../support/clients.ts";
import { bearhug, failureOf, listening, pairOf, secured } from "../support/library.ts";
import { eventually, within } from "../support/limits.ts";
import { duplexPair, memoryOf } from "../support/sandboxes.ts";

/** Private keys are in the keeper, nowhere else, and no longer than they are of use. */

const authority = Authority.root();
const { keyFile, certFile, key } = authority.issue();
const pair = pairOf({ keyFile, certFile });
const ca = readFileSync(authority.certFile);
const secret = Buffer.from(key.export({ format: "jwk" }).d as string, "base64url");

function keeperOf(context: SecureContext): Uint8Array {
  const { keeper } = context as unknown as { keeper: Keeper };
  return memoryOf(keeper);
}

function hasKey(memory: Uint8Array): boolean {
  return Buffer.from(memory.buffer, memory.byteOffset, memory.length).includes(secret);
}

const isWiped = (memory: Uint8Array) => memory.every((byte) => byte === 0);

const { Instance } = WebAssembly;

/** The memories of the keepers (instances that can load a key) that were made meanwhile. */
let made: WebAssembly.Memory[] = [];
const keepers = () => made.map(({ buffer }) => new Uint8Array(buffer));

async function keepersOf(action: () => Promise<void>): Promise<() => Uint8Array[]> {
  made = [];
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      const { keeper_load, memory } = this.exports;
      if (keeper_load !== undefined) made.push(memory as WebAssembly.Memory);
    }
  };
  try {
    await action();
  } finally {
    WebAssembly.Instance = Instance;
  }
  return keepers;
}

/** The credentials that a server uses now. */
function contextOf(server: object): SecureContext {
  return (server as { kept: { credentials: { keeper: SecureContext } } }).kept.credentials.keeper;
}

describe("a private key", () => {
  test("is in the keeper, until its context is wiped", () => {
    const context = bearhug.createSecureContext(pair);
    const memory = keeperOf(context as SecureContext);
    expect(hasKey(memory)).toBe(true);
    context.wipe();
    expect(isWiped(memory)).toBe(true);
  });

  test("that was wiped is what a handshake fails of, by name", async () => {
    const secureContext = bearhug.createSecureContext(pair);
    const [one, other] = duplexPair();
    const stream = bearhug.wrap(one, { isServer: true, secureContext });
    secureContext.wipe();
    const client = bearhug.wrap(other, { servername: SERVER_NAME, ca });
    client.on("error", () => {});
    expect(await failureOf(stream)).toMatchObject({ code: "ERR_BEARHUG_WIPED", side: "us" });
  });

  test("can't be printed, with its context or with its server", () => {
    const text = pair.key.toString();
    const lines = text.split("\n").filter((line) => /^[A-Za-z0-9+/=]+$/.test(line));
    const options = { key: text, cert: pair.cert.toString() };
    const printed = { depth: Infinity, maxStringLength: Infinity, showHidden: true } as const;
    for (const holder of [
      bearhug.createSecureContext(options),
      bearhug.createSecureContext({ contexts: { x: options } }),
      bearhug.createServer(options),
      bearhug.wrap(duplexPair()[0], { isServer: true, ...options }),
    ]) {
      const shown = inspect(holder, printed);
      expect(lines.filter((line) => shown.includes(line))).toEqual([]);
      expect(shown.length).toBeGreaterThan(100);
    }
    // The check would find it.
    expect(inspect({ deep: { options } }, printed)).toContain(lines[0]?.slice(0, 20));
  });

  test("stays the caller's in the caller's memory", () => {
    const copy = Buffer.from(pair.key);
    bearhug.createSecureContext({ key: copy, cert: pair.cert });
    expect(copy.equals(pair.key)).toBe(true);
  });

  test("of one connection is gone after its handshake", async () => {
    const [left, right] = duplexPair();
    const prototype = Object.getPrototypeOf(bearhug.createSecureContext(pair)) as SecureContext;
    const engines = vi.spyOn(prototype, "serverEngine");
    const server = bearhug.wrap(right, { isServer: true, ...pair });
    const [context] = engines.mock.contexts as SecureContext[];
    engines.mockRestore();
    const memory = keeperOf(context as SecureContext);
    expect(hasKey(memory)).toBe(true);
    const client = bearhug.wrap(left, { servername: SERVER_NAME, ca });
    await Promise.all([secured(server), secured(client)]);
    expect(isWiped(memory)).toBe(true);
    client.write("still");
    expect(String((await once(server, "data"))[0])).toBe("still");
  });

  test("of one connection is wiped from its keeper when the handshake is done", async () => {
    const [left, right] = duplexPair();
    const memories = await keepersOf(async () => {
      const server = bearhug.wrap(right, { isServer: true, ...pair });
      const client = bearhug.wrap(left, { servername: SERVER_NAME, ca });
      expect(keepers().filter(hasKey)).toHaveLength(1);
      await Promise.all([secured(server), secured(client)]);
    });
    await eventually("the key's end", () => memories().every(isWiped));
  });

  test("of a connection that never is one is wiped from its keeper", async () => {
    const memories = await keepersOf(async () => {
      const signal = AbortSignal.abort();
      const stream = bearhug.wrap(duplexPair()[0], { isServer: true, ...pair, signal });
      await failureOf(stream);
    });
    expect(memories().length).toBeGreaterThan(0);
    await eventually("the key's end", () => memories().every(isWiped));
  });

  test("of a wrap that throws is wiped from its keeper", async () => {
    const memories = await keepersOf(async () => {
      const broken = { ...pair, isServer: true, requestCert: true, ca: "no certificate" } as const;
      expect(() => bearhug.wrap(duplexPair()[0], broken)).toThrow();
      // The key is loaded by then: it is the engine that can't be made.
      const anchorless = { ...pair, isServer: true, requestCert: true } as const;
      expect(() => bearhug.wrap(duplexPair()[0], anchorless)).toThrow();
      const nowhere = { ...pair, servername: `${"x".repeat(300)}.test`, ca };
      expect(() => bearhug.wrap(duplexPair()[0], nowhere)).toThrow();
    });
    expect(memories().length).toBeGreaterThan(0);
    expect(memories().every(isWiped)).toBe(true);
  });

  test("that was replaced is wiped when the last handshake is over that needs it", async () => {
    const server = bearhug.createServer(pair);
    const port = await listening(server);
    const memory = keeperOf(contextOf(server));
    const silent = await connectRaw(port);
    await connect({ port, authority });
    server.setSecureContext(pairOf(authority.issue()));
    expect(hasKey(memory)).toBe(true);
    silent.destroy();
    await eventually("the old key's end", () => isWiped(memory));
  });

  test("that a server can't use is wiped: the CAs for clients' certificates are missing", async () => {
    const missing = expect.objectContaining({ code: "ERR_BEARHUG_NO_CA" });
    const server = bearhug.createServer({ ...pair, ca, requestCert: true });
    const left = await keepersOf(async () => {
      expect(() => server.setSecureContext(pair)).toThrow(missing);
      expect(() => bearhug.createServer({ ...pair, requestCert: true })).toThrow(missing);
    });
    expect(left().map(isWiped)).toEqual([true, true]);
    expect(hasKey(keeperOf(contextOf(server)))).toBe(true);
  });

  test("is not held by a client that got no engine, and that client is hung up on", async () => {
    const server = bearhug.createServer(pair);
    const failures: unknown[] = [];
    server.on("tlsClientError", (...told) => failures.push(told));
    const port = await listening(server);
    const memory = keeperOf(contextOf(server));
    const noMemory = new RangeError("WebAssembly.Instance(): Out of memory");
    WebAssembly.Instance = class {
      constructor() {
        throw noMemory;
      }
    } as unknown as typeof Instance;
    try {
      const client = await connectRaw(port);
      client.on("error", () => {}).resume();
      await within(10_000, "the end of the connection", once(client, "end"));
    } finally {
      WebAssembly.Instance = Instance;
    }
    expect(failures).toEqual([[noMemory]]);
    const open = () => new Promise((told) => server.getConnections((_, count) => told(count)));
    await expect.poll(open).toBe(0);
    // The next one is served, and the key is wiped when it was replaced.
    await connect({ port, authority });
    expect(hasKey(memory)).toBe(true);
    server.setSecureContext(pairOf(authority.issue()));
    await eventually("the old key's end", () => isWiped(memory));
  });

  test("in a context of the user's own outlives a server that had it", () => {
    const secureContext = bearhug.createSecureContext(pair);
    const server = bearhug.createServer({ secureContext });
    server.setSecureContext(pairOf(authority.issue()));
    expect(hasKey(keeperOf(secureContext as SecureContext))).toBe(true);
  });
});
