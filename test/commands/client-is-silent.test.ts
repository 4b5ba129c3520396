/**
 * A client that connects and does not finish the handshake: -K ends it, and only -K does.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { clientHello, connect, connectRaw, receiveUntil } from "../support/clients.ts";
import { serveGuarded } from "../support/refusals.ts";
import { serve } from "../support/service.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("with -K 500, it ends with 98 after half a second, and not much later", async () => {
  const { listener, refusal } = await serveGuarded(credentials, ["-K", "500"]);
  const begin = Date.now();
  const socket = await connectRaw(listener.port);
  const hungUp = new Promise((resolve) => socket.once("end", resolve));
  socket.resume();
  const { code, stderr } = await refusal();
  const duration = Date.now() - begin;
  expect(stderr).toMatch(/^s6-tlsd: fatal: [^\n]*handshake[^\n]*\n$/);
  expect(code).toBe(98);
  expect(duration).toBeGreaterThan(480);
  // From the process' start on, on whatever machine.
  expect(duration).toBeLessThan(8000);
  await hungUp;
});

it("a client that sends single bytes for ever is silent all the same", async () => {
  const { listener, refusal } = await serveGuarded(credentials, ["-K", "500"]);
  const hello = await clientHello();
  const socket = await connectRaw(listener.port);
  socket.on("error", () => {});
  let sent = 0;
  const drip = setInterval(() => socket.write(hello.subarray(sent, ++sent)), 50);
  const { code } = await refusal();
  clearInterval(drip);
  expect(code).toBe(98);
  expect(sent).toBeLessThan(hello.length);
});

it("a client that falls silent after its ClientHello gets the same", async () => {
  const { listener, refusal } = await serveGuarded(credentials, ["-K", "500"]);
  const socket = await connectRaw(listener.port);
  socket.on("error", () => {});
  socket.resume();
  socket.write(await clientHello());
  expect(await refusal()).toMatchObject({ code: 98 });
});

it.each(["no option", "-K 0", "-K 500 -K0"])(
  "with %s, a silent client may take its time",
  async (line) => {
    const options = line === "no option" ? [] : words(line);
    const listener = await serve({ credentials, options, prog: ["cat"] });
    await connectRaw(listener.port);
    const tunnel = await listener.tunnel();
    await sleep(800);
    expect(tunnel.isOver).toBe(false);
  },
);

it("after the handshake, -K has no say", async () => {
  const listener = await serve({ credentials, options: ["-K", "4000"], prog: ["cat"] });
  const client = await connect({ port: listener.port, authority });
  await sleep(4500);
  const echo = receiveUntil(client, "still here\n");
  client.write("still here\n");
  expect(await echo).toBe("still here\n");
});
