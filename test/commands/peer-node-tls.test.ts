/**
 * Node's own TLS client checks the server's certificate and talks to a program that knows no TLS.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("a client of node:tls gets its lines back from cat", async () => {
  const listener = await serve({ credentials, prog: ["cat"] });
  const client = await connect({ port: listener.port, authority });
  expect(client.authorized).toBe(true);
  expect(client.getProtocol()).toBe("TLSv1.3");

  const echo = receiveUntil(client, "hills\n");
  client.write("over the hills\n");
  expect(await echo).toBe("over the hills\n");
  expect(await exchange(client, "and far away\n")).toBe("and far away\n");

  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});
