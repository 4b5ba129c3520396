/**
 * -K ends a client that doesn't finish its handshake, --idle-timeout one that has no more to say;
 * both free its slot.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { SERVER_DEFAULTS } from "../../src/cli/super-server-line.ts";
import { Authority } from "../support/certificates.ts";
import { clientHello, connect, connectRaw, exchange, receiveUntil } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

function serverWith(line: string) {
  return startServer({ authority, credentials, options: words(`--workers 1 ${line}`) });
}

it("-K 500 ends a silent client, and frees its slot", async () => {
  const server = await serverWith("-K 500 -c 1");
  const begin = performance.now();
  const silent = await connectRaw(server.port);
  const hungUp = once(silent.resume(), "end");
  const next = connect(server);
  await within(3_000, "the server hangs up", hungUp);
  expect(performance.now() - begin).toBeGreaterThan(480);
  expect(await exchange(await next, "my turn")).toBe("my turn");
  expect(server.saying("handshake not done within 500 milliseconds")).toHaveLength(1);
});

it("-K 500 ends a client that falls silent after its ClientHello", async () => {
  const server = await serverWith("-K 500");
  const silent = await connectRaw(server.port);
  silent.write(await clientHello());
  await within(3_000, "the server hangs up", once(silent.resume(), "end"));
});

it("without -K it is 30 seconds", async () => {
  expect(SERVER_DEFAULTS.handshakeTimeout).toBe(30_000);
  const server = await serverWith("");
  const silent = await connectRaw(server.port);
  await sleep(700);
  expect(silent.readableEnded).toBe(false);
});

it("with -K 0, a handshake may take its time", async () => {
  const server = await serverWith("-K 500 -K 0");
  const socket = await connectRaw(server.port);
  const ended = once(socket.resume(), "end");
  await expect(within(900, "the end", ended)).rejects.toThrow("the end");
});

it("after the handshake, -K has no say, and by default a client may be idle", async () => {
  const server = await serverWith("-K 3000");
  const client = await connect(server);
  await sleep(3_500);
  expect(await exchange(client, "still here")).toBe("still here");
});

it("--idle-timeout 2000 ends a connection with no byte either way", async () => {
  const server = await serverWith("--idle-timeout 2000 -v");
  const client = await connect(server);
  client.on("error", () => {});
  for (const word of ["one\n", "two\n", "three\n", "four\n"]) {
    const echo = receiveUntil(client, word);
    client.write(word);
    await echo;
    await sleep(700);
  }
  await within(10_000, "the server hangs up", once(client.resume(), "close"));
  await server.logged("idle for 2000 milliseconds, prog exited 0");
  expect(server.programs).toEqual([]);
});
