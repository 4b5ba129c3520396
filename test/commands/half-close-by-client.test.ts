/**
 * A client that has said all it has to say still gets the late reply, however it says so. The
 * program reads until EOF, waits, and only then answers.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire, gnutls } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const lateReply = ["sh", "-c", 'request=$(cat); sleep 0.3; echo "late reply to $request"'];

it("a client that half-closes with FIN and no close_notify still gets the late reply", async () => {
  const listener = await serve({ credentials, prog: lateReply });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  const answer = everything(client);
  client.write("a question", () => wire.fin());
  expect((await answer).toString()).toBe("late reply to a question\n");
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});

it("a client that half-closes with close_notify and FIN still gets the late reply", async () => {
  const listener = await serve({ credentials, prog: lateReply });
  const { client } = await connectByWire({ port: listener.port, authority });
  const answer = everything(client);
  client.end("a question");
  expect((await answer).toString()).toBe("late reply to a question\n");
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});

it("a client that half-closes with close_notify and no FIN still gets the late reply", async () => {
  const listener = await serve({ credentials, prog: lateReply });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  wire.swallowsFin = true;
  const answer = everything(client);
  client.end("a question");
  expect((await answer).toString()).toBe("late reply to a question\n");
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});

it("an answer that comes three seconds after close_notify and FIN is whole", async () => {
  const prog = ["sh", "-c", 'request=$(cat); sleep 3; echo "late reply to $request"'];
  const listener = await serve({ credentials, prog });
  const { client } = await connectByWire({ port: listener.port, authority });
  const answer = everything(client);
  client.end("a question");
  expect((await answer).toString()).toBe("late reply to a question\n");
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});

it("gnutls-cli, which says goodbye after its input, still gets the late reply", async () => {
  const listener = await serve({ credentials, prog: lateReply });
  const client = await gnutls({ port: listener.port, authority }, { input: "a question" });
  expect(client.stdout).toContain("late reply to a question\n");
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});
