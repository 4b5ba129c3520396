/**
 * A program that closes its output and goes on reading: by default the client sees an EOF without
 * close_notify, and what it sends afterwards still reaches the program.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire, startGnutls } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";
import { RECORD } from "../support/wire.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each(["", "-s", "-S -s", "--no-close-notify"])(
  "with %j, the program's EOF is a FIN, and the other direction stays open",
  async (line) => {
    const options = words(line);
    const heard = scratchFile("heard");
    const prog = ["sh", "-c", `echo farewell; exec >&-; cat >${heard}`];
    const listener = await serve({ credentials, options, prog });
    const destination = { port: listener.port, authority };
    const { client, wire } = await connectByWire(destination, { allowHalfOpen: true });

    expect((await everything(client)).toString()).toBe("farewell\n");
    expect(wire.received.at(-1)?.type).toBe(RECORD.applicationData);
    client.end("one thing more\n");

    const tunnel = await listener.tunnel();
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(heard, "utf8")).toBe("one thing more\n");
  },
);

it("with -s, gnutls-cli calls the connection not properly terminated", async () => {
  const listener = await serve({ credentials, options: ["-s"], prog: ["echo", "farewell"] });
  const client = startGnutls({ port: listener.port, authority });
  const { stdout, stderr, code } = await client.ended;
  expect(stdout).toContain("farewell\n");
  expect(stderr).toContain("The TLS connection was non-properly terminated.");
  expect(code).toBe(1);
});
