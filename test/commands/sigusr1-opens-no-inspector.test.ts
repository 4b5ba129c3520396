/**
 * SIGUSR1 makes Node open a debugger's port. In a process that holds keys it must not: neither
 * during the handshake, nor when the program runs, nor when the program dies of that very signal.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, newWire, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { type Running, start } from "../support/processes.ts";
import { serve } from "../support/service.ts";
import { listeningPorts } from "../support/sockets-of.ts";

const authority = Authority.root();
const credentials = authority.issue();

const WATCH_MS = 500;

/** All ports on which the process listened, at any moment of a while. */
async function portsDuring(tunnel: Running): Promise<number[]> {
  const seen = new Set<number>();
  const deadline = Date.now() + WATCH_MS;
  while (Date.now() < deadline && !tunnel.isOver) {
    try {
      for (const port of listeningPorts(tunnel.pid)) seen.add(port);
    } catch {
      // The process has just ended.
    }
    await sleep(5);
  }
  return [...seen];
}

it("Node left to itself does open a port: these tests would see it", async () => {
  const node = start([process.execPath, "--inspect-port=0", "-e", "setInterval(() => {}, 1000)"]);
  await sleep(300);
  node.signal("SIGUSR1");
  await eventually("a port", () => listeningPorts(node.pid).length > 0);
});

it("when the program runs, it gets the signal, and no port opens", async () => {
  const script = `
    trap 'echo caught' USR1
    echo ready
    while :; do sleep 0.05; done
  `;
  const listener = await serve({ credentials, prog: ["sh", "-c", script] });
  const client = await connect({ port: listener.port, authority });
  await receiveUntil(client, "ready\n");
  const tunnel = await listener.tunnel();
  const caught = receiveUntil(client, "caught\n");
  tunnel.signal("SIGUSR1");
  expect(await portsDuring(tunnel)).toEqual([]);
  expect(await caught).toBe("caught\n");
  expect(tunnel.isOver).toBe(false);
});

it("during the handshake, s6-tlsd dies of it as any program would, and no port opens", async () => {
  const listener = await serve({ credentials, prog: ["cat"] });
  await connectRaw(listener.port);
  const tunnel = await listener.tunnel();
  await sleep(300);
  tunnel.signal("SIGUSR1");
  expect(await portsDuring(tunnel)).toEqual([]);
  expect(await tunnel.ended).toMatchObject({ code: null, signal: "SIGUSR1" });
});

it("as the last thing that a program dies of, it opens no port", async () => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "read -r _; kill -USR1 $$"] });
  const wire = await newWire(listener.port);
  const client = await connect({ port: listener.port, authority }, { socket: wire });
  client.resume();
  const tunnel = await listener.tunnel();
  client.write("now\n");
  expect(await portsDuring(tunnel)).toEqual([]);
  client.destroy();
  expect(await tunnel.ended).toMatchObject({ code: null, signal: "SIGUSR1", stderr: "" });
});
