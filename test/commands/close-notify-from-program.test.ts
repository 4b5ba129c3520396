/**
 * With -S, the program's EOF reaches the client as close_notify. Before TLS 1.3 the connection is
 * over; in TLS 1.3 that is the end of one direction.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire, startGnutls, TLS12, VERSIONS } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import { looksLikeAlert } from "../support/wire.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

const SPELLINGS = ["-S", "-s -S", "--close-notify"];

it.each(VERSIONS.flatMap((version) => SPELLINGS.map((line) => [line, version] as const)))(
  "with %s, the last record of %s is an alert",
  async (line, maxVersion) => {
    const options = words(line);
    const listener = await serve({ credentials, options, prog: ["echo", "farewell"] });
    const destination = { port: listener.port, authority };
    const { client, wire } = await connectByWire(destination, { maxVersion });
    expect((await everything(client)).toString()).toBe("farewell\n");
    const last = wire.received.slice(-2).map((record) => looksLikeAlert(record, maxVersion));
    expect(last).toEqual([false, true]);
    client.destroy();
    const tunnel = await listener.tunnel();
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  },
);

it("with -S, gnutls-cli finds that the peer has closed the connection in order", async () => {
  const listener = await serve({ credentials, options: ["-S"], prog: ["echo", "farewell"] });
  const client = startGnutls({ port: listener.port, authority });
  const { stdout, code } = await client.ended;
  expect(stdout).toContain("farewell\n");
  expect(stdout).toContain("- Peer has closed the GnuTLS connection");
  expect(code).toBe(0);
});

it("with -S, a program that closes its output reads an EOF in TLS 1.2: the connection is broken", async () => {
  const listener = await serve({
    credentials,
    options: ["-S"],
    prog: ["sh", "-c", "exec >&-; cat >/dev/null; exit 7"],
  });
  // The client keeps its own direction open for as long as it can.
  const { client, wire } = await connectByWire({ port: listener.port, authority }, TLS12);
  wire.swallowsFin = true;
  await everything(client);
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 7, stderr: "" });
});

it("with -S, a program that closes its output still hears the client in TLS 1.3", async () => {
  const prog = ["sh", "-c", 'exec >&-; test "$(cat)" = "one thing more" && exit 7'];
  const listener = await serve({ credentials, options: ["-S"], prog });
  const { client } = await connectByWire({ port: listener.port, authority });
  await everything(client);
  client.end("one thing more");
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 7, stderr: "" });
});

it("with -S, a program that has ended ends the connection with it, though a client of TLS 1.3 stays", async () => {
  const listener = await serve({ credentials, options: ["-S"], prog: ["echo", "farewell"] });
  const { client } = await connectByWire({ port: listener.port, authority });
  await everything(client);
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});
