import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { serverEngines } from "../../src/sandbox/engines.ts";
import { Memory } from "../../src/sandbox/instance.ts";
import { MemoryImage } from "../../src/sandbox/memory-image.ts";
import { loadKey } from "../engine/instances.ts";
import { Authority, derCertificate } from "../support/certificates.ts";
import { builtModule } from "../support/sandboxes.ts";

/** What a worker's connections start from is whole, up to the memory's last byte. */

const module = builtModule("engine");
const PAGE = 65536;
const BLOCK = 4096;

function memoryOfPages(initial: number): Memory {
  return new Memory(new WebAssembly.Memory({ initial }));
}

describe("an image", () => {
  test.each([
    ["the first byte", 0],
    ["the last byte of a block", BLOCK - 1],
    ["the first byte of the last block", 2 * PAGE - BLOCK],
    ["the last byte", 2 * PAGE - 1],
  ])("has %s", (_, at) => {
    const of = memoryOfPages(2);
    of.all()[at] = 7;
    const copy = memoryOfPages(1);
    new MemoryImage(of, memoryOfPages(1)).writeInto(copy);
    expect(Buffer.from(copy.all()).equals(of.all())).toBe(true);
  });

  test("of a memory that is full has all of it", () => {
    const of = memoryOfPages(3);
    of.all().fill(0xa5);
    const copy = memoryOfPages(1);
    new MemoryImage(of, memoryOfPages(1)).writeInto(copy);
    expect(Buffer.from(copy.all()).equals(of.all())).toBe(true);
  });
});

test("the one that is copied from is wiped when its copy is taken", () => {
  const { Instance } = WebAssembly;
  const memories: WebAssembly.Memory[] = [];
  WebAssembly.Instance = class extends Instance {
    constructor(of: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(of, imports);
      memories.push(this.exports["memory"] as WebAssembly.Memory);
    }
  };
  try {
    const credentials = Authority.root().issue();
    const identity = {
      chain: [derCertificate(credentials.certFile)],
      key: loadKey(readFileSync(credentials.keyFile)),
    };
    memories.length = 0;
    serverEngines(module, { profile: "modern", identity, clients: null });
    const [configured] = memories;
    const memory = new Uint8Array(configured?.buffer ?? new ArrayBuffer(0));
    expect(memory.length).toBeGreaterThan(0);
    expect(memory.every((byte) => byte === 0)).toBe(true);
  } finally {
    WebAssembly.Instance = Instance;
  }
});
