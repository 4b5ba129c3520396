import { type Misdeed, misdeeds } from "./misdeed.ts";
import { ALERT, WARNING } from "./refusals.ts";
import type { Tls12Client } from "./tls12-client.ts";
import { vector8, vector16 } from "./tls12-encoding.ts";
import {
  clearRecord,
  EXTENSION,
  extension,
  MESSAGE,
  message,
  renegotiationInfo,
  serverName,
  VERSION,
} from "./tls12-messages.ts";
import { RECORD } from "./wire.ts";

/** In the clear, before the client has sent its ChangeCipherSpec. */
export const misdeedsBeforeKeys: readonly Misdeed[] = [
  ...misdeeds("UNSUPPORTED_VERSION", "protocolVersion", {
    "a first record of version 2.0": (client) =>
      client.records.send(RECORD.handshake, client.hello(), 0x0200),
    "a ClientKeyExchange in a record of version 4.3": async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.handshake, Buffer.alloc(70), 0x0403);
    },
  }),
  ...misdeeds("BAD_VERSION", "protocolVersion", {
    "a ClientHello for version 2.255": (client) => client.greet({ version: 0x02ff }),
    "a ClientHello in two records of two versions": ({ records }) => {
      records.raw(clearRecord(RECORD.handshake, Buffer.of(MESSAGE.clientHello), VERSION.tls10));
      records.raw(clearRecord(RECORD.handshake, Buffer.of(0, 0, 40), VERSION.tls11));
    },
    "a ClientKeyExchange in a record of TLS 1.1 after TLS 1.2 was agreed on": async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.handshake, Buffer.alloc(70), VERSION.tls11);
    },
  }),
  ...misdeeds("BAD_LENGTH", "recordOverflow", {
    "a first record of one byte more than a record may have": ({ records }) =>
      records.raw(clearRecord(RECORD.handshake, Buffer.alloc(0x4001))),
    "a ClientKeyExchange in a record that claims 65535 bytes": async (client) => {
      await client.upToServerFlight();
      client.records.raw(Buffer.of(RECORD.handshake, 3, 3, 0xff, 0xff));
    },
  }),
  ...misdeeds("UNEXPECTED", "unexpectedMessage", {
    "application data in place of a ClientHello": ({ records }) =>
      records.send(RECORD.applicationData, Buffer.from("GET / HTTP/1.0")),
    "a ChangeCipherSpec in place of a ClientHello": ({ records }) =>
      records.send(RECORD.changeCipherSpec, Buffer.of(1)),
    "a record of a type that TLS does not know": ({ records }) => records.send(99, Buffer.of(1)),
    "a ServerHello in place of a ClientHello": ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.serverHello, Buffer.alloc(40))),
    "a ClientHello with another message behind it in its record": (client) => {
      const more = message(MESSAGE.clientKeyExchange, Buffer.alloc(66));
      client.records.send(RECORD.handshake, Buffer.concat([client.hello(), more]));
    },
    "a second ClientHello in place of a ClientKeyExchange": async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.handshake, client.hello());
    },
    "a ChangeCipherSpec before the ClientKeyExchange": async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.changeCipherSpec, Buffer.of(1));
    },
    "a Finished with no ChangeCipherSpec before it": async (client) => {
      await client.upToServerFlight();
      client.exchangeKeys();
      client.finish();
    },
    "a heartbeat in place of a ChangeCipherSpec": async (client) => {
      await client.upToServerFlight();
      client.exchangeKeys();
      client.records.send(RECORD.heartbeat, Buffer.of(1, 0x40, 0));
    },
  }),
  ...misdeeds("BAD_CCS", "illegalParameter", {
    "a ChangeCipherSpec whose value is 2": async (client) => {
      await client.upToServerFlight();
      client.exchangeKeys();
      client.records.send(RECORD.changeCipherSpec, Buffer.of(2));
    },
    "a ChangeCipherSpec of two bytes": async (client) => {
      await client.upToServerFlight();
      client.exchangeKeys();
      client.records.send(RECORD.changeCipherSpec, Buffer.of(1, 1));
    },
  }),
  // RFC 5246, 7.4.1.1: it is a server's to send.
  ...misdeeds("UNEXPECTED", "unexpectedMessage", {
    "a HelloRequest in place of a ClientHello": ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of())),
    "a HelloRequest before a ClientHello, in its record": (client) =>
      client.records.send(
        RECORD.handshake,
        Buffer.concat([message(MESSAGE.helloRequest, Buffer.of()), client.hello()]),
      ),
    "a HelloRequest that is not empty, in place of a ClientHello": ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of(0))),
    "a HelloRequest that is not empty, in place of a ClientKeyExchange": async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of(0)));
    },
    "33 empty records in place of a ClientHello": ({ records }) => {
      for (let count = 0; count < 33; count++) records.send(RECORD.handshake, Buffer.of());
    },
    "33 warnings in place of a ClientHello": ({ records }) => {
      const warning = Buffer.of(WARNING, ALERT.userCanceled);
      for (let count = 0; count < 33; count++) records.send(RECORD.alert, warning);
    },
  }),
  ...misdeeds("BAD_HANDSHAKE", "decodeError", {
    "no suite at all": (client) => client.greet({ suites: [] }),
    "no compression at all": (client) => client.greet({ compressions: [] }),
    ...malformedExtensions({
      "an empty server_name": [0, Buffer.of()],
      "a server_name with an empty list": [0, vector16()],
      "a server_name with an empty name": [0, serverName("")],
      "a server_name whose second name is cut": [
        0,
        vector16(nameEntry("localhost"), Buffer.of(0, 0, 9)),
      ],
      "no point formats": [11, vector8()],
      "point formats with a byte behind them": [11, Buffer.of(1, 0, 0)],
      "an empty ALPN": [16, Buffer.of()],
      "no protocols": [16, vector16()],
      "an empty protocol": [16, vector16(vector8())],
      "an empty protocol behind another": [16, vector16(vector8(Buffer.from("h2")), vector8())],
      "a protocol longer than the list": [16, vector16(Buffer.of(3, 0x68, 0x32))],
      "an encrypt_then_mac with something in it": [22, Buffer.of(0)],
      "an extended_master_secret with something in it": [23, Buffer.of(0)],
    }),
    "no signature algorithms": (client) =>
      client.greet({ bare: true, extensions: [extension(13, vector16())] }),
    "half a signature algorithm": (client) =>
      client.greet({ bare: true, extensions: [extension(13, vector16(Buffer.of(4, 3, 4)))] }),
    "half a group": (client) =>
      client.greet({ bare: true, extensions: [extension(10, vector16(Buffer.of(0)))] }),
  }),
  ...misdeeds("BAD_COMPRESSION", "illegalParameter", {
    "compressions without the one that is none": (client) => client.greet({ compressions: [1] }),
    "all compressions but none": (client) =>
      client.greet({ compressions: Array.from({ length: 255 }, (_, at) => at + 1) }),
  }),
  ...misdeeds("EXTRA_EXTENSION", "decodeError", {
    "an unknown extension, twice": (client) =>
      client.greet({
        extensions: [extension(0xfff0, Buffer.of()), extension(0xfff0, Buffer.of())],
      }),
    "server_name twice": (client) => {
      const named = extension(EXTENSION.serverName, serverName("localhost"));
      client.greet({ extensions: [named, named] });
    },
    "an extension twice, and hundreds between": (client) => {
      const types = [...Array.from({ length: 999 }, (_, at) => 0x4000 + at), 0x4000];
      client.greet({ extensions: types.map((type) => extension(type, Buffer.of())) });
    },
  }),
  ...misdeeds("BAD_SNI", "illegalParameter", {
    "two host names": (client) => {
      const names = vector16(nameEntry("localhost"), nameEntry("example.org"));
      client.greet({ extensions: [extension(EXTENSION.serverName, names)] });
    },
  }),
  ...misdeeds("INVALID_ALGORITHM", "illegalParameter", {
    "a share that is no point of P-256": async (client) => {
      await client.upToServerFlight();
      const point = Buffer.alloc(65, 0x11);
      point[0] = 4;
      client.exchangeKeys(point);
    },
    "a share that is half a point": async (client) => {
      await client.upToServerFlight();
      client.exchangeKeys(Buffer.alloc(33, 4));
    },
    ...Object.fromEntries(
      ["00", "01", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"].map(
        (hex) => [
          `a share of small order for X25519: ${hex}`,
          async (client: Tls12Client) => {
            const point = Buffer.alloc(32);
            Buffer.from(hex, "hex").copy(point);
            client.greet({ bare: true, extensions: X25519_AND_P256 });
            await client.serverFlight();
            client.records.send(
              RECORD.handshake,
              message(MESSAGE.clientKeyExchange, vector8(point)),
            );
          },
        ],
      ),
    ),
    "point formats without the uncompressed one": (client) =>
      client.greet({ extensions: [extension(11, vector8(Buffer.of(1, 2)))] }),
  }),
  ...misdeeds("OVERSIZED_ID", "decodeError", {
    "a session identifier of 33 bytes": (client) =>
      client.greet({ sessionId: Buffer.alloc(33, 0x33) }),
    "a session identifier of 255 bytes": (client) =>
      client.greet({ sessionId: Buffer.alloc(255, 0x33) }),
  }),
  ...[Buffer.of(0), Buffer.of(5), Buffer.of(), Buffer.of(1, 1)].map(
    (content): Misdeed => ({
      error: "BAD_FRAGLEN",
      alert: "illegalParameter",
      what: `a max_fragment_length of [${content.join(", ")}]`,
      commit: (client) =>
        client.greet({ extensions: [extension(EXTENSION.maxFragmentLength, content)] }),
    }),
  ),
  ...misdeeds("BAD_SECRENEG", "handshakeFailure", {
    "a first ClientHello that renegotiates": (client) =>
      client.greet({ extensions: [renegotiationInfo(Buffer.alloc(12, 0x11))] }),
    "a renegotiation_info that contradicts its own length": (client) =>
      client.greet({ extensions: [extension(EXTENSION.renegotiation, Buffer.of(1))] }),
    "renegotiation_info twice": (client) =>
      client.greet({
        extensions: [renegotiationInfo(Buffer.of()), renegotiationInfo(Buffer.of())],
      }),
  }),
];

/** X25519, which the server prefers, the curve of its key (RFC 8422, 4), and one signature algorithm. */
const X25519_AND_P256 = [
  extension(EXTENSION.groups, vector16(Buffer.of(0, 29, 0, 23))),
  extension(EXTENSION.signatures, vector16(Buffer.of(4, 3))),
];

/** A hello with each of these besides what it needs. */
function malformedExtensions(all: Record<string, [type: number, content: Buffer]>) {
  return Object.fromEntries(
    Object.entries(all).map(([what, [type, content]]) => [
      what,
      (client: Tls12Client) => client.greet({ extensions: [extension(type, content)] }),
    ]),
  );
}

function nameEntry(name: string): Buffer {
  return Buffer.concat([Buffer.of(0), vector16(Buffer.from(name))]);
}
