/**
 * A supervisor knows one pid. Before the handshake, a signal to it ends the engine as well; after
 * it, the signal is for prog.
 */

import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY, engineChildOf, NODES, statusOf } from "../support/privileges.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { type Service, serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

/** A connection with no handshake yet; the engine is there. */
async function waiting(node: string, service: Partial<Service> = {}) {
  const listener = await serve({
    credentials,
    environment: AS_NOBODY,
    through: [node],
    prog: ["cat"],
    ...service,
  });
  const socket = await connectRaw(listener.port);
  const tunnel = await listener.tunnel();
  await eventually("the engine", () => engineChildOf(tunnel.pid) !== null);
  return { socket, tunnel, engine: engineChildOf(tunnel.pid) as number };
}

/** A connection with a running prog that has said its first line. */
async function running(node: string, script: string) {
  const listener = await serve({
    credentials,
    environment: AS_NOBODY,
    through: [node],
    prog: ["sh", "-c", script],
  });
  const client = await connect({ port: listener.port, authority });
  await receiveUntil(client, "ready\n");
  const tunnel = await listener.tunnel();
  return { client, tunnel, engine: engineChildOf(tunnel.pid) as number };
}

/** The process that adopted it may take a while to reap it. */
const isGone = (pid: number) => () =>
  !existsSync(`/proc/${pid}`) || statusOf(pid, "State").startsWith("Z");

const fatal: NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGALRM"];
const passed: NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH"];

describe.each(NODES)("with %s", NEEDS_ROOT, (_, node) => {
  it.each(fatal)("%s before the handshake ends s6-tlsd and the engine", async (signal) => {
    const { socket, tunnel, engine } = await waiting(node);
    const answer = everything(socket);
    tunnel.signal(signal);
    expect(await tunnel.ended).toMatchObject({ code: null, signal, stdout: "", stderr: "" });
    await eventually("the engine's end", isGone(engine));
    expect((await answer).length).toBe(0);
  });

  it.each(passed)("%s after it reaches prog, which goes on", async (signal) => {
    const name = signal.slice(3);
    const { client, tunnel } = await running(
      node,
      `trap 'echo caught; exit 5' ${name}; echo ready; while :; do sleep 0.05; done`,
    );
    const caught = everything(client);
    tunnel.signal(signal);
    expect((await caught).toString()).toBe("caught\n");
    expect(await tunnel.ended).toMatchObject({ code: 5, signal: null, stderr: "" });
  });

  it("SIGTERM ends a prog that doesn't catch it, and s6-tlsd of the same signal", async () => {
    const { client, tunnel, engine } = await running(node, "echo ready; exec sleep 60");
    tunnel.signal("SIGTERM");
    expect((await everything(client)).length).toBe(0);
    expect(await tunnel.ended).toMatchObject({ code: null, signal: "SIGTERM", stderr: "" });
    await eventually("the engine's end", isGone(engine));
  });

  it("an engine that is killed before the handshake is a failed system call", async () => {
    const { socket, tunnel, engine } = await waiting(node);
    process.kill(engine, "SIGKILL");
    expect((await everything(socket)).length).toBe(0);
    expect(await tunnel.ended).toMatchObject({
      code: 111,
      stderr: "s6-tlsd: fatal: s6-tlsd-io was killed by SIGKILL\n",
    });
  });

  it("an engine that is killed later is an EOF to both sides; prog has the last word", async () => {
    const later = scratchFile("later");
    const script = `echo ready; cat; sleep 1; touch ${later}; sleep 0.5; exit 7`;
    const { client, tunnel, engine } = await running(node, script);
    const over = everything(client);
    process.kill(engine, "SIGKILL");
    expect((await over).length).toBe(0);
    expect(existsSync(later), "the client had to wait for prog's end").toBe(false);
    expect(await tunnel.ended).toMatchObject({ code: 7, signal: null });
    expect(existsSync(later)).toBe(true);
  });

  it("when s6-tlsd is killed, the engine goes with the client", async () => {
    const { socket, tunnel, engine } = await waiting(node);
    tunnel.signal("SIGKILL");
    socket.destroy();
    expect(await tunnel.ended).toMatchObject({ code: null, signal: "SIGKILL" });
    await eventually("the engine's end", isGone(engine));
  });

  it("the handshake's time limit is kept, and its 98 passed on", async () => {
    const { socket, tunnel, engine } = await waiting(node, { options: ["-K", "300"] });
    await everything(socket);
    const ended = await tunnel.ended;
    expect(ended).toMatchObject({ code: 98, signal: null });
    expect(ended.stderr).toMatch(/^s6-tlsd-io: fatal: TLS error: [^\n]*300 milliseconds\n$/);
    await eventually("the engine's end", isGone(engine));
  });

  it("a client that speaks no TLS is 98 as well", async () => {
    const { socket, tunnel } = await waiting(node);
    socket.end("GET / HTTP/1.0\r\n\r\n");
    await everything(socket);
    expect(await tunnel.ended).toMatchObject({ code: 98, signal: null });
  });

  it("prog starts even if all is over by the time that s6-tlsd looks", async () => {
    const { socket, tunnel, engine } = await waiting(node, {
      prog: ["sh", "-c", "read -r line; exit $line"],
    });
    tunnel.signal("SIGSTOP");
    const client = await connect({ port: 0, authority }, { socket });
    client.on("error", () => {});
    client.write("5\n");
    await sleep(300);
    socket.resetAndDestroy();
    await eventually("the engine's end", isGone(engine));
    tunnel.signal("SIGCONT");
    expect(await tunnel.ended).toMatchObject({ code: 5, signal: null });
  });
});
