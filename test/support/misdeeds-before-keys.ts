import type { Misdeed } from "./misdeed.ts";
import { vector8 } from "./tls12-encoding.ts";
import { clearRecord, EXTENSION, extension, MESSAGE, message, VERSION } from "./tls12-messages.ts";
import { RECORD } from "./wire.ts";

const HEARTBEAT = 24;

/** In the clear, before the client has sent its ChangeCipherSpec. */
export const misdeedsBeforeKeys: readonly Misdeed[] = [
  {
    error: "UNSUPPORTED_VERSION",
    alert: "protocolVersion",
    what: "a first record of version 2.0",
    commit: (client) => client.records.send(RECORD.handshake, client.hello(), 0x0200),
  },
  {
    error: "UNSUPPORTED_VERSION",
    alert: "protocolVersion",
    what: "a ClientKeyExchange in a record of version 4.3",
    commit: async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.handshake, Buffer.alloc(70), 0x0403);
    },
  },
  {
    error: "BAD_VERSION",
    alert: "protocolVersion",
    what: "a ClientHello for version 2.255",
    commit: (client) => client.greet({ version: 0x02ff }),
  },
  {
    error: "BAD_VERSION",
    alert: "protocolVersion",
    what: "a ClientHello in two records of two versions",
    commit: ({ records }) => {
      records.raw(clearRecord(RECORD.handshake, Buffer.of(MESSAGE.clientHello), VERSION.tls10));
      records.raw(clearRecord(RECORD.handshake, Buffer.of(0, 0, 40), VERSION.tls11));
    },
  },
  {
    error: "BAD_VERSION",
    alert: "protocolVersion",
    what: "a ClientKeyExchange in a record of TLS 1.1 after TLS 1.2 was agreed on",
    commit: async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.handshake, Buffer.alloc(70), VERSION.tls11);
    },
  },
  {
    error: "BAD_LENGTH",
    alert: "recordOverflow",
    what: "a first record of one byte more than a record may have",
    commit: ({ records }) => records.raw(clearRecord(RECORD.handshake, Buffer.alloc(0x4001))),
  },
  {
    error: "BAD_LENGTH",
    alert: "recordOverflow",
    what: "a ClientKeyExchange in a record that claims 65535 bytes",
    commit: async (client) => {
      await client.upToServerFlight();
      client.records.raw(Buffer.of(RECORD.handshake, 3, 3, 0xff, 0xff));
    },
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "application data in place of a ClientHello",
    commit: ({ records }) => records.send(RECORD.applicationData, Buffer.from("GET / HTTP/1.0")),
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a ChangeCipherSpec in place of a ClientHello",
    commit: ({ records }) => records.send(RECORD.changeCipherSpec, Buffer.of(1)),
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a record of a type that TLS does not know",
    commit: ({ records }) => records.send(99, Buffer.of(1)),
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a ServerHello in place of a ClientHello",
    commit: ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.serverHello, Buffer.alloc(40))),
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a ClientHello with another message behind it in its record",
    commit: (client) => {
      const more = message(MESSAGE.clientKeyExchange, Buffer.alloc(66));
      client.records.send(RECORD.handshake, Buffer.concat([client.hello(), more]));
    },
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a second ClientHello in place of a ClientKeyExchange",
    commit: async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.handshake, client.hello());
    },
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a ChangeCipherSpec before the ClientKeyExchange",
    commit: async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.changeCipherSpec, Buffer.of(1));
    },
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a Finished with no ChangeCipherSpec before it",
    commit: async (client) => {
      await client.upToServerFlight();
      client.exchangeKeys();
      client.finish();
    },
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a heartbeat in place of a ChangeCipherSpec",
    commit: async (client) => {
      await client.upToServerFlight();
      client.exchangeKeys();
      client.records.send(HEARTBEAT, Buffer.of(1, 0x40, 0));
    },
  },
  {
    error: "BAD_CCS",
    alert: "illegalParameter",
    what: "a ChangeCipherSpec whose value is 2",
    commit: async (client) => {
      await client.upToServerFlight();
      client.exchangeKeys();
      client.records.send(RECORD.changeCipherSpec, Buffer.of(2));
    },
  },
  {
    error: "BAD_CCS",
    alert: "illegalParameter",
    what: "a ChangeCipherSpec of two bytes",
    commit: async (client) => {
      await client.upToServerFlight();
      client.exchangeKeys();
      client.records.send(RECORD.changeCipherSpec, Buffer.of(1, 1));
    },
  },
  {
    error: "BAD_HANDSHAKE",
    alert: "decodeError",
    what: "a HelloRequest that is not empty, in place of a ClientHello",
    commit: ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of(0))),
  },
  {
    error: "BAD_HANDSHAKE",
    alert: "decodeError",
    what: "a HelloRequest that is not empty, in place of a ClientKeyExchange",
    commit: async (client) => {
      await client.upToServerFlight();
      client.records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of(0)));
    },
  },
  {
    error: "OVERSIZED_ID",
    alert: "decodeError",
    what: "a session identifier of 33 bytes",
    commit: (client) => client.greet({ sessionId: Buffer.alloc(33, 0x33) }),
  },
  {
    error: "OVERSIZED_ID",
    alert: "decodeError",
    what: "a session identifier of 255 bytes",
    commit: (client) => client.greet({ sessionId: Buffer.alloc(255, 0x33) }),
  },
  ...[Buffer.of(0), Buffer.of(5), Buffer.of(), Buffer.of(1, 1)].map(
    (content): Misdeed => ({
      error: "BAD_FRAGLEN",
      alert: "illegalParameter",
      what: `a max_fragment_length of [${content.join(", ")}]`,
      commit: (client) =>
        client.greet({ extensions: [extension(EXTENSION.maxFragmentLength, content)] }),
    }),
  ),
  {
    error: "BAD_SECRENEG",
    alert: "handshakeFailure",
    what: "a first ClientHello that renegotiates",
    commit: (client) => client.greet({ extensions: [renegotiationInfo(Buffer.alloc(12, 0x11))] }),
  },
  {
    error: "BAD_SECRENEG",
    alert: "handshakeFailure",
    what: "a renegotiation_info that contradicts its own length",
    commit: (client) =>
      client.greet({ extensions: [extension(EXTENSION.renegotiation, Buffer.of(1))] }),
  },
  {
    error: "BAD_SECRENEG",
    alert: "handshakeFailure",
    what: "renegotiation_info twice",
    commit: (client) =>
      client.greet({
        extensions: [renegotiationInfo(Buffer.of()), renegotiationInfo(Buffer.of())],
      }),
  },
];

/** RFC 5746, 3.2: the client's last verify_data, empty at first. */
export function renegotiationInfo(renegotiated: Buffer): Buffer {
  return extension(EXTENSION.renegotiation, vector8(renegotiated));
}
