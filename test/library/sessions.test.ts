/** A client resumes sessions with its server, with nothing configured. */

import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Agent, IncomingMessage } from "node:http";
import { createServer as createSecureServer, get, Agent as SecureAgent } from "node:https";
import { text } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import {
  bearhug,
  failureOf,
  listening,
  nodeServer,
  pairOf,
  type TlsStream,
} from "../support/library.ts";
import { everything } from "../support/processes.ts";
import { gnutlsServer, nginx, reversingServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();
const pair = pairOf(credentials);
const ca = readFileSync(authority.certFile);
const otherCa = readFileSync(Authority.root().certFile);
const host = "127.0.0.1";
const server = { host, servername: SERVER_NAME, ca };

type Options = Parameters<typeof bearhug.connect>[0];

/** The whole conversation, in which the server says something and ends. */
async function visit(options: Options): Promise<TlsStream> {
  const stream = bearhug.connect(options);
  expect((await everything(stream)).toString()).toBe("hello");
  return stream;
}

async function resumed(options: Options): Promise<boolean> {
  return (await visit(options)).isSessionReused();
}

async function ourServer(options: object = {}): Promise<number> {
  return listening(bearhug.createServer({ ...pair, ...options }, (stream) => stream.end("hello")));
}

describe("a client resumes from its second connection on", () => {
  it("with a server of ours", async () => {
    const port = await ourServer();
    const reused = [];
    for (let n = 0; n < 4; n++) reused.push(await resumed({ ...server, port }));
    expect(reused).toEqual([false, true, true, true]);
  });

  it("with a server of Node's, which sees it, too", async () => {
    const seen: boolean[] = [];
    const port = await nodeServer(pair, (socket) => {
      seen.push(socket.isSessionReused());
      socket.end("hello");
    });
    expect(await resumed({ ...server, port })).toBe(false);
    const stream = await visit({ ...server, port });
    expect([stream.isSessionReused(), stream.authorized]).toEqual([true, true]);
    expect(stream.getPeerCertificate()?.subject).toBe(`O=Bearhug, CN=${SERVER_NAME}`);
    expect(seen).toEqual([false, true]);
  });

  it.each([
    ["OpenSSL's s_server", reversingServer],
    ["gnutls-serv", gnutlsServer],
    ["nginx", (files: typeof credentials) => nginx(files, "ssl_protocols TLSv1.3;")],
  ] as const)("with %s", async (_, serverWith) => {
    const { port } = await serverWith(credentials);
    const reused = [];
    for (let n = 0; n < 3; n++) {
      const stream = bearhug.connect({ ...server, port });
      const got = once(stream, "session");
      stream.write("GET / HTTP/1.0\r\n\r\n");
      await Promise.all([once(stream, "data"), got]);
      reused.push(stream.isSessionReused());
      stream.destroy();
    }
    expect(reused).toEqual([false, true, true]);
  });

  it("by a shared context, and by contexts of the same content", async () => {
    const port = await ourServer();
    const context = () => bearhug.createSecureContext({ ca, profile: "strict" });
    const shared = context();
    const base = { host, servername: SERVER_NAME, port };
    expect(await resumed({ ...base, secureContext: shared })).toBe(false);
    expect(await resumed({ ...base, secureContext: shared })).toBe(true);
    expect(await resumed({ ...base, secureContext: context() })).toBe(true);
  });

  it("and not with another port, other trust, or tickets: 0", async () => {
    const [port, other] = [await ourServer(), await ourServer()];
    await visit({ ...server, port });
    expect(await resumed({ ...server, port: other })).toBe(false);
    expect(await resumed({ ...server, port, ca: [ca, otherCa] })).toBe(false);
    expect(await resumed({ ...server, port, rejectUnauthorized: false })).toBe(false);
    expect(await resumed({ ...server, port, tickets: 0 })).toBe(false);
    expect(await resumed({ ...server, port })).toBe(true);
  });

  it("and its pins and its checkPeer see the certificate again", async () => {
    const port = await ourServer();
    const seen: (string | undefined)[] = [];
    const checkPeer = (certificate: X509Certificate | null): undefined => {
      seen.push(certificate?.subject);
    };
    const [first, second] = [await visit({ ...server, port, checkPeer }), { ...server, port }];
    expect(await resumed({ ...second, checkPeer })).toBe(true);
    expect(seen).toEqual(Array(2).fill(first.getPeerX509Certificate()?.subject));
    const pins = [`sha256//${Buffer.alloc(32, 1).toString("base64")}`];
    const failed = failureOf(bearhug.connect({ ...second, pins }));
    expect((await failed).message).toMatch(/allow|key/);
  });

  it("and not in TLS 1.2", async () => {
    const port = await ourServer();
    const options = { ...server, port, maxVersion: "TLSv1.2" } as const;
    expect([await resumed(options), await resumed(options)]).toEqual([false, false]);
  });
});

describe("as Node has it", () => {
  it("the event session tells what the option session takes, once", async () => {
    const port = await ourServer();
    const options = { ...server, port, ALPNProtocols: ["node"] };
    const stream = bearhug.connect(options);
    const sessions: Buffer[] = [];
    stream.on("session", (session: Buffer) => sessions.push(session));
    await everything(stream);
    expect(sessions).toHaveLength(2);
    expect(stream.getSession()).toEqual(sessions[1]);
    for (const session of sessions) {
      expect(await resumed({ ...options, session })).toBe(true);
      expect(await resumed({ ...options, session })).toBe(false);
    }
  });

  it("a session that is none, of another server or changed is none, and no error", async () => {
    const [port, other] = [await ourServer(), await ourServer()];
    const [one, two] = [await visit({ ...server, port }), await visit({ ...server, port: other })];
    const changed = Buffer.from(one.getSession() as Buffer);
    changed[50] = (changed[50] ?? 0) ^ 1;
    for (const session of [Buffer.of(), Buffer.alloc(100), two.getSession() as Buffer, changed]) {
      expect(await resumed({ ...server, port, session })).toBe(false);
    }
    expect(() => bearhug.connect({ ...server, port, session: 7 as never })).toThrow("session");
    expect(await resumed({ ...server, port, session: null })).toBe(true);
  });

  it("a session shows nothing of its key nor of its ticket", async () => {
    let ticket: Buffer = Buffer.of();
    const port = await nodeServer(pair, (socket: TLSSocket) => {
      socket.end("hello");
      ticket = socket.getTLSTicket() ?? ticket;
    });
    const session = (await visit({ ...server, port })).getSession() as Buffer;
    expect(session.length).toBeGreaterThan(200);
    expect(session.length).toBeLessThan(2400);
    if (ticket.length > 0) expect(session.includes(ticket)).toBe(false);
  });

  it("a server's stream has none", async () => {
    const sides: (Buffer | undefined)[] = [];
    const listener = bearhug.createServer(pair, (stream) => {
      sides.push(stream.getSession());
      stream.end("hello");
    });
    await visit({ ...server, port: await listening(listener) });
    expect(sides).toEqual([undefined]);
  });
});

describe("over HTTP", () => {
  async function website(): Promise<{ port: number; reused: boolean[] }> {
    const reused: boolean[] = [];
    const site = createSecureServer(pair, (request, response) => {
      reused.push((request.socket as TLSSocket).isSessionReused());
      response.setHeader("connection", "close");
      response.end("a page");
    });
    return { port: await listening(site), reused };
  }

  it("an https.Agent resumes, with our connect in place of its own", async () => {
    const { port, reused } = await website();
    const agent = new SecureAgent({ maxSockets: 1 });
    agent.createConnection = (() =>
      bearhug.connect({ ...server, port })) as unknown as Agent["createConnection"];
    for (let n = 0; n < 3; n++) {
      const asked = get({ agent, host, port, path: "/" });
      const [response] = (await once(asked, "response")) as [IncomingMessage];
      expect(await text(response)).toBe("a page");
    }
    expect(reused).toEqual([false, true, true]);
  });

  it("undici resumes, with our connect as the connect of its Agent", async () => {
    const { port, reused } = await website();
    const dispatcher = new (await undiciAgent())({
      connect: (_: unknown, done: (error: Error | null, socket?: TlsStream) => void) => {
        const stream = bearhug.connect({ ...server, port });
        stream.once("secureConnect", () => done(null, stream));
        stream.once("error", done);
      },
    });
    for (let n = 0; n < 3; n++) {
      const init = { dispatcher } as unknown as RequestInit;
      const response = await fetch(`https://${SERVER_NAME}:${port}/`, init);
      expect(await response.text()).toBe("a page");
    }
    expect(reused).toEqual([false, true, true]);
  });
});

/** The one that Node's fetch is made of. */
async function undiciAgent(): Promise<new (options: object) => object> {
  // It is there once fetch was used.
  await fetch("data:,x");
  const globals = globalThis as unknown as Record<symbol, { constructor: new () => object }>;
  return globals[Symbol.for("undici.globalDispatcher.1")]?.constructor as never;
}
