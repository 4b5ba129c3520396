/**
 * A client's one hello for TLS 1.3 and 1.2: servers of both versions answer it, with the hybrid and
 * with RSA-PSS in TLS 1.2 (RFC 8446, 4.2.3); and servers that lie about either are refused.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type TlsOptions } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { Authority, derCertificate, type KeyKind, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, type Failure, failureOf, pairOf } from "../support/library.ts";
import { nextConnection } from "../support/tls-servers.ts";
import { RECORD } from "../support/wire.ts";
import { nodeServer } from "./node-peers.ts";
import { GROUP } from "./peer/numbers.ts";
import { Records } from "./peer/records.ts";
import { Tls13Server } from "./peer/server.ts";
import type { ServerSettings } from "./peer/server-hello.ts";

const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serving(options: TlsOptions, kind: KeyKind = "P-256"): Promise<number> {
  const pair = kind === "P-256" ? credentials : authority.issue({ kind });
  const server = createServer({ ...pairOf(pair), ...options }, (socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function dial(port: number) {
  return bearhug.connect({ host: "127.0.0.1", port, servername: SERVER_NAME, ca });
}

async function echo(port: number) {
  const stream = dial(port);
  await once(stream, "secureConnect");
  const facts = { protocol: stream.protocol, group: stream.getEphemeralKeyInfo()?.name };
  stream.end("there and back");
  let text = "";
  for await (const data of stream) text += data;
  return { ...facts, text };
}

const TLS12 = { maxVersion: "TLSv1.2" } as const;

describe("is answered", () => {
  it("by a server of TLS 1.3", async () => {
    const port = await serving({});
    expect(await echo(port)).toMatchObject({ protocol: "TLSv1.3", text: "there and back" });
  });

  it.each<KeyKind>(["P-256", "P-384", "P-521", "RSA-2048"])(
    "by a server of TLS 1.2 whose key is of %s",
    async (kind) => {
      const port = await serving(TLS12, kind);
      expect(await echo(port)).toMatchObject({ protocol: "TLSv1.2", text: "there and back" });
    },
  );

  it.each(["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"])(
    "by a server of TLS 1.2 that signs with %s only",
    async (sigalgs) => {
      const port = await serving({ ...TLS12, sigalgs }, "RSA-2048");
      expect(await echo(port)).toMatchObject({ protocol: "TLSv1.2", text: "there and back" });
    },
  );

  it.each([22, 24, 26] as const)("by Node %i with the hybrid, by its defaults", async (version) => {
    const { port } = await nodeServer(version, credentials);
    expect(await echo(port)).toMatchObject({
      ...{ protocol: "TLSv1.3", group: "X25519MLKEM768", text: "there and back" },
    });
  });
});

/** What our client says of a server whose steps are these. */
async function failure(
  settings: Partial<ServerSettings>,
  steps: (server: Tls13Server) => Promise<void>,
): Promise<Failure> {
  const { port, socket } = await nextConnection();
  const failed = failureOf(dial(port));
  const tcp = await socket;
  tcp.on("error", () => {});
  const certificates = [derCertificate(credentials.certFile)];
  await steps(new Tls13Server(tcp, { certificates, key: credentials.key, ...settings }));
  return failed;
}

const OLDER = { suite: 0xc02b, sessionId: Buffer.of(), extensions: () => [] };

/** RFC 8446, 5.1 and D.1. */
it("is in a record of TLS 1.0, and a second hello in one of TLS 1.2", async () => {
  const { port, socket } = await nextConnection();
  const failed = failureOf(dial(port));
  const settings = { certificates: [], key: credentials.key, groups: [GROUP.secp384r1] };
  const server = new Tls13Server(await socket, settings);
  const versions: number[] = [];
  server.records.next = async () => {
    const record = await Records.prototype.next.call(server.records);
    if (record?.type === RECORD.handshake) versions.push(record.version);
    return record;
  };
  await server.hearHello();
  server.retry();
  await server.hearHello();
  server.alert(40);
  await failed;
  expect(versions).toEqual([0x0301, 0x0303]);
});

describe("is refused", () => {
  it.each([0, 1])("a server that says in its random that it has TLS 1.3: %i", async (last) => {
    const random = Buffer.concat([Buffer.alloc(24, 7), Buffer.from(`DOWNGRD`), Buffer.of(last)]);
    const error = await failure({}, async (server) => {
      await server.hearHello();
      server.say(server.hello({ ...OLDER, random }));
    });
    expect(error.message).toMatch(/version that was lowered on the way/);
  });

  it("a server of TLS 1.2 that resumes the session that we made up", async () => {
    const error = await failure({}, async (server) => {
      const { sessionId } = await server.hearHello();
      server.say(server.hello({ ...OLDER, sessionId }));
    });
    expect(error.message).toMatch(/field with a value that can't be/);
  });

  it("a server that asks for another hello and goes on with TLS 1.2", async () => {
    const error = await failure({ groups: [GROUP.secp384r1] }, async (server) => {
      await server.hearHello();
      server.retry();
      await server.hearHello();
      server.say(server.hello(OLDER));
    });
    expect(error.message).toMatch(/second hello/);
  });

  it.each([
    ["whose X25519 half is zero", 1088 + 32],
    ["that is too short", 1088 + 31],
    ["that is too long", 1088 + 33],
  ])("a hybrid share %s", async (_, length) => {
    const error = await failure({ groups: [GROUP.x25519mlkem768] }, async (server) => {
      await server.hearHello();
      server.exchange(Buffer.alloc(length));
      server.say(server.hello());
    });
    expect(error.message).toMatch(/invalid key share/);
  });
});
