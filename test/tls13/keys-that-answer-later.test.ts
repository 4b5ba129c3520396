import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import type { Attestation, KeyOperations } from "../../src/sandbox/key-operations.ts";
import { drain, feed, loadKey, newServer } from "../engine/instances.ts";
import { Authority, derCertificate, type KeyKind, SERVER_NAME } from "../support/certificates.ts";

/** TLS 1.3 asks for its signature and waits: a key may be elsewhere, and take its time. */

const authority = Authority.root();
const credentials = authority.issue();
const open: { destroy(): unknown }[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

function keyOf({ key, certFile }: typeof credentials): KeyOperations {
  const loaded = loadKey(key.export({ type: "pkcs8", format: "der" }));
  loaded.match(derCertificate(certFile));
  return loaded;
}

/** The same key, that answers when it is told to. */
class Later implements KeyOperations {
  readonly asked: Attestation[] = [];
  /** Lets it answer. */
  answer: () => void = () => {};
  /** Lets it fail. */
  fail: () => void = () => {};
  private readonly key = keyOf(credentials);

  sign(): number {
    return 0;
  }

  decrypt(): number {
    return 0;
  }

  attest(request: Attestation): Promise<Uint8Array> {
    this.asked.push(request);
    return new Promise((resolve, reject) => {
      this.answer = () => resolve(this.key.attest(request));
      this.fail = () => reject(new Error("the device is gone"));
    });
  }
}

/** An echo. */
async function serve(key: KeyOperations, pair = credentials) {
  const engines: Engine[] = [];
  const server = createServer((socket) => {
    const engine = newServer(pair, { key });
    engines.push(engine);
    open.push(socket);
    socket.on("error", () => {});
    engine.resumed = () => talk(engine, socket);
    socket.on("data", (records) => {
      feed(engine, "recvrec", records);
      talk(engine, socket);
    });
  }).listen(0, "127.0.0.1");
  open.push({ destroy: () => server.close() });
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, engines };
}

function talk(engine: Engine, socket: Socket): void {
  const data = drain(engine, "recvapp");
  if (data.length > 0) feed(engine, "sendapp", data);
  engine.flush();
  const records = drain(engine, "sendrec");
  if (records.length > 0) socket.write(records);
}

function client(port: number): TLSSocket {
  const ca = readFileSync(authority.certFile);
  const socket = connect({ port, ca, servername: SERVER_NAME, minVersion: "TLSv1.3" });
  socket.on("error", () => {});
  open.push(socket);
  return socket;
}

async function echo(socket: TLSSocket, text: string): Promise<string> {
  socket.write(text);
  const [data] = await once(socket, "data");
  return String(data);
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a key that answers after a second", () => {
  test("holds up its own connection, and no other one", async () => {
    const later = new Later();
    const [slow, quick] = [await serve(later), await serve(keyOf(credentials))];
    const waiting = client(slow.port);
    const established = once(waiting, "secureConnect");
    await until(() => later.asked.length === 1);
    const begin = performance.now();
    let echoed = 0;
    for (; performance.now() - begin < 1000; echoed++) {
      const other = client(quick.port);
      expect(await echo(other, "meanwhile")).toBe("meanwhile");
      other.destroy();
    }
    expect(echoed).toBeGreaterThan(0);
    expect(slow.engines[0]?.awaitsHost).toBe(true);
    expect(slow.engines[0]?.established).toBe(false);
    later.answer();
    await established;
    expect(await echo(waiting, "at last")).toBe("at last");
    expect(later.asked).toHaveLength(1);
    expect(later.asked[0]?.role).toBe("server");
  });

  test("and fails, fails the handshake with an alert", async () => {
    const later = new Later();
    const { port } = await serve(later);
    const failure = once(client(port), "error");
    await until(() => later.asked.length === 1);
    later.fail();
    const [error] = await failure;
    expect(String(error.message)).toMatch(/alert (handshake failure|internal error)/);
  });

  test("and does so when the connection is over, is not heard", async () => {
    const later = new Later();
    const { port, engines } = await serve(later);
    client(port);
    await until(() => later.asked.length === 1);
    const engine = engines[0] as Engine;
    engine.resumed = () => {
      throw new Error("it is over");
    };
    engine.wipe();
    later.answer();
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
});

const KINDS: KeyKind[] = ["P-256", "P-384", "P-521", "RSA-2048", "RSA-4096"];

test.each(KINDS)("a client of OpenSSL's takes what a key of %s signs", async (kind) => {
  const pair = authority.issue({ kind });
  const { port } = await serve(keyOf(pair), pair);
  const socket = client(port);
  await once(socket, "secureConnect");
  expect(socket.authorized).toBe(true);
  expect(socket.getProtocol()).toBe("TLSv1.3");
  expect(await echo(socket, kind)).toBe(kind);
});
