/**
 * Clients that say nothing, or take their bytes one at a time, cost other clients nothing.
 */
import { connect as connectTcp, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, newWire } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { everything } from "../support/processes.ts";
import { isAlive, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

const opened: Socket[] = [];
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy();
});

it("500 clients that connect and say nothing don't stop the 501st", async () => {
  const options = words("-c 600 -C 600 --workers 2 -v");
  const server = await startServer({ authority, credentials, options });
  for (let count = 0; count < 500; count++) {
    opened.push(connectTcp(server.port, "127.0.0.1").on("error", () => {}));
  }
  await server.logged(" open from ", 500);
  const begin = performance.now();
  expect(await exchange(await connect(server), "and I?")).toBe("and I?");
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect(opened.filter(({ closed }) => closed)).toEqual([]);
  expect(server.log.filter((line) => !line.includes(" open from ")).length).toBeLessThan(2);
});

it("a client that reads a byte a second slows no other down, and its program waits for it", async () => {
  const endless = ["sh", "-c", "read -r count; head -c $count /dev/zero"];
  const options = words("--workers 1 --grace 0");
  const server = await startServer({ authority, credentials, options, prog: endless });
  const slow = await newWire(server.port);
  const snail = await connect(server, { socket: slow });
  snail.pause();
  snail.write("1000000000\n");
  const drip = setInterval(() => snail.read(1), 1000);
  try {
    await eventually("its program", () => server.programs.length === 1);
    const [program = 0] = server.programs;
    const begin = performance.now();
    for (let turn = 0; turn < 5; turn++) {
      const client = await connect(server);
      const answer = everything(client);
      client.write("1000000\n");
      expect((await answer).length).toBe(1_000_000);
    }
    expect(performance.now() - begin).toBeLessThan(8_000);
    expect(isAlive(program)).toBe(true);
    expect(snail.bytesRead).toBeLessThan(50_000_000);
  } finally {
    clearInterval(drip);
    snail.destroy();
  }
});
