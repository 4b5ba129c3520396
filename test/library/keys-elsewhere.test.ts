import { createHash, sign as signByNode, webcrypto } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { connect as connectByNode, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Sign, SignatureScheme } from "../../src/index.ts";
import { Authority, type Credentials, type KeyKind, SERVER_NAME } from "../support/certificates.ts";
import {
  bearhug,
  failureOf,
  listening,
  nodeServer,
  pairOf,
  secured,
  thrownBy,
} from "../support/library.ts";
import { within } from "../support/limits.ts";
import { duplexPair } from "../support/sandboxes.ts";

/** `sign` in place of `key`: a key in a device or a service, which the library never sees. */

const authority = Authority.root();
const credentials = authority.issue();
const { cert } = pairOf(credentials);
const ca = readFileSync(authority.certFile);

const signLater = promisify(signByNode);

/** Signs by OpenSSL, in a thread of its own. */
function nodeSigner({ key }: Credentials): Sign {
  return (scheme, _hash, content) => {
    const digest = scheme.replace(/.*_sha/, "sha");
    const padding = scheme.startsWith("rsa") ? { padding: 6, saltLength: -1 } : {};
    return signLater(digest, content, { key, ...padding });
  };
}

/** Signs by WebCrypto with a key that can't be taken out of it. */
async function webSigner({ key }: Credentials, kind: KeyKind): Promise<Sign> {
  const { subtle } = webcrypto;
  const der = key.export({ type: "pkcs8", format: "der" });
  const isEc = kind.startsWith("P-");
  const algorithm = isEc ? { name: "ECDSA", namedCurve: kind } : RSA;
  const hidden = await subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  return (scheme, _hash, content) => {
    const hash = `SHA-${scheme.slice(-3)}`;
    const way = isEc ? { name: "ECDSA", hash } : { name: "RSA-PSS", saltLength: 32 };
    return subtle.sign(way, hidden, content as Uint8Array<ArrayBuffer>);
  };
}

const RSA = { name: "RSA-PSS", hash: "SHA-256" };

/** An echo, whose key is asked by `sign`. */
async function serve(sign: Sign, options: { handshakeTimeout?: number; cert?: Buffer } = {}) {
  const server = bearhug.createServer({ cert, ...options, sign }, (stream) => {
    stream.on("error", () => {}).pipe(stream);
  });
  server.on("tlsClientError", () => {});
  return { server, port: await listening(server) };
}

function client(port: number, options = {}) {
  const stream = bearhug.connect({ port, servername: SERVER_NAME, ca, ...options });
  stream.on("error", () => {});
  return stream;
}

async function echo(stream: ReturnType<typeof client>, text: string): Promise<string> {
  stream.write(text);
  const [data] = await within(10_000, "an echo", once(stream, "data"));
  return String(data);
}

/** Peers of OpenSSL's. */
async function openssl(port: number): Promise<TLSSocket> {
  const socket = connectByNode({ port, ca, servername: SERVER_NAME, host: "127.0.0.1" });
  await within(10_000, "a handshake", once(socket, "secureConnect"));
  socket.destroy();
  return socket;
}

/** A key that answers when it is told how. */
class Told {
  readonly calls: { scheme: SignatureScheme; hash: Uint8Array; content: Uint8Array }[] = [];
  answer: (signature: Uint8Array) => void = () => {};
  fail: (error: Error) => void = () => {};
  private hear: () => void = () => {};
  /** It has been asked. */
  readonly asked = new Promise<void>((resolve) => {
    this.hear = resolve;
  });
  private readonly answered = new Promise<Uint8Array>((resolve, reject) => {
    this.answer = resolve;
    this.fail = reject;
  });

  readonly sign: Sign = (scheme, hash, content) => {
    this.calls.push({ scheme, hash, content });
    this.hear();
    return this.answered;
  };
}

