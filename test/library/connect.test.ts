import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import {
  connect as connectTcp,
  createServer as createTcpServer,
  type LookupFunction,
  type Socket,
} from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { Authority, derCertificate, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, failureOf, listening, nodeServer, pairOf, secured } from "../support/library.ts";
import { eventually } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { plainServer, reversingServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();
const pair = pairOf(credentials);
const ca = readFileSync(authority.certFile);
const host = "127.0.0.1";
const server = { host, servername: SERVER_NAME, ca };

const TLS12 = { ...pair, maxVersion: "TLSv1.2" } as const;

describe("a client", () => {
  test("has the conversation and the facts of a server of Node's", async () => {
    let cipher = "";
    const port = await nodeServer({ ...TLS12, ALPNProtocols: ["x"] }, (socket) => {
      cipher = socket.getCipher().name;
      socket.end("hello");
    });
    const stream = await secured(bearhug.connect({ ...server, port, ALPNProtocols: ["x"] }));
    const { protocol, servername, alpnProtocol, authorized } = stream;
    expect({ protocol, servername, alpnProtocol, authorized }).toEqual({
      protocol: "TLSv1.2",
      servername: SERVER_NAME,
      alpnProtocol: "x",
      authorized: true,
    });
    expect(stream.cipher).toBe(cipher);
    expect(stream.getPeerCertificate()).toMatchObject({
      subject: `O=Bearhug, CN=${SERVER_NAME}`,
      subjectaltname: `DNS:${SERVER_NAME}`,
      hash: expect.stringMatching(/^SHA256:[0-9a-f]{64}$/),
    });
    const shown = stream.getPeerX509Certificate();
    expect(shown?.raw.equals(derCertificate(credentials.certFile))).toBe(true);
    expect(shown?.fingerprint256).toBe(stream.getPeerCertificate()?.fingerprint256);
    expect((await everything(stream)).toString()).toBe("hello");
  });

  test("tells no certificate of a server that was not verified, nor before the handshake", async () => {
    const port = await nodeServer(pair, (socket) => socket.end("hello"));
    const stream = bearhug.connect(port, host, { servername: null, rejectUnauthorized: false });
    expect(stream.getPeerX509Certificate()).toBeUndefined();
    await secured(stream);
    expect(stream.getPeerX509Certificate()).toBeUndefined();
    stream.destroy();
  });

  test("takes a port, a host, options and a listener in front, as Node's does", async () => {
    const port = await nodeServer(pair, (socket) => socket.end("hello"));
    const trust = { servername: SERVER_NAME, ca };
    const listener = () => connected++;
    let connected = 0;
    for (const make of [
      () => bearhug.connect(port, host, trust, listener),
      () => bearhug.connect(port, { host, ...trust }, listener),
      () => bearhug.connect(1, "192.0.2.1", { ...server, port }, listener),
    ]) {
      expect((await everything(await secured(make()))).toString()).toBe("hello");
    }
    expect(connected).toBe(3);
    expect(() => bearhug.connect(70_000, host)).toThrow("port");
    expect(() => bearhug.connect(port, "localhost", { caFile: "/nowhere" })).toThrow("/nowhere");
    expect(() => bearhug.connect(port, host, trust, 7 as never)).toThrow("listener");
  });

  test("leaves no connection behind when it throws", async () => {
    const arrived: Socket[] = [];
    const listener = createTcpServer((socket) => arrived.push(socket));
    const port = await listening(listener);
    expect(() => bearhug.connect({ host, port, caFile: "/nowhere" })).toThrow("/nowhere");
    const behind = connectTcp(port, host);
    const isThere = () => arrived.some(({ remotePort }) => remotePort === behind.localPort);
    await eventually("the connection behind it", isThere);
    // The first one would have arrived before it, and would stay.
    const others = () => arrived.filter(({ remotePort }) => remotePort !== behind.localPort);
    await eventually("no other one", () => others().every(({ closed }) => closed));
    behind.destroy();
    listener.close();
  });

  test("takes the path of a UNIX socket in front", async () => {
    const path = scratchFile("socket");
    const listening = createTlsServer(pair, (socket) => socket.end("hello"));
    await new Promise<void>((resolve) => listening.listen(path, resolve));
    const stream = bearhug.connect(path, { servername: SERVER_NAME, ca });
    expect((await everything(await secured(stream))).toString()).toBe("hello");
    listening.close();
  });

  test("asks its own lookup for the host's address", async () => {
    const port = await nodeServer(pair, (socket) => socket.end("hello"));
    const asked: string[] = [];
    const lookup: LookupFunction = (name, options, done) => {
      asked.push(name);
      if (options.all) done(null, [{ address: host, family: 4 }]);
      else done(null, host, 4);
    };
    const stream = bearhug.connect(port, SERVER_NAME, { ca, lookup });
    expect((await everything(await secured(stream))).toString()).toBe("hello");
    expect(asked).toEqual([SERVER_NAME]);
  });

  test("can write before the handshake is done", async () => {
    const { port } = await reversingServer(credentials);
    const stream = bearhug.connect({ ...server, port }, () => connected++);
    let connected = 0;
    stream.write("live\n");
    const [answer] = await once(stream, "data");
    expect(String(answer)).toBe("evil\n");
    expect(connected).toBe(1);
    stream.destroy();
  });

  test("shows its certificate to a server that asks for one", async () => {
    const clients = Authority.root();
    const demand = { requestCert: true, ca: readFileSync(clients.certFile) };
    const port = await nodeServer({ ...TLS12, ...demand }, (socket) =>
      socket.end(`${(socket as TLSSocket).getPeerCertificate().subject.CN}`),
    );
    const mine = pairOf(clients.issue({ name: "me.test" }));
    const stream = await secured(bearhug.connect({ ...server, port, ...mine }));
    expect((await everything(stream)).toString()).toBe("me.test");
  });

  test.each([
    ["a file", (folder: string) => join(folder, "root.pem")],
    ["a directory", (folder: string) => folder],
  ])("finds its CAs in %s", async (_, path) => {
    const folder = scratchFile("authorities");
    mkdirSync(folder);
    copyFileSync(authority.certFile, join(folder, "root.pem"));
    const port = await nodeServer(TLS12, (socket) => socket.end("ok"));
    const { ca: _unused, ...rest } = server;
    const stream = await secured(bearhug.connect({ ...rest, port, caFile: path(folder) }));
    expect((await everything(stream)).toString()).toBe("ok");
  });

  test("trusts the system's CAs where it is told of no others", async () => {
    const port = await nodeServer(TLS12, (socket) => socket.end("ok"));
    const { ca: _unused, ...rest } = server;
    for (const more of [{}, { ca: "system" }]) {
      const error = await failureOf(bearhug.connect({ ...rest, port, ...more }));
      expect(error).toMatchObject({ code: "ERR_BEARHUG_X509_NOT_TRUSTED", alert: "unknown_ca" });
    }
  });

  test("has the certificate's name for what it wants, unless it takes any server", async () => {
    const port = await nodeServer(TLS12, (socket) => socket.end("ok"));
    const other = { ...server, port, servername: "other.test" };
    expect(await failureOf(bearhug.connect(other))).toMatchObject({
      code: "ERR_BEARHUG_X509_BAD_SERVER_NAME",
      side: "peer",
    });
    const stream = await secured(bearhug.connect({ ...other, rejectUnauthorized: false }));
    expect(stream.authorized).toBe(false);
    expect((await everything(stream)).toString()).toBe("ok");
  });

  test("passes on the system's errors", async () => {
    const port = await freePort();
    expect(await failureOf(bearhug.connect({ ...server, port, host }))).toMatchObject({
      code: "ECONNREFUSED",
    });
    const unknown = bearhug.connect({ port, host: "nowhere.invalid", ca });
    expect(await failureOf(unknown)).toMatchObject({ syscall: "getaddrinfo" });
  });

  test("does not wait for ever for a server that says nothing", async () => {
    const { port } = await plainServer((socket) => socket.resume());
    const error = await failureOf(bearhug.connect({ ...server, port, handshakeTimeout: 200 }));
    expect(error).toMatchObject({ code: "ERR_BEARHUG_HANDSHAKE_TIMEOUT", side: "peer" });
  });

  test("tells of a server that does not speak TLS", async () => {
    const { port } = await plainServer((socket) => socket.end("220 mail.test ESMTP\r\n"));
    const error = await failureOf(bearhug.connect({ ...server, port }));
    expect(error).toMatchObject({ code: "ERR_BEARHUG_UNSUPPORTED_VERSION", side: "peer" });
  });

  test("has the facts under the names that Node's sockets have", async () => {
    const port = await nodeServer({ ...pair, maxVersion: "TLSv1.2" }, (socket) =>
      socket.pipe(socket),
    );
    const stream = bearhug.connect({ ...server, port });
    expect([stream.getProtocol(), stream.getCipher()]).toEqual([null, null]);
    await secured(stream);
    expect(stream.getProtocol()).toBe("TLSv1.2");
    expect(stream.getCipher()).toEqual({ name: stream.cipher, version: "TLSv1.2" });
    const { localAddress: address, localPort } = stream;
    expect(stream.address()).toEqual({ address, family: "IPv4", port: localPort });
    stream.write("five!");
    await once(stream, "data");
    expect([stream.bytesWritten, stream.bytesRead]).toEqual([5, 5]);
  });

  test("goes when its signal aborts, before or after the handshake", async () => {
    const port = await nodeServer(TLS12, (socket) => socket.resume());
    const before = AbortSignal.abort();
    expect(await failureOf(bearhug.connect({ ...server, port, signal: before }))).toMatchObject({
      code: "ABORT_ERR",
    });
    const controller = new AbortController();
    const stream = await secured(bearhug.connect({ ...server, port, signal: controller.signal }));
    controller.abort();
    expect(await failureOf(stream)).toMatchObject({ name: "AbortError" });
  });

  test("shares a context with others, which outlives it", async () => {
    const port = await nodeServer(TLS12, (socket) => socket.end("ok"));
    const secureContext = bearhug.createSecureContext({ ca });
    const { host, servername } = server;
    for (let n = 0; n < 2; n++) {
      const stream = await secured(bearhug.connect({ host, servername, port, secureContext }));
      expect((await everything(stream)).toString()).toBe("ok");
    }
  });
});
