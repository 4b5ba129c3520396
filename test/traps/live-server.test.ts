/**
 * The memory of an engine is overwritten in a running s6-tlsserver, through /proc, as root can: its
 * connection fails with a line that says why, and the other one in the same process goes on.
 */

import { closeSync, openSync, writeSync } from "node:fs";
import type { TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { mappingsOf } from "../contract/process-memory.ts";
import { Authority } from "../support/certificates.ts";
import { connect, receiveUntil } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { type Server, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** Five pages: as much as test/engine/memory.test.ts says that a connection has. */
const ENGINE_MEMORY = 5 * 65536;

/** A connection whose last words are still in its engine's buffer. */
async function speaker(server: Server, text: string): Promise<TLSSocket> {
  const client = await connect(server);
  client.on("error", () => {});
  await say(client, text);
  return client;
}

async function say(client: TLSSocket, text: string): Promise<void> {
  const answer = receiveUntil(client, text);
  client.write(text);
  await answer;
}

/** Where the memory of the engine is through which these words went. */
function engineThatKnows(pid: number, text: string): { from: number; to: number } {
  const found = [...mappingsOf(pid)].filter(
    ({ from, to, permissions, content }) =>
      to - from === ENGINE_MEMORY && permissions.startsWith("rw") && content.includes(text),
  );
  expect(found).toHaveLength(1);
  return found[0] as { from: number; to: number };
}

function overwrite(pid: number, { from, to }: { from: number; to: number }, byte: number): void {
  const memory = openSync(`/proc/${pid}/mem`, "r+");
  try {
    writeSync(memory, Buffer.alloc(to - from, byte), 0, to - from, from);
  } finally {
    closeSync(memory);
  }
}

describe("an engine that is overwritten in a live server", NEEDS_ROOT, () => {
  it.each([0xff, 0x00, 0x5a])("with %i everywhere is one failed connection", async (byte) => {
    const server = await startServer({ authority, credentials, options: words("--workers 1") });
    const [worker = Number.NaN] = server.workers;
    const other = await speaker(server, "the other one's words");
    const victim = await speaker(server, "the victim's own words");
    const over = new Promise((resolve) => victim.once("close", resolve));
    overwrite(worker, engineThatKnows(worker, "the victim's own words"), byte);
    victim.write("anything");
    await within(10_000, "the victim's end", over);
    await server.logged(/^s6-tlsserver: warning: 2 from 127\.0\.0\.1:[0-9]+: TLS error: .+$/);
    await say(other, "still here");
    await speaker(server, "a new one");
    expect(server.workers).toEqual([worker]);
    expect(server.log).toHaveLength(1);
  });
});
