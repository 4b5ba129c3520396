/**
 * A key of ours that has served long enough is replaced (RFC 8446, 5.5), in either role, and peers go on
 * reading. The engine here is one whose keys serve 16 records: build/rekeys/engine.wasm.
 */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Authority, derCertificate, SERVER_NAME } from "../support/certificates.ts";
import { opensslArguments, startGnutls } from "../support/clients.ts";
import { listening, nodeServer, pairOf, secured, type TlsStream } from "../support/library.ts";
import { eventually, within } from "../support/limits.ts";
import { payload, sha256 } from "../support/payload.ts";
import { start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { gnutlsServer, nextConnection, reversingServer } from "../support/tls-servers.ts";
import { Tls13Client } from "./peer/client.ts";
import { UPDATE } from "./peer/messages.ts";
import { SUITES } from "./peer/protection.ts";
import { Tls13Server } from "./peer/server.ts";

/** KEY_RECORDS_MAX of that engine. */
const RECORDS = 16;

const root = join(import.meta.dirname, "../..");

/** The library as it was built, with that engine. */
function rekeying() {
  const folder = scratchFile("rekeying");
  mkdirSync(folder);
  for (const file of ["dist/index.cjs", "dist/keeper.wasm", "build/rekeys/engine.wasm"]) {
    copyFileSync(join(root, file), join(folder, file.replace(/.*\//, "")));
  }
  const require = createRequire(import.meta.url);
  return require(join(folder, "index.cjs")) as typeof import("../../src/index.ts");
}

const bearhug = rekeying();
const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);

/** It sends everything back. */
function echo(): Promise<number> {
  const options = { ...pairOf(credentials), allowHalfOpen: true, tickets: 0 };
  return listening(
    bearhug.createServer(options, (stream) => {
      stream.on("error", () => {}).pipe(stream);
    }),
  );
}

function connect(port: number): Promise<TlsStream> {
  const stream = bearhug.connect({ host: "127.0.0.1", port, servername: SERVER_NAME, ca });
  stream.on("error", () => {});
  return secured(stream);
}

/** What an action makes the other side send, so many bytes. */
async function answer(stream: TlsStream, length: number, ask: () => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let have = 0;
  const whole = new Promise<void>((resolve) => {
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      have += chunk.length;
      if (have >= length) resolve();
    });
  });
  ask();
  await within(20_000, "an answer", whole);
  stream.removeAllListeners("data");
  return Buffer.concat(chunks);
}

/** With that many records of data sent, so often a new key was due in front of one. */
const updatesIn = (records: number) => Math.floor((records - 1) / RECORDS);

const TURNS = 100;

describe.each(SUITES)("with $name", ({ id }) => {
  it("a server's key serves so many records, and no more", async () => {
    const client = await Tls13Client.connect(await echo(), { suites: [id] });
    await client.establish();
    for (let turn = 1; turn <= TURNS; turn++) {
      expect(await client.echo("over")).toBe("over");
      expect(client.keyUpdates).toBe(updatesIn(turn));
    }
  });

  it("and so does a client's", async () => {
    const { port, socket } = await nextConnection();
    const connected = connect(port);
    const server = new Tls13Server(await socket, {
      ...{ certificates: [derCertificate(credentials.certFile)], key: credentials.key },
      suites: [id],
    });
    await server.establish();
    const client = await connected;
    for (let turn = 1; turn <= TURNS; turn++) {
      client.write("over");
      expect((await server.receive(4)).toString()).toBe("over");
      expect(server.keyUpdates).toBe(updatesIn(turn));
    }
  });
});

it("a request of the peer's begins the count anew, and gets no second update", async () => {
  const client = await Tls13Client.connect(await echo());
  await client.establish();
  for (let turn = 1; turn <= RECORDS; turn++) await client.echo("over");
  client.updateKey(UPDATE.requested);
  expect(await client.echo("over")).toBe("over");
  expect(client.keyUpdates).toBe(1);
  for (let turn = 2; turn <= RECORDS; turn++) await client.echo("over");
  expect(client.keyUpdates).toBe(1);
  await client.echo("over");
  expect(client.keyUpdates).toBe(2);
});

const sent = payload("over", 2 << 20);
const lines = `${"a line of some length, and another one of the same ".repeat(20)}\n`.repeat(1000);

/** KeyUpdates that came, as OpenSSL's -msg tells. */
function seenIn(log: string): number {
  return readFileSync(log, "latin1").match(/<<< TLS 1\.3.*KeyUpdate/g)?.length ?? 0;
}

describe("our server is read by", () => {
  it("OpenSSL's client, which sees the updates", async () => {
    const log = scratchFile("messages");
    const options = ["-ign_eof", "-msg", "-msgfile", log];
    const client = start([...opensslArguments({ port: await echo(), authority }), ...options]);
    client.child.stdin?.write(lines);
    await eventually("the echo", () => client.stdout.length >= lines.length || client.isOver);
    expect(sha256(Buffer.from(client.stdout))).toBe(sha256(Buffer.from(lines)));
    expect(seenIn(log)).toBeGreaterThan(3);
  });

  it("GnuTLS's client", async () => {
    const client = startGnutls({ port: await echo(), authority });
    for (let turn = 1; turn <= 3 * RECORDS; turn++) {
      client.child.stdin?.write(`turn ${turn}.\n`);
      const isThere = () => client.stdout.includes(`turn ${turn}.\n`) || client.isOver;
      await eventually(`turn ${turn}`, isThere);
    }
    expect(client.isOver).toBe(false);
  });

  it("our client, both at once", async () => {
    const client = await connect(await echo());
    const heard = await answer(client, sent.length, () => client.write(sent));
    expect(sha256(heard)).toBe(sha256(sent));
  });
});

describe("our client is read by", () => {
  it("OpenSSL's server, which sees the updates", async () => {
    const log = scratchFile("messages");
    const { port } = await reversingServer(credentials, ["-msg", "-msgfile", log]);
    const client = await connect(port);
    for (let turn = 1; turn <= TURNS; turn++) {
      const line = `turn ${turn}`;
      const heard = await answer(client, line.length + 1, () => client.write(`${line}\n`));
      expect(String(heard)).toBe(`${[...line].reverse().join("")}\n`);
    }
    expect(seenIn(log)).toBe(updatesIn(TURNS));
  });

  it("GnuTLS's server", async () => {
    const { port } = await gnutlsServer(credentials);
    const client = await connect(port);
    for (let turn = 1; turn <= TURNS; turn++) {
      const line = `turn ${turn}\n`;
      expect(String(await answer(client, line.length, () => client.write(line)))).toBe(line);
    }
  });

  it("Node's server", async () => {
    const options = { ...pairOf(credentials), allowHalfOpen: true };
    const port = await nodeServer(options, (socket) => void socket.pipe(socket));
    const client = await connect(port);
    const heard = await answer(client, sent.length, () => client.write(sent));
    expect(sha256(heard)).toBe(sha256(sent));
  });
});
