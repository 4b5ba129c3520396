/**
 * An EOF in the middle of a record is a truncation, with -j as well: what came before it reaches
 * the program, and the exit code of s6-tlsd-io is 98.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** From the record's header on. */
const cuts = [1, 4, 5, 30, 100];

it.each(cuts)("s6-tlsd-io ends with 98 after %i bytes", async (cut) => {
  const listener = await serve({
    credentials,
    program: "s6-tlsd-io",
    prog: ["3", "4"],
    pipes: 2,
  });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  client.on("error", () => {});
  client.resume();
  const tunnel = await listener.tunnel();
  client.write("whole\n", () => {
    wire.bytesUntilFin = cut;
    client.write("x".repeat(100));
  });
  const heard = await everything(tunnel.descriptor(4));
  tunnel.descriptor(3).end();
  expect(heard.toString()).toBe("whole\n");
  const { code, stderr } = await tunnel.ended;
  expect(stderr).toBe("s6-tlsd-io: fatal: TLS error: EOF inside a record\n");
  expect(code).toBe(98);
});

it("s6-tlsd says so, and ends with the program's code", async () => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "cat >/dev/null; exit 7"] });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  client.on("error", () => {});
  client.resume();
  wire.bytesUntilFin = 30;
  client.write("x".repeat(100));
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({
    code: 7,
    stderr: "s6-tlsd: fatal: TLS error: EOF inside a record\n",
  });
});
