/** `--starttls postgresql`, with PostgreSQL and psql, and with peers that break the protocol. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { SERVER_NAME } from "../support/certificates.ts";
import { connect, connectRaw } from "../support/clients.ts";
import { within } from "../support/limits.ts";
import { postgresql, psql } from "../support/postgresql.ts";
import { everything } from "../support/processes.ts";
import { authority, backend, credentials, echo, relay, relayServer } from "../support/relays.ts";

const SSL_REQUEST = Buffer.from("0000000804d2162f", "hex");
const GSS_REQUEST = Buffer.from("0000000804d21630", "hex");
const STARTUP = Buffer.from("000000170003000075736572006e6f626f64790000", "hex");
const TERMINATE = Buffer.from("5800000004", "hex");

const starttls = ["--starttls", "postgresql"];

/** An echo behind `bearhug server`. */
async function server(options: readonly string[] = []) {
  const { port } = await backend(echo);
  return relayServer([...starttls, "--connect", `127.0.0.1:${port}`, ...options]);
}

/** The clear text that comes back up to the end, which is waited for. */
async function answerTo(port: number, ...pieces: readonly Buffer[]): Promise<string> {
  const socket = await connectRaw(port);
  const all = everything(socket);
  for (const piece of pieces) socket.write(piece);
  return (await within(5000, "the end", all)).toString("latin1");
}

describe("a server", () => {
  it("psql with sslmode=require, and with verify-full, to a PostgreSQL without TLS", {
    timeout: 90_000,
  }, async () => {
    const target = await postgresql(null);
    const { port } = await relayServer([...starttls, "--connect", `127.0.0.1:${target}`]);
    const root = `sslrootcert=${authority.certFile}`;
    for (const settings of ["sslmode=require", `sslmode=verify-full ${root}`]) {
      const { code, stdout, stderr } = await psql(port, `${settings} dbname=postgres`);
      expect({ code, stdout, stderr }, settings).toEqual({ code: 0, stdout: "42\n", stderr: "" });
    }
    const big = await psql(port, "sslmode=require", "select repeat('x', 3000000)");
    expect(big.stdout.length).toBe(3_000_001);
    const refused = await psql(port, "sslmode=disable");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("FATAL:  this server takes connections with TLS only");
  });

  it("a client that begins with TLS, as sslnegotiation=direct has it, with its ALPN", async () => {
    const { port } = await server(["--alpn", "postgresql"]);
    const client = await connect({ port, authority }, { ALPNProtocols: ["postgresql"] });
    expect(client.alpnProtocol).toBe("postgresql");
    client.end("direct");
    expect(`${await everything(client)}`).toBe("direct");
  });

  it("SSLRequest in pieces, and after a GSSENCRequest, which is answered with N", async () => {
    const { port } = await server();
    const socket = await connectRaw(port);
    socket.write(GSS_REQUEST.subarray(0, 3));
    socket.write(GSS_REQUEST.subarray(3));
    expect(`${(await once(socket, "data"))[0]}`).toBe("N");
    for (const byte of SSL_REQUEST) socket.write(Buffer.of(byte));
    expect(`${(await once(socket, "data"))[0]}`).toBe("S");
    expect(await talk(socket, "in pieces")).toBe("in pieces");
  });

  it.each([
    [
      "bytes behind SSLRequest",
      [Buffer.concat([SSL_REQUEST, STARTUP])],
      "sent more behind its request",
    ],
    [
      "a ClientHello behind SSLRequest",
      [Buffer.concat([SSL_REQUEST, Buffer.of(22, 3, 1)])],
      "sent more behind its request",
    ],
    [
      "bytes behind GSSENCRequest",
      [Buffer.concat([GSS_REQUEST, SSL_REQUEST])],
      "sent more behind its request",
    ],
    ["a wrong length", [Buffer.from("0000000904d2162f00", "hex")], "sent no SSLRequest"],
    ["HTTP", [Buffer.from("GET / HTTP/1.0\r\n\r\n")], "sent no SSLRequest"],
    ["a megabyte", [Buffer.alloc(1_000_000)], "sent no SSLRequest"],
  ])("%s: refused without a word", async (_, pieces, told) => {
    const serving = await server();
    expect(await answerTo(serving.port, ...pieces).catch(() => "")).toBe("");
    await serving.logged(told);
  });

  it("a second GSSENCRequest is refused", async () => {
    const serving = await server();
    const socket = await connectRaw(serving.port);
    const all = everything(socket);
    socket.write(GSS_REQUEST);
    await once(socket, "data");
    socket.write(GSS_REQUEST);
    expect(`${await within(5000, "the end", all)}`).toBe("N");
    await serving.logged("sent no SSLRequest");
  });

  it("TLS behind a GSSENCRequest, without an SSLRequest, is refused", async () => {
    const serving = await server();
    const socket = await connectRaw(serving.port);
    const all = everything(socket);
    socket.write(GSS_REQUEST);
    await once(socket, "data");
    socket.write(Buffer.from("1603010200010001", "hex"));
    expect(`${await within(5000, "the end", all)}`).toBe("N");
    await serving.logged("sent no SSLRequest");
  });

  it("a start without TLS gets an ErrorResponse", async () => {
    const serving = await server();
    expect(await answerTo(serving.port, STARTUP)).toBe(
      "E\0\0\0YSFATAL\0VFATAL\0C28000\0Mthis server takes connections with TLS only (sslmode=require)\0\0",
    );
    await serving.logged("the client did not ask for TLS");
  });

  it("a client that says nothing, or half of it, or no TLS behind it: -K ends it", async () => {
    const serving = await server(["-K", "300"]);
    for (const bytes of [Buffer.alloc(0), SSL_REQUEST.subarray(0, 5)]) {
      expect(await answerTo(serving.port, bytes)).toBe("");
    }
    await serving.logged("TLS did not begin within 300 milliseconds");
    expect(await answerTo(serving.port, SSL_REQUEST)).toBe("S");
    await serving.logged("handshake not done within");
  });

  it("a client that leaves half-way is forgotten", async () => {
    const serving = await server();
    const socket = await connectRaw(serving.port);
    socket.end(SSL_REQUEST.subarray(0, 5));
    await serving.logged("the connection ended before TLS began");
  });

  it("clear text behind the S is no TLS, and is not passed on", async () => {
    let heard = 0;
    const { port } = await backend((socket) => {
      socket.on("data", (chunk: Buffer) => {
        heard += chunk.length;
      });
    });
    const serving = await relayServer([...starttls, "--connect", `127.0.0.1:${port}`]);
    const socket = await connectRaw(serving.port);
    socket.on("error", () => {});
    socket.write(SSL_REQUEST);
    await once(socket, "data");
    socket.write(TERMINATE);
    await serving.logged("1 closed");
    expect(heard).toBe(0);
  });
});

