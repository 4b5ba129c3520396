/** close_notify ends one direction; a client's alert is heard at each state, and has no answer. */
import { describe, expect, it } from "vitest";
import { eventually } from "../../support/limits.ts";
import { payload } from "../../support/payload.ts";
import { RECORD } from "../../support/wire.ts";
import { Tls13Client } from "../peer/client.ts";
import type { ClientSettings } from "../peer/client-hello.ts";
import { ALERT, LEVEL } from "../peer/numbers.ts";
import { RETRIED } from "./misdeed.ts";
import { ourServer } from "./our-server.ts";

describe("a client's fatal alert", () => {
  it.each<[string, (client: Tls13Client) => Promise<void>, ClientSettings?]>([
    [
      "in the clear, after a retry",
      async (client) => {
        client.greet();
        await client.serverHello();
      },
      RETRIED,
    ],
    [
      "in the clear, after the server's flight",
      async (client) => {
        client.greet();
        await client.serverHello();
      },
    ],
    [
      "under the handshake's keys",
      async (client) => {
        await client.upToFinish();
        client.protect();
      },
    ],
    [
      "after the handshake",
      async (client) => {
        await client.establish();
        await client.echo("hello");
      },
    ],
  ])("%s is heard, and not answered", async (_when, prepare, settings) => {
    const { port, failures } = await ourServer();
    const client = await Tls13Client.connect(port, settings);
    await prepare(client);
    client.alert(ALERT.handshakeFailure);
    expect(await client.lastWords()).toEqual([]);
    client.records.socket.end();
    await eventually("the server's failure", () => failures.length > 0);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ alert: "handshake_failure" });
  });

  it("in the clear is none, once the client has used its keys", async () => {
    const { port } = await ourServer();
    const client = await Tls13Client.connect(port);
    await client.upToFinish();
    client.protect();
    client.mutter(client.finished().subarray(0, 5));
    client.records.sendInTheClear(RECORD.alert, Buffer.of(2, ALERT.handshakeFailure));
    expect(await client.lastWords()).toMatchObject([{ description: ALERT.unexpectedMessage }]);
  });
});

describe("a client's close_notify", () => {
  it("ends one direction: what was on its way comes back to its end, and then ours", async () => {
    const { port, failures } = await ourServer();
    const client = await Tls13Client.connect(port);
    await client.establish();
    const bytes = payload("to its end", 200_000);
    client.send(bytes);
    client.alert(ALERT.closeNotify, LEVEL.warning);
    expect((await client.receiveAll()).equals(bytes)).toBe(true);
    client.records.socket.end();
    expect(await client.records.next()).toBeNull();
    expect(failures).toEqual([]);
  });

  it("with nothing before it is a good end", async () => {
    const { port, failures, streams } = await ourServer();
    const client = await Tls13Client.connect(port);
    await client.establish();
    client.close();
    expect(await client.lastWords()).toMatchObject([{ description: ALERT.closeNotify }]);
    await eventually("its end", () => streams.every((stream) => stream.destroyed));
    expect(failures).toEqual([]);
  });

  it("what comes after it is not looked at", async () => {
    const { port, failures } = await ourServer();
    const client = await Tls13Client.connect(port);
    await client.establish();
    client.send("before");
    client.alert(ALERT.closeNotify, LEVEL.warning);
    client.send("after");
    client.alert(ALERT.handshakeFailure);
    expect((await client.receiveAll()).toString()).toBe("before");
    expect(failures).toEqual([]);
  });

  it("of level fatal, or in the middle of the handshake, is one, too", async () => {
    const { port, failures } = await ourServer();
    const client = await Tls13Client.connect(port);
    await client.establish();
    client.alert(ALERT.closeNotify, LEVEL.fatal);
    expect(await client.lastWords()).toMatchObject([{ description: ALERT.closeNotify }]);
    const early = await Tls13Client.connect(port);
    await early.upToFinish();
    early.protect();
    early.alert(ALERT.closeNotify, LEVEL.warning);
    early.records.socket.end();
    await early.lastWords();
    await eventually("a handshake that failed", () => failures.length > 0);
  });
});

it("no byte is lost of clients that write and close unread, a hundred times", async () => {
  const heard: string[] = [];
  const { port, streams } = await ourServer();
  for (let count = 0; count < 100; count++) {
    const client = await Tls13Client.connect(port);
    await client.upToFinish();
    client.records.hold();
    client.finish();
    client.send(`message ${count}`);
    client.alert(ALERT.closeNotify, LEVEL.warning);
    client.records.release();
    heard.push((await client.receiveAll()).toString());
    client.records.socket.end();
  }
  expect(heard).toEqual(Array.from({ length: 100 }, (_, count) => `message ${count}`));
  expect(streams).toHaveLength(100);
});
