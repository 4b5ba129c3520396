/**
 * Options are written as POSIX getopt has them, or in their long form, and end where the program
 * begins.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectByWire, connectRaw } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import { looksLikeAlert } from "../support/wire.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each([
  "-K 100",
  "-K100",
  "-SK100",
  "-SK 100",
  "--handshake-timeout 100",
  "--handshake-timeout=100",
  "-K 60000 -K100",
  "-K100 --",
])("%s is a handshake timeout of 100 ms", async (line) => {
  const options = words(line);
  const listener = await serve({ credentials, options, prog: ["cat"] });
  await connectRaw(listener.port);
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 98 });
});

it.each(["-SJZ", "-ZsSj", "-SZv1"])("%s stands for each of its letters", async (cluster) => {
  const options = [cluster];
  const prog = ["sh", "-c", 'echo "$KEYFILE"'];
  const listener = await serve({ credentials, options, prog });
  const { client, wire } = await connectByWire({ port: listener.port, authority });
  expect((await everything(client)).toString()).toBe(`${credentials.keyFile}\n`);
  expect(looksLikeAlert(wire.received.at(-1), "TLSv1.3")).toBe(true);
});

it.each([
  [
    "after prog",
    [],
    ["printf", "%s\n", "-S", "--", "-K", "--nonsense"],
    "-S\n--\n-K\n--nonsense\n",
  ],
  ["after --", ["--"], ["printf", "%s\n", "--", "-x"], "--\n-x\n"],
  ["after an option's value", ["-v", "1"], ["printf", "%s\n", "-v"], "-v\n"],
])("%s, options are the program's own", async (_, options, prog, output) => {
  const listener = await serve({ credentials, options, prog });
  const client = await connect({ port: listener.port, authority });
  expect((await everything(client)).toString()).toBe(output);
});
