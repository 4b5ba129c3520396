import { uint16 } from "../../support/tls12-encoding.ts";
import { clearRecord, message } from "../../support/tls12-messages.ts";
import { RECORD } from "../../support/wire.ts";
import type { Tls13Client } from "../peer/client.ts";
import * as write from "../peer/messages.ts";
import { MESSAGE } from "../peer/numbers.ts";
import { type Commit, type Misdeed, misdeeds } from "./misdeed.ts";

/** After the server's Finished, under the handshake's keys. */
function protectedThen(commit: (client: Tls13Client) => void): Commit {
  return async (client) => {
    await client.upToFinish();
    client.protect();
    commit(client);
  };
}

/** A sealed record around anything. */
function inner(bytes: Uint8Array): Commit {
  return protectedThen((client) => client.records.raw(sealed(client, bytes)));
}

function sealed(client: Tls13Client, bytes: Uint8Array): Buffer {
  const { outgoing } = client.records;
  if (outgoing === null) throw new Error("no keys yet");
  return outgoing.sealInner(bytes);
}

/** In the place of a client's Finished, or around it. */
export const misdeedsInHandshake: readonly Misdeed[] = [
  ...misdeeds("decryptError", {
    "a Finished whose first bit is wrong": protectedThen((client) => {
      const right = client.verifyData("client");
      client.say(
        client.finished(Buffer.concat([Buffer.of((right[0] ?? 0) ^ 128), right.subarray(1)])),
      );
    }),
    "a Finished whose last bit is wrong": protectedThen((client) => {
      const right = client.verifyData("client");
      client.say(
        client.finished(Buffer.concat([right.subarray(0, -1), Buffer.of((right.at(-1) ?? 0) ^ 1)])),
      );
    }),
    "the server's Finished": protectedThen((client) =>
      client.say(client.finished(client.verifyData("server"))),
    ),
  }),
  ...misdeeds("decodeError", {
    "a Finished of no bytes": protectedThen((client) => client.say(client.finished(Buffer.of()))),
    "a Finished that is cut short": protectedThen((client) =>
      client.say(client.finished(client.verifyData("client").subarray(1))),
    ),
    "a Finished of a byte too many": protectedThen((client) =>
      client.say(client.finished(Buffer.concat([client.verifyData("client"), Buffer.of(0)]))),
    ),
    "a Finished of 65,535 bytes": protectedThen((client) =>
      client.mutter(Buffer.of(MESSAGE.finished, 0, 0xff, 0xff)),
    ),
    "two alerts in a record": protectedThen((client) =>
      client.records.send(RECORD.alert, Buffer.of(1, 90, 1, 90)),
    ),
    "half of an alert": protectedThen((client) => client.records.send(RECORD.alert, Buffer.of(2))),
  }),
  ...misdeeds("unexpectedMessage", {
    "a byte behind Finished in its record": protectedThen((client) =>
      client.mutter(Buffer.concat([client.finished(), Buffer.of(0)])),
    ),
    "a KeyUpdate behind Finished in its record": protectedThen((client) =>
      client.mutter(Buffer.concat([client.finished(), write.keyUpdate(0)])),
    ),
    "a KeyUpdate before Finished": protectedThen((client) => client.mutter(write.keyUpdate(0))),
    "data before Finished": protectedThen((client) => client.send("too soon")),
    "empty data before Finished": protectedThen((client) => client.send("")),
    "an EndOfEarlyData": protectedThen((client) =>
      client.say(message(MESSAGE.endOfEarlyData, Buffer.of())),
    ),
    "a certificate that was not asked for": protectedThen((client) =>
      client.say(write.certificate({ certificates: [] })),
    ),
    "a CertificateVerify, with no certificate before it": protectedThen((client) =>
      client.say(write.certificateVerify(0x0403, Buffer.alloc(70))),
    ),
    "another ClientHello": protectedThen((client) => client.say(client.hello())),
    "a message that TLS doesn't know": protectedThen((client) =>
      client.say(message(99, Buffer.of())),
    ),
    "a Finished in the clear": async (client) => {
      await client.upToFinish();
      client.changeCipherSpec();
      client.records.sendInTheClear(RECORD.handshake, client.finished());
    },
    "nothing but zeros in a record": inner(Buffer.alloc(40)),
    "a record of nothing but one zero": inner(Buffer.of(0)),
    "an empty piece of a handshake message": protectedThen((client) => client.mutter(Buffer.of())),
    "an empty alert": protectedThen((client) => client.records.send(RECORD.alert, Buffer.of())),
    "a ChangeCipherSpec under keys": protectedThen((client) =>
      client.records.send(RECORD.changeCipherSpec, Buffer.of(1)),
    ),
    "a record of a type that TLS doesn't know": protectedThen((client) =>
      client.records.send(99, Buffer.of(1)),
    ),
    "a third ChangeCipherSpec": async (client) => {
      await client.upToFinish();
      for (let count = 0; count < 3; count++) client.records.changeCipherSpec();
    },
    "a ChangeCipherSpec of no bytes": async (client) => {
      await client.upToFinish();
      client.records.changeCipherSpec(Buffer.of());
    },
    "data between the pieces of Finished": protectedThen((client) => {
      const finished = client.finished();
      client.mutter(finished.subarray(0, 9));
      client.send("between");
    }),
  }),
  ...misdeeds("badRecordMac", {
    "a forged record": async (client) => {
      await client.upToFinish();
      client.changeCipherSpec();
      client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(60, 7));
    },
    "a record of 16 bytes, which has no room for a type": async (client) => {
      await client.upToFinish();
      client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(16));
    },
    "a record of no bytes": async (client) => {
      await client.upToFinish();
      client.records.sendInTheClear(RECORD.applicationData, Buffer.of());
    },
    "a Finished whose record is changed": protectedThen((client) => {
      const record = client.records.record(RECORD.handshake, client.finished());
      record.writeUInt8(record.readUInt8(9) ^ 1, 9);
      client.records.raw(record);
    }),
    "a Finished with the record number of another": protectedThen((client) => {
      const { outgoing } = client.records;
      if (outgoing !== null) outgoing.sequence = 1n;
      client.say(client.finished());
    }),
  }),
  ...misdeeds("recordOverflow", {
    "a header that claims a byte more than a sealed record may have": protectedThen((client) =>
      client.records.raw(
        Buffer.concat([Buffer.of(RECORD.applicationData, 3, 3), uint16((1 << 14) + 257)]),
      ),
    ),
    "a content of a byte too many": inner(
      Buffer.concat([Buffer.alloc((1 << 14) + 1), Buffer.of(RECORD.handshake)]),
    ),
    "a padding that is too long": inner(
      Buffer.concat([Buffer.of(1, RECORD.handshake), Buffer.alloc(1 << 14)]),
    ),
  }),
  ...misdeeds(["recordOverflow", "unexpectedMessage"], {
    "a record in the clear of a byte too many": async (client) => {
      await client.upToFinish();
      client.records.raw(clearRecord(RECORD.handshake, Buffer.alloc((1 << 14) + 1)));
    },
  }),
];
