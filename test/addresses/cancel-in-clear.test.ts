/**
 * libpq sends a CancelRequest in clear, on a connection of its own, although the session has TLS: without
 * it, psql's Ctrl-C would do nothing behind `--starttls postgresql`.
 */
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectRaw } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { interruptedPsql, postgresql } from "../support/postgresql.ts";
import { everything } from "../support/processes.ts";
import {
  authority,
  backend,
  credentials,
  type Relay,
  relay,
  relayServer,
} from "../support/relays.ts";

const GSS_REQUEST = Buffer.from("0000000804d21630", "hex");
const CANCEL = Buffer.from("0000001004d2162e0000000100000002", "hex");
const STARTUP = Buffer.from("000000170003000075736572006e6f626f64790000", "hex");

const starttls = ["--starttls", "postgresql"];

const people = Authority.root();
const MANDATORY = ["--cacert", people.certFile];

const REFUSED = "the client cancels a query without TLS";

/** With a key of so many bytes: 4, or up to 256 since protocol 3.2. */
function cancelOf(bytes: number): Buffer {
  const request = Buffer.concat([CANCEL.subarray(0, 12), Buffer.alloc(bytes, 7)]);
  request.writeUInt32BE(request.length);
  return request;
}

/** `bearhug server` before a backend, and what each connection to that one says. */
async function server(options: readonly string[], serve = hangUp) {
  const heard: Promise<Buffer>[] = [];
  const { port } = await backend((socket) => {
    heard.push(everything(socket));
    serve(socket);
  });
  const serving = await relayServer([...starttls, "--connect", `127.0.0.1:${port}`, ...options]);
  return { serving, heard };
}

/** As PostgreSQL does, once it has read the request. */
function hangUp(socket: Socket): void {
  socket.on("data", () => socket.end());
}

/** Everything that comes back until the end, which is waited for. */
async function answerTo({ port }: Relay, ...pieces: readonly Buffer[]): Promise<Buffer> {
  const socket = await connectRaw(port);
  const all = everything(socket);
  for (const piece of pieces) socket.write(piece);
  return within(5000, "the end", all);
}

describe("psql's Ctrl-C", { timeout: 90_000 }, () => {
  const INTERRUPTED = {
    code: 1,
    stdout: "",
    stderr: "Cancel request sent\nERROR:  canceling statement due to user request\n",
  };

  it("cancels its query behind bearhug server, TLS required", async () => {
    const target = await postgresql(null);
    const { port } = await relayServer([...starttls, "--connect", `127.0.0.1:${target}`]);
    const direct = { port: target, settings: "sslmode=disable" };
    const ended = await interruptedPsql(port, "sslmode=require", { server: direct });
    expect(ended).toMatchObject(INTERRUPTED);
  });

  it("cancels its query behind bearhug client, to a PostgreSQL that takes TLS only", async () => {
    const target = await postgresql(credentials);
    const whom = ["--cacert", authority.certFile, "-k", "server.test"];
    const { port } = await relay("client", [
      ...[...starttls, ...whom, "--connect", `127.0.0.1:${target}`],
    ]);
    const direct = { port: target, settings: "sslmode=require" };
    const ended = await interruptedPsql(port, "sslmode=disable", { server: direct });
    expect(ended).toMatchObject(INTERRUPTED);
  });
});