describe("a key that answers after a second", () => {
  test("holds up its own connection, and no established one", async () => {
    const real = nodeSigner(credentials);
    let wait = 0;
    const { port } = await serve(async (...request) => {
      const signature = await real(...request);
      await delay(wait);
      return signature;
    });
    const established = await secured(client(port));
    wait = 1000;
    const slow = client(port);
    const begin = performance.now();
    const done = secured(slow).then(() => performance.now() - begin);
    let echoes = 0;
    let longest = 0;
    while (performance.now() - begin < 900) {
      const sent = performance.now();
      expect(await echo(established, `${++echoes}`)).toBe(`${echoes}`);
      longest = Math.max(longest, performance.now() - sent);
      expect(slow.protocol).toBeNull();
    }
    expect(echoes).toBeGreaterThan(5);
    expect(longest).toBeLessThan(900);
    expect(await done).toBeGreaterThan(990);
    expect(await echo(slow, "at last")).toBe("at last");
  });
});

/** What a key answers in place of a signature, and what is said of it. */
const WRONG: readonly (readonly [name: string, sign: () => unknown, why: RegExp])[] = [
  ["rejects", () => Promise.reject(new Error("the device is gone")), /^the device is gone$/],
  [
    "throws",
    () => {
      throw new Error("no such device");
    },
    /^no such device$/,
  ],
  ["answers nothing", () => undefined, /answered undefined, and no bytes/],
  ["answers a text", async () => "MEUCIQ==", /answered string, and no bytes/],
  ["answers no bytes", async () => new Uint8Array(0), /answered 0 bytes/],
  ["answers too few bytes", async () => new Uint8Array(63), /63 bytes: neither an ECDSA/],
  ["answers too many bytes", async () => new Uint8Array(100_000), /100000 bytes: neither/],
  [
    "answers DER with a byte behind it",
    async () => Buffer.from("300602010102010100", "hex"),
    /9 bytes/,
  ],
];

