/**
 * A side that does not read stops the writer at the other: the tunnel holds little, and its memory stays bounded.
 */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { BULK, digestOf, MEMORY_BOUND, write } from "../support/bulk.ts";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { MemoryWatch } from "../support/memory-of.ts";
import { payload, sha256 } from "../support/payload.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const STALL_MS = 1000;
const CHUNK = 64 << 10;

const authority = Authority.root();
const credentials = authority.issue();

it("a program that does not read stops the client", async () => {
  const listener = await serve({ credentials, prog: ["sleep", "60"] });
  const client = await connect({ port: listener.port, authority });
  client.on("error", () => {});
  const tunnel = await listener.tunnel();
  const memory = new MemoryWatch(tunnel);

  let sent = 0;
  const send = async () => {
    for (const chunk = Buffer.alloc(CHUNK); sent < BULK; sent += CHUNK) await write(client, chunk);
  };
  let failure: unknown = null;
  send().catch((error) => {
    failure = error;
  });
  for (let before = -1; before !== sent; await sleep(STALL_MS)) before = sent;
  // What is sent so far is in the kernel's buffers, a few MiB of each TCP socket.
  expect(sent).toBeGreaterThan(CHUNK);
  expect(sent).toBeLessThan(BULK / 2);
  // The tunnel holds it, and is still there.
  expect(failure).toBeNull();
  expect(tunnel.isOver).toBe(false);
  expect(memory.peak).toBeLessThan(MEMORY_BOUND);
  client.destroy();
});

it("a client that does not read stops the program, and gets everything later", async () => {
  const bytes = payload("to a client that waits", BULK);
  const done = scratchFile("done");
  const prog = ["sh", "-c", `cat ${scratchFile("bulk", bytes)}; touch ${done}`];
  const listener = await serve({ credentials, prog });
  const client = await connect({ port: listener.port, authority });
  const tunnel = await listener.tunnel();
  const memory = new MemoryWatch(tunnel);

  await sleep(STALL_MS);
  expect(existsSync(done)).toBe(false);
  expect(await digestOf(client, false)).toBe(sha256(bytes));
  expect(existsSync(done)).toBe(true);
  client.destroy();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  expect(memory.peak).toBeLessThan(MEMORY_BOUND);
});
