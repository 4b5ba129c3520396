/** Tickets of TLS 1.3 on every Node that we are for, on Deno and on Bun: a server's, and a client's. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { openssl } from "../support/clients.ts";
import { nodeServer, pairOf } from "../support/library.ts";
import { needs } from "../support/needs.ts";
import { run } from "../support/processes.ts";
import { repository } from "../support/repository.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";
import { NODES, OTHER_RUNTIMES } from "./rows.ts";

const THERE = needs("x64", process.arch === "x64");

const authority = Authority.root();
const credentials = authority.issue();

const SERVERS = [
  ...NODES.map((one) => [one.name, one, {}] as const),
  ...OTHER_RUNTIMES.map((one) => [one.name, one, THERE] as const),
];

describe.each(SERVERS)("%s", (_, { runner, environment = {} }, options) => {
  it("s6-tlsserver resumes what another of its workers began", options, async () => {
    const server = await startServer({
      ...{ authority, credentials, runner, environment },
      options: ["--workers", "2", "-S"],
      prog: ["sh", "-c", 'echo "[$SSL_SESSION_REUSED]"'],
    });
    const session = scratchFile("session.pem", "");
    const ask = async (...words: string[]) => (await openssl(server, words)).stdout.trim();
    expect(await ask("-sess_out", session)).toBe("[]");
    expect(await ask("-sess_in", session, "-sess_out", session)).toBe("[1]");
    expect(await ask("-sess_in", session)).toBe("[1]");
  });
});

/** Three connections, one after the other; what each says of its session. */
const CLIENT = `
const { connect } = require(${JSON.stringify(join(repository, "dist/index.cjs"))});
const { readFileSync } = require("node:fs");
const [, , port, file] = process.argv;
const ca = readFileSync(file);
const visit = () => new Promise((resolve, reject) => {
  const client = connect({ host: "127.0.0.1", port: Number(port), servername: "${SERVER_NAME}", ca });
  client.on("error", reject).on("end", () => resolve(client.isSessionReused())).resume();
});
(async () => console.log(await visit(), await visit(), await visit()))();
`;

it.each(NODES.map((one) => [one.name, one] as const))(
  "the library's client on %s resumes with Node's own server",
  async (_, { runner }) => {
    const seen: boolean[] = [];
    const port = await nodeServer(pairOf(credentials), (socket) => {
      seen.push(socket.isSessionReused());
      socket.end("hello");
    });
    const script = scratchFile("client.cjs", CLIENT);
    const ended = await run([...runner, script, `${port}`, authority.certFile]);
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: "false true true\n" });
    expect(seen).toEqual([false, true, true]);
  },
);
