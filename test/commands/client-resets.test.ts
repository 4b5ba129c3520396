/**
 * A client that resets the connection: the program reads an EOF, and s6-tlsd ends as it does.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire, newWire, receiveUntil } from "../support/clients.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("after the handshake, the program reads an EOF and its exit code counts", async () => {
  const prog = ["sh", "-c", "echo ready; cat >/dev/null; exit 6"];
  const listener = await serve({ credentials, prog });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  await receiveUntil(client, "ready\n");
  wire.reset();
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 6 });
});

it("before the handshake, s6-tlsd ends with a message and no program", async () => {
  const listener = await serve({ credentials, prog: ["cat"] });
  const wire = await newWire(listener.port);
  const tunnel = await listener.tunnel();
  wire.on("error", () => {});
  wire.reset();
  const { code, stderr } = await tunnel.ended;
  expect([98, 111]).toContain(code);
  expect(stderr).toMatch(/^s6-tlsd: fatal: .+\n$/);
});