describe("a key that", () => {
  test.each(WRONG)("%s fails its own handshake, with an alert", async (_name, answer, why) => {
    const { server, port } = await serve(answer as Sign);
    const failed = once(server, "tlsClientError");
    const stranger = await failureOf(client(port));
    expect(stranger).toMatchObject({ alert: "handshake_failure", side: "peer" });
    const [error] = await failed;
    expect(error).toMatchObject({
      code: "ERR_BEARHUG_NO_SIGNATURE",
      side: "us",
      alert: "handshake_failure",
      cause: { message: expect.stringMatching(why) },
    });
  });

  test("answers another's signature is refused by the peer", async () => {
    const { port } = await serve(nodeSigner(authority.issue()));
    const failure = await failureOf(client(port));
    expect(failure).toMatchObject({ code: "ERR_BEARHUG_BAD_SIGNATURE", alert: "decrypt_error" });
  });

  test("fails once serves the next client", async () => {
    const real = nodeSigner(credentials);
    let failures = 1;
    const { port } = await serve((...request) => {
      if (failures-- > 0) throw new Error("busy");
      return real(...request);
    });
    await failureOf(client(port));
    expect(await echo(await secured(client(port)), "again")).toBe("again");
  });

  test("never answers is waited for as long as a handshake may take", async () => {
    const { sign } = new Told();
    const { server, port } = await serve(sign, { handshakeTimeout: 200 });
    const failed = once(server, "tlsClientError");
    client(port);
    const [error] = await within(10_000, "the time-out", failed);
    expect(error).toMatchObject({ code: "ERR_BEARHUG_HANDSHAKE_TIMEOUT", side: "us" });
    expect(error.message).toMatch(
      /within 200 milliseconds: there is no signature from the key yet/,
    );
  });

  describe.each(["answers", "fails"])("%s too late", (how) => {
    const end = (told: Told) => {
      if (how === "answers") told.answer(new Uint8Array(64));
      else told.fail(new Error("too late"));
    };

    test("is not heard once its connection is dropped", async () => {
      const told = new Told();
      const [one, other] = duplexPair();
      const server = bearhug.wrap(one, { isServer: true, sign: told.sign, cert });
      bearhug.wrap(other, { servername: SERVER_NAME, ca }).on("error", () => {});
      const closed = once(server, "close");
      await told.asked;
      server.destroy();
      await closed;
      end(told);
      // An unhandled rejection would end this process, and so the test.
      await new Promise((resolve) => setImmediate(resolve));
      expect(told.calls).toHaveLength(1);
    });

    test("finds its client gone, and the next one is served", async () => {
      const told = new Told();
      const real = nodeSigner(credentials);
      const { server, port } = await serve((...request) =>
        told.calls.length === 0 ? told.sign(...request) : real(...request),
      );
      const over = once(server, "tlsClientError");
      const stream = client(port);
      await told.asked;
      stream.destroy();
      end(told);
      await within(10_000, "the end", over);
      expect(await echo(await secured(client(port)), "next")).toBe("next");
    });
  });

  test("answers when its context was wiped signs nothing", async () => {
    const told = new Told();
    const secureContext = bearhug.createSecureContext({ sign: told.sign, cert });
    const [one, other] = duplexPair();
    const server = bearhug.wrap(one, { isServer: true, secureContext });
    bearhug.wrap(other, { servername: SERVER_NAME, ca }).on("error", () => {});
    const failure = failureOf(server);
    await told.asked;
    secureContext.wipe();
    told.answer(new Uint8Array(64));
    expect(await failure).toMatchObject({ code: "ERR_BEARHUG_NO_SIGNATURE" });
  });

  test("is of a context that was wiped is not asked", async () => {
    const told = new Told();
    const secureContext = bearhug.createSecureContext({ sign: told.sign, cert });
    const [one, other] = duplexPair();
    const server = bearhug.wrap(one, { isServer: true, secureContext });
    secureContext.wipe();
    bearhug.wrap(other, { servername: SERVER_NAME, ca }).on("error", () => {});
    expect(await failureOf(server)).toMatchObject({ code: "ERR_BEARHUG_WIPED" });
    expect(told.calls).toEqual([]);
  });
});

test("a key is asked once in a connection's life, for what TLS 1.3 signs", async () => {
  const real = nodeSigner(credentials);
  const told = new Told();
  const { port } = await serve((...request) => {
    Promise.resolve(real(...request)).then((signature) => told.answer(new Uint8Array(signature)));
    return told.sign(...request);
  });
  const stream = await secured(client(port));
  expect(await echo(stream, "one")).toBe("one");
  expect(await echo(stream, "two")).toBe("two");
  expect(told.calls).toHaveLength(1);
  const [{ scheme, hash, content } = { scheme: "", hash: null, content: "" }] = told.calls;
  expect(scheme).toBe("ecdsa_secp256r1_sha256");
  expect(hash).toEqual(new Uint8Array(createHash("sha256").update(content).digest()));
  const text = Buffer.from(content).toString("latin1");
  expect(text.slice(0, 98)).toBe(`${" ".repeat(64)}TLS 1.3, server CertificateVerify\0`);
  expect(content).toHaveLength(98 + 32);
});

const KINDS: KeyKind[] = ["P-256", "P-384", "P-521", "RSA-2048", "RSA-4096"];

describe("OpenSSL's client takes what", () => {
  test.each(KINDS)("node:crypto signs with a key of %s", async (kind) => {
    const issued = authority.issue({ kind });
    const { port } = await serve(nodeSigner(issued), { cert: pairOf(issued).cert });
    const socket = await openssl(port);
    expect(socket.authorized).toBe(true);
  });

  test.each(KINDS)("WebCrypto signs with a key of %s", async (kind) => {
    const issued = authority.issue({ kind });
    const sign = await webSigner(issued, kind);
    const { port } = await serve(sign, { cert: pairOf(issued).cert });
    const socket = await openssl(port);
    expect(socket.authorized).toBe(true);
  });
});

