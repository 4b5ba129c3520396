/**
 * A program that writes after the client has left gets the error that it would get behind a native
 * pipe, and decides by itself how it ends.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectByWire, receiveUntil } from "../support/clients.ts";
import { scratchFile } from "../support/scratch.ts";
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
  expect(await tunnel.ended).toMatchObject({ code: 5 });
});

it.each(["closes", "resets"])("endless output ends by SIGPIPE when the client %s", async (how) => {
  const status = scratchFile("status");
  const prog = ["bash", "-c", `yes; echo $? >${status}`];
  const listener = await serve({ credentials, prog });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  await receiveUntil(client, "y\n");
  if (how === "closes") client.destroy();
  else wire.reset();
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0 });
  const SIGPIPE = 13;
  expect(readFileSync(status, "utf8")).toBe(`${128 + SIGPIPE}\n`);
});
