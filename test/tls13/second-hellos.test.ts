/**
 * Servers that ask our client for another hello (RFC 8446, 4.1.4): the second one has the share or the
 * cookie that was asked for, is the first one in all else, and the handshake ends well.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority, derCertificate, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, failureOf } from "../support/library.ts";
import { nextConnection } from "../support/tls-servers.ts";
import * as extend from "./peer/extensions.ts";
import type { ClientHello } from "./peer/messages.ts";
import { ALERT, EXTENSION, GROUP, VERSION } from "./peer/numbers.ts";
import { Tls13Server } from "./peer/server.ts";
import type { ServerSettings } from "./peer/server-hello.ts";

const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);
const certificates = [derCertificate(credentials.certFile)];

async function meeting(settings: Partial<ServerSettings> = {}) {
  const { port, socket } = await nextConnection();
  const client = bearhug.connect({ host: "127.0.0.1", port, servername: SERVER_NAME, ca });
  const server = new Tls13Server(await socket, {
    ...{ certificates, key: credentials.key, ...settings },
  });
  return { client, server };
}

/** What no second hello may change. */
function constant({ extensions, ...rest }: ClientHello) {
  const changing: number[] = [EXTENSION.keyShare, EXTENSION.cookie];
  return { ...rest, extensions: extensions?.filter(({ type }) => !changing.includes(type)) };
}

function content(hello: ClientHello, type: number): Buffer | null {
  return extend.contentOf(hello.extensions ?? [], type);
}

function groupsShown(hello: ClientHello): number[] {
  const shares = extend.readKeyShares(content(hello, EXTENSION.keyShare) ?? Buffer.of(0, 0));
  return shares.map(({ group }) => group);
}

const COOKIES = [Buffer.of(1), Buffer.alloc(512, "a cookie ")];
const version = extend.selectedVersion(VERSION.tls13);

describe.each([
  ["P-256", GROUP.secp256r1],
  ["P-384", GROUP.secp384r1],
  ["P-521", GROUP.secp521r1],
])("a retry for %s", (_, group) => {
  it.each([null, ...COOKIES])("with the cookie %#", async (cookie) => {
    const { client, server } = await meeting({ groups: [group] });
    const first = await server.hearHello();
    const cookies = cookie === null ? [] : [extend.cookie(cookie)];
    server.retry({ extensions: (usual) => [...usual, ...cookies] });
    const second = await server.hearHello();
    expect(constant(second)).toEqual(constant(first));
    expect(groupsShown(second)).toEqual([group]);
    const echoed = content(second, EXTENSION.cookie);
    expect(echoed).toEqual(cookie === null ? null : extend.cookie(cookie).content);
    server.greet();
    server.flight();
    await Promise.all([server.clientFlight(), once(client, "secureConnect")]);
    client.end("all is well");
    expect((await server.receiveAll()).toString()).toBe("all is well");
  });
});

it("a retry for a cookie alone: the shares stay", async () => {
  const { client, server } = await meeting();
  const first = await server.hearHello();
  server.retry({ extensions: () => [version, extend.cookie(Buffer.from("only this"))] });
  const second = await server.hearHello();
  expect(constant(second)).toEqual(constant(first));
  expect(content(second, EXTENSION.keyShare)).toEqual(content(first, EXTENSION.keyShare));
  server.greet();
  server.flight();
  await Promise.all([server.clientFlight(), once(client, "secureConnect")]);
  client.end("all is well");
  expect((await server.receiveAll()).toString()).toBe("all is well");
});

it("a cookie that is longer than we keep is refused", async () => {
  const { client, server } = await meeting({ groups: [GROUP.secp384r1] });
  const failed = failureOf(client);
  await server.hearHello();
  const cookie = extend.cookie(Buffer.alloc(60_000, 1));
  server.retry({ extensions: (usual) => [...usual, cookie] });
  const [alert] = await server.lastWords();
  expect(Object.values(ALERT)).toContain(alert?.description);
  expect((await failed).side).toBe("peer");
});

it("tickets are ignored, and data between them is heard", async () => {
  const { client, server } = await meeting();
  await Promise.all([server.establish(), once(client, "secureConnect")]);
  for (let n = 0; n < 100; n++) {
    server.issueTicket();
    server.send("x");
  }
  server.close();
  let heard = "";
  for await (const data of client) heard += data;
  expect(heard).toBe("x".repeat(100));
});
