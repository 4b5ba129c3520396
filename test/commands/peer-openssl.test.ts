/**
 * `openssl s_client` checks the server's certificate and talks to a program that knows no TLS.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { opensslArguments } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("openssl s_client gets its lines back from cat", async () => {
  const listener = await serve({ credentials, options: ["-S"], prog: ["cat"] });
  const client = start(opensslArguments({ port: listener.port, authority }));

  client.child.stdin?.write("over the hills\n");
  await eventually("the echo", () => client.stdout === "over the hills\n");
  client.child.stdin?.end("and far away\n");

  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  const { code, stderr } = await client.ended;
  expect(code).toBe(0);
  expect(stderr).toContain("Verification: OK");
  expect(stderr).toContain("Protocol version: TLSv1.3");
});

it("openssl s_client that does not know the authority is told apart from a defect", async () => {
  const listener = await serve({ credentials, prog: ["cat"] });
  const stranger = { port: listener.port, authority: Authority.root() };
  const client = start(opensslArguments(stranger));

  const tunnel = await listener.tunnel();
  const { code, stderr } = await tunnel.ended;
  expect(code).toBe(98);
  expect(stderr).toMatch(
    /^s6-tlsd: fatal: .*the peer sent the alert (unknown_ca|bad_certificate)\n$/,
  );
  expect((await client.ended).code).not.toBe(0);
});
