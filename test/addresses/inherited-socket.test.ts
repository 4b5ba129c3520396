/** `--listen fd:N` and `--listen systemd:NAME`: a socket that is listening already. */
import { once } from "node:events";
import { renameSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { connect, connectRaw } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { everything, type Start, start } from "../support/processes.ts";
import {
  authority,
  backend,
  echo,
  pair,
  Relay,
  relayServer,
  startRelay,
} from "../support/relays.ts";
import { scratchFile } from "../support/scratch.ts";
import { program } from "../support/service.ts";

const bound: Server[] = [];
afterEach(letGo);

/** Takes our own copy out of the race for clients. */
function letGo(): void {
  for (const server of bound.splice(0)) server.close();
}

interface Inherited {
  readonly port: number;
  /** For processes that get it as their descriptor 3. */
  readonly settings: Start;
}

async function listening(where: { host: string } | { path: string }): Promise<Inherited> {
  const server = createServer().listen("host" in where ? { ...where, port: 0 } : where);
  bound.push(server);
  await once(server, "listening");
  const { _handle } = server as unknown as { _handle: { fd: number } };
  const { port } = server.address() as AddressInfo;
  return { port, settings: { stdio: ["pipe", "pipe", "pipe", _handle.fd] } };
}

async function echoing(): Promise<string[]> {
  const { port } = await backend(echo);
  return ["--connect", `127.0.0.1:${port}`];
}

it("fd:3", async () => {
  const { port, settings } = await listening({ host: "127.0.0.1" });
  const serving = await relayServer(["--listen", "fd:3", ...(await echoing())], settings);
  letGo();
  expect(serving.port).toBe(port);
  const client = await connect(serving);
  client.end("inherited");
  expect(`${await everything(client)}`).toBe("inherited");
});

it("fd:3, a UNIX socket: all clients together may have all slots", async () => {
  const path = scratchFile("inherited.sock");
  const { settings } = await listening({ path });
  const running = startRelay(
    "server",
    [...pair, "--listen", "fd:3", "--notification-fd", "1", "-c", "3", ...(await echoing())],
    settings,
  );
  await eventually("it listens", () => running.stdout === "\n").catch((error) => {
    throw new Error(`${error.message} ${running.stderr}`);
  });
  // Node removes the path of a socket that it closes.
  const moved = `${path}.moved`;
  renameSync(path, moved);
  letGo();
  for (let turn = 0; turn < 3; turn++) {
    const client = await connect({ port: 0, authority }, { path: moved } as object);
    client.write("x");
    await once(client, "data");
  }
  expect(running.stderr).toBe("");
});

it("fd:3 that other machines reach: one address has half of the slots", async () => {
  const { settings } = await listening({ host: "0.0.0.0" });
  const serving = await relayServer(
    ["--listen", "fd:3", "-c", "2", ...(await echoing())],
    settings,
  );
  letGo();
  const first = await connect(serving);
  const second = await connectRaw(serving.port);
  const over = Promise.race([once(second, "end"), once(second, "close")]);
  second.on("error", () => {}).resume();
  await within(5000, "the end of the second one", over);
  await serving.logged("127.0.0.1 has 1 connections already");
  first.end("x");
  expect(`${await everything(first)}`).toBe("x");
});

it("bearhug client takes no fd:3 that other machines reach, but with --unsafe-plain", async () => {
  const words = ["--listen", "fd:3", "--cacert", authority.certFile, ...(await echoing())];
  const { settings } = await listening({ host: "0.0.0.0" });
  const { code, stdout, stderr } = await startRelay("client", ["-1", ...words], settings).ended;
  expect({ code, stdout }).toEqual({ code: 100, stdout: "" });
  expect(stderr).toMatch(
    /^bearhug client: fatal: --listen: 0\.0\.0\.0:\d+ is neither a loopback .*--unsafe-plain allows it\n$/,
  );
  const allowed = startRelay("client", ["-1", "--unsafe-plain", ...words], settings);
  await eventually("it listens", () => allowed.stdout !== "");
});

it("systemd:web, by systemd's own program", async () => {
  const { port } = await listening({ host: "127.0.0.1" });
  letGo();
  const activate = ["systemd-socket-activate", `--listen=127.0.0.1:${port}`, "--fdname=web"];
  const words = ["server", ...pair, "--listen", "systemd:web", "-1v", ...(await echoing())];
  const running = start([...activate, program("bearhug"), ...words]);
  await eventually("the socket", () => running.stderr.includes("Listening on"));
  const client = await connect({ port, authority });
  client.end("activated");
  expect(`${await everything(client)}`).toBe("activated");
  expect(new Relay(running).port).toBe(port);
});

it("a descriptor that is no listening socket: 111, and one line", async () => {
  const settings: Start = { stdio: ["pipe", "pipe", "pipe", "pipe"] };
  const words = [...pair, "--listen", "fd:3", ...(await echoing())];
  const { code, stderr } = await startRelay("server", words, settings).ended;
  expect(code).toBe(111);
  expect(stderr).toMatch(/^bearhug server: fatal: unable to listen on descriptor 3: [^\n]+\n$/);
});

it("a descriptor that is not open", async () => {
  const words = [...pair, "--listen", "fd:9", ...(await echoing())];
  const { code, stderr } = await startRelay("server", words).ended;
  expect(code).toBe(111);
  expect(stderr).toMatch(/^bearhug server: fatal: [^\n]*descriptor 9[^\n]*\n$/);
});
