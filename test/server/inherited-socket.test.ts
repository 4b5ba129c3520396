/**
 * The server listens on a socket that another process has bound: a descriptor by its number, or what
 * systemd passes on.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server as NetServer } from "node:net";
import { afterEach, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { scratchFile } from "../support/scratch.ts";
import { runServer, type Serving, startServer, startUnready } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

const bound: NetServer[] = [];
afterEach(() => {
  for (const server of bound.splice(0)) server.close();
});

/** A listening socket, and the number of its descriptor here. */
async function listeningSocket(): Promise<{ port: number; descriptor: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  bound.push(server);
  await once(server, "listening");
  const { _handle } = server as unknown as { _handle: { fd: number; unref(): void } };
  return { port: (server.address() as AddressInfo).port, descriptor: _handle.fd };
}

/** Takes our own copy out of the race for clients. */
function letGo(): void {
  for (const server of bound.splice(0)) server.close();
}

async function answersOn(port: number, serving: Partial<Serving>): Promise<string> {
  const server = await startServer({ authority, credentials, prog: ["env"], ...serving });
  expect(server.port).toBe(port);
  letGo();
  return exchange(await connect(server), "");
}

it("--listen-fd 3, whatever ip and port say", async () => {
  const { port, descriptor } = await listeningSocket();
  const options = ["--listen-fd", "3"];
  const answer = await answersOn(port, { descriptor, options, ip: "192.0.2.1", port: "1" });
  expect(answer).toContain(`TCPLOCALPORT=${port}\n`);
});

it("LISTEN_FDS=2 is refused: clients of the second socket would wait for ever", async () => {
  const ended = await runServer({
    ...{ credentials, environment: { LISTEN_FDS: "2" }, runner: asItself },
  });
  expect(ended).toMatchObject({ code: 100, stdout: "" });
  expect(ended.stderr).toContain("LISTEN_FDS is 2: one socket is listened on");
});

/** The pid is only known to the process itself. */
const asItself = ["sh", "-c", 'LISTEN_PID=$$ exec "$@"', "sh"];

it("LISTEN_FDS and LISTEN_PID, as systemd sets them; prog hears nothing of it", async () => {
  const { port, descriptor } = await listeningSocket();
  const environment = { LISTEN_FDS: "1" };
  const answer = await answersOn(port, { descriptor, environment, runner: asItself });
  expect(answer).toContain(`TCPLOCALPORT=${port}\n`);
  expect(answer).not.toContain("LISTEN_");
});

it("with another process's LISTEN_PID, LISTEN_FDS is not for us", async () => {
  const { port, descriptor } = await listeningSocket();
  const environment = { LISTEN_FDS: "1", LISTEN_PID: "1" };
  const server = await startServer({ authority, credentials, descriptor, environment });
  expect(server.port).not.toBe(port);
});

it("systemd-socket-activate starts it with the first client, who is served", async () => {
  const { port } = await listeningSocket();
  letGo();
  const runner = ["systemd-socket-activate", `--listen=127.0.0.1:${port}`];
  const environment = { KEYFILE: credentials.keyFile, CERTFILE: credentials.certFile };
  const passed = Object.keys(environment).map((name) => `--setenv=${name}`);
  const running = startUnready({ credentials, runner: [...runner, ...passed] });
  await eventually("the socket", () => running.stderr.includes("Listening on"));
  const client = await connect({ port, authority });
  expect(await exchange(client, "who started you?")).toBe("who started you?");
  expect(running.stdout).toBe(`${port}\n`);
});

it("a descriptor that is no listening socket: 111, and one line", async () => {
  const options = ["--listen-fd", "3"];
  const running = startUnready({ credentials, options, pipes: 1 });
  const { code, stdout, stderr } = await running.ended;
  expect({ code, stdout }).toEqual({ code: 111, stdout: "" });
  expect(stderr).toMatch(/^s6-tlsserver: fatal: unable to listen on descriptor 3: [^\n]+\n$/);
});

it("a listening socket of another kind than TCP: 111, and one line", async () => {
  const server = createServer().listen(scratchFile("socket"));
  bound.push(server);
  await once(server, "listening");
  const { _handle } = server as unknown as { _handle: { fd: number } };
  const options = ["--listen-fd", "3"];
  const running = startUnready({ credentials, options, descriptor: _handle.fd });
  expect(await running.ended).toMatchObject({
    ...{ code: 111, stdout: "" },
    stderr: "s6-tlsserver: fatal: unable to listen on descriptor 3: no TCP socket\n",
  });
});
