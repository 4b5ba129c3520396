/** One conversation of each program, on whatever platform runs it. */
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { expect } from "vitest";
import { asking, call } from "./calls.ts";
import { Authority, SERVER_NAME } from "./certificates.ts";
import { connect, connectRaw, exchange, receiveUntil } from "./clients.ts";
import { eventually } from "./limits.ts";
import { type Ended, everything, type Running, run, start } from "./processes.ts";
import { backend, echo } from "./relays.ts";
import { repository } from "./repository.ts";
import { startServer } from "./server.ts";
import { type Listener, type Service, serve } from "./service.ts";
import { agreeOnTls, mailClient, mailServer } from "./starttls.ts";
import { reversingServer } from "./tls-servers.ts";
import { which } from "./which.ts";

/** What runs a program. */
export interface Platform {
  /** Its words come before the program's file: a runtime with its flags. None: the file's first line says. */
  readonly runner: readonly string[];
  /** Where the programs are. */
  readonly bin?: string;
  readonly environment?: Record<string, string>;
  /** How long a program may live: milliseconds. */
  readonly patience?: number;
}

export type Version = "TLSv1.2" | "TLSv1.3";

interface Visit extends Platform {
  readonly version: Version;
  readonly bin: string;
}

const authority = Authority.root();
const credentials = authority.issue();

const CONVERSATIONS: Record<string, (visit: Visit) => Promise<void>> = {
  "s6-tlsd": async (visit) => {
    const listener = await serve(serviceOf(visit, "s6-tlsd", ANSWER));
    const client = await connect({ port: listener.port, authority }, limit(visit));
    expect(await exchange(client, "hello\n")).toBe(`hello over ${visit.version}\n`);
    await endsWell(listener);
  },
  "s6-tlsd-io": async (visit) => {
    const service = serviceOf(visit, "s6-tlsd-io", ["3", "4"]);
    const listener = await serve({ ...service, pipes: 2 });
    const client = await connect({ port: listener.port, authority }, limit(visit));
    const tunnel = await listener.tunnel();
    const heard = everything(tunnel.descriptor(4));
    const answer = exchange(client, "hello");
    expect((await heard).toString()).toBe("hello");
    tunnel.descriptor(3).end("goodbye");
    expect(await answer).toBe("goodbye");
    expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
  },
  "s6-tlsserver": async (visit) => {
    const { runner, bin, environment = {} } = visit;
    const server = await startServer({
      ...patienceOf(visit),
      ...{ authority, credentials, runner, environment, prog: ANSWER },
      executable: join(bin, "s6-tlsserver"),
      options: ["--workers", "1", ...profile(visit)],
    });
    const client = await connect(server, limit(visit));
    expect(await exchange(client, "hello\n")).toBe(`hello over ${visit.version}\n`);
    expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
  },
  "s6-tlsc": async (visit) => {
    const running = await call({ ...callOf(visit, "s6-tlsc"), ...(await theirServer(visit)) });
    expect(await running.ended).toMatchObject({ code: 0, stderr: "", stdout: reversed(visit) });
  },
  "s6-tlsc-io": async (visit) => {
    const { port } = await theirServer(visit);
    const running = await call({ ...callOf(visit, "s6-tlsc-io"), port });
    running.child.stdin?.end("hello\n");
    expect(await running.ended).toMatchObject({ code: 0, stderr: "", stdout: "olleh\n" });
  },
  "s6-tlsclient": async (visit) => {
    const { port, prog } = await theirServer(visit);
    const command = [...ours(visit, "s6-tlsclient"), "127.0.0.1", `${port}`, ...prog];
    const ended = await runClient(visit, command);
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: reversed(visit) });
  },
  "s6-ucspitlsd": async (visit) => {
    const prog = mailServer({ inside: "cat" });
    const listener = await serve(serviceOf(visit, "s6-ucspitlsd", prog));
    const socket = await agreeOnTls(listener.port);
    const settings = { ...limit(visit), socket, allowHalfOpen: true };
    const client: TLSSocket = await connect({ port: listener.port, authority }, settings);
    expect(client.getProtocol()).toBe(visit.version);
    client.write("hello\n");
    expect(await receiveUntil(client, "\n")).toBe("hello\n");
    client.end();
    await endsWell(listener);
  },
  "s6-ucspitlsc": async (visit) => {
    const listener = await serve({
      ...{ credentials, program: "s6-ucspitlsd" },
      options: [...profile(visit), ...(visit.version === "TLSv1.2" ? ["--tls-max", "1.2"] : [])],
      prog: mailServer({ inside: "cat" }),
    });
    const prog = mailClient({ inside: 'echo hello; read -r line; echo "heard $line" >&9' });
    // Node's sockets don't block, as a shell's must; so tcpclient makes this one.
    const dial = [which("tcpclient"), "-HRl0", "127.0.0.1", `${listener.port}`];
    const ended = await runClient(visit, [...dial, ...ours(visit, "s6-ucspitlsc"), ...prog]);
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: "heard hello\n" });
  },
  "bearhug server": async (visit) => {
    const { port } = await backend(echo);
    const pair = ["--cert", credentials.certFile, "--key", credentials.keyFile];
    const relay = await startRelay(visit, "server", [...pair, "--connect", `127.0.0.1:${port}`]);
    const client = await connect({ port: relay.port, authority }, limit(visit));
    expect(client.getProtocol()).toBe(visit.version);
    expect(await exchange(client, "hello")).toBe("hello");
    await stops(relay.running);
  },
  "bearhug client": async (visit) => {
    const { port } = await theirServer(visit);
    const whom = ["--cacert", authority.certFile, "-k", SERVER_NAME];
    const relay = await startRelay(visit, "client", [...whom, "--connect", `127.0.0.1:${port}`]);
    const client = await connectRaw(relay.port);
    client.write("hello\n");
    expect(await receiveUntil(client, "\n")).toBe("olleh\n");
    client.end();
    await stops(relay.running);
  },
};

