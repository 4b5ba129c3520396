/**
 * A client whose every byte, from the first of its ClientHello on, arrives alone is served like
 * any other.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, newWire } from "../support/clients.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("a client that sends single bytes gets its line back from cat", async () => {
  const listener = await serve({ credentials, prog: ["cat"] });
  const wire = await newWire(listener.port);
  wire.sendsSingleBytes = true;
  const client = await connect({ port: listener.port, authority }, { socket: wire });
  expect(await exchange(client, "drop by drop\n")).toBe("drop by drop\n");
});
