import { type Misdeed, misdeeds } from "./misdeed.ts";
import { vector8, vector16 } from "./tls12-encoding.ts";
import { EXTENSION, extension, MESSAGE, message, VERSION } from "./tls12-messages.ts";
import type { ServerHello, Tls12Server } from "./tls12-server.ts";
import { RECORD } from "./wire.ts";

/** A ServerHello with something wrong. */
function answering(changes: ServerHello) {
  return async (server: Tls12Server) => {
    await server.hear();
    server.say(server.hello(changes));
  };
}

/** SHA-1 with CBC, which `modern` doesn't offer. */
const NOT_OFFERED = 0xc009;

/** What a server says wrong before it has keys. */
export const misdeedsOfServers: readonly Misdeed<Tls12Server>[] = [
  ...misdeeds<Tls12Server>("UNSUPPORTED_VERSION", "protocolVersion", {
    "a ServerHello for TLS 1.1": answering({ version: VERSION.tls11 }),
    "a ServerHello for version 3.4": answering({ version: 0x0304 }),
    "HTTP in place of TLS": ({ records }) => records.raw(Buffer.from("HTTP/1.1 400 Bad\r\n\r\n")),
  }),
  ...misdeeds<Tls12Server>("BAD_CIPHER_SUITE", "illegalParameter", {
    "a suite that was not offered": answering({ suite: NOT_OFFERED }),
    "the suite 0": answering({ suite: 0 }),
    "a suite of TLS 1.3": answering({ suite: 0x1301 }),
  }),
  ...misdeeds<Tls12Server>("BAD_COMPRESSION", "illegalParameter", {
    "a compression that was not offered": answering({ compression: 1 }),
  }),
  ...misdeeds<Tls12Server>("OVERSIZED_ID", "decodeError", {
    "a session identifier of 33 bytes": answering({ sessionId: Buffer.alloc(33, 0x33) }),
  }),
  ...misdeeds<Tls12Server>("EXTRA_EXTENSION", "unsupportedExtension", {
    "an extension that was not asked for": answering({
      extensions: [extension(0x1234, Buffer.of())],
    }),
    "server_name twice": answering({
      extensions: [
        extension(EXTENSION.serverName, Buffer.of()),
        extension(EXTENSION.serverName, Buffer.of()),
      ],
    }),
  }),
  ...misdeeds<Tls12Server>("EXTRA_EXTENSION", "unsupportedExtension", {
    "a protocol for a client that asked for none": answering({
      extensions: [extension(EXTENSION.alpn, vector16(vector8(Buffer.from("h2"))))],
    }),
  }),
  ...misdeeds<Tls12Server>("INVALID_ALGORITHM", "illegalParameter", {
    "point formats without the uncompressed one": answering({
      extensions: [extension(EXTENSION.pointFormats, vector8(Buffer.of(1, 2)))],
    }),
  }),
  ...misdeeds<Tls12Server>("BAD_HANDSHAKE", "decodeError", {
    "an empty list of point formats": answering({
      extensions: [extension(EXTENSION.pointFormats, vector8(Buffer.of()))],
    }),
    "a list of point formats that is cut short": answering({
      extensions: [extension(EXTENSION.pointFormats, Buffer.of(2, 0))],
    }),
    "a request for a certificate with one and a half algorithms": async (server) => {
      await server.hear();
      const body = [vector8(Buffer.of(64)), vector16(Buffer.of(4, 3, 4)), vector16()];
      server.flight(message(MESSAGE.certificateRequest, Buffer.concat(body)));
    },
    "a request for a certificate with no algorithm": async (server) => {
      await server.hear();
      server.flight(server.request({ schemes: [] }));
    },
  }),
  ...misdeeds<Tls12Server>("BAD_SNI", "illegalParameter", {
    "a server_name with something in it": answering({
      extensions: [extension(EXTENSION.serverName, Buffer.of(0))],
    }),
  }),
  ...misdeeds<Tls12Server>("BAD_SECRENEG", "handshakeFailure", {
    "a first ServerHello that renegotiates": async (server) => {
      await server.hear();
      const hello = server.hello();
      // The last byte is the length of the renegotiated connection.
      const longer = Buffer.concat([hello.subarray(4, -1), Buffer.of(1, 0x11)]);
      longer.writeUInt16BE(longer.length - EXTENSIONS, EXTENSIONS - 2);
      longer.writeUInt16BE(2, longer.length - 4);
      server.say(message(MESSAGE.serverHello, longer));
    },
  }),
  ...misdeeds<Tls12Server>("INVALID_ALGORITHM", "handshakeFailure", {
    "a curve that was not offered": async (server) => {
      await server.hear();
      server.say(server.hello(), server.certificate(), server.keyExchange({ curve: 22 }));
    },
  }),
  ...misdeeds<Tls12Server>("INVALID_ALGORITHM", "illegalParameter", {
    "a share that is no point of P-256": async (server) => {
      const point = Buffer.alloc(65, 0x11);
      point[0] = 4;
      await server.hear();
      server.say(server.hello(), server.certificate(), server.keyExchange({ point }));
      server.say(server.done());
    },
    "a share of small order for X25519": async (server) => {
      const point = Buffer.alloc(32);
      await server.hear();
      server.say(server.hello(), server.certificate(), server.keyExchange({ curve: 29, point }));
      server.say(server.done());
    },
  }),
  ...misdeeds<Tls12Server>("BAD_SIGNATURE", "decryptError", {
    "a key exchange whose signature is for something else": async (server) => {
      await server.hear();
      const signed = Buffer.alloc(100);
      server.say(server.hello(), server.certificate(), server.keyExchange({ signed }));
      server.say(server.done());
    },
  }),
  ...misdeeds<Tls12Server>("BAD_HELLO_DONE", "decodeError", {
    "a ServerHelloDone with something in it": async (server) => {
      await server.hear();
      server.say(server.hello(), server.certificate(), server.keyExchange());
      server.say(server.done(Buffer.of(0)));
    },
  }),
  ...misdeeds<Tls12Server>("BAD_HANDSHAKE", "decodeError", {
    "a HelloRequest that is not empty, in place of a ServerHello": async (server) => {
      await server.hear();
      server.say(message(MESSAGE.helloRequest, Buffer.of(0)));
    },
    "a HelloRequest that is not empty, in place of a certificate": async (server) => {
      await server.hear();
      server.say(server.hello(), message(MESSAGE.helloRequest, Buffer.of(0)));
    },
  }),
  ...misdeeds<Tls12Server>("UNEXPECTED", "unexpectedMessage", {
    "a ServerHelloDone in place of a certificate": async (server) => {
      await server.hear();
      server.say(server.hello(), server.done());
    },
    "no key exchange": async (server) => {
      await server.hear();
      server.say(server.hello(), server.certificate(), server.done());
    },
    "a ClientHello in place of a ServerHello": async (server) => {
      await server.hear();
      server.say(message(MESSAGE.clientHello, Buffer.alloc(40)));
    },
    "application data in place of a ServerHello": async (server) => {
      await server.hear();
      server.records.send(RECORD.applicationData, Buffer.from("hello"));
    },
    "a ChangeCipherSpec in place of a certificate": async (server) => {
      await server.hear();
      server.say(server.hello());
      server.records.send(RECORD.changeCipherSpec, Buffer.of(1));
    },
  }),
];

/** Where the extensions of our ServerHello begin: version, random, no identifier, suite, ... */
const EXTENSIONS = 2 + 32 + 1 + 2 + 1 + 2;

/** What a server says wrong under keys. */
export const misdeedsOfServersUnderKeys: readonly Misdeed<Tls12Server>[] = [
  ...misdeeds<Tls12Server>("BAD_FINISHED", "decryptError", {
    "a Finished that proves nothing": (server) => server.say(server.finished(Buffer.alloc(12))),
  }),
  ...misdeeds<Tls12Server>("UNEXPECTED", "unexpectedMessage", {
    "application data before the Finished": ({ records }) =>
      records.send(RECORD.applicationData, Buffer.from("hello")),
    "one byte behind the Finished": (server) => server.say(server.finished(), Buffer.of(1)),
    "a HelloRequest behind the Finished": (server) =>
      server.say(server.finished(), message(MESSAGE.helloRequest, Buffer.of())),
  }),
];
