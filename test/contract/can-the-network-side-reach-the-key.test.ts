import { once } from "node:events";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { Authority, type Credentials, type KeyKind } from "../support/certificates.ts";
import { connect, connectRaw } from "../support/clients.ts";
import { converse, memoryOf, sandboxes } from "../support/sandboxes.ts";
import { serve } from "../support/service.ts";

/** Promise 2: network bytes never share a memory with a private key. */

const KINDS: KeyKind[] = ["P-256", "RSA-2048"];

/** Every secret number of a key, in both byte orders, and its file's text. */
function secretsOf({ key, keyFile }: Credentials): Buffer[] {
  const jwk = key.export({ format: "jwk" });
  const numbers = [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi]
    .filter((number) => number !== undefined)
    .map((number) => Buffer.from(number, "base64url"));
  // The first line of base64 is the algorithm's name; the ones in the middle are the key.
  const lines = readFileSync(keyFile, "latin1").split("\n");
  const text = Buffer.from(lines[Math.min(2, lines.length - 3)] as string, "latin1");
  return [...numbers, ...numbers.map((number) => Buffer.from(number).reverse()), text];
}

function countIn(memory: Uint8Array, secrets: readonly Buffer[]): number {
  const haystack = Buffer.from(memory.buffer, memory.byteOffset, memory.length);
  return secrets.filter((secret) => haystack.includes(secret)).length;
}

describe("can the network side reach the key?", () => {
  test.each(KINDS)(
    "no secret of a %s key is in the engine's memory after a handshake",
    async (kind) => {
      const credentials = Authority.root().issue({ kind });
      const secrets = secretsOf(credentials);
      const { engine, keeper } = sandboxes(credentials);
      const { client } = converse(engine);
      await once(client, "secureConnect");
      expect(countIn(memoryOf(engine), secrets)).toBe(0);
      // The same search finds the key where it is.
      expect(countIn(memoryOf(keeper), secrets)).toBeGreaterThan(0);
      client.destroy();
    },
  );

  test.each(KINDS)(
    "a process that waits for a client has a %s key in one place only",
    async (kind) => {
      const credentials = Authority.root().issue({ kind });
      const listener = await serve({ credentials, prog: ["cat"] });
      const client = await connectRaw(listener.port);
      const { pid } = await listener.tunnel();
      const secrets = secretsOf(credentials);
      await vi.waitFor(() => expect(mappingsWith(pid, secrets)).toHaveLength(1), {
        timeout: 10_000,
      });
      client.destroy();
    },
  );

  test.each(KINDS)("after the handshake a %s key is nowhere in the process", async (kind) => {
    const authority = Authority.root();
    const credentials = authority.issue({ kind });
    const listener = await serve({ credentials, prog: ["cat"] });
    const client = await connect({ port: listener.port, authority });
    const { pid } = await listener.tunnel();
    await vi.waitFor(() => expect(mappingsWith(pid, secretsOf(credentials))).toEqual([]), {
      timeout: 10_000,
    });
    client.destroy();
  });
});

/** The mappings of a process in which at least one of the byte strings is. */
function mappingsWith(pid: number, secrets: readonly Buffer[]): string[] {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    const lines = readFileSync(`/proc/${pid}/maps`, "utf8").trim().split("\n");
    return lines.filter((line) => {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      if (from === undefined || to === undefined) return false;
      const content = contentOf(memory, Number.parseInt(from, 16), Number.parseInt(to, 16));
      return content !== null && countIn(content, secrets) > 0;
    });
  } finally {
    closeSync(memory);
  }
}

/** null for what the kernel doesn't show, such as its own pages. */
function contentOf(memory: number, from: number, to: number): Buffer | null {
  const content = Buffer.alloc(to - from);
  try {
    let length = 0;
    while (length < content.length) {
      const count = readSync(memory, content, length, content.length - length, from + length);
      if (count === 0) break;
      length += count;
    }
    return content.subarray(0, length);
  } catch {
    return null;
  }
}
