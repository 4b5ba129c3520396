import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import type { Identity } from "../../src/sandbox/engine-settings.ts";
import { EngineError } from "../../src/sandbox/errors.ts";
import { SandboxTrap } from "../../src/sandbox/instance.ts";
import { sizeOfChain } from "../../src/sandbox/role-configuration.ts";
import { Authority } from "../support/certificates.ts";
import { alertsIn } from "../support/refusals.ts";
import { records } from "../support/wire.ts";
import { answerIn, clientHello, clientHelloInRecords, type Hello } from "./client-hello.ts";
import { drain, exportsOf, feed, identityOf, newChoosingServer, newServer } from "./instances.ts";

/** The chain is chosen in the middle of the ClientHello, which is then processed once more. */

const authority = Authority.root();
const credentials = authority.issue();
const identity = identityOf(credentials);
const rsaCredentials = authority.issue({ kind: "RSA-2048" });
const rsa = identityOf(rsaCredentials);

const ECDHE_ECDSA = 0xcca9;
const ECDHE_RSA = 0xcca8;
const NAME = "www.example.com";
const hello: Hello = { suites: [ECDHE_ECDSA, ECDHE_RSA], serverName: NAME };

/** An engine and the names that it asked about. */
function choosing(answer: Identity | null): { engine: Engine; asked: (string | null)[] } {
  const asked: (string | null)[] = [];
  const largestChain = Math.max(...[identity, rsa].map(sizeOfChain));
  const choose = (name: string | null) => {
    asked.push(name);
    return answer;
  };
  return { engine: newChoosingServer({ largestChain, choose }), asked };
}

/** What an engine says to bytes that come in pieces of a size. */
function say(engine: Engine, bytes: Buffer, size = bytes.length): Buffer {
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    expect(feed(engine, "recvrec", piece), `of the piece at ${at}`).toBe(piece.length);
  }
  return drain(engine, "sendrec");
}

/** The certificates go in the clear. */
const sends = (answer: Buffer, { chain }: Identity) => answer.includes(chain[0] as Buffer);

