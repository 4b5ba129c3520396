import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { type Duplex, PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { openssl } from "../support/clients.ts";
import { bearhug, failureOf, pairOf, secured, thrownBy } from "../support/library.ts";
import { payload, sha256 } from "../support/payload.ts";
import { everything } from "../support/processes.ts";
import { duplexPair } from "../support/sandboxes.ts";
import { plainServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const pair = pairOf(authority.issue());
const ca = readFileSync(authority.certFile);
const asClient = { servername: SERVER_NAME, ca };
const asServer = { isServer: true, ...pair, allowHalfOpen: true } as const;

/** Both ends of a connection of ours over any two streams. */
function both([left, right]: readonly [Duplex, Duplex]) {
  return { client: bearhug.wrap(left, asClient), server: bearhug.wrap(right, asServer) };
}

describe("wrap", () => {
  test("makes TLS of two streams in memory", async () => {
    const { client, server } = both(duplexPair());
    await Promise.all([secured(client), secured(server)]);
    expect(client.protocol).toBe("TLSv1.3");
    expect(client.remoteAddress).toBeUndefined();
    expect(client.address()).toEqual({});
    client.end("question");
    expect((await everything(server)).toString()).toBe("question");
    server.end("answer");
    expect((await everything(client)).toString()).toBe("answer");
  });

  test("makes tunnels in tunnels in tunnels", async () => {
    const outer = both(duplexPair());
    const middle = both([outer.client, outer.server]);
    const { client, server } = both([middle.client, middle.server]);
    const sent = payload("nested", 1 << 20);
    client.end(sent);
    expect(sha256(await everything(server))).toBe(sha256(sent));
    expect(outer.client.count.sent).toBeGreaterThan(middle.client.count.sent);
    server.end(sent);
    expect(sha256(await everything(client))).toBe(sha256(sent));
  });

  test("begins TLS in the middle of a conversation with openssl -starttls", async () => {
    const { port } = await plainServer((socket) => void serveMail(socket));
    const { stdout, stderr } = await openssl({ port, authority }, ["-starttls", "smtp"]);
    expect(stdout).toContain("250 hello again");
    expect(stderr).toContain("Verification: OK");
  });

  test("begins TLS on a socket that was talked over, as a client", async () => {
    const { port } = await plainServer((socket) => void serveMail(socket));
    const socket = connectTcp(port, "127.0.0.1");
    await line(socket);
    socket.write("EHLO test\r\n");
    expect(await line(socket)).toContain("250 STARTTLS");
    socket.write("STARTTLS\r\n");
    expect(await line(socket)).toContain("220");
    const stream = await secured(bearhug.wrap(socket, asClient));
    expect((await everything(stream)).toString()).toBe("250 hello again\r\n");
  });

  test("tells of a client's certificate, which may be asked for or demanded", async () => {
    const clients = Authority.root();
    const mine = pairOf(clients.issue({ name: "me.test" }));
    const trusted = { ...asServer, ca: readFileSync(clients.certFile) };
    const meet = async (requestCert: boolean | "optional", own: object) => {
      const [left, right] = duplexPair();
      const client = bearhug.wrap(left, { ...asClient, ...own });
      const server = bearhug.wrap(right, { ...trusted, requestCert });
      client.on("error", () => {});
      await secured(server);
      const { authorized } = server;
      return { authorized, subject: server.getPeerCertificate()?.subject };
    };
    const known = { authorized: true, subject: "O=Bearhug, CN=me.test" };
    const unknown = { authorized: false, subject: undefined };
    expect(await meet(true, mine)).toEqual(known);
    expect(await meet("optional", mine)).toEqual(known);
    expect(await meet("optional", {})).toEqual(unknown);
    expect(await meet(false, mine)).toEqual(unknown);
    await expect(meet("optional", pair)).rejects.toMatchObject({ side: "peer" });
  });

  test.each([
    ["TLSv1.2", "handshake_failure"],
    ["TLSv1.3", "certificate_required"],
  ] as const)("names a client without a certificate by one code (%s)", async (version, alert) => {
    const [left, right] = duplexPair();
    const ca = readFileSync(Authority.root().certFile);
    const client = failureOf(bearhug.wrap(left, { ...asClient, maxVersion: version }));
    const server = failureOf(bearhug.wrap(right, { ...asServer, ca, requestCert: true }));
    expect(await server).toMatchObject({
      ...{ code: "ERR_BEARHUG_NO_CLIENT_AUTH", side: "peer" },
    });
    expect(await client).toMatchObject({ code: "ERR_BEARHUG_RECV_FATAL_ALERT", alert });
  });

  test("passes on what the stream below fails of", async () => {
    const [left] = duplexPair();
    const stream = bearhug.wrap(left, asClient);
    const failed = failureOf(stream);
    left.destroy(Object.assign(new Error("the cable"), { code: "ECABLE" }));
    expect(await failed).toMatchObject({ code: "ECABLE", message: "the cable" });
    // With what that one was caused by: it is not ours to take apart.
    const [other] = duplexPair();
    const refused = failureOf(bearhug.wrap(other, asClient));
    other.destroy(new Error("the proxy refused", { cause: new Error("for a reason") }));
    expect(await refused).toMatchObject({ message: "the proxy refused" });
  });

  test("has a stream of the user's throw where the user can catch it", async () => {
    const { client, server } = both(duplexPair());
    await secured(server);
    const thrown = new Promise((resolve) => {
      const listeners = process.listeners("uncaughtException");
      process.removeAllListeners("uncaughtException");
      process.once("uncaughtException", (error) => {
        for (const listener of listeners) process.on("uncaughtException", listener);
        resolve(error);
      });
    });
    server.once("data", () => {
      throw new Error("the user's own");
    });
    client.write("x");
    expect(await thrown).toMatchObject({ message: "the user's own" });
    // The connection has nothing to do with it.
    const answer = once(client, "data");
    server.write("still here");
    expect(String(await answer)).toBe("still here");
  });

  test("has what was read too early and put back", async () => {
    const [left, right] = duplexPair();
    const client = bearhug.wrap(left, asClient);
    const [hello] = await once(right, "data");
    right.pause();
    right.unshift(hello);
    const server = bearhug.wrap(right, asServer);
    await Promise.all([secured(client), secured(server)]);
  });

  test("refuses a stream of text or of objects", () => {
    const [text] = duplexPair();
    text.setEncoding("utf8");
    const objects = new PassThrough({ objectMode: true });
    for (const duplex of [text, objects]) {
      const error = thrownBy(() => bearhug.wrap(duplex, asClient));
      expect(error).toMatchObject({ code: "ERR_INVALID_ARG_VALUE" });
      expect(error.message).toContain("TLS needs bytes");
    }
  });

  test("wants a stream, and at once", () => {
    for (const wrong of [null, "stream", {}, 7]) {
      const error = thrownBy(() => bearhug.wrap(wrong as unknown as Duplex, asClient));
      expect(error).toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
      expect(error.message).toContain('"duplex"');
    }
  });
});

async function line(socket: Socket): Promise<string> {
  const arrived = once(socket, "data");
  socket.resume();
  const [chunk] = await arrived;
  socket.pause();
  return String(chunk);
}

/** As much of a mail server as it takes to get to TLS (RFC 3207). */
async function serveMail(socket: Socket): Promise<void> {
  socket.write("220 mail.test ESMTP\r\n");
  await line(socket);
  socket.write("250-mail.test\r\n250 STARTTLS\r\n");
  expect(await line(socket)).toBe("STARTTLS\r\n");
  socket.write("220 go ahead\r\n");
  bearhug.wrap(socket, asServer).end("250 hello again\r\n");
}
