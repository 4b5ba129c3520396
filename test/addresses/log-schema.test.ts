/** bearhug's lines with `--log-format json` are what docs/log.schema.json describes. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect as dialTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { connect, connectRaw, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { checked } from "../support/log-schema.ts";
import { freePort } from "../support/ports.ts";
import {
  authority,
  backend,
  credentials,
  echo,
  pair,
  Relay,
  relay,
  relayServer,
  startRelay,
} from "../support/relays.ts";
import { scratchFile } from "../support/scratch.ts";
import { childrenOf, roleOf } from "../support/server.ts";

const JSON_FORMAT = ["--log-format", "json"];

/** All lines so far, each of which is right. */
function linesOf({ log }: Relay): ReturnType<typeof checked>[] {
  return log.split("\n").filter(Boolean).map(checked);
}

describe("what doesn't start", () => {
  it.each<[what: string, role: "server" | "client", words: string[], level: string]>([
    ["an unknown option", "server", ["--nothing"], "usage"],
    ["no --connect", "server", [...pair], "usage"],
    ["no --cacert", "client", ["--connect", "localhost:1"], "fatal"],
    [
      "no key",
      "server",
      ["--key", "/nowhere", "--cert", "/nowhere", "--connect", "[::1]:1"],
      "fatal",
    ],
    ["an address in clear", "server", [...pair, "--connect", "192.0.2.1:80"], "usage"],
    [
      "an address that is not ours",
      "server",
      [...pair, "--listen", "192.0.2.1:1", "--connect", "[::1]:1"],
      "fatal",
    ],
  ])("%s: bearhug %s", async (_, role, words, level) => {
    const { stderr } = await startRelay(role, [...JSON_FORMAT, ...words]).ended;
    const lines = stderr.trimEnd().split("\n").map(checked);
    expect(lines).toMatchObject([{ program: `bearhug ${role}`, level }]);
  });
});

describe("bearhug server", () => {
  it("opens, closes, fails, reloads, and loses a worker", async () => {
    const { port } = await backend(echo);
    const dead = `127.0.0.1:${await freePort()}`;
    const serving = await relayServer([
      ...[...JSON_FORMAT, "--connect", dead, "--connect", `127.0.0.1:${port}`],
    ]);
    expect(await exchange(await connect(serving), "some bytes")).toBe("some bytes");
    (await connectRaw(serving.port)).resume().end();
    await serving.logged(/"event":"closed"[\s\S]*"event":"closed"/);
    serving.running.signal("SIGUSR2");
    await serving.logged('"event":"reload"');
    const worker = childrenOf(serving.running.pid).find((pid) => roleOf(pid) === "worker");
    process.kill(worker ?? Number.NaN, "SIGKILL");
    await serving.logged('"kind":"worker replaced"');
    const told = linesOf(serving).map(({ event, kind }) => event ?? kind);
    expect(new Set(told)).toEqual(
      new Set(["open", "closed", "reload", "backend", "worker replaced"]),
    );
    expect(linesOf(serving).find(({ event }) => event === "closed")).toMatchObject({
      ...{
        program: "bearhug server",
        client: null,
        bytesIn: 10,
        bytesOut: 10,
        ended: null,
        prog: null,
      },
    });
  });

  it("a backend that isn't there, and a reload that fails, without -v", async () => {
    const certFile = scratchFile("certificate.pem", readFileSync(credentials.certFile));
    const dead = `127.0.0.1:${await freePort()}`;
    const files = ["--cert", certFile, "--key", credentials.keyFile];
    const running = startRelay("server", ["-1", ...files, ...JSON_FORMAT, "--connect", dead]);
    await eventually("it tells its port", () => running.stdout.includes("\n") || running.isOver);
    const serving = new Relay(running);
    (await connect(serving)).on("error", () => {});
    await serving.logged('"kind":"connection failed"');
    writeFileSync(certFile, "none");
    running.signal("SIGUSR2");
    await serving.logged('"level":"error"');
    expect(linesOf(serving)).toMatchObject([
      {
        level: "warning",
        number: 1,
        ended: expect.stringContaining(`unable to connect to ${dead}`),
      },
      { level: "error", message: expect.stringContaining("keeping the old keys") },
    ]);
  });

  it("a client that came by a UNIX socket", async () => {
    const { port } = await backend(echo);
    const path = scratchFile("socket");
    const running = startRelay("server", [
      ...[...pair, ...JSON_FORMAT, "-v", "--listen", `unix:${path}`],
      ...["--connect", `127.0.0.1:${port}`],
    ]);
    await eventually("it listens", () => existsSync(path) || running.isOver);
    const socket = dialTcp({ path });
    socket.resume().end("no TLS\n\n");
    const isTold = () => running.stderr.includes('"event":"closed"');
    await eventually("the closed line", isTold);
    const lines = running.stderr.split("\n").filter(Boolean).map(checked);
    for (const line of lines) expect(line).toMatchObject({ address: "unix", port: 0 });
  });
});

it("bearhug client: opens and closes, and the server's name", async () => {
  const { port } = await backend(echo);
  const server = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const client = await relay("client", [
    ...[...JSON_FORMAT, "--cacert", authority.certFile, "-k", "server.test"],
    ...["--connect", `127.0.0.1:${server.port}`],
  ]);
  const socket = await connectRaw(client.port);
  socket.write("line\n");
  expect(await receiveUntil(socket, "\n")).toBe("line\n");
  socket.end();
  await client.logged('"event":"closed"');
  expect(linesOf(client)).toMatchObject([
    { program: "bearhug client", level: "info", event: "open" },
    { program: "bearhug client", level: "info", event: "closed", server: "server.test" },
  ]);
});