describe("a chain that is chosen", () => {
  test.each([
    ["EC", identity, ECDHE_ECDSA],
    ["RSA", rsa, ECDHE_RSA],
  ])("is sent, and decides the suite: %s", (_, chosen, suite) => {
    const { engine, asked } = choosing(chosen);
    const answer = say(engine, clientHello(hello));
    expect(answerIn(answer)).toEqual({ version: 0x0303, suite });
    expect(sends(answer, chosen)).toBe(true);
    expect(asked).toEqual([NAME]);
    expect(engine.session().serverName).toBe(NAME);
  });

  test("is asked for with null by a client that names nobody", () => {
    const { engine, asked } = choosing(identity);
    expect(answerIn(say(engine, clientHello({ suites: [ECDHE_ECDSA] })))).toMatchObject({
      suite: ECDHE_ECDSA,
    });
    expect(asked).toEqual([null]);
  });

  test("leads to records of the sizes that a chain known from the start leads to", () => {
    // RSA: an EC signature's length differs by some bytes each time.
    const sizes = (answer: Buffer) => records(answer).map(({ body }) => body.length);
    const late = say(choosing(rsa).engine, clientHello(hello));
    const early = say(newServer(rsaCredentials), clientHello(hello));
    expect(sizes(late)).toEqual(sizes(early));
  });

  test.each([1, 2, 3, 5, 6, 64])("comes after a hello in pieces of %i bytes", (size) => {
    const { engine, asked } = choosing(identity);
    const answer = say(engine, clientHello(hello), size);
    expect(sends(answer, identity)).toBe(true);
    expect(asked).toEqual([NAME]);
  });

  test.each([1, 2, 3, 4, 50, 100])("comes after a hello in records of %i bytes", (size) => {
    for (const piece of [1, 7, 16384]) {
      const { engine, asked } = choosing(identity);
      const answer = say(engine, clientHelloInRecords(hello, size), piece);
      expect(sends(answer, identity)).toBe(true);
      expect(asked).toEqual([NAME]);
    }
  });

  test("is of no use when the client shares no suite with its key", () => {
    const { engine } = choosing(rsa);
    const answer = say(engine, clientHello({ ...hello, suites: [ECDHE_ECDSA] }));
    expect(alertsIn(answer)).toEqual([[2, 40]]);
    expect(engine.closed).toBe(true);
  });

  test.each([
    [1, 512],
    [2, 1024],
    [3, 2048],
    [4, 4096],
  ])("respects the maximum fragment length %i: %i bytes", (maxFragmentLength, bytes) => {
    const chosen = { ...rsa, chain: Array<Uint8Array>(8).fill(rsa.chain[0] as Uint8Array) };
    const largestChain = sizeOfChain(chosen);
    for (const size of [1, 16384]) {
      const engine = newChoosingServer({ largestChain, choose: () => chosen });
      const answer = say(engine, clientHello({ ...hello, maxFragmentLength }), size);
      const lengths = records(answer).map(({ body }) => body.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(bytes);
      expect(lengths.length).toBeGreaterThan(largestChain / bytes);
      // The extension in the ServerHello.
      expect(answer.includes(Buffer.of(0, 1, 0, 1, maxFragmentLength))).toBe(true);
    }
  });
});

describe("while the chain is chosen", () => {
  test("all channels stand still", () => {
    const lengths: number[] = [];
    const engine: Engine = newChoosingServer({
      largestChain: sizeOfChain(identity),
      choose: () => {
        const channels = ["sendrec", "recvrec", "sendapp", "recvapp"] as const;
        lengths.push(...channels.map((channel) => engine.buffer(channel).length));
        expect(engine.closed).toBe(false);
        expect(engine.established).toBe(false);
        return identity;
      },
    });
    say(engine, clientHello(hello));
    expect(lengths).toEqual([0, 0, 0, 0]);
  });

  test("and only then, there is something to continue or to refuse", () => {
    for (const engine of [newServer(credentials), choosing(identity).engine]) {
      expect(exportsOf(engine).engine_continue()).not.toBe(0);
      expect(() => exportsOf(engine).engine_refuse(112)).toThrow(SandboxTrap);
    }
  });
});

describe("a client that is refused", () => {
  test.each([
    ["unrecognized_name", NAME, 112],
    ["handshake_failure, if it named nobody", undefined, 40],
  ])("gets %s", (_, serverName, alert) => {
    const { engine, asked } = choosing(null);
    const named = serverName === undefined ? {} : { serverName };
    const answer = say(engine, clientHello({ suites: [ECDHE_ECDSA], ...named }), 3);
    expect(alertsIn(answer)).toEqual([[2, alert]]);
    expect(asked).toEqual([serverName ?? null]);
    expect(engine.closed).toBe(true);
    expect(engine.error?.code).toBe(512 + alert);
    expect(engine.buffer("recvrec").length).toBe(0);
  });
});

describe("a hello", () => {
  /** Bytes that may come before the chain is there: KEPT_HELLO_MAX in kept-records.h. */
  const KEPT = 77824;

  /** In small records, since no extension could be so long. */
  function helloOf(length: number): Buffer {
    for (const record of [24, 25, 26]) {
      for (let padding = 64200; padding < 65300; padding++) {
        const bytes = clientHelloInRecords({ ...hello, padding }, record);
        if (bytes.length === length) return bytes;
      }
    }
    throw new Error(`no hello has ${length} bytes`);
  }

  test("of just under 76 KiB is understood", () => {
    const { engine } = choosing(identity);
    expect(sends(say(engine, helloOf(KEPT)), identity)).toBe(true);
  });

  test.each([1, 1000, 16384])("of more is refused with an alert, in pieces of %i bytes", (size) => {
    const { engine, asked } = choosing(identity);
    const bytes = helloOf(KEPT + 1);
    for (let at = 0; at < bytes.length; at += size) {
      feed(engine, "recvrec", bytes.subarray(at, at + size));
    }
    expect(alertsIn(drain(engine, "sendrec"))).toEqual([[2, 50]]);
    expect(asked).toEqual([]);
    expect(engine.closed).toBe(true);
  });

  test("of 13 KiB in records of one byte is refused as well", () => {
    const { engine } = choosing(identity);
    feed(engine, "recvrec", clientHelloInRecords({ ...hello, padding: 13 << 10 }, 1));
    expect(alertsIn(drain(engine, "sendrec"))).toEqual([[2, 50]]);
  });
});

test("a chain that fits in no memory is refused before the start", () => {
  const settings = { largestChain: 1 << 24, choose: () => identity };
  expect(() => newChoosingServer(settings)).toThrow(EngineError);
});
