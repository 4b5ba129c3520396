/**
 * 64 MiB each way at once, from our client to our server and back, arrive unchanged, and in memory
 * that doesn't grow with them.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { BULK, MEMORY_BOUND } from "../support/bulk.ts";
import { call } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { MemoryWatch } from "../support/memory-of.ts";
import { payload, sha256 } from "../support/payload.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();

it("64 MiB each way at once", async () => {
  const toServer = payload("from the client to the server", BULK);
  const toClient = payload("from the server to the client", BULK);
  const digest = scratchFile("digest");
  const listener = await serve({
    credentials: authority.issue(),
    prog: ["sh", "-c", `cat ${scratchFile("bulk", toClient)} & sha256sum >${digest}; wait`],
  });
  const script = `cat ${scratchFile("bulk", toServer)} >&7 & exec 7>&-; sha256sum <&6; wait`;
  const client = await call({ port: listener.port, authority, prog: ["sh", "-c", script] });
  const memory = new MemoryWatch(client);
  const { stdout, stderr, code } = await client.ended;
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(stdout).toBe(`${sha256(toClient)}  -\n`);
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ stderr: "", code: 0 });
  expect(readFileSync(digest, "utf8")).toBe(`${sha256(toServer)}  -\n`);
  expect(memory.peak).toBeLessThan(MEMORY_BOUND);
});
