/**
 * Programs that can't be run, die, or don't care for their client: each costs its own connection,
 * the log says what happened, and the next client is served.
 */
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, exchange, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { payload } from "../support/payload.ts";
import { everything } from "../support/processes.ts";
import { scratch, scratchFile } from "../support/scratch.ts";
import { type Server, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

function serving(prog: string[], line = "-v"): Promise<Server> {
  return startServer({
    authority,
    credentials,
    prog,
    options: words(`--workers 1 -c 2 -C 2 ${line}`),
  });
}

function inShell(script: string): string[] {
  return ["sh", "-c", script];
}

it.each([
  ["no such program in PATH", "no-such-program", "No such file or directory"],
  ["no such file", "/no/such/program", "No such file or directory"],
  ["a file that is not executable", scratchFile("plain", "text"), "Permission denied"],
  ["a folder", scratch, "Permission denied"],
])("%s", async (_, prog, reason) => {
  const server = await serving([prog], "");
  // More often than there are slots.
  for (let turn = 0; turn < 4; turn++) {
    expect((await everything(await connect(server))).length).toBe(0);
  }
  const lines = await server.logged(`unable to run ${prog}: `, 4);
  for (const line of lines) {
    expect(line).toMatch(/^s6-tlsserver: warning: [0-9] from 127\.0\.0\.1:[0-9]+: unable to run /);
    expect(line.toLowerCase()).toContain(reason.toLowerCase());
  }
});

it("a program that is not there is told at the start, and one that is, is not", async () => {
  const missing = await serving(["/no/such/program"], "");
  expect(missing.log).toEqual([
    "s6-tlsserver: warning: prog /no/such/program is not there, or can't be run: connections will fail",
  ]);
  expect((await serving(["cat"], "")).log).toEqual([]);
});

it("a program that is there again is run again", async () => {
  const prog = scratchFile("prog", "#!/bin/sh\necho here I am\n");
  const server = await serving([prog]);
  expect((await everything(await connect(server))).length).toBe(0);
  chmodSync(prog, 0o755);
  expect((await everything(await connect(server))).toString()).toBe("here I am\n");
});

it("a program that dies by a signal", async () => {
  const server = await serving(inShell("echo last words; kill -SEGV $$"));
  expect(await exchange(await connect(server), "")).toBe("last words\n");
  await server.logged(/11 bytes out, .*, ended normally, prog was killed by SIGSEGV/);
});

it("a program that exits before it has read anything", async () => {
  const server = await serving(inShell("echo not interested; exit 7"));
  for (let turn = 1; turn <= 4; turn++) {
    const client = await connect(server);
    client.on("error", () => {});
    const answer = receiveUntil(client, "not interested\n");
    client.write(payload("a long request", 500_000));
    await answer;
    client.end();
    await server.logged(/prog exited 7/, turn);
  }
});

it("a program that ignores EOF ends when it likes, and its late reply arrives", async () => {
  const server = await serving(inShell("sleep 0.6; echo at last"));
  expect(await exchange(await connect(server), "said, and done")).toBe("at last\n");
  await server.logged("prog exited 0");
});

it("a program that closes its output and goes on", async () => {
  const server = await serving(inShell(`exec >&-; cat >${scratchFile("heard")}`));
  const client = await connect(server, { allowHalfOpen: true } as object);
  const ended = once(client, "end");
  client.resume();
  await ended;
  client.end("for you alone");
  await server.logged(/13 bytes in, 0 bytes out, .*, prog exited 0/);
});

it("a client that is gone before the program has said anything", async () => {
  const server = await serving(
    inShell("echo ready; read -r _; sleep 0.3; head -c 1000000 /dev/zero"),
  );
  for (let turn = 1; turn <= 3; turn++) {
    const client = await connect(server);
    client.on("error", () => {});
    await receiveUntil(client, "ready\n");
    client.destroy();
    await server.logged(/closed: /, turn);
  }
  await eventually("no program is left", () => server.programs.length === 0);
});
