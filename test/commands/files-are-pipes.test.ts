/** KEYFILE, CERTFILE and CAFILE as a shell's pipes, with each program: they are read once, and serve. */
import { execFileSync } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { connect, connectRaw, exchange, receiveUntil } from "../support/clients.ts";
import { CONVERSING, converse, type Platform } from "../support/conversations.ts";
import { NEEDS_ROOT } from "../support/needs.ts";
import { AS_NOBODY } from "../support/privileges.ts";
import { authority, backend, credentials, echo, relay } from "../support/relays.ts";
import { scratchFile } from "../support/scratch.ts";

/** Makes a pipe of each file that a variable names. */
const SCRIPT = `
  for name in KEYFILE CERTFILE CAFILE; do
    file=$(printenv "$name") || continue
    exec {fd}< <(cat "$file")
    export "$name=/dev/fd/$fd"
  done
  exec "$@"`;

const BY_PIPES: Platform = { runner: ["bash", "--norc", "-c", SCRIPT, "bash"] };

const PROGRAMS = CONVERSING.filter((program) => !program.startsWith("bearhug"));

it.each(PROGRAMS)("%s talks", (program) => converse(program, BY_PIPES, "TLSv1.3"));

describe("with an engine of another user", NEEDS_ROOT, () => {
  it.each(["s6-tlsd", "s6-tlsc", "s6-tlsclient", "s6-ucspitlsd"])("%s talks", (program) =>
    converse(program, { ...BY_PIPES, environment: AS_NOBODY }, "TLSv1.3"),
  );
});

it(
  "a descriptor that the engine of another user needs itself is passed on by another number",
  NEEDS_ROOT,
  () => {
    const script = 'exec 3< <(cat "$KEYFILE"); KEYFILE=/dev/fd/3 exec "$@"';
    const runner = ["bash", "--norc", "-c", script, "bash"];
    return converse("s6-tlsd", { runner, environment: AS_NOBODY }, "TLSv1.3");
  },
);

/** A FIFO into which a file is written as soon as it is read. */
function fifoOf(file: string): string {
  const path = scratchFile("fifo");
  execFileSync("mkfifo", [path]);
  createWriteStream(path).end(readFileSync(file));
  return path;
}

it("bearhug server and client talk, with pipes as --key, --cert and --cacert", async () => {
  const { port } = await backend(echo);
  const pair = ["--key", fifoOf(credentials.keyFile), "--cert", fifoOf(credentials.certFile)];
  const server = await relay("server", [...pair, "--connect", `127.0.0.1:${port}`]);
  expect(await exchange(await connect(server), "from a peer")).toBe("from a peer");
  const whom = ["--cacert", fifoOf(authority.certFile), "-k", "server.test"];
  const client = await relay("client", [...whom, "--connect", `127.0.0.1:${server.port}`]);
  const socket = await connectRaw(client.port);
  socket.write("through both\n");
  expect(await receiveUntil(socket, "\n")).toBe("through both\n");
});
