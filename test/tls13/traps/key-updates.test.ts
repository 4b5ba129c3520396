/** KeyUpdates: any number in a connection's life, an answer for each request, none unasked. */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { Authority } from "../../support/certificates.ts";
import { bearhug, pairOf } from "../../support/library.ts";
import { eventually } from "../../support/limits.ts";
import { plainServer } from "../../support/tls-servers.ts";
import { Tls13Client } from "../peer/client.ts";
import { UPDATE } from "../peer/messages.ts";
import { SUITES } from "../peer/protection.ts";
import { ourServer } from "./our-server.ts";

const pair = pairOf(Authority.root().issue());

/** Between the network and a server of ours, whose writes wait while it is shut. */
interface Gate {
  isOpen: boolean;
  held: (() => void) | null;
}

function behind(gate: Gate, socket: Socket): Duplex {
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      const go = () => void socket.write(chunk, done);
      if (gate.isOpen) go();
      else gate.held = go;
    },
  });
  socket.on("data", (data) => stream.push(data));
  socket.on("close", () => stream.destroy());
  return stream;
}

async function connected(suite: number = SUITES[0].id): Promise<Tls13Client> {
  const client = await Tls13Client.connect((await ourServer()).port, { suites: [suite] });
  await client.establish();
  return client;
}

describe.each(SUITES)("with $name", ({ id }) => {
  it("a thousand, with data between them", async () => {
    const client = await connected(id);
    for (let count = 0; count < 1000; count++) {
      client.updateKey();
      client.send("x");
    }
    expect((await client.receive(1000)).toString()).toBe("x".repeat(1000));
    expect(client.keyUpdates).toBe(0);
  });

  it("requests are answered, each before the data that follows it", async () => {
    const client = await connected(id);
    for (let count = 1; count <= 20; count++) {
      client.updateKey(UPDATE.requested);
      expect(await client.echo("over")).toBe("over");
      expect(client.keyUpdates).toBe(count);
    }
  });
});

it("a request is answered at once, also by a server that has nothing to say", async () => {
  const client = await connected();
  client.updateKey(UPDATE.requested);
  await client.hearKeyUpdate();
  expect(client.keyUpdates).toBe(1);
  expect(await client.echo("over")).toBe("over");
});

it("32 requests in a row are answered, while the network takes what we say", async () => {
  const client = await connected();
  client.records.hold();
  for (let count = 0; count < 32; count++) client.updateKey(UPDATE.requested);
  client.send("over");
  client.records.release();
  expect((await client.receive(4)).toString()).toBe("over");
  expect(client.keyUpdates).toBe(32);
});

it("one answer is enough for all requests that came while the network took nothing", async () => {
  const gate: Gate = { held: null, isOpen: true };
  let heard = "";
  const { port } = await plainServer((socket) => {
    const stream = bearhug.wrap(behind(gate, socket), { isServer: true, ...pair });
    stream.on("data", (data: Buffer) => {
      heard += data;
    });
    stream.once("data", () => {
      gate.isOpen = false;
      stream.write(Buffer.alloc(1 << 20));
    });
  });
  const client = await Tls13Client.connect(port);
  await client.establish();
  client.send("begin");
  await eventually("a write that waits", () => gate.held !== null);
  for (let count = 0; count < 32; count++) client.updateKey(UPDATE.requested);
  client.send("over");
  await eventually("all that the client said", () => heard === "beginover");
  gate.isOpen = true;
  gate.held?.();
  await client.receive(1 << 20);
  expect(client.keyUpdates).toBe(1);
});

it("a thousand requests of a client that doesn't read cost no more answers than data", async () => {
  const client = await connected();
  for (let count = 0; count < 1000; count++) {
    client.updateKey(UPDATE.requested);
    client.send("x");
  }
  expect((await client.receive(1000)).toString()).toBe("x".repeat(1000));
  expect(client.keyUpdates).toBeGreaterThan(0);
  expect(client.keyUpdates).toBeLessThanOrEqual(1000);
});

it("a KeyUpdate in pieces is one, all the same", async () => {
  const client = await connected();
  client.records.fragmentLength = 1;
  client.updateKey(UPDATE.requested);
  client.records.fragmentLength = 1 << 14;
  expect(await client.echo("over")).toBe("over");
  expect(client.keyUpdates).toBe(1);
});
