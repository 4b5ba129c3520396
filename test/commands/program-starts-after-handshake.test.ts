/**
 * The program starts when the handshake is done, and not a moment before.
 */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, newWire, receiveUntil } from "../support/clients.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("nothing runs while the client is silent, and then it runs at once", async () => {
  const trace = scratchFile("prog-has-run");
  const prog = ["sh", "-c", `touch ${trace}; echo ready; cat`];
  const listener = await serve({ credentials, prog });
  const wire = await newWire(listener.port);
  await sleep(500);
  expect(existsSync(trace)).toBe(false);

  const client = await connect({ port: listener.port, authority }, { socket: wire });
  await receiveUntil(client, "ready\n");
  expect(existsSync(trace)).toBe(true);
});
