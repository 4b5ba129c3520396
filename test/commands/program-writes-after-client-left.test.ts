/**
 * A program that writes after the client has left gets an error, and decides by itself how it ends.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectByWire, receiveUntil } from "../support/clients.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("one late line harms nobody: the exit code is the program's", async () => {
  const prog = ["sh", "-c", "echo hello; sleep 0.4; echo late; exit 5"];
  const listener = await serve({ credentials, prog });
  const client = await connect({ port: listener.port, authority });
  await receiveUntil(client, "hello\n");
  client.destroy();
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 5, signal: null });
});

it.each(["closes", "resets"])("endless output ends when the client %s", async (how) => {
  const listener = await serve({ credentials, prog: ["yes"] });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  await receiveUntil(client, "y\n");
  if (how === "closes") client.destroy();
  else wire.reset();
  const tunnel = await listener.tunnel();
  const { code, signal, stderr } = await tunnel.ended;
  if (code === null) expect(signal).toBe("SIGPIPE");
  else {
    // Its output is a pair of sockets, on which the first error after unread data is a reset.
    expect(code).toBe(1);
    expect(stderr).toMatch(/^yes: standard output: (Connection reset by peer|Broken pipe)$/m);
  }
});
