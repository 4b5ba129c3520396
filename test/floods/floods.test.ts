/**
 * What a stranger can send to stop a server, all of it, while an honest client talks: it is never cut
 * off nor kept waiting, no worker is replaced, and nothing is left of the flood. `make floods`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ClientAuthority } from "../support/client-authority.ts";
import { clientHello, connectRaw } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { ALERT, WARNING } from "../support/refusals.ts";
import { repository } from "../support/repository.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { RECORD } from "../support/wire.ts";
import { costlyChain } from "./costly-chain.ts";
import { authority, damage, Scene } from "./scene.ts";

const PATIENCE = 180_000;

/** Milliseconds that an echo may take for 99 of 100, whatever else the server does. */
const SOON = 500;

afterAll(() => {
  const { workersReplaced, closeWait, honestCut } = damage;
  const line = `workers replaced ${workersReplaced}, sockets in CLOSE_WAIT ${closeWait}, honest clients cut ${honestCut}`;
  mkdirSync(join(repository, "build"), { recursive: true });
  writeFileSync(join(repository, "build/floods"), `${line}\n`);
});

/** So many of them at once, each of which ends by itself. */
async function crowd(count: number, visit: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => visit().catch(() => {})));
}

/** Until the server hangs up. */
async function untilEnd({ records }: Tls12Client): Promise<void> {
  while ((await records.next()) !== null);
  records.socket.destroy();
}

const BEHIND_FINISHED: [string, (client: Tls12Client) => Buffer][] = [
  ["one byte", () => Buffer.of(0)],
  ["a hello", (client) => client.hello()],
];

it.each(BEHIND_FINISHED)(
  "%s behind Finished, from as many as there are slots, with default limits",
  async (_, more) => {
    const scene = await Scene.open("");
    await scene.under(async (port) => {
      for (let turn = 0; turn < 3; turn++) {
        await crowd(20, async () => {
          const client = await Tls12Client.connect(port);
          await client.upToKeys();
          client.records.send(RECORD.handshake, Buffer.concat([client.finished(), more(client)]));
          if (turn === 0) client.records.socket.destroy();
          else await untilEnd(client);
        });
      }
    });
  },
  PATIENCE,
);

it("one byte behind a hello that is refused", { timeout: PATIENCE }, async () => {
  const scene = await Scene.open("");
  await scene.under(async (port) => {
    await crowd(20, async () => {
      const client = await Tls12Client.connect(port);
      await client.establish();
      client.records.send(RECORD.handshake, Buffer.concat([client.hello(), Buffer.of(1)]));
      await untilEnd(client);
    });
  });
});

it("chains of 64 certificates with exponents as long as they can be", {
  timeout: PATIENCE,
}, async () => {
  const { certFile: CAFILE } = ClientAuthority.root();
  const credentials = authority.issue();
  const chain = costlyChain(64);
  // Optional, so that the honest client needs none.
  const scene = await Scene.open("-Y -C 40 --workers 1", {
    credentials,
    environment: { CAFILE },
  });
  await scene.under(async (port) => {
    await crowd(38, async () => {
      const client = await Tls12Client.connect(port);
      await client.upToServerFlight();
      client.records.fragmentLength = 1 << 14;
      client.records.send(RECORD.handshake, chain);
      await untilEnd(client);
    });
  });
});

it("1500 hellos at once, with an RSA-4096 key and one worker", { timeout: PATIENCE }, async () => {
  const credentials = authority.issue({ kind: "RSA-4096" });
  const scene = await Scene.open("-c 3000 -C 3000 --workers 1 -K 120000", { credentials });
  const hello = await clientHello();
  let answered = 0;
  const { p99, echoes } = await scene.under(async (port) => {
    const sockets = await Promise.all(
      Array.from({ length: 1500 }, async () => {
        const socket = await connectRaw(port);
        socket.on("error", () => {});
        const answer = firstBytes(socket).then(() => {
          answered++;
        });
        socket.write(hello);
        return { socket, answer };
      }),
    );
    await within(120_000, "all answers", Promise.all(sockets.map(({ answer }) => answer)));
    for (const { socket } of sockets) socket.destroy();
  });
  expect(answered).toBe(1500);
  expect(echoes).toBeGreaterThan(20);
  expect(p99).toBeLessThan(SOON);
});

function firstBytes(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("data", () => resolve()));
}

it("one address that takes all it can get, and keeps it", { timeout: PATIENCE }, async () => {
  const scene = await Scene.open("-K 0");
  await scene.under(async (port) => {
    const sockets = await Promise.all(Array.from({ length: 200 }, () => connectRaw(port)));
    for (const socket of sockets) socket.on("error", () => {}).resume();
    await scene.server.logged("127.0.0.1 has 20 connections already");
    for (const socket of sockets.slice(0, 190)) socket.destroy();
    await eventually("the end of those hung up on", () => {
      return sockets.filter((socket) => !socket.closed).length <= 20;
    });
    await scene.isServed();
    for (const socket of sockets) socket.destroy();
  });
});

const NOTHINGS: [string, (client: Tls12Client) => void][] = [
  ["empty records", ({ records }) => records.send(RECORD.applicationData, Buffer.of())],
  ["warnings", ({ records }) => records.send(RECORD.alert, Buffer.of(WARNING, ALERT.userCanceled))],
  ["refused hellos", (client) => client.records.send(RECORD.handshake, client.hello())],
];

it.each(NOTHINGS)("%s without end", { timeout: PATIENCE }, async (_, send) => {
  const scene = await Scene.open("--workers 1");
  const { p99 } = await scene.under(async (port) => {
    await crowd(20, async () => {
      const client = await Tls12Client.connect(port);
      client.records.socket.on("error", () => {});
      await client.establish();
      const over = untilEnd(client);
      for (let turn = 0; turn < 20_000 && !client.records.socket.destroyed; turn++) {
        send(client);
        if (turn % 100 === 0) await new Promise(setImmediate);
      }
      await within(10_000, "the end", over);
    });
  });
  expect(p99).toBeLessThan(SOON);
});
