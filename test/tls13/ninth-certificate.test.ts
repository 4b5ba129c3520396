/**
 * In TLS 1.3, too, the ninth certificate of a chain ends the connection when it begins: what the peer
 * sends behind it is not even read. (engine/chains-are-bounded has the same for TLS 1.2.)
 */
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { drain, feed, newClient, newServer } from "../engine/instances.ts";
import { Authority, derCertificate } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { eventually } from "../support/limits.ts";
import { name } from "../support/names.ts";
import { duplexPair } from "../support/sandboxes.ts";
import { RECORD } from "../support/wire.ts";
import { vector24 } from "./peer/bytes.ts";
import { Tls13Client } from "./peer/client.ts";
import { ALERT, LEVEL, MESSAGE } from "./peer/numbers.ts";
import { Tls13Server } from "./peer/server.ts";

const HOST = "www.example.test";
const authority = Authority.root();
const credentials = authority.issue();
const root = ClientAuthority.root();
const server = { anchors: [root.der], now: Date.now() };

/** So many certificates altogether. */
function chainOf(count: number): Buffer[] {
  let issuer = root;
  for (let n = 0; n < count - 1; n++) {
    issuer = issuer.intermediate({ subject: name(["CN", `CA ${n}`]) });
  }
  const leaf = issuer.issue({ extensions: [extension.alternativeNames(["DNS", HOST])] });
  return [leaf.der, ...issuer.chain].map((der) => Buffer.from(der));
}

/** The other end of a connection whose bytes go straight into the engine and out of it. */
function wiredTo(engine: Engine): Socket {
  const [ours, theirs] = duplexPair();
  const pump = () => {
    const records = drain(engine, "sendrec");
    if (records.length > 0) theirs.write(records);
  };
  theirs.on("data", (bytes: Buffer) => {
    feed(engine, "recvrec", bytes);
    pump();
  });
  pump();
  return Object.assign(ours as Duplex, { setNoDelay: () => ours }) as Socket;
}

/** Certificate entries without extensions, behind an empty context and a list that promises all. */
function beginningOf(chain: readonly Buffer[]): Buffer {
  const entries = chain.map((der) => Buffer.concat([vector24(der), Buffer.of(0, 0)]));
  const promised = Buffer.of(MESSAGE.certificate, 0xff, 0xff, 0xff, 0, 0xff, 0xff, 0xfb);
  return Buffer.concat([promised, ...entries]);
}

/** Seals handshake bytes as the peer does, without the way over its socket. */
function tell(engine: Engine, peer: Peer, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += LARGEST) {
    const record = peer.records.record(RECORD.handshake, bytes.subarray(at, at + LARGEST));
    expect(feed(engine, "recvrec", record)).toBe(record.length);
  }
}

/** Its header alone is one certificate too many, or one that is too long. */
function stopsAt(header: string, before: readonly Buffer[], { engine, peer }: Meeting): void {
  tell(engine, peer, beginningOf(before));
  expect(engine.error).toBeNull();
  tell(engine, peer, Buffer.from(header, "hex"));
  expect(engine.error?.reason).toBe("X509_LIMIT_EXCEEDED");
  expect(engine.closed).toBe(true);

  // However much comes behind it, there is no room for a byte.
  expect(feed(engine, "recvrec", Buffer.alloc(4 << 20))).toBe(0);
  const said = drain(engine, "sendrec");
  const alert = peer.records.incoming?.open(said.subarray(RECORD_HEADER));
  expect(alert).toMatchObject({
    type: RECORD.alert,
    content: Buffer.of(LEVEL.fatal, ALERT.unsupportedCertificate),
  });
  expect(feed(engine, "recvrec", Buffer.alloc(4 << 20))).toBe(0);
}

async function serverBeforeTheChain(): Promise<Meeting> {
  const engine = newServer(credentials, { clients: { ...server, mandatory: true } });
  const peer = new Tls13Client(wiredTo(engine));
  await peer.upToFinish();
  peer.protect();
  // The ChangeCipherSpec is on its way still.
  await eventually("all that was said", () => !engine.inRecord);
  return { engine, peer };
}

async function clientBeforeTheChain(): Promise<Meeting> {
  const engine = newClient({ serverName: HOST, server });
  const peer = new Tls13Server(wiredTo(engine), {
    ...{ certificates: [derCertificate(credentials.certFile)], key: credentials.key },
  });
  await peer.hearHello();
  peer.greet();
  await eventually("what follows the hello", () => engine.closesOneDirection);
  tell(engine, peer, peer.encryptedExtensions());
  return { engine, peer };
}

describe.each([
  ["a server", serverBeforeTheChain, "004001"],
  ["a client", clientBeforeTheChain, "010001"],
])("%s stops reading", (_who, meeting, tooLong) => {
  it("at the ninth certificate", async () => {
    stopsAt("000400", chainOf(8), await meeting());
  });

  it("at one that is longer than it may be", async () => {
    stopsAt(tooLong, [], await meeting());
  });
});

interface Meeting {
  readonly engine: Engine;
  readonly peer: Peer;
}

type Peer = Tls13Client | Tls13Server;

const RECORD_HEADER = 5;
const LARGEST = 1 << 14;
