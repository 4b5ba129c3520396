/**
 * `gnutls-cli` checks the server's certificate and talks to a program that knows no TLS. After its
 * input it sends close_notify and waits for the rest of the answer.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { gnutls } from "../support/clients.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("gnutls-cli gets its lines back from cat", async () => {
  const listener = await serve({ credentials, options: ["-S"], prog: ["cat"] });
  const lines = "over the hills\nand far away\n";
  const client = await gnutls({ port: listener.port, authority }, { input: lines });

  expect(client.stdout).toContain("- Status: The certificate is trusted.");
  expect(client.stdout).toContain("- Description: (TLS1.3");
  expect(client.stdout).toContain(lines);
  expect(client.code).toBe(0);
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});
