/**
 * s6-tlsc ends as its program ended, and hands on the signals that are meant for it.
 */
import { expect, it } from "vitest";
import { call, refusalOf } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { serve } from "../support/service.ts";
import { opensslServer, plainServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();

it.each([0, 1, 42, 98, 255])("exit code %i", async (status) => {
  const { port } = await opensslServer(credentials);
  const client = await call({ port, authority, prog: ["sh", "-c", `exit ${status}`] });
  expect(await client.ended).toMatchObject({ code: status, signal: null, stderr: "" });
});

const signals: NodeJS.Signals[] = ["SIGTERM", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGPIPE", "SIGSEGV"];

it.each(signals)("killed by %s", async (signal) => {
  const { port } = await opensslServer(credentials);
  const prog = ["sh", "-c", `ulimit -c 0; kill -${signal.slice(3)} $$`];
  const client = await call({ port, authority, prog });
  expect(await client.ended).toMatchObject({ code: null, signal, stderr: "" });
});

const passed: NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1", "SIGUSR2", "SIGALRM"];

it.each(passed)("%s reaches the program, which goes on", async (signal) => {
  const { port } = await opensslServer(credentials);
  const script = `
    trap 'echo caught; exit 5' ${signal.slice(3)}
    echo ready
    while :; do sleep 0.05; done
  `;
  const client = await call({ port, authority, prog: ["sh", "-c", script] });
  await eventually("the program", () => client.stdout.includes("ready\n"));
  client.signal(signal);
  expect(await client.ended).toMatchObject({ code: 5, signal: null, stdout: "ready\ncaught\n" });
});

it("before there is a program, SIGTERM ends s6-tlsc itself", async () => {
  let arrived = false;
  const { port } = await plainServer((socket) => {
    socket.once("data", () => {
      arrived = true;
    });
  });
  const client = await call({ port, authority });
  await eventually("the ClientHello", () => arrived);
  client.signal("SIGTERM");
  expect(await client.ended).toMatchObject({ code: null, signal: "SIGTERM" });
});

it.each([
  ["isn't there", "/no/such/program", 127],
  ["may not be run", "/etc/passwd", 126],
])("a program that %s", async (_, file, expected) => {
  const { port } = await opensslServer(credentials);
  const client = await call({ port, authority, prog: [file] });
  const { code, stderr } = await client.ended;
  expect(stderr).toMatch(/^s6-tlsc: fatal: unable to run [^\n]*\n$/);
  expect(code).toBe(expected);
});

it("no program is wrong usage", async () => {
  const { port } = await opensslServer(credentials);
  const client = await call({ port, authority, prog: [] });
  const { code, stderr } = await client.ended;
  expect(stderr).toMatch(/^s6-tlsc: usage: [^\n]*prog is missing[^\n]*\n$/);
  expect(code).toBe(100);
});

it("a program that exits while the server still sends", async () => {
  const listener = await serve({ credentials, prog: ["yes"] });
  const prog = ["sh", "-c", "head -c 100000 <&6 | wc -c; exit 3"];
  const client = await call({ port: listener.port, authority, prog });
  const begin = Date.now();
  expect(await client.ended).toMatchObject({ stdout: "100000\n", code: 3 });
  expect(Date.now() - begin).toBeLessThan(5000);
  // Whether by SIGPIPE or for an error: the server's program can't go on.
  expect(await (await listener.tunnel()).ended).not.toMatchObject({ code: 0 });
});

it("what it wrote before it exited arrives", async () => {
  const listener = await serve({ credentials, prog: ["sh", "-c", "wc -c >&2"] });
  const prog = ["sh", "-c", "head -c 1000000 /dev/zero >&7"];
  const client = await call({ port: listener.port, authority, prog });
  expect(await client.ended).toMatchObject({ code: 0 });
  expect((await (await listener.tunnel()).ended).stderr).toBe("1000000\n");
});

it("a program runs only after the handshake", async () => {
  const { port } = await plainServer((socket) => {
    socket.resume();
    setTimeout(() => socket.end(), 300);
  });
  expect(await refusalOf({ port, authority })).toMatchObject({ code: 98 });
});
