import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { EngineError } from "../../src/sandbox/errors.ts";
import { readCertificates } from "../../src/setup/certificate-file.ts";
import { Authority } from "../support/certificates.ts";
import { memoryOf } from "../support/sandboxes.ts";
import { Rig } from "../tunnel/rig.ts";
import { clientHello } from "./client-hello.ts";
import { drain, exportsOf, feed, newClient, newServer } from "./instances.ts";

/** How much memory a connection has: enough from the start, and never more afterwards. */

const PAGE = 65536;
/** Room for a ClientHello's records, of one byte each, is a page and a half of it. */
const USUAL = 5 * PAGE;
const MAXIMUM = 16 * 1024 * 1024;

const root = Authority.root("RSA-4096");
const intermediate = root.intermediate("RSA-4096");
const credentials = intermediate.issue({ kind: "RSA-4096" });
const [leaf, above, top] = [credentials.certFile, intermediate.certFile, root.certFile].map(
  (file) => readCertificates(file)[0] as Uint8Array,
) as [Uint8Array, Uint8Array, Uint8Array];

describe("a usual chain", () => {
  test("of three certificates of 4096 bits fits in five pages", () => {
    const engine = newServer(credentials, { chain: [leaf, above, top] });
    expect(memoryOf(engine)).toHaveLength(USUAL);
  });

  test("leaves the memory at five pages, through a handshake and a megabyte each way", async () => {
    const chain = [leaf, above];
    const engine = newServer(credentials, { chain });
    const view = memoryOf(engine);
    const rig = await Rig.established({ engine, client: { rejectUnauthorized: false } });
    rig.client.say(Buffer.alloc(1 << 20, "question"));
    rig.local.deliver(Buffer.alloc(1 << 20, "answer"));
    await rig.settle();
    expect(rig.client.heard).toHaveLength(1 << 20);
    expect(rig.local.takeSent()).toHaveLength(1 << 20);
    // A view of a memory that has grown is empty.
    expect(view).toHaveLength(USUAL);
    expect(memoryOf(engine)).toHaveLength(USUAL);
  });
});

describe("a long chain", () => {
  const long = [leaf, above, ...Array<Uint8Array>(62).fill(top)];

  test("of 30 large certificates fits, by growing before the start", () => {
    const large = new Uint8Array(10_000).fill(0x30);
    const engine = newServer(credentials, { chain: [leaf, ...Array<Uint8Array>(29).fill(large)] });
    const { length } = memoryOf(engine);
    expect(length).toBeGreaterThan(USUAL);
    feed(engine, "recvrec", clientHello({ suites: [0xcca8] }));
    expect(drain(engine, "sendrec").length).toBeGreaterThan(29 * 10_000);
    expect(memoryOf(engine)).toHaveLength(length);
  });

  test("of 30 certificates reaches a client, in several records", async () => {
    const engine = newServer(credentials, { chain: long.slice(0, 30) });
    const { length } = memoryOf(engine);
    const rig = await Rig.established({ engine, client: { rejectUnauthorized: false } });
    expect(Buffer.concat(rig.recorded.toClient).length).toBeGreaterThan(2 * 16384);
    expect(memoryOf(engine)).toHaveLength(length);
  });

  test("of 64 certificates is taken, and one of 65 is refused", () => {
    expect(newServer(credentials, { chain: long }).closed).toBe(false);
    const refusal = refusalOf([...long, top]);
    expect(refusal.reason).toBe("X509_LIMIT_EXCEEDED");
  });

  test("that is larger than the largest memory is refused, too", () => {
    const refusal = refusalOf([leaf, new Uint8Array(MAXIMUM)]);
    expect(refusal.reason).toBe("X509_LIMIT_EXCEEDED");
  });

  test("that nearly fills the largest memory is taken", () => {
    const engine = newServer(credentials, { chain: [leaf, new Uint8Array(MAXIMUM - 6 * PAGE)] });
    expect(memoryOf(engine).length).toBeLessThanOrEqual(MAXIMUM);
    expect(engine.buffer("recvrec").length).toBeGreaterThan(0);
  });
});

describe("a chain that can't be used", () => {
  test.each([
    ["is empty", []],
    ["begins with an empty certificate", [new Uint8Array(0)]],
    ["begins with garbage", [new Uint8Array(500).fill(0xa5)]],
    ["begins with half a certificate", [leaf.subarray(0, 100)]],
  ])("is refused with an error that has a name: it %s", (_what, chain) => {
    const refusal = refusalOf(chain);
    expect(refusal.reason).not.toMatch(/^ERROR_/);
    expect(refusal.message).not.toBe("");
  });
});

describe("after the start", () => {
  test("nothing is allocated any more", () => {
    const engine = newServer(credentials);
    expect(exportsOf(engine).engine_alloc(1)).toBe(0);
    expect(exportsOf(engine).engine_alloc(-1)).toBe(0);
    expect(memoryOf(engine)).toHaveLength(USUAL);
  });

  test("the seed is nowhere in the memory", () => {
    const engine = newServer(credentials);
    expect(Buffer.from(memoryOf(engine)).includes(Buffer.alloc(32, 7))).toBe(false);
  });
});

function refusalOf(chain: readonly Uint8Array[]): EngineError {
  try {
    newServer(credentials, { chain });
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("it was taken");
}

describe("an idle connection", () => {
  /** Of the operating system, in bytes. */
  const FRAME = 4096;

  /** Frames of memory that something was written to; what holds zeros only may have been read. */
  const touched = (engine: Engine) => {
    const all = memoryOf(engine);
    const starts = Array.from({ length: all.length / FRAME }, (_, index) => index * FRAME);
    return starts.filter((at) => all.subarray(at, at + FRAME).some((byte) => byte !== 0)).length;
  };

  test.each(["1.2", "1.3"] as const)("of TLS %s has written to few pages", (version) => {
    const server = newServer(Authority.root().issue(), {
      versions: { min: version, max: version },
    });
    const client = newClient({ server: null });
    const pass = (from: Engine, to: Engine) => feed(to, "recvrec", drain(from, "sendrec"));
    while (pass(client, server) > 0 || pass(server, client) > 0);
    feed(client, "sendapp", Buffer.from("x"));
    client.flush();
    pass(client, server);
    expect(drain(server, "recvapp").toString()).toBe("x");
    expect(touched(server)).toBeLessThanOrEqual(version === "1.3" ? 11 : 14);
  });
});
