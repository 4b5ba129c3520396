/**
 * A client that wants to renegotiate is told that there will be none.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { opensslArguments } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("openssl s_client gets no_renegotiation", async () => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "cat; exit 7"] });
  const client = start(opensslArguments({ port: listener.port, authority }));
  client.child.stdin?.write("before\n");
  await eventually("the echo", () => client.stdout.includes("before\n"));
  client.child.stdin?.write("R\n");
  await eventually("the answer", () => client.stderr.includes("no renegotiation"));
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 7, signal: null });
});