describe("a cancellation in clear", () => {
  it.each([
    ["whole", [CANCEL]],
    ["byte by byte", [...CANCEL].map((byte) => Buffer.of(byte))],
    ["with a key of protocol 3.2", [cancelOf(32)]],
    ["with the longest key", [cancelOf(256)]],
  ])("%s: the backend gets it, and nothing else", async (_, pieces) => {
    const { serving, heard } = await server([]);
    expect(await answerTo(serving, ...pieces)).toHaveLength(0);
    await serving.logged(/ closed: .*no handshake, passed on in clear, \d+ bytes in, 0 bytes out/);
    expect(await heard[0]).toEqual(Buffer.concat(pieces));
    expect(heard).toHaveLength(1);
  });

  it("after a GSSENCRequest, which is answered with N", async () => {
    const { serving, heard } = await server([]);
    const socket = await connectRaw(serving.port);
    const all = everything(socket);
    socket.write(GSS_REQUEST);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.write(CANCEL);
    expect(`${await within(5000, "the end", all)}`).toBe("N");
    expect(await heard[0]).toEqual(CANCEL);
  });

  it("is told to the backend with the client's address, and without TLS", async () => {
    const { serving, heard } = await server(["--send-proxy", "v1"]);
    await answerTo(serving, CANCEL);
    expect((await heard[0])?.subarray(-CANCEL.length)).toEqual(CANCEL);
    expect(`${await heard[0]}`).toMatch(/^PROXY TCP4 127.0.0.1 127.0.0.1 \d+ \d+\r\n/);
    const second = await server(["--send-proxy", "v2-tls"]);
    await answerTo(second.serving, CANCEL);
    const told = await second.heard[0];
    // 16 bytes, and two addresses and ports of IPv4: no extension follows (2.2).
    expect(told?.readUInt16BE(14)).toBe(12);
    expect(told?.subarray(28)).toEqual(CANCEL);
  });

  it("ends with the client's connection open until the backend hangs up", async () => {
    const backends: Socket[] = [];
    const { serving } = await server([], (socket) => backends.push(socket));
    const socket = await connectRaw(serving.port);
    let hasEnded = false;
    const ended = everything(socket).then(() => {
      hasEnded = true;
    });
    socket.write(CANCEL);
    await eventually("it is with the backend", () => backends[0]?.bytesRead === CANCEL.length);
    expect(hasEnded).toBe(false);
    backends[0]?.end();
    await within(5000, "the end", ended);
  });

  it("to a backend that keeps the connection: --connect-timeout ends it", async () => {
    const { serving } = await server(["--connect-timeout", "300"], () => {});
    expect(await answerTo(serving, CANCEL)).toHaveLength(0);
    await serving.logged("it did not hang up within 300 milliseconds");
  });

  it("to a backend that answers: nothing of it comes back", async () => {
    const { serving } = await server([], (socket) => socket.write("an answer"));
    expect(await answerTo(serving, CANCEL)).toHaveLength(0);
    await serving.logged("passed on in clear");
  });

  it("to a backend that isn't there: the log names it", async () => {
    const gone = await freePort();
    const serving = await relayServer([...starttls, "--connect", `127.0.0.1:${gone}`]);
    expect(await answerTo(serving, CANCEL)).toHaveLength(0);
    await serving.logged(`unable to connect to 127.0.0.1:${gone}`);
  });
});

describe("reaches no backend, and the log says why", () => {
  it.each([
    ["with bytes behind it", [CANCEL, STARTUP], [], "sent more behind its CancelRequest"],
    ["without a key", [cancelOf(0)], [], "sent a CancelRequest of a wrong length"],
    ["with 3 bytes of key", [cancelOf(3)], [], "sent a CancelRequest of a wrong length"],
    ["with 257 bytes of key", [cancelOf(257)], [], "sent a CancelRequest of a wrong length"],
    ["where certificates are demanded", [CANCEL], MANDATORY, REFUSED],
    ["where -y demands them", [CANCEL], ["-y", ...MANDATORY], REFUSED],
    ["where some are allowed", [CANCEL], [...MANDATORY, "--allow-cn", "alice"], REFUSED],
  ])("%s", async (_, pieces, options, told) => {
    const { serving, heard } = await server(options);
    const whole = Buffer.concat(pieces);
    expect(await answerTo(serving, whole).catch(() => Buffer.alloc(0))).toHaveLength(0);
    await serving.logged(told);
    expect(heard).toHaveLength(0);
  });

  it.each([
    ["--allow-clear-cancel passes it on all the same", [...MANDATORY, "--allow-clear-cancel"]],
    ["where certificates are asked for, and not demanded, it passes", ["-Y", ...MANDATORY]],
  ])("%s", async (_, options) => {
    const { serving, heard } = await server(options);
    await answerTo(serving, CANCEL);
    expect(await heard[0]).toEqual(CANCEL);
  });
});
