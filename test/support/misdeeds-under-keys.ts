import type { Misdeed } from "./misdeed.ts";
import type { Tls12Client } from "./tls12-client.ts";
import { VERIFY_LENGTH } from "./tls12-keys.ts";
import { clearRecord, MESSAGE, message, VERSION } from "./tls12-messages.ts";
import { RECORD } from "./wire.ts";

const HEARTBEAT = 24;

/** The tag of ChaCha20-Poly1305: no sealed record is shorter. */
const TAG_LENGTH = 16;

/** RFC 5246, 6.2.3: what a sealed record may have besides 2^14 bytes of content. */
const EXPANSION_MAX = 2048;
const CONTENT_MAX = 1 << 14;

/**
 * Between the client's ChangeCipherSpec and the server's: what the client sends is sealed, and what
 * it reads is not yet.
 */
export const misdeedsInsteadOfFinished: readonly Misdeed[] = [
  {
    error: "BAD_FINISHED",
    alert: "decryptError",
    what: "a Finished that proves nothing",
    commit: ({ records }) => {
      records.send(RECORD.handshake, message(MESSAGE.finished, Buffer.alloc(VERIFY_LENGTH)));
    },
  },
  {
    error: "BAD_FINISHED",
    alert: "decryptError",
    what: "a Finished with one bit wrong",
    commit: (client) => {
      const finished = client.finished();
      flip(finished, finished.length - 1);
      client.records.send(RECORD.handshake, finished);
    },
  },
  {
    error: "BAD_MAC",
    alert: "badRecordMac",
    what: "a Finished whose record was changed on its way",
    commit: (client) => sendChanged(client, RECORD.handshake, client.finished()),
  },
  {
    error: "BAD_MAC",
    alert: "badRecordMac",
    what: "a Finished in the clear",
    commit: (client) => client.records.raw(clearRecord(RECORD.handshake, client.finished())),
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a sealed ClientKeyExchange in place of a Finished",
    commit: (client) => client.exchangeKeys(),
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "application data before a Finished",
    commit: ({ records }) => records.send(RECORD.applicationData, Buffer.from("too early")),
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a second ChangeCipherSpec in place of a Finished",
    commit: ({ records }) => records.send(RECORD.changeCipherSpec, Buffer.of(1)),
  },
  {
    error: "BAD_HANDSHAKE",
    alert: "decodeError",
    what: "a HelloRequest that is not empty, in place of a Finished",
    commit: ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of(0))),
  },
];

/** After both ChangeCipherSpecs: all is sealed, and prog runs. */
export const misdeedsAfterHandshake: readonly Misdeed[] = [
  {
    error: "UNSUPPORTED_VERSION",
    alert: "protocolVersion",
    what: "a record of version 4.3",
    commit: ({ records }) => records.send(RECORD.applicationData, Buffer.from("hello"), 0x0403),
  },
  {
    error: "BAD_VERSION",
    alert: "protocolVersion",
    what: "a record of TLS 1.1",
    commit: ({ records }) =>
      records.send(RECORD.applicationData, Buffer.from("hello"), VERSION.tls11),
  },
  {
    error: "BAD_MAC",
    alert: "badRecordMac",
    what: "data that was changed on its way",
    commit: (client) => sendChanged(client, RECORD.applicationData, Buffer.from("hello")),
  },
  {
    error: "BAD_MAC",
    alert: "badRecordMac",
    what: "data that was sealed as a record of another type",
    commit: (client) => {
      const sealed = seal(client, RECORD.handshake, Buffer.from("hello"));
      client.records.raw(clearRecord(RECORD.applicationData, sealed));
    },
  },
  {
    error: "BAD_MAC",
    alert: "badRecordMac",
    what: "a record that is sent again",
    commit: (client) => {
      const record = clearRecord(
        RECORD.applicationData,
        seal(client, RECORD.applicationData, Buffer.from("hello")),
      );
      client.records.raw(record);
      client.records.raw(record);
    },
  },
  {
    error: "BAD_LENGTH",
    alert: "badRecordMac",
    what: "a record too short for its authentication",
    commit: ({ records }) =>
      records.raw(clearRecord(RECORD.applicationData, Buffer.alloc(TAG_LENGTH - 1))),
  },
  {
    error: "BAD_LENGTH",
    alert: "badRecordMac",
    what: "an empty record that is not sealed",
    commit: ({ records }) => records.raw(clearRecord(RECORD.applicationData, Buffer.of())),
  },
  {
    error: "BAD_LENGTH",
    alert: "badRecordMac",
    what: "a record longer than its suite makes them, though TLS allows the length",
    commit: ({ records }) => {
      const body = Buffer.alloc(CONTENT_MAX + TAG_LENGTH + 1);
      records.raw(clearRecord(RECORD.applicationData, body));
    },
  },
  {
    error: "BAD_LENGTH",
    alert: "recordOverflow",
    what: "a record of one byte more than TLS allows",
    commit: ({ records }) => {
      const body = Buffer.alloc(CONTENT_MAX + EXPANSION_MAX + 1);
      records.raw(clearRecord(RECORD.applicationData, body));
    },
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a ChangeCipherSpec",
    commit: ({ records }) => records.send(RECORD.changeCipherSpec, Buffer.of(1)),
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a handshake message that is no ClientHello",
    commit: ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.finished, Buffer.alloc(VERIFY_LENGTH))),
  },
  {
    error: "UNEXPECTED",
    alert: "unexpectedMessage",
    what: "a heartbeat that claims more than it has",
    commit: ({ records }) => records.send(HEARTBEAT, Buffer.of(1, 0x40, 0)),
  },
];

function seal({ records }: Tls12Client, type: number, content: Buffer): Buffer {
  if (records.outgoing === null) throw new Error("no keys yet");
  return records.outgoing.seal(type, content);
}

function sendChanged(client: Tls12Client, type: number, content: Buffer): void {
  const sealed = seal(client, type, content);
  flip(sealed, 0);
  client.records.raw(clearRecord(type, sealed));
}

function flip(bytes: Buffer, at: number): void {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
}
