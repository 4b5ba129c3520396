import { type Misdeed, misdeeds } from "./misdeed.ts";
import { ALERT, WARNING } from "./refusals.ts";
import type { Tls12Client } from "./tls12-client.ts";
import { VERIFY_LENGTH } from "./tls12-keys.ts";
import { clearRecord, MESSAGE, message, VERSION } from "./tls12-messages.ts";
import { RECORD } from "./wire.ts";

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
  ...misdeeds("BAD_FINISHED", "decryptError", {
    "a Finished that proves nothing": ({ records }) => {
      records.send(RECORD.handshake, message(MESSAGE.finished, Buffer.alloc(VERIFY_LENGTH)));
    },
    "a Finished with one bit wrong": (client) => {
      const finished = client.finished();
      flip(finished, finished.length - 1);
      client.records.send(RECORD.handshake, finished);
    },
  }),
  ...misdeeds("BAD_MAC", "badRecordMac", {
    "a Finished whose record was changed on its way": (client) =>
      sendChanged(client, RECORD.handshake, client.finished()),
    "a Finished in the clear": (client) =>
      client.records.raw(clearRecord(RECORD.handshake, client.finished())),
  }),
  ...misdeeds("UNEXPECTED", "unexpectedMessage", {
    "a sealed ClientKeyExchange in place of a Finished": (client) => client.exchangeKeys(),
    "application data before a Finished": ({ records }) =>
      records.send(RECORD.applicationData, Buffer.from("too early")),
    "no application data, in a record of its own, before a Finished": ({ records }) =>
      records.send(RECORD.applicationData, Buffer.of()),
    "a second ChangeCipherSpec in place of a Finished": ({ records }) =>
      records.send(RECORD.changeCipherSpec, Buffer.of(1)),
  }),
  ...misdeeds("UNEXPECTED", "unexpectedMessage", {
    "a HelloRequest in place of a Finished": ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of())),
    "a HelloRequest that is not empty, in place of a Finished": ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of(0))),
  }),
];

/** The Finished is good, and has company: the server has answered it, so the alert is sealed. */
export const misdeedsBehindFinished: readonly Misdeed[] = misdeeds(
  "UNEXPECTED",
  "unexpectedMessage",
  {
    "one byte behind Finished": (client) => behindFinished(client, Buffer.of(0)),
    "a whole hello behind Finished": (client) => behindFinished(client, client.hello()),
    "a second Finished behind the first": (client) =>
      behindFinished(client, message(MESSAGE.finished, Buffer.alloc(VERIFY_LENGTH))),
  },
);

/** After both ChangeCipherSpecs: all is sealed, and prog runs. */
export const misdeedsAfterHandshake: readonly Misdeed[] = [
  ...misdeeds("UNSUPPORTED_VERSION", "protocolVersion", {
    "a record of version 4.3": ({ records }) =>
      records.send(RECORD.applicationData, Buffer.from("hello"), 0x0403),
  }),
  ...misdeeds("BAD_VERSION", "protocolVersion", {
    "a record of TLS 1.1": ({ records }) =>
      records.send(RECORD.applicationData, Buffer.from("hello"), VERSION.tls11),
  }),
  ...misdeeds("BAD_MAC", "badRecordMac", {
    "data that was changed on its way": (client) =>
      sendChanged(client, RECORD.applicationData, Buffer.from("hello")),
    "data that was sealed as a record of another type": (client) => {
      const sealed = seal(client, RECORD.handshake, Buffer.from("hello"));
      client.records.raw(clearRecord(RECORD.applicationData, sealed));
    },
    "a record that is sent again": (client) => {
      const record = clearRecord(
        RECORD.applicationData,
        seal(client, RECORD.applicationData, Buffer.from("hello")),
      );
      client.records.raw(record);
      client.records.raw(record);
    },
  }),
  ...misdeeds("BAD_LENGTH", "badRecordMac", {
    "a record too short for its authentication": ({ records }) =>
      records.raw(clearRecord(RECORD.applicationData, Buffer.alloc(TAG_LENGTH - 1))),
    "an empty record that is not sealed": ({ records }) =>
      records.raw(clearRecord(RECORD.applicationData, Buffer.of())),
  }),
  ...misdeeds("BAD_LENGTH", "recordOverflow", {
    "a record longer than its suite makes them, though other suites may": ({ records }) => {
      const body = Buffer.alloc(CONTENT_MAX + TAG_LENGTH + 1);
      records.raw(clearRecord(RECORD.applicationData, body));
    },
    "a record of one byte more than TLS allows": ({ records }) => {
      const body = Buffer.alloc(CONTENT_MAX + EXPANSION_MAX + 1);
      records.raw(clearRecord(RECORD.applicationData, body));
    },
  }),
  ...misdeeds("UNEXPECTED", "unexpectedMessage", {
    "a ChangeCipherSpec": ({ records }) => records.send(RECORD.changeCipherSpec, Buffer.of(1)),
    "a handshake message that is no ClientHello": ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.finished, Buffer.alloc(VERIFY_LENGTH))),
    "a HelloRequest": ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.helloRequest, Buffer.of())),
    "33 empty records": ({ records }) => {
      for (let count = 0; count < 33; count++) {
        records.send(RECORD.applicationData, Buffer.of());
      }
    },
    "33 warnings": ({ records }) => {
      for (let count = 0; count < 33; count++) {
        records.send(RECORD.alert, Buffer.of(WARNING, ALERT.userCanceled));
      }
    },
    "a heartbeat that claims more than it has": ({ records }) =>
      records.send(RECORD.heartbeat, Buffer.of(1, 0x40, 0)),
  }),
];

function behindFinished(client: Tls12Client, more: Buffer): void {
  client.records.send(RECORD.handshake, Buffer.concat([client.finished(), more]));
}

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
