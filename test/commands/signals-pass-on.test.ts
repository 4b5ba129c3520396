/**
 * A supervisor knows s6-tlsd's pid and means the program: what it sends reaches the program.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

const signals: NodeJS.Signals[] = [
  "SIGTERM",
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGCONT",
  "SIGWINCH",
];

it.each(signals)("%s reaches the program, which goes on", async (signal) => {
  const script = `
    trap 'echo caught; exit 5' ${signal.slice(3)}
    echo ready
    while :; do sleep 0.05; done
  `;
  const listener = await serve({ credentials, prog: ["sh", "-c", script] });
  const client = await connect({ port: listener.port, authority });
  await receiveUntil(client, "ready\n");
  const tunnel = await listener.tunnel();
  const caught = receiveUntil(client, "caught\n");
  tunnel.signal(signal);
  expect(await caught).toBe("caught\n");
  client.destroy();
  expect(await tunnel.ended).toMatchObject({ code: 5, signal: null });
});

it("a program that does not catch SIGTERM dies, and s6-tlsd of the same signal", async () => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "echo ready; exec sleep 60"] });
  const client = await connect({ port: listener.port, authority });
  await receiveUntil(client, "ready\n");
  const tunnel = await listener.tunnel();
  tunnel.signal("SIGTERM");
  client.destroy();
  expect(await tunnel.ended).toMatchObject({ code: null, signal: "SIGTERM" });
});

it("before there is a program, SIGTERM ends s6-tlsd itself", async () => {
  const listener = await serve({ credentials, prog: ["cat"] });
  await connectRaw(listener.port);
  const tunnel = await listener.tunnel();
  await eventually("s6-tlsd is there", () => tunnel.pid > 0);
  tunnel.signal("SIGTERM");
  expect(await tunnel.ended).toMatchObject({ code: null, signal: "SIGTERM" });
});
