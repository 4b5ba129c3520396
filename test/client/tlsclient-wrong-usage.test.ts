/**
 * What s6-tlsclient refuses before it connects, and what becomes of prog's own errors.
 */

import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { needs } from "../support/needs.ts";
import { run } from "../support/processes.ts";
import { startServer } from "../support/server.ts";
import { program } from "../support/service.ts";
import { runClient } from "../support/tls-client-program.ts";

const authority = Authority.root();

it.each([
  ["no operands", [], "host, port and prog are needed"],
  ["no port", ["localhost"], "host, port and prog are needed"],
  ["no prog", ["localhost", "443"], "host, port and prog are needed"],
  ["-H and a name", ["-H", "localhost", "443", "true"], "not an IP address: localhost"],
  ["a port out of range", ["localhost", "65536", "true"], "not a port: 65536"],
  ["an unknown service", ["localhost", "no-such-service", "true"], "unknown service: no-such"],
  ["a first round of nothing", ["-T", "0+9", "localhost", "443", "true"], "at least 1 second"],
  ["three rounds", ["-T", "1+2+3", "localhost", "443", "true"], "not of the form x+y"],
  ["a round that is no number", ["-T", "1+x", "localhost", "443", "true"], "x"],
  ["a timeout that is no number", ["-t", "soon", "localhost", "443", "true"], "soon"],
  ["an unknown option", ["-x", "localhost", "443", "true"], "x"],
  ["an empty name", ["-k", "", "localhost", "443", "true"], "the name is empty"],
  ["a local port out of range", ["-p", "65536", "localhost", "443", "true"], "65536"],
  ["a local address that is none", ["-i", "here", "localhost", "443", "true"], "here"],
])("%s: 100, and one line", async (_, words, reason) => {
  const environment = { CAFILE: authority.certFile };
  const { code, stdout, stderr } = await run([program("s6-tlsclient"), ...words], { environment });
  expect({ code, stdout }).toEqual({ code: 100, stdout: "" });
  expect(stderr).toMatch(/^s6-tlsclient: usage: [^\n]+; see s6-tlsclient --help\n$/);
  expect(stderr).toContain(reason);
});

it("neither CADIR nor CAFILE: 100, and nobody is called", async () => {
  let calls = 0;
  const server = createServer((socket) => {
    calls++;
    socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  const call = { authority: null, host: "localhost", port, prog: ["echo", "ran"] };
  expect(await runClient(call)).toMatchObject({
    code: 100,
    stdout: "",
    stderr: expect.stringMatching(/^s6-tlsclient: fatal: [^\n]*CADIR or CAFILE[^\n]*\n$/),
  });
  server.close();
  expect(calls).toBe(0);
});

const service = /^([a-z][a-z0-9-]+)\s+([0-9]+)\/tcp/m.exec(servicesFile());

it("a service by its name is that port", needs("/etc/services", service !== null), async () => {
  const [, name = "", port] = service ?? [];
  const call = { authority, host: "127.0.0.99", port: name, options: ["-k", "server.test"] };
  const { code, stderr } = await runClient(call);
  expect(code).toBe(111);
  expect(stderr).toBe(
    `s6-tlsclient: fatal: unable to connect to 127.0.0.99 port ${port}: Connection refused\n`,
  );
});

it.each([
  ["a program that is not there", ["/nonexistent/prog"], 127],
  ["a file that is no program", ["/etc/passwd"], 126],
  ["exit code 0", ["true"], 0],
  ["exit code 98", ["sh", "-c", "exit 98"], 98],
])("%s", async (_, prog, code) => {
  const credentials = authority.issue({ name: "localhost" });
  const { port } = await startServer({ authority, credentials, prog: ["cat"] });
  expect(await runClient({ authority, host: "localhost", port, prog })).toMatchObject({ code });
});

it("a program that a signal kills", async () => {
  const credentials = authority.issue({ name: "localhost" });
  const { port } = await startServer({ authority, credentials, prog: ["cat"] });
  const prog = ["sh", "-c", "kill -TERM $$"];
  const ended = await runClient({ authority, host: "localhost", port, prog });
  expect(ended).toMatchObject({ code: null, signal: "SIGTERM", stderr: "" });
});

function servicesFile(): string {
  try {
    return readFileSync("/etc/services", "utf8");
  } catch {
    return "";
  }
}
