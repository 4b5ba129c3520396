/** `pins` and `checkPeer`: which peers may come in, of those that the CAs vouch for. */
import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { Authority, type Credentials, SERVER_NAME } from "../support/certificates.ts";
import { connect, failureOf, VERSIONS } from "../support/clients.ts";
import { bearhug, listening, pairOf, thrownBy } from "../support/library.ts";
import { eventually } from "../support/limits.ts";
import { pinOf } from "../support/pins.ts";
import { everything } from "../support/processes.ts";

const authority = Authority.root();
const good = authority.issue();
const other = authority.issue({ name: "other.test" });
const ca = readFileSync(authority.certFile);
const DENIED = "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Node's server, and the errors that it hears. */
async function nodesServer(maxVersion: (typeof VERSIONS)[number] = "TLSv1.3") {
  const heard: string[] = [];
  const note = (error: NodeJS.ErrnoException) => heard.push(`${error.code}`);
  const server = createServer({ ...pairOf(good), maxVersion }, (socket) => {
    socket.on("error", note);
    socket.end("hello");
    socket.resume();
  });
  server.on("tlsClientError", note);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, heard };
}

/** What a client of the library hears, or its error. */
async function heardFrom(port: number, options: object): Promise<string> {
  const stream = bearhug.connect({
    port,
    host: "127.0.0.1",
    servername: SERVER_NAME,
    ca,
    ...options,
  });
  return `${await everything(stream as never)}`;
}

describe.each(VERSIONS)("a client of %s", (version) => {
  it("takes a server with one of the pinned keys", async () => {
    const { port } = await nodesServer(version);
    expect(await heardFrom(port, { pins: [pinOf(other), pinOf(good)] })).toBe("hello");
  });

  it("refuses a server with another key, which hears access_denied, before a byte passes", async () => {
    const { port, heard } = await nodesServer(version);
    const wrong = heardFrom(port, { pins: [pinOf(other)] });
    await expect(wrong).rejects.toMatchObject({
      code: "ERR_BEARHUG_NOT_ALLOWED",
      side: "peer",
      alert: "access_denied",
    });
    await eventually("the alert", () => heard.length > 0);
    expect(heard).toEqual([DENIED]);
  });

  it("refuses a server that checkPeer refuses, with the error that this gave", async () => {
    const mine = new RangeError("not this one");
    for (const checkPeer of [
      () => mine,
      () => {
        throw mine;
      },
    ]) {
      const { port, heard } = await nodesServer(version);
      await expect(heardFrom(port, { checkPeer })).rejects.toBe(mine);
      await eventually("the alert", () => heard.length > 0);
      expect(heard).toEqual([DENIED]);
    }
  });
});

describe("checkPeer", () => {
  it("gets the certificate, once, before secureConnect", async () => {
    const { port } = await nodesServer();
    const seen: (X509Certificate | null)[] = [];
    const stream = bearhug.connect({
      ...{ port, host: "127.0.0.1", servername: SERVER_NAME, ca },
      checkPeer: (certificate) => {
        seen.push(certificate);
        return undefined;
      },
    });
    await once(stream, "secureConnect");
    expect(seen.map((one) => one?.fingerprint256)).toEqual([
      stream.getPeerX509Certificate()?.fingerprint256,
    ]);
    stream.destroy();
  });

  it.each([
    ["a promise", async () => {}],
    ["true", () => true],
    ["false", () => false],
    ["a rejected promise", () => Promise.resolve(new Error("late"))],
  ])("that answers %s lets no peer in", async (_, checkPeer) => {
    const { port } = await nodesServer();
    await expect(heardFrom(port, { checkPeer })).rejects.toThrow(
      "checkPeer must throw or return an Error",
    );
  });

  it("does not make up for a CA", async () => {
    const { port } = await nodesServer();
    let calls = 0;
    const checkPeer = () => {
      calls++;
      return undefined;
    };
    const ca2 = readFileSync(Authority.root().certFile);
    const pins = [pinOf(good)];
    await expect(heardFrom(port, { ca: ca2, checkPeer, pins })).rejects.toMatchObject({
      side: "peer",
    });
    expect(calls).toBe(0);
  });
});

describe("a server", () => {
  it("lets in clients with a pinned key, and no others, which hear access_denied", async () => {
    const errors: string[] = [];
    const server = bearhug.createServer(
      { ...pairOf(good), ca, requestCert: true, pins: [pinOf(other)] },
      (stream) => stream.end("come in"),
    );
    server.on("tlsClientError", (error: NodeJS.ErrnoException) => errors.push(`${error.code}`));
    const port = await listening(server);
    const as = ({ certFile, keyFile }: Credentials) => ({
      cert: readFileSync(certFile),
      key: readFileSync(keyFile),
    });
    for (const maxVersion of VERSIONS) {
      const client = await connect({ port, authority }, { ...as(other), maxVersion });
      expect(`${await everything(client)}`).toBe("come in");
      expect(await failureOf({ port, authority }, { ...as(good), maxVersion })).toBe(DENIED);
    }
    await eventually("both refusals", () => errors.length === 2);
    expect(errors).toEqual(["ERR_BEARHUG_NOT_ALLOWED", "ERR_BEARHUG_NOT_ALLOWED"]);
  });

  it("with an optional certificate, checkPeer gets null for none", async () => {
    const seen: unknown[] = [];
    const checkPeer = (certificate: X509Certificate | null) => {
      seen.push(certificate);
      return certificate === null ? new Error("show one") : undefined;
    };
    const server = bearhug.createServer({
      ...pairOf(good),
      ca,
      requestCert: "optional",
      checkPeer,
    });
    const port = await listening(server);
    expect(await failureOf({ port, authority })).toBe(DENIED);
    expect(seen).toEqual([null]);
  });
});

it.each([
  ["pins that are no list", { pins: pinOf(good) }, "ERR_INVALID_ARG_TYPE", "pins"],
  ["no pins", { pins: [] }, "ERR_INVALID_ARG_VALUE", "is empty"],
  ["a pin that is none", { pins: ["sha256//x"] }, "ERR_INVALID_ARG_VALUE", "a pin is sha256// and"],
  ["bits behind a pin", { pins: [`sha256//${"A".repeat(42)}B=`] }, "ERR_INVALID_ARG_VALUE", "pin"],
  ["a pin of 33 bytes", { pins: [`sha256//${"A".repeat(44)}`] }, "ERR_INVALID_ARG_VALUE", "pin"],
  ["a checkPeer that is no function", { checkPeer: true }, "ERR_INVALID_ARG_TYPE", "checkPeer"],
])("%s: told at once", (_, options, code, told) => {
  const error = thrownBy(() => bearhug.connect({ port: 1, ...(options as object) }));
  expect(error).toMatchObject({ code, message: expect.stringContaining(told) });
});

it("a server that asks for no certificate can't check any", () => {
  for (const options of [{ pins: [pinOf(good)] }, { checkPeer: () => undefined }]) {
    const error = thrownBy(() => bearhug.createServer({ ...pairOf(good), ...options }));
    expect(error).toMatchObject({
      code: "ERR_INVALID_ARG_VALUE",
      message: expect.stringContaining("is of no use without requestCert"),
    });
  }
});
