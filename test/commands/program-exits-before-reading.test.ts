/**
 * A program that exits without having read what the client sent: its answer arrives all the same,
 * and so does its exit code.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each([1, 1000, 100_000])("its answer to %i unread bytes arrives", async (size) => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "echo goodbye; exit 3"] });
  const client = await connect({ port: listener.port, authority });
  const answer = everything(client);
  client.write(Buffer.alloc(size));
  expect((await answer).toString()).toBe("goodbye\n");
  client.destroy();
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 3, stderr: "" });
});

it("a client that never hangs up keeps s6-tlsd for some seconds, not for ever", async () => {
  const listener = await serve({ credentials, prog: ["echo", "goodbye"] });
  const client = await connect({ port: listener.port, authority }, { allowHalfOpen: true });
  expect((await everything(client)).toString()).toBe("goodbye\n");
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
});
