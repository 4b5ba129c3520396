import { readFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { describe, expect, test } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, pairOf, thrownBy } from "../support/library.ts";
import { duplexPair } from "../support/sandboxes.ts";

/** Options that are wrong are told at once, each by its name. */

const authority = Authority.root();
const { keyFile, certFile, key: keyObject } = authority.issue();
const pair = pairOf({ keyFile, certFile });
const ca = readFileSync(authority.certFile);
const unused = { host: "127.0.0.1", port: 1, servername: SERVER_NAME, ca };

type Anything = never;

const FACTORIES = {
  createServer: (options: object) => bearhug.createServer({ ...pair, ...options } as Anything),
  connect: (options: object) => bearhug.connect({ ...unused, ...options } as Anything),
  wrap: (options: object) =>
    bearhug.wrap(duplexPair()[0], { servername: SERVER_NAME, ca, ...options } as Anything),
  createSecureContext: (options: object) => bearhug.createSecureContext(options as Anything),
};

type Factory = keyof typeof FACTORIES;

const WRONG_TYPES: [Factory, string, unknown][] = [
  ["createServer", "key", 5],
  ["createServer", "key", [1]],
  ["createServer", "cert", null],
  ["createServer", "cert", [Buffer.from("x"), 1]],
  ["createServer", "ca", {}],
  ["createServer", "contexts", []],
  ["createServer", "contexts", "one.test"],
  ["createServer", "profile", 1],
  ["createServer", "ecdhCurve", 1],
  ["createServer", "ALPNProtocols", "h2"],
  ["createServer", "ALPNProtocols", [1]],
  ["createServer", "requestCert", "yes"],
  ["createServer", "handshakeTimeout", "5s"],
  ["createServer", "noDelay", 1],
  ["createServer", "secureContext", "context"],
  ["createServer", "secureContext", {}],
  ["connect", "host", 127],
  ["connect", "port", "443"],
  ["connect", "family", 5],
  ["connect", "servername", 1],
  ["connect", "rejectUnauthorized", "false"],
  ["connect", "signal", {}],
  ["connect", "caFile", Buffer.from("/etc")],
  ["wrap", "isServer", "yes"],
  ["wrap", "allowHalfOpen", 0],
  ["wrap", "enforceCloseNotify", "no"],
  ["createSecureContext", "caFile", 1],
];

const WRONG_VALUES: [Factory, object, string][] = [
  ["createServer", { profile: "old" }, "profile"],
  ["createServer", { ecdhCurve: "X25519:" }, "ecdhCurve"],
  ["createServer", { ecdhCurve: "X448" }, "ecdhCurve"],
  ["createServer", { ecdhCurve: "P-256:prime256v1" }, "ecdhCurve"],
  ["createServer", { handshakeTimeout: -1 }, "handshakeTimeout"],
  ["createServer", { contexts: { A: pair, a: pair } }, "contexts"],
  ["createServer", { contexts: { a: { ...pair, certs: "" } } }, "contexts.a.certs"],
  ["createServer", { cert: undefined }, "cert"],
  ["createServer", { requestcert: true }, "requestcert"],
  ["createServer", { rejectUnauthorized: false }, "rejectUnauthorized"],
  ["createServer", { minVersion: "TLSv2" }, "minVersion"],
  ["createServer", { secureContext: bearhug.createSecureContext(pair) }, "key"],
  ["connect", { port: undefined }, "port"],
  ["connect", { port: 65536 }, "port"],
  ["connect", { servername: "a b" }, "servername"],
  ["connect", { servername: "192.0.2.256" }, "servername"],
  ["connect", { servername: undefined, path: "/nobody" }, "servername"],
  ["connect", { caFile: "x" }, "caFile"],
  ["connect", { contexts: { a: pair } }, "contexts"],
  ["connect", { headers: {} }, "headers"],
];

