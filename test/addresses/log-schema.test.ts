/** With `--log-format json`, docs/log.schema.json describes what bearhug's servers and clients say, too. */
import { once } from "node:events";
import { connect as dialTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { connect, connectRaw, TLS12 } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { checked } from "../support/log-schema.ts";
import { authority, backend, echo, type Relay, relay, relayServer } from "../support/relays.ts";

const JSON_FORMAT = ["--log-format", "json"];

async function linesOf(relay: Relay, count: number) {
  const lines = () =>
    relay.log
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "");
  await eventually(`${count} lines`, () => lines().length >= count);
  return lines().map(checked);
}

async function echoing(): Promise<Relay> {
  const { port } = await backend(echo);
  return relayServer(["--connect", `127.0.0.1:${port}`, ...JSON_FORMAT]);
}

describe("bearhug server", () => {
  it.each([
    [{}, "TLSv1.3", /^X25519/],
    [TLS12, "TLSv1.2", null],
  ])("a client with %j", async (options, protocol, group) => {
    const serving = await echoing();
    const client = await connect(serving, options);
    client.end("some bytes");
    await once(client.resume(), "close");
    const [opened, closed] = await linesOf(serving, 2);
    expect(opened).toMatchObject({ event: "open", program: "bearhug server" });
    expect(closed).toMatchObject({
      ...{ event: "closed", protocol, bytesIn: 10, prog: null, ended: null, client: null },
      group: group === null ? null : expect.stringMatching(group),
    });
  });

  it("a client that speaks no TLS", async () => {
    const serving = await echoing();
    (await connectRaw(serving.port)).resume().end();
    const [, closed] = await linesOf(serving, 2);
    expect(closed).toMatchObject({ event: "closed", protocol: null, cipher: null, group: null });
  });
});

it("bearhug client", async () => {
  const serving = await echoing();
  const calling = await relay("client", [
    ...["--connect", `127.0.0.1:${serving.port}`, "--cacert", authority.certFile],
    ...["--servername", "server.test", ...JSON_FORMAT],
  ]);
  const socket = dialTcp(calling.port, "127.0.0.1");
  socket.end("some bytes");
  await once(socket.resume(), "close");
  const [, closed] = await linesOf(calling, 2);
  expect(closed).toMatchObject({
    ...{ event: "closed", program: "bearhug client", protocol: "TLSv1.3", server: "server.test" },
    group: "X25519MLKEM768",
  });
});
