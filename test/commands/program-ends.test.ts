/**
 * s6-tlsd ends as the program ended: with its exit code, or of the signal that killed it.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { type Listener, serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each([0, 1, 42, 98, 255])("exit code %i", async (status) => {
  const listener = await serve({ credentials, prog: ["sh", "-c", `exit ${status}`] });
  expect(await endAfterVisit(listener)).toEqual({
    code: status,
    signal: null,
    stdout: "",
    stderr: "",
  });
});

const signals: NodeJS.Signals[] = [
  "SIGTERM",
  "SIGKILL",
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGABRT",
  "SIGSEGV",
  // Node ignores this one for itself.
  "SIGPIPE",
];

it.each(signals)("killed by %s", async (signal) => {
  const prog = ["sh", "-c", `ulimit -c 0; kill -${signal.slice(3)} $$`];
  const listener = await serve({ credentials, prog });
  expect(await endAfterVisit(listener)).toEqual({ code: null, signal, stdout: "", stderr: "" });
});

async function endAfterVisit(listener: Listener) {
  const client = await connect({ port: listener.port, authority });
  expect((await everything(client)).length).toBe(0);
  const tunnel = await listener.tunnel();
  return tunnel.ended;
}
