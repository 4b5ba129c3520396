/**
 * With -S, the program's EOF reaches the client as close_notify, and the connection is over.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire, startGnutls } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import { RECORD } from "../support/wire.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each(["-S", "-s -S", "--close-notify"])("with %s, the last record is an alert", async (line) => {
  const options = words(line);
  const listener = await serve({ credentials, options, prog: ["echo", "farewell"] });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  expect((await everything(client)).toString()).toBe("farewell\n");
  const last = wire.received.slice(-2).map(({ type }) => type);
  expect(last).toEqual([RECORD.applicationData, RECORD.alert]);
  client.destroy();
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});

it("with -S, gnutls-cli finds that the peer has closed the connection in order", async () => {
  const listener = await serve({ credentials, options: ["-S"], prog: ["echo", "farewell"] });
  const client = startGnutls({ port: listener.port, authority });
  const { stdout, code } = await client.ended;
  expect(stdout).toContain("farewell\n");
  expect(stdout).toContain("- Peer has closed the GnuTLS connection");
  expect(code).toBe(0);
});

it("with -S, a program that closes its output reads an EOF: the connection is broken", async () => {
  const listener = await serve({
    credentials,
    options: ["-S"],
    prog: ["sh", "-c", "exec >&-; cat >/dev/null; exit 7"],
  });
  // The client keeps its own direction open for as long as it can.
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  wire.swallowsFin = true;
  await everything(client);
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 7, stderr: "" });
});