describe("a client", () => {
  it("psql without TLS, to a PostgreSQL that takes TLS only", { timeout: 90_000 }, async () => {
    const target = await postgresql(credentials);
    const { port } = await clientTo(target);
    const { code, stdout, stderr } = await psql(port, "sslmode=disable gssencmode=disable");
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "42\n", stderr: "" });
    const facts = "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()";
    expect((await psql(port, "sslmode=disable", facts)).stdout).toBe("t|TLSv1.3\n");
  });

  it.each([
    ["N", "answered SSLRequest with N: it has no TLS"],
    ["E\0\0\0\x09Mno\0\0", "answered SSLRequest with an error"],
    ["HTTP/1.0 400", "answer to SSLRequest is none of its kind"],
    ["S\x16", "sent more behind its answer, before TLS"],
  ])("a server that answers %j is refused", async (words, told) => {
    const { port } = await backend((socket) => {
      socket.once("data", () => socket.write(words, "latin1"));
    });
    const serving = await clientTo(port);
    expect(await answerTo(serving.port, STARTUP).catch(() => "")).toBe("");
    await serving.logged(told);
  });

  it("a server that says nothing, or hangs up", async () => {
    const silent = await backend(() => {});
    const quiet = await clientTo(silent.port, ["-K", "300"]);
    expect(await answerTo(quiet.port, STARTUP).catch(() => "")).toBe("");
    await quiet.logged("TLS did not begin within 300 milliseconds");
    const leaving = await backend((socket) => socket.end());
    const left = await clientTo(leaving.port);
    expect(await answerTo(left.port, STARTUP).catch(() => "")).toBe("");
    await left.logged("the connection ended before TLS began");
  });
});

afterEach(() => {
  for (const socket of talking.splice(0)) socket.destroy();
});

const talking: Socket[] = [];

/** TLS on a socket that the other side agreed to have it on. */
async function talk(socket: Socket, words: string): Promise<string> {
  talking.push(socket);
  const ca = readFileSync(authority.certFile);
  const client = connectTls({ socket, ca, servername: SERVER_NAME });
  await once(client, "secureConnect");
  client.end(words);
  return `${await everything(client)}`;
}

function clientTo(port: number, options: readonly string[] = []) {
  return relay("client", [
    ...[...starttls, "--cacert", authority.certFile, "-k", SERVER_NAME],
    ...["--connect", `127.0.0.1:${port}`, ...options],
  ]);
}
