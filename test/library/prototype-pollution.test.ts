/**
 * What somebody has put on Object.prototype is no option: of the library, and of bearhug/engine, with
 * the prototype of every option polluted at once, and of each by itself.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import { CONTEXT_OPTIONS } from "../../src/credentials/options.ts";
import { createSecureContext as createBare } from "../../src/engine.ts";
import { CLIENT_OPTIONS, SERVER_OPTIONS } from "../../src/library/connection-options.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, listening } from "../support/library.ts";
import { readFromPrototype } from "../support/polluted.ts";
import { builtModule } from "../support/sandboxes.ts";

const authority = Authority.root();
const { keyFile, certFile } = authority.issue();
const pair = { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
const stranger = Authority.root();
const other = stranger.issue();
const ca = readFileSync(authority.certFile, "utf8");

/** What each would be good for: to be believed by somebody, or to disturb. */
const EVIL: Readonly<Record<string, unknown>> = {
  rejectUnauthorized: false,
  requestCert: true,
  servername: "evil.test",
  ca: readFileSync(stranger.certFile, "utf8"),
  caFile: stranger.certFile,
  key: readFileSync(other.keyFile, "utf8"),
  sign: () => new Uint8Array(64),
  cert: readFileSync(other.certFile, "utf8"),
  contexts: { "evil.test": pair },
  profile: "legacy",
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.1",
  versions: {},
  ecdhCurve: "P-521",
  keepExporter: true,
  allowPartialTrustChain: true,
  keyLog: () => {},
  ALPNProtocols: ["evil"],
  secureContext: {},
  handshakeTimeout: 1,
  allowHalfOpen: true,
  enforceCloseNotify: true,
  signal: AbortSignal.abort(),
  isServer: true,
  host: "192.0.2.1",
  port: 1,
  path: "/nobody",
  family: 6,
  localAddress: "192.0.2.1",
  localPort: 1,
  noDelay: false,
  keepAlive: true,
  keepAliveInitialDelay: 1,
  proxyProtocol: true,
  trustedProxies: ["192.0.2.1"],
  modules: {},
  engine: null,
  keeper: null,
  // Inside.
  serverName: "evil.test",
  identity: null,
  clients: null,
  anchors: [],
  partialChain: true,
  protocols: ["evil"],
  groups: [0x19],
  leftOut: () => undefined,
  server: null,
  seed: () => undefined,
  tune: () => undefined,
  mandatory: true,
  proxyHeader: {},
  idleTimeout: 1,
  turns: {},
  refuses: () => "is refused",
  tickets: 0,
  ticketKeys: Buffer.alloc(32),
  keys: { open: () => new Uint8Array(0), seal: () => new Uint8Array(0) },
  because: "of evil",
  choose: () => null,
  chain: [],
  count: 4,
  lifetime: 1,
  resume: null,
  now: 0,
  min: "1.3",
  max: "1.2",
  alertSent: 40,
  session: Buffer.alloc(9),
  pins: [`sha256//${Buffer.alloc(32).toString("base64")}`],
  checkPeer: () => new Error("polluted"),
  sessionTimeout: 1,
};

test("every option of the library is among those that are tried", () => {
  const known = [CONTEXT_OPTIONS, CLIENT_OPTIONS, SERVER_OPTIONS].flatMap(Object.keys);
  expect(known.filter((name) => !Object.hasOwn(EVIL, name))).toEqual([]);
});

/** A conversation with everything of the library's in it. */
async function conversation(): Promise<void> {
  const server = bearhug.createServer(pair, (stream) => stream.pipe(stream));
  const port = await listening(server);
  server.setSecureContext(pair);
  const client = bearhug.connect({ port, host: "127.0.0.1", servername: SERVER_NAME, ca });
  client.end("hello");
  const chunks: Buffer[] = [];
  for await (const chunk of client) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe("hello");
  expect(client.alpnProtocol).toBeNull();

  const [one, two] = duplexPair();
  const there = bearhug.wrap(one, { isServer: true, ...pair });
  const here = bearhug.wrap(two, { servername: SERVER_NAME, ca });
  await Promise.all([once(there, "secureConnect"), once(here, "secureConnect")]);
  expect(there.getPeerCertificate()).toBeNull();
  here.end();
  there.end();

  const modules = { engine: builtModule("engine"), keeper: builtModule("keeper") };
  const servers = createBare({ modules, ...pair, contexts: { "a.test": pair } });
  servers.serverEngine().wipe();
  servers.serverEngine({}).wipe();
  servers.wipe();
  const clients = createBare({ modules, ca });
  clients.clientEngine().wipe();
  clients.clientEngine({}).wipe();
  clients.wipe();
}

test("without pollution the conversation is one", conversation);

test("no line of ours reads an option from the prototype", async () => {
  expect(await readFromPrototype(EVIL, conversation)).toEqual([]);
});

describe("polluted with one option by itself", () => {
  test.each(Object.keys(EVIL))("%s: the conversation is the same", async (name) => {
    expect(await readFromPrototype({ [name]: EVIL[name] }, conversation)).toEqual([]);
  });
});

test("a key of ours signs at once, though everything seems to be a promise", async () => {
  // That awaits look for `then`, too, is JavaScript's.
  // biome-ignore lint/suspicious/noThenProperty: that is what is tried
  await readFromPrototype({ then: 1 }, conversation);
});

test("no reason is made up for the versions on offer", async () => {
  const server = bearhug.createServer({ ...pair, minVersion: "TLSv1.3" });
  const port = await listening(server);
  const values = { because: "of evil" };
  expect(
    await readFromPrototype(values, async () => {
      const client = bearhug.connect({
        ...{ port, host: "127.0.0.1", servername: SERVER_NAME, ca },
        maxVersion: "TLSv1.2",
      });
      client.on("error", () => {});
      const [error] = await once(server, "tlsClientError");
      expect(error.message).toContain("only TLS 1.3 is on offer");
      expect(error.message).not.toContain("because");
    }),
  ).toEqual([]);
});

test("a stranger's certificate is refused, whatever the prototype says", async () => {
  const server = bearhug.createServer({
    key: readFileSync(other.keyFile, "utf8"),
    cert: readFileSync(other.certFile, "utf8"),
  });
  const port = await listening(server);
  const evil = { rejectUnauthorized: false, ca: EVIL["ca"], caFile: EVIL["caFile"] };
  await readFromPrototype(evil, async () => {
    const client = bearhug.connect({ port, host: "127.0.0.1", servername: SERVER_NAME, ca });
    const [error] = await once(client, "error");
    expect(error).toMatchObject({ code: "ERR_BEARHUG_X509_BAD_SIGNATURE" });
  });
});
