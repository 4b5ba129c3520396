/** 64 MiB each way at once with a server that isn't ours arrive unchanged. */
import { expect, it } from "vitest";
import { BULK } from "../support/bulk.ts";
import { call } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { payload, sha256 } from "../support/payload.ts";
import { scratchFile } from "../support/scratch.ts";
import { stunnel } from "../support/tls-servers.ts";

const authority = Authority.root();

it("64 MiB each way at once", { timeout: 30_000 }, async () => {
  const there = payload("from the client to stunnel", BULK);
  const back = payload("from stunnel to the client", BULK);
  const digest = scratchFile("digest");
  const { port } = await stunnel(
    authority.issue(),
    `exec 8<&0; cat ${scratchFile("back", back)} & head -c ${BULK} <&8 | sha256sum >${digest}
    wait; exec cat ${digest}`,
  );
  const script = `
    cat ${scratchFile("there", there)} >&7 & head -c ${BULK} <&6 | sha256sum; wait; head -n 1 <&6
  `;
  const client = await call({ port, authority, prog: ["sh", "-c", script] });
  const { stdout, stderr, code } = await client.ended;
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(stdout).toBe(`${sha256(back)}  -\n${sha256(there)}  -\n`);
});
