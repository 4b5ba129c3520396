/** What -S, -s, -J and -j make of an end. */
import { existsSync } from "node:fs";
import { expect } from "vitest";
import { connectByWire, TLS12 } from "../../support/clients.ts";
import { eventually } from "../../support/limits.ts";
import { everything } from "../../support/processes.ts";
import { scratchFile } from "../../support/scratch.ts";
import { looksLikeAlert, RECORD } from "../../support/wire.ts";
import { authority, meet, open } from "../visit.ts";

/** Prog's EOF is close_notify. In TLS 1.2 the connection is over in the other direction, too. */
export async function sendsCloseNotify(options: string): Promise<void> {
  const over = scratchFile("over");
  const prog = ["sh", "-c", `echo farewell; exec >&-; cat >/dev/null; touch ${over}; exit 7`];
  const listener = await open({ options, prog });
  const { client, wire } = await connectByWire({ port: listener.port, authority }, TLS12);
  // The client keeps its own direction open.
  wire.swallowsFin = true;
  expect((await everything(client)).toString()).toBe("farewell\n");
  expect(wire.received.at(-1)?.type).toBe(RECORD.alert);
  await eventually("an EOF for prog", () => existsSync(over));
  client.destroy();
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 7, stderr: "" });
}

/** In TLS 1.3 close_notify ends one direction: what the client says afterwards still reaches prog. */
export async function hearsAfterCloseNotify(options: string): Promise<void> {
  const prog = ["sh", "-c", 'echo farewell; exec >&-; test "$(cat)" = "one thing more"'];
  const listener = await open({ options, prog });
  const destination = { port: listener.port, authority };
  const { client, wire } = await connectByWire(destination, { allowHalfOpen: true });
  expect((await everything(client)).toString()).toBe("farewell\n");
  expect(looksLikeAlert(wire.received.at(-1), "TLSv1.3")).toBe(true);
  client.end("one thing more");
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
}

/** Prog's EOF is a FIN and no alert, and what the client says afterwards still reaches prog. */
export async function halfCloses(options: string): Promise<void> {
  const prog = ["sh", "-c", 'echo farewell; exec >&-; test "$(cat)" = "one thing more"'];
  const listener = await open({ options, prog });
  const destination = { port: listener.port, authority };
  const { client, wire } = await connectByWire(destination, { allowHalfOpen: true });
  expect((await everything(client)).toString()).toBe("farewell\n");
  expect(wire.received.at(-1)?.type).toBe(RECORD.applicationData);
  client.end("one thing more");
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
}

/** A client that just closes makes s6-tlsd-io end with 98. */
export async function insistsOnCloseNotify(options: string): Promise<void> {
  expect(await endAfterFin(options)).toMatchObject({ code: 98 });
}

/** A client that just closes is no reason to complain. */
export async function takesAnyEof(options: string): Promise<void> {
  expect(await endAfterFin(options)).toMatchObject({ code: 0, stderr: "" });
}

async function endAfterFin(options: string) {
  const { client, wire, io } = await meet({ options });
  client.resume();
  client.write("last words", () => wire.fin());
  expect((await everything(io.descriptor(4))).toString()).toBe("last words");
  io.descriptor(3).end();
  return io.ended;
}