describe("an option", () => {
  test.each(WRONG_TYPES)("of %s is of the wrong type: %s", (factory, name, value) => {
    const error = thrownBy(() => FACTORIES[factory]({ [name]: value }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
    expect(error.message).toMatch(new RegExp(`^The "${name}" option must be .* Received `));
  });

  test.each(WRONG_VALUES)("of %s makes no sense: %#", (factory, options, name) => {
    const error = thrownBy(() => FACTORIES[factory](options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: "ERR_INVALID_ARG_VALUE" });
    expect(error.message).toContain(`"${name}"`);
  });

  test("of a pair for a server name is named with that name", () => {
    const contexts = { "one.test": { key: 1, cert: "" } };
    const error = thrownBy(() => FACTORIES.createServer({ contexts }));
    expect(error).toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
    expect(error.message).toContain('"contexts.one.test.key"');
  });

  test("that is undefined is as good as none", () => {
    expect(() => FACTORIES.createServer({ ca: undefined, signal: undefined })).toThrow(/signal/);
    expect(() => FACTORIES.createServer({ ca: undefined })).not.toThrow();
  });

  test("that is misspelt is told in its right spelling, or what stands for it here", () => {
    const messageOf = (options: object) => thrownBy(() => FACTORIES.createServer(options)).message;
    expect(messageOf({ alpnprotocols: [] })).toContain("it is spelt ALPNProtocols");
    expect(messageOf({ ciphers: "ALL" })).toContain("choose a profile");
  });

  test("must be options at all", () => {
    for (const wrong of [undefined, null, true]) {
      const error = thrownBy(() => bearhug.connect(wrong as Anything));
      expect(error).toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
    }
    const listener = "listener" as Anything;
    for (const act of [
      () => bearhug.connect(unused, listener),
      () => bearhug.createServer(pair, listener),
    ]) {
      expect(thrownBy(act)).toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
    }
  });
});

test("a key may be an array with one, as of Node's servers, and several are explained", () => {
  expect(() => bearhug.createServer({ key: [pair.key], cert: [pair.cert] })).not.toThrow();
  expect(() => bearhug.createServer({ key: [pair.key, pair.key], cert: pair.cert })).toThrow(
    "has 2 keys, and a server shows one: give those for other names in contexts",
  );
  expect(() => bearhug.createServer({ key: [], cert: pair.cert })).toThrow("has 0 keys");
});

const encrypted = keyObject
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
  .toString();

const BAD_CREDENTIALS: [string, object, string, RegExp][] = [
  ["key", { key: "no key" }, "BAD_KEY", /^key: no private key in it/],
  ["key", { key: encrypted }, "BAD_KEY", /^key: the private key is encrypted/],
  ["key", { key: "x".repeat(70_000) }, "BAD_KEY", /^key: over 65536 bytes/],
  ["key", { key: Buffer.alloc(70_000) }, "BAD_KEY", /^key: over 65536 bytes/],
  ["cert", { cert: "no certificate" }, "BAD_CERTIFICATE", /^cert: no certificate in it/],
  ["cert", { cert: [] }, "BAD_CERTIFICATE", /^cert: no certificate in it/],
  ["cert", { cert: pair.key }, "BAD_CERTIFICATE", /^cert: it holds a private key/],
  ["cert", { cert: ca }, "KEY_MISMATCH", /^cert: the private key doesn't belong/],
  ["cert", { cert: hugeCertificate() }, "KEY_MISMATCH", /^cert: the certificate is too large/],
  [
    "contexts",
    { contexts: { x: { ...pair, cert: hugeCertificate() } } },
    "KEY_MISMATCH",
    /too large/,
  ],
  ["ca", { ca: "", requestCert: true }, "BAD_CA", /^ca: no certificate in it/],
  ["ca", { requestCert: true }, "NO_CA", /there is no ca/],
  ["caFile", { caFile: "/nowhere" }, "BAD_CA", /^caFile: .*\/nowhere: ENOENT/],
  ["contexts", { contexts: { x: { ...pair, key: "" } } }, "BAD_KEY", /^contexts\.x\.key: /],
];

/** As far as its length: 70,000 bytes, more than the keeper's mailbox has. */
function hugeCertificate(): Buffer {
  const LENGTH = 70_000;
  return Buffer.from([
    0x30,
    0x83,
    LENGTH >> 16,
    (LENGTH >> 8) & 0xff,
    LENGTH & 0xff,
    ...Buffer.alloc(LENGTH),
  ]);
}

describe("a server's credentials that can't be used", () => {
  test.each(BAD_CREDENTIALS)("are told by the option %s: %#", (_, options, reason, message) => {
    const error = thrownBy(() => FACTORIES.createServer(options));
    expect(error).toMatchObject({ code: `ERR_BEARHUG_${reason}`, side: "configuration" });
    expect(error.message).toMatch(message);
  });

  test("may be none at all, for a client only", () => {
    expect(thrownBy(() => bearhug.createServer({}))).toMatchObject({ code: "ERR_BEARHUG_NO_KEY" });
    const secureContext = bearhug.createSecureContext({});
    const { port, host } = unused;
    const error = thrownBy(() =>
      bearhug.connect({ port, host, servername: SERVER_NAME, secureContext }),
    );
    expect(error).toMatchObject({ code: "ERR_BEARHUG_NO_CA" });
  });

  test("leave the stream alone that was to be wrapped", () => {
    const socket = connectTcp(1, "127.0.0.1").on("error", () => {});
    expect(() => bearhug.wrap(socket, { isServer: true, key: "", cert: "" })).toThrow();
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});