/** The programs, each of which has one. */
export const CONVERSING = Object.keys(CONVERSATIONS);

/** Fails unless that program, on that platform, says and hears what it should, and ends well. */
export async function converse(program: string, platform: Platform, version: Version) {
  const bin = join(repository, "bin");
  await CONVERSATIONS[program]?.({ bin, ...platform, version });
}

const ANSWER = ["sh", "-c", 'read -r line; echo "$line over $SSL_PROTOCOL"'];

/** The profile with TLS 1.3 alone, or the default, of which the peer takes TLS 1.2. */
function profile({ version }: Pick<Visit, "version">): string[] {
  return version === "TLSv1.3" ? ["--tls-profile", "strict"] : [];
}

function limit({ version }: Visit): { minVersion: Version; maxVersion: Version } {
  return { minVersion: version, maxVersion: version };
}

function patienceOf({ patience }: Visit): { patience?: number } {
  return patience === undefined ? {} : { patience };
}

function serviceOf(visit: Visit, program: Service["program"] & string, prog: string[]): Service {
  const { runner, bin, environment = {} } = visit;
  return {
    ...patienceOf(visit),
    ...{ credentials, program, prog, environment },
    through: [...runner],
    executable: join(bin, program),
    options: profile(visit),
  };
}

/** A client, as far as to what stands behind its options. */
function ours({ runner, bin, ...visit }: Visit, program: string): string[] {
  return [...runner, join(bin, program), "-k", SERVER_NAME, ...profile(visit)];
}

function runClient(visit: Visit, command: string[]): Promise<Ended> {
  const environment = { CAFILE: authority.certFile, ...visit.environment };
  return run(command, { ...patienceOf(visit), environment });
}

function callOf(visit: Visit, program: "s6-tlsc" | "s6-tlsc-io") {
  const { runner, bin, environment = {} } = visit;
  return {
    ...patienceOf(visit),
    ...{ authority, program, environment },
    through: runner,
    executable: join(bin, program),
    options: profile(visit),
  };
}

/** openssl s_server, which sends each line back reversed, and prog that asks it something. */
async function theirServer({ version }: Visit): Promise<{ port: number; prog: string[] }> {
  const only = version === "TLSv1.3" ? "-tls1_3" : "-tls1_2";
  const { port } = await reversingServer(credentials, [only]);
  return { port, prog: asking("hello") };
}

function reversed({ version }: Visit): unknown {
  return expect.stringMatching(new RegExp(`^olleh\\n${version} [A-Z0-9_-]+\\n$`));
}

async function endsWell(listener: Listener): Promise<void> {
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ code: 0, stderr: "" });
}

/** `bearhug` between two addresses: what it says when it listens, and where. */
async function startRelay(visit: Visit, role: string, options: readonly string[]) {
  const { runner, bin, environment = {} } = visit;
  const serving = ["-1", "--workers", "1", "--listen", "127.0.0.1:0", ...profile(visit)];
  const command = [...runner, join(bin, "bearhug"), role, ...serving, ...options];
  const running = start(command, { ...patienceOf(visit), environment });
  const isThere = () => running.stdout.includes("\n") || running.isOver;
  await eventually("the relay's port", isThere, visit.patience);
  expect(running.stderr).toBe("");
  return { running, port: Number(running.stdout) };
}

async function stops(running: Running): Promise<void> {
  running.signal("SIGTERM");
  expect(await running.ended).toMatchObject({ code: 0, stderr: "" });
}
