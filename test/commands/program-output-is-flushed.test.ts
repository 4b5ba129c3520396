/**
 * A program that writes a lot and exits at once: everything is on the way before s6-tlsd exits, for
 * a client that takes its time as well.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const SIZE = 24 << 20;

const authority = Authority.root();
const credentials = authority.issue();

it("a slow client gets all that a program wrote before it exited", async () => {
  const output = scratchFile("output", pseudoRandom(SIZE));
  // What the kernel does not take, head holds in its blocked write.
  const prog = ["sh", "-c", `cat ${output}; exit 9`];
  const listener = await serve({ credentials, prog });
  const client = await connect({ port: listener.port, authority });
  client.pause();
  await sleep(500);
  const received = await everything(client);
  expect(received.length).toBe(SIZE);
  expect(digest(received)).toBe(digest(readFileSync(output)));
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 9, stderr: "" });
});

function pseudoRandom(size: number): Buffer {
  return createHash("shake256", { outputLength: size }).update("output").digest();
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
