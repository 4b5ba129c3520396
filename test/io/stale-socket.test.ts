import { once } from "node:events";
import { existsSync, linkSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { removeStale } from "../../src/io/stale-socket.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";

/** What is in the place of a UNIX socket that is to be listened on. */

async function listening(path: string) {
  const server = createServer();
  server.listen(path);
  await once(server, "listening");
  return server;
}

test("a socket on which no process listens is removed", async () => {
  const [path, other] = [scratchFile("socket"), scratchFile("other")];
  const server = await listening(path);
  linkSync(path, other);
  // It would remove its own name.
  rmSync(path);
  server.close();
  await once(server, "close");
  await removeStale(other);
  expect(existsSync(other)).toBe(false);
});

test("a socket on which a process listens stays", async () => {
  const path = scratchFile("socket");
  const server = await listening(path);
  const left = once(server, "connection").then(([socket]) => once(socket.resume(), "close"));
  await removeStale(path);
  expect(existsSync(path)).toBe(true);
  await left;
  server.close();
});

const LISTEN = `
import socket, sys
bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
bound.bind(sys.argv[1])
sys.stdin.read()
`;

test("a socket of datagrams on which a process listens stays", async () => {
  const path = scratchFile("datagrams");
  const running = start(["python3", "-c", LISTEN, path]);
  await eventually("a socket", () => existsSync(path));
  await removeStale(path);
  expect(existsSync(path)).toBe(true);
  running.child.stdin?.end();
  await running.ended;
});

test("a file that is no socket stays, as it is", async () => {
  const path = scratchFile("file", "what is in it");
  await removeStale(path);
  expect(readFileSync(path, "utf8")).toBe("what is in it");
});

test("where there is nothing, nothing is done", async () => {
  await expect(removeStale(scratchFile("nothing"))).resolves.toBeUndefined();
});
