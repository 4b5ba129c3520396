import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { SandboxTrap } from "../../src/sandbox/instance.ts";
import { Authority } from "../support/certificates.ts";
import { answerIn, clientHello } from "./client-hello.ts";
import { drain, exportsOf, feed, newServer } from "./instances.ts";

/** Four channels, two verbs: what `buf` and `ack` do at their limits. */

const credentials = Authority.root().issue();
const SUITES = [0xcca9];
const CHANNELS = ["sendrec", "recvrec", "sendapp", "recvapp"] as const;

/** After the client's first word: there are records to send. */
function greeted(): Engine {
  const engine = newServer(credentials);
  feed(engine, "recvrec", clientHello({ suites: SUITES }));
  return engine;
}

describe("before the first byte", () => {
  test("there is room for records, and nothing else", () => {
    const engine = newServer(credentials);
    const lengths = CHANNELS.map((channel) => engine.buffer(channel).length);
    expect(lengths).toEqual([0, expect.any(Number), 0, 0]);
    expect(lengths[1]).toBeGreaterThan(0);
  });

  test("nothing is closed, established or in a record", () => {
    const { closed, established, peerClosed, inRecord, error } = newServer(credentials);
    const state = { closed, established, peerClosed, inRecord, error };
    expect(state).toEqual({
      closed: false,
      established: false,
      peerClosed: false,
      inRecord: false,
      error: null,
    });
  });
});

describe("an ack", () => {
  test.each(CHANNELS)("of nothing traps: %s", (channel) => {
    expect(() => greeted().ack(channel, 0)).toThrow(SandboxTrap);
  });

  test.each(CHANNELS)("of more than there is traps: %s", (channel) => {
    const engine = greeted();
    const { length } = engine.buffer(channel);
    expect(() => engine.ack(channel, length + 1)).toThrow(SandboxTrap);
  });

  test.each([-1, 0x7fffffff, 2 ** 32])("of %i bytes traps", (count) => {
    expect(() => greeted().ack("sendrec", count)).toThrow(SandboxTrap);
  });

  test("of a part leaves the rest", () => {
    const engine = greeted();
    const whole = Buffer.from(engine.buffer("sendrec"));
    engine.ack("sendrec", 100);
    expect(Buffer.from(engine.buffer("sendrec"))).toEqual(whole.subarray(100));
  });
});

describe("a buffer", () => {
  test("stays the same until it is acked", () => {
    const engine = greeted();
    const first = Buffer.from(engine.buffer("sendrec"));
    expect(first.length).toBeGreaterThan(0);
    expect(Buffer.from(engine.buffer("sendrec"))).toEqual(first);
  });

  test.each([4, 255, -1])("of the channel %i, which doesn't exist, traps", (channel) => {
    const exports = exportsOf(newServer(credentials));
    expect(() => exports.engine_buf(channel)).toThrow(SandboxTrap);
    expect(() => exports.engine_ack(channel, 1)).toThrow(SandboxTrap);
  });
});

describe("a ClientHello", () => {
  test("gets the same answer in one piece and byte by byte", () => {
    const hello = clientHello({ suites: SUITES });
    const whole = newServer(credentials);
    feed(whole, "recvrec", hello);
    const bytewise = newServer(credentials);
    for (const byte of hello) feed(bytewise, "recvrec", Buffer.of(byte));
    const answer = drain(whole, "sendrec");
    expect(answerIn(answer)).toEqual({ version: 0x0303, suite: 0xcca9 });
    expect(drain(bytewise, "sendrec")).toEqual(answer);
  });

  test("puts the engine inside a record, from its first byte to the one before its last", () => {
    const hello = clientHello({ suites: SUITES });
    const engine = newServer(credentials);
    const inside = [...hello].map((byte) => {
      feed(engine, "recvrec", Buffer.of(byte));
      return engine.inRecord;
    });
    expect(inside).toEqual([...hello].map((_, at) => at < hello.length - 1));
  });
});

describe("after a failure", () => {
  test("there is no room for records any more, and closing again does no harm", () => {
    const engine = newServer(credentials);
    feed(engine, "recvrec", Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    expect(engine.closed).toBe(true);
    expect(engine.error?.reason).toBe("UNSUPPORTED_VERSION");
    drain(engine, "sendrec");
    engine.close();
    engine.flush();
    const lengths = CHANNELS.map((channel) => engine.buffer(channel).length);
    expect(lengths).toEqual([0, 0, 0, 0]);
    expect(engine.error?.reason).toBe("UNSUPPORTED_VERSION");
  });
});
