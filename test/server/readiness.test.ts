/**
 * The process that starts the server learns when it listens: from -1, from --notification-fd, from systemd's
 * socket. Not earlier: a client that comes right then is served.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { everything, start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { descriptorsOf, Server, startServer, startUnready } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

it("-1 prints the port and closes standard output, for its workers and programs, too", async () => {
  const running = startUnready({ credentials });
  const output = everything(running.child.stdout as NonNullable<typeof running.child.stdout>);
  const text = (await within(10_000, "EOF on standard output", output)).toString();
  expect(text).toMatch(/^[0-9]+\n$/);
  expect(running.isOver).toBe(false);
  const server = new Server(running, authority);
  expect(await exchange(await connect(server), "at once")).toBe("at once");
});

it("no client's socket takes the place of standard output", async () => {
  const server = await startServer({ authority, credentials });
  const clients = await Promise.all(Array.from({ length: 5 }, () => connect(server)));
  expect(server.workers.length).toBeGreaterThan(0);
  for (const pid of [server.pid, ...server.workers]) {
    expect(descriptorsOf(pid).get(1)).toBe("/dev/null");
  }
  for (const client of clients) client.destroy();
});

it("without -1, standard output stays silent", async () => {
  const options = ["--notification-fd", "3"];
  const running = startUnready({ credentials, options, pipes: 1, tellsPort: false });
  await within(10_000, "the notification", everything(running.descriptor(3)));
  running.signal("SIGTERM");
  expect(await running.ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

it("--notification-fd gets a newline, and is closed", async () => {
  const options = ["--notification-fd", "4"];
  const running = startUnready({ credentials, options, pipes: 2 });
  const told = await within(10_000, "EOF on the descriptor", everything(running.descriptor(4)));
  expect(told.toString()).toBe("\n");
  const server = new Server(running, authority);
  expect(await exchange(await connect(server), "at once")).toBe("at once");
});

it("a --notification-fd that is not open: 111, and one line", async () => {
  const running = startUnready({ credentials, options: ["--notification-fd", "77"] });
  const { code, stderr } = await running.ended;
  expect(code).toBe(111);
  expect(stderr).toMatch(/^s6-tlsserver: fatal: [^\n]*descriptor 77[^\n]*Bad file descriptor\n$/);
});

it("NOTIFY_SOCKET gets READY=1 for the server's own pid", async () => {
  const socket = scratchFile("notify");
  const heard = scratchFile("heard", "");
  const socat = start(["socat", "-u", `UNIX-RECV:${socket}`, `OPEN:${heard},append`]);
  await eventually("socat's socket", () => readFileSync("/proc/net/unix", "utf8").includes(socket));
  const environment = { NOTIFY_SOCKET: socket };
  const server = await startServer({ authority, credentials, environment, prog: ["env"] });
  await eventually("the notification", () => readFileSync(heard, "utf8").includes("READY=1"));
  expect(readFileSync(heard, "utf8")).toMatch(new RegExp(`^MAINPID=${server.pid}(?![0-9])`, "m"));
  expect(await exchange(await connect(server), "")).not.toContain("NOTIFY_SOCKET");
  expect(socat.isOver).toBe(false);
});

it("a NOTIFY_SOCKET where nobody listens is a warning, and no more", async () => {
  const environment = { NOTIFY_SOCKET: scratchFile("nobody") };
  const server = await startServer({ authority, credentials, environment });
  await server.logged("s6-tlsserver: warning: unable to notify systemd");
  expect(await exchange(await connect(server), "served")).toBe("served");
});
