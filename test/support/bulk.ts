import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { Authority } from "./certificates.ts";
import { connect } from "./clients.ts";
import { MemoryWatch } from "./memory-of.ts";
import { payload, sha256 } from "./payload.ts";
import type { Ended } from "./processes.ts";
import { scratchFile } from "./scratch.ts";
import { serve } from "./service.ts";

/** A tunnel's memory is bounded, whatever is asked of it: MiB. */
export const MEMORY_BOUND = 150;

export const BULK = 64 << 20;

const CHUNK = 64 << 10;
const PAUSE_MS = 700;

/** What each side received, what it should have received, and what that cost. */
export interface Transfer {
  byClient: string;
  byProgram: string;
  sentByProgram: string;
  sentByClient: string;
  peakMemory: number;
  ended: Ended;
}

/**
 * Sends 64 MiB each way at once. The slow side stops reading altogether, at the start and once more
 * on the way, while it goes on writing.
 */
export async function transferBothWays(slow: "client" | "program" | "nobody"): Promise<Transfer> {
  const authority = Authority.root();
  const toClient = payload("from the program to the client", BULK);
  const toProgram = payload("from the client to the program", BULK);
  const digest = scratchFile("digest");
  const read =
    slow === "program"
      ? `(sleep ${PAUSE_MS / 1000}; head -c ${BULK / 2}; sleep ${PAUSE_MS / 1000}; cat)`
      : "cat";
  const listener = await serve({
    credentials: authority.issue(),
    prog: [
      "sh",
      "-c",
      `cat ${scratchFile("bulk", toClient)} & ${read} | sha256sum >${digest}; wait`,
    ],
  });
  const client = await connect({ port: listener.port, authority });
  const tunnel = await listener.tunnel();
  const memory = new MemoryWatch(tunnel);

  const [byClient] = await Promise.all([
    digestOf(client, slow === "client"),
    sendAll(client, toProgram),
  ]);
  const ended = await tunnel.ended;
  return {
    byClient,
    byProgram: readFileSync(digest, "utf8").slice(0, byClient.length),
    sentByProgram: sha256(toClient),
    sentByClient: sha256(toProgram),
    peakMemory: memory.peak,
    ended,
  };
}

/** Reads until EOF, at leisure if so wanted, and gives the digest. */
export async function digestOf(client: TLSSocket, slowly: boolean): Promise<string> {
  const hash = createHash("sha256");
  let received = 0;
  let nextPause = slowly ? BULK / 2 : Number.POSITIVE_INFINITY;
  if (slowly) await sleep(PAUSE_MS);
  for await (const chunk of client) {
    hash.update(chunk as Buffer);
    received += (chunk as Buffer).length;
    if (received < nextPause) continue;
    nextPause = Number.POSITIVE_INFINITY;
    await sleep(PAUSE_MS);
  }
  return hash.digest("hex");
}

async function sendAll(client: TLSSocket, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += CHUNK) {
    await write(client, bytes.subarray(at, at + CHUNK));
  }
  client.end();
}

/** Resolves when the kernel has taken all of it. */
export function write(client: TLSSocket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    client.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