test("a client proves with it who it is", async () => {
  const options = { ...pairOf(credentials), ca, requestCert: true, rejectUnauthorized: true };
  const port = await nodeServer(options, (socket) => {
    socket.end(`${socket.authorized} ${socket.getPeerCertificate().subject.CN}`);
  });
  const calls: string[] = [];
  const real = nodeSigner(credentials);
  const sign: Sign = (...request) => {
    calls.push(Buffer.from(request[2]).toString("latin1", 64, 97));
    return real(...request);
  };
  const stream = await secured(client(port, { sign, cert }));
  const [data] = await within(10_000, "data", once(stream, "data"));
  expect(String(data)).toBe(`true ${SERVER_NAME}`);
  expect(calls).toEqual(["TLS 1.3, client CertificateVerify"]);
});

test("of a server's pairs, some may have their keys elsewhere", async () => {
  const named = authority.issue({ name: "elsewhere.test" });
  const server = bearhug.createServer({
    ...pairOf(credentials),
    contexts: { "elsewhere.test": { sign: nodeSigner(named), cert: pairOf(named).cert } },
  });
  const port = await listening(server);
  for (const servername of [SERVER_NAME, "elsewhere.test"]) {
    const stream = await secured(client(port, { servername }));
    expect(stream.authorized).toBe(true);
    expect(stream.protocol).toBe("TLSv1.3");
  }
});

test("connections are of TLS 1.3 then, and a client that is older hears so", async () => {
  const { server, port } = await serve(nodeSigner(credentials));
  const failed = once(server, "tlsClientError");
  const failure = await failureOf(client(port, { maxVersion: "TLSv1.2" }));
  expect(failure.alert).toBe("protocol_version");
  const [error] = await failed;
  expect(error).toMatchObject({
    code: "ERR_BEARHUG_UNSUPPORTED_VERSION",
    side: "peer",
    alert: "protocol_version",
    message:
      "not TLS, or an unsupported version of it: only TLS 1.3 is on offer, because older versions can't wait for sign; sent the alert protocol_version",
  });
});

test("connections are of TLS 1.3 for all of a server's names, if one key is elsewhere", async () => {
  const contexts = { "elsewhere.test": { sign: nodeSigner(credentials), cert } };
  const server = bearhug.createServer({ ...pairOf(credentials), contexts });
  server.on("tlsClientError", () => {});
  const port = await listening(server);
  for (const servername of [SERVER_NAME, "elsewhere.test"]) {
    const failure = await failureOf(client(port, { servername, maxVersion: "TLSv1.2" }));
    expect(failure.alert).toBe("protocol_version");
  }
});

const { key } = pairOf(credentials);
const sign = nodeSigner(credentials);

test.each([
  [{ sign, key, cert }, 'The "sign" option is in place of key'],
  [{ sign }, 'The "cert" option is missing'],
  [{ cert }, 'The "key" option is missing'],
  [{ sign: "yes", cert }, 'The "sign" option must be a function'],
  [
    { sign, cert, maxVersion: "TLSv1.2" },
    'The "sign" option needs TLS 1.3, and maxVersion is TLSv1.2',
  ],
  [{ contexts: { "a.test": { sign } } }, 'The "contexts.a.test.cert" option is missing'],
  [{ contexts: { "a.test": { cert } } }, 'The "contexts.a.test.key" option is missing'],
  [{ contexts: { "a.test": {} } }, 'The "contexts.a.test.key" option is missing'],
  [{ sign, cert: key }, "cert: it holds a private key, not a certificate"],
])("what is wrong with the options is told at once: %#", (options, message) => {
  const error = thrownBy(() => bearhug.createServer(options as never));
  expect(error.message).toContain(message);
});
