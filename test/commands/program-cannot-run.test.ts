/**
 * A program that is not there, or is not executable: the shell's exit codes, and a message that
 * names it. The client sees the end of the connection.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each([
  ["no such program in PATH", "no-such-program", 127, "No such file or directory"],
  ["no such file", "/no/such/program", 127, "No such file or directory"],
  ["a file that is not executable", scratchFile("plain", "text"), 126, "Permission denied"],
  ["a folder", scratch, 126, "Permission denied"],
])("%s", async (_, prog, code, reason) => {
  const listener = await serve({ credentials, prog: [prog] });
  const client = await connect({ port: listener.port, authority });
  expect((await everything(client)).length).toBe(0);
  const tunnel = await listener.tunnel();
  const ended = await tunnel.ended;
  expect(ended).toMatchObject({ code, signal: null });
  expect(ended.stderr).toMatch(/^s6-tlsd: fatal: [^\n]+\n$/);
  expect(ended.stderr.toLowerCase()).toContain(`${prog}: ${reason}`.toLowerCase());
});
