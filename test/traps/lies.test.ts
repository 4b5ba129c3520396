/**
 * An engine that lies: each of its exports and calls in turn says something else than the truth, all the time.
 * Whatever it says costs this one connection, within a bounded time; the process and the connections
 * of honest engines in it go on, and what prog and the log would be told of it is harmless.
 */
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { connect } from "node:tls";
import { afterAll, expect, it } from "vitest";
import { Connection } from "../../src/connection/connection.ts";
import { sessionVariables } from "../../src/connection/session-variables.ts";
import type { Engine, Session } from "../../src/sandbox/engine.ts";
import { ENGINE_CALLS } from "../../src/sandbox/engine-exports.ts";
import { serverEngines } from "../../src/sandbox/engines.ts";
import { identityOf } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { eventually, within } from "../support/limits.ts";
import { repository } from "../support/repository.ts";
import { SAYS_NOTHING, says, withBody } from "./patched-programs.ts";

const truth = readFileSync(join(repository, "dist/engine.wasm"));
const identity = identityOf(Authority.root().issue());

const exported = WebAssembly.Module.exports(new WebAssembly.Module(new Uint8Array(truth)))
  .filter(({ kind, name }) => kind === "function" && name !== "_initialize")
  .map(({ name }) => name)
  .concat(ENGINE_CALLS.names);

/** Nothing, a little, a wild address, the end of the memory, everything, and less than nothing. */
const LIES = [0, 1, 2, 0x304, 65_536, 196_607, 0x7fff_ffff, -1];

/** The same module with one export that always says that; null if it has nothing to say. */
function lying(name: string, lie: number): WebAssembly.Module | null {
  const bytes = new Uint8Array(withBody(truth, name, says(lie)));
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
}

function silent(name: string): WebAssembly.Module {
  return new WebAssembly.Module(new Uint8Array(withBody(truth, name, SAYS_NOTHING)));
}

/** What is known of a connection whose client did all it could. */
interface Outcome {
  session: Session | null;
  heard: string;
}

/** A client says something to an engine with an echo behind it, and leaves. */
async function converse(module: WebAssembly.Module): Promise<Outcome | null> {
  let engine: Engine;
  try {
    engine = serverEngines(module, { profile: "modern", identity, clients: null })({
      now: Date.now(),
      seed: (room) => room.fill(9),
    });
  } catch {
    // It could not be configured: no client would ever get to it.
    return null;
  }
  const outcome: Outcome = { session: null, heard: "" };
  const over = new Promise<void>((resolve) => {
    server.once("connection", (socket: Socket) => {
      new Connection({
        ...{ engine, network: { readable: socket, writable: socket }, peer: "a client" },
        ...{ closeNotify: false, enforceCloseNotify: false, handshakeTimeout: 1000 },
        idleTimeout: 1000,
        keyUsed: () => {},
        established: (session) => {
          outcome.session = session;
          const echo = new PassThrough();
          return { readable: echo, writable: echo };
        },
        over: () => resolve(),
      });
    });
  });
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  client.on("error", () => {});
  client.on("secureConnect", () => client.write("hello"));
  client.on("data", (chunk: Buffer) => {
    outcome.heard += chunk;
    client.end();
  });
  const leaving = setTimeout(() => client.destroy(), 300);
  await within(6000, "the end of the connection", over);
  clearTimeout(leaving);
  client.destroy();
  return outcome;
}

const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");

afterAll(() => {
  server.close();
});

/** Milliseconds for which nothing else moved. */
async function longestPause<T>(action: () => Promise<T>): Promise<{ result: T; pause: number }> {
  let [last, pause] = [performance.now(), 0];
  const timer = setInterval(() => {
    pause = Math.max(pause, performance.now() - last);
    last = performance.now();
  }, 5);
  try {
    return { result: await action(), pause };
  } finally {
    clearInterval(timer);
  }
}

/** What prog's environment gets is of the alphabets that it is said to be, and bounded. */
function expectHarmless(session: Session): void {
  const variables = new Map(sessionVariables(session));
  const total = [...variables.values()].reduce((sum, value) => sum + (value?.length ?? 0), 0);
  expect(total).toBeLessThan(200_000);
  expect(variables.get("SSL_PROTOCOL")).toMatch(/^(TLSv1(\.[123])?)?$/);
  expect(variables.get("SSL_CIPHER")).toMatch(/^[A-Z0-9_-]*$/);
  expect(variables.get("SSL_TLS_SNI_SERVERNAME") ?? "x").toMatch(/^[\x21-\x7e]{1,255}$/);
  for (const value of variables.values()) expect(value ?? "").not.toMatch(/\p{Cc}/u);
}

it("an engine that tells the truth", async () => {
  await eventually("the port", () => server.listening);
  const outcome = await converse(new WebAssembly.Module(new Uint8Array(truth)));
  expect(outcome).toMatchObject({ heard: "hello", session: { cipher: expect.any(String) } });
});

it.each(exported)("%s lies", { timeout: 120_000 }, async (name) => {
  const modules = LIES.map((lie) => lying(name, lie)).filter((module) => module !== null);
  for (const module of modules.length > 0 ? modules : [silent(name)]) {
    const { result, pause } = await longestPause(() => converse(module));
    expect(pause).toBeLessThan(5000);
    if (result?.session) expectHarmless(result.session);
  }
  const { result } = await longestPause(() =>
    converse(new WebAssembly.Module(new Uint8Array(truth))),
  );
  expect(result?.heard).toBe("hello");
});
