/**
 * A program that writes a lot and exits at once: everything is on the way before s6-tlsd exits, for
 * a client that takes its time as well.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { payload, sha256 } from "../support/payload.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const SIZE = 24 << 20;

const authority = Authority.root();
const credentials = authority.issue();

it("a slow client gets all that a program wrote before it exited", async () => {
  const output = payload("output", SIZE);
  const prog = ["sh", "-c", `cat ${scratchFile("output", output)}; exit 9`];
  const listener = await serve({ credentials, prog });
  const client = await connect({ port: listener.port, authority });
  // No side reads yet, and the kernel's buffers are too small for it all.
  await sleep(500);
  const received = await everything(client);
  expect(received.length).toBe(SIZE);
  expect(sha256(received)).toBe(sha256(output));
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 9, stderr: "" });
});
