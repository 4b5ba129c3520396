/** `--status`: /healthz, /readyz and /metrics, judged by curl and by Debian's promtool. */
import { once } from "node:events";
import { statSync } from "node:fs";
import { connect as dial, type Socket } from "node:net";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, connectRaw, exchange } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { everything, run } from "../support/processes.ts";
import { backend, echo, relayServer } from "../support/relays.ts";
import { scratchFile } from "../support/scratch.ts";
import { runServer, startServer } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

async function get(port: number, path: string, ...words: string[]): Promise<string> {
  const { stdout } = await run([
    ...["curl", "-s", "-w", "%{http_code}", ...words, `http://127.0.0.1:${port}${path}`],
  ]);
  return stdout;
}

async function value(port: number, name: string): Promise<number> {
  const text = await get(port, "/metrics");
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`there is no ${name} in ${text}`);
  return Number(line.slice(name.length + 1));
}

it("s6-tlsserver: what is open, what has ended, and what was refused", async () => {
  const port = await freePort();
  const options = ["--status", `127.0.0.1:${port}`, "-C", "1"];
  const server = await startServer({ authority, credentials, options });
  expect(await get(port, "/healthz")).toBe("ok\n200");
  expect(await get(port, "/readyz")).toBe("ready\n200");
  expect(await exchange(await connect(server), "x")).toBe("x");
  for (let open = 1; open > 0; ) open = await value(port, "bearhug_connections_open");
  const client = await connect(server);
  const refused = await connectRaw(server.port);
  const over = Promise.race([once(refused, "end"), once(refused, "close")]);
  refused.on("error", () => {}).resume();
  await within(5000, "the refusal", over);
  expect(await value(port, "bearhug_connections_open")).toBe(1);
  expect(await value(port, "bearhug_connections_accepted_total")).toBe(3);
  const reason = 'bearhug_connections_refused_total{reason="address-limit"}';
  expect(await value(port, reason)).toBe(1);
  client.destroy();
});

it("promtool of Debian's prometheus finds nothing to say about /metrics", async () => {
  const port = await freePort();
  const { port: to } = await backend(echo);
  await relayServer(["--status", `127.0.0.1:${port}`, "--connect", `127.0.0.1:${to}`]);
  const { stdout: metrics } = await run(["curl", "-s", `http://127.0.0.1:${port}/metrics`]);
  expect(metrics).toContain("bearhug_connections_open 0\n");
  const judged = await run(["promtool", "check", "metrics"], { input: metrics });
  expect(judged).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

it("one that asks for OpenMetrics gets it: counters without _total in TYPE, and # EOF", async () => {
  const port = await freePort();
  await startServer({ authority, credentials, options: ["--status", `127.0.0.1:${port}`] });
  const accept = "Accept: application/openmetrics-text; version=1.0.0";
  const { stdout } = await run([
    ...["curl", "-si", "-H", accept, `http://127.0.0.1:${port}/metrics`],
  ]);
  expect(stdout).toContain("Content-Type: application/openmetrics-text; version=1.0.0;");
  expect(stdout).toContain("# TYPE bearhug_reloads counter\n");
  expect(stdout).toContain('bearhug_reloads_total{outcome="failed"} 0\n');
  expect(stdout.endsWith("\n# EOF\n")).toBe(true);
});

it("while draining, it is not ready; when it has ended, its UNIX socket is gone", async () => {
  const path = scratchFile("status.sock");
  const options = ["--status", `unix:${path}`];
  const server = await startServer({ authority, credentials, options });
  const client = await connect(server);
  const ask = async () =>
    (await run(["curl", "-s", "--unix-socket", path, "http://localhost/readyz"])).stdout;
  expect(await ask()).toBe("ready\n");
  server.signal("SIGTERM");
  let answer = "";
  for (let tries = 0; answer !== "not ready\n" && tries < 100; tries++) answer = await ask();
  expect(answer).toBe("not ready\n");
  client.end();
  client.resume();
  expect(await server.running.ended).toMatchObject({ code: 0 });
  expect(() => statSync(path)).toThrow("ENOENT");
});

it("a client that sends half a request, a megabyte, or nonsense holds up no other client", async () => {
  const port = await freePort();
  await startServer({ authority, credentials, options: ["--status", `127.0.0.1:${port}`] });
  const silent = dial(port, "127.0.0.1").on("error", () => {});
  const half = dial(port, "127.0.0.1").on("error", () => {});
  half.write("GET /healthz HT");
  const large = dial(port, "127.0.0.1").on("error", () => {});
  large.write(Buffer.alloc(1 << 20, "a"));
  expect(`${await everything(large)}`).toMatch(/^HTTP\/1\.1 431 /);
  const nonsense = dial(port, "127.0.0.1").on("error", () => {});
  nonsense.write("hello\r\n\r\n");
  expect(`${await everything(nonsense)}`).toMatch(/^HTTP\/1\.1 400 /);
  expect(await get(port, "/healthz")).toBe("ok\n200");
  expect(await get(port, "/nowhere")).toMatch(/404$/);
  expect(await get(port, "/healthz", "-d", "x")).toMatch(/405$/);
  const ends = [silent, half].map((socket) => once(socket.resume(), "close"));
  await within(9000, "the end of the silent ones", Promise.all(ends));
});

it("HEAD has the head that GET has, its length of body, and no body", async () => {
  const port = await freePort();
  await startServer({ authority, credentials, options: ["--status", `127.0.0.1:${port}`] });
  const asked = async (method: string) => {
    const socket = dial(port, "127.0.0.1");
    socket.write(`${method} /readyz HTTP/1.1\r\n\r\n`);
    return `${await everything(socket)}`;
  };
  const whole = await asked("GET");
  expect(whole).toMatch(/\r\nContent-Length: 6\r\n.*\r\n\r\nready\n$/s);
  expect(await asked("HEAD")).toBe(whole.slice(0, -"ready\n".length));
});

it("sixteen requests at once are heard, and one more is when one of them has ended", async () => {
  const port = await freePort();
  await startServer({ authority, credentials, options: ["--status", `127.0.0.1:${port}`] });
  const begun: Socket[] = [];
  for (let count = 0; count < 16; count++) {
    const socket = dial(port, "127.0.0.1").on("error", () => {});
    await once(socket, "connect");
    begun.push(socket);
  }
  const late = dial(port, "127.0.0.1").on("error", () => {});
  late.write("GET /healthz HTTP/1.1\r\n\r\n");
  expect(await everything(late).catch(() => Buffer.of())).toHaveLength(0);
  for (const socket of begun) {
    socket.write("GET /healthz HTTP/1.1\r\n\r\n");
    expect(`${await everything(socket)}`).toMatch(/^HTTP\/1\.1 200 /);
  }
  expect(await get(port, "/healthz")).toBe("ok\n200");
});

it.each([
  ["192.0.2.1:1", 100, "192.0.2.1:1 is neither a loopback address nor a UNIX socket"],
  ["nonsense", 100, "--status: not an address: nonsense"],
  ["unix:/nonexistent/s", 111, "unable to listen on /nonexistent/s (--status)"],
])("--status %s: %i", async (address, code, told) => {
  const ended = await runServer({ credentials, options: ["--status", address] });
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(told);
});
