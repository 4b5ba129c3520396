import { readFileSync } from "node:fs";
import { Duplex } from "node:stream";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, failureOf, pairOf, secured, thrownBy } from "../support/library.ts";
import { everything } from "../support/processes.ts";
import { duplexPair } from "../support/sandboxes.ts";

/** What comes from another realm: jest gives each test file one, and jsdom has classes of its own. */

const authority = Authority.root();
const here = pairOf(authority.issue());
const foreign = (bytes: Uint8Array): Uint8Array =>
  runInNewContext("new Uint8Array(bytes)", { bytes: [...bytes] });
const pair = { key: foreign(here.key), cert: foreign(here.cert) };
const asClient = { servername: SERVER_NAME, ca: foreign(readFileSync(authority.certFile)) };

test("bytes of another realm are a key, a chain, CAs and data", async () => {
  const [left, right] = duplexPair();
  const server = bearhug.wrap(right, { isServer: true, ...pair, cert: [pair.cert] });
  const client = await secured(bearhug.wrap(left, asClient));
  client.end(foreign(Buffer.from("foreign")));
  expect((await everything(server)).toString()).toBe("foreign");
});

test.each([
  "new Uint16Array(8)",
  "new ArrayBuffer(8)",
  "new DataView(new ArrayBuffer(8))",
  "({ length: 8, [Symbol.toStringTag]: 'Uint8Array' })",
])("%s of another realm is no key", (what) => {
  const key = runInNewContext(what) as Uint8Array;
  const error = thrownBy(() => bearhug.createServer({ key, cert: here.cert }));
  expect(error).toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
});

/** What jsdom's has: no instance of Node's. */
class ForeignSignal extends EventTarget {
  aborted = false;
  reason: unknown;

  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event("abort"));
  }
}

test("a signal of another implementation drops the connection", async () => {
  const signal = new ForeignSignal();
  const [left] = duplexPair();
  const options = { ...asClient, signal: signal as unknown as AbortSignal };
  const failed = failureOf(bearhug.wrap(left, options));
  signal.abort();
  expect(await failed).toMatchObject({ code: "ABORT_ERR" });
});

test("a Duplex of another class is a transport, and half of one is not", async () => {
  // A second copy of Node's own classes is not to be had: the prototype is what tells them apart.
  const [left, right] = duplexPair();
  const proxy = new Proxy(left, { getPrototypeOf: () => Object.prototype });
  expect(proxy).not.toBeInstanceOf(Duplex);
  const server = bearhug.wrap(right, { isServer: true, ...pair });
  const client = await secured(bearhug.wrap(proxy, asClient));
  client.end("question");
  expect((await everything(server)).toString()).toBe("question");
  for (const half of [new EventTarget(), {}, null, { on() {}, read() {} }]) {
    expect(thrownBy(() => bearhug.wrap(half as never, asClient))).toMatchObject({
      code: "ERR_INVALID_ARG_TYPE",
    });
  }
});
