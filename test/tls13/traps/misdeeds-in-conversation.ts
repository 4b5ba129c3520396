import { message } from "../../support/tls12-messages.ts";
import { RECORD } from "../../support/wire.ts";
import type { Tls13Client } from "../peer/client.ts";
import * as write from "../peer/messages.ts";
import { ALERT, LEVEL, MESSAGE } from "../peer/numbers.ts";
import { type Commit, type Misdeed, misdeeds } from "./misdeed.ts";

function establishedThen(commit: (client: Tls13Client) => void): Commit {
  return async (client) => {
    await client.establish();
    if ((await client.echo("hello")) !== "hello") throw new Error("no echo");
    commit(client);
  };
}

function times(count: number, commit: (client: Tls13Client) => void): Commit {
  return establishedThen((client) => {
    for (let done = 0; done < count; done++) commit(client);
  });
}

/** When the handshake is done. */
export const misdeedsInConversation: readonly Misdeed[] = [
  ...misdeeds("illegalParameter", {
    "a KeyUpdate whose value is 2": establishedThen((client) => client.updateKey(2)),
    "a KeyUpdate whose value is 255": establishedThen((client) => client.updateKey(255)),
  }),
  ...misdeeds("decodeError", {
    "a KeyUpdate of no bytes": establishedThen((client) =>
      client.mutter(message(MESSAGE.keyUpdate, Buffer.of())),
    ),
    "a KeyUpdate of two bytes": establishedThen((client) =>
      client.mutter(message(MESSAGE.keyUpdate, Buffer.of(0, 0))),
    ),
    "an alert of three bytes": establishedThen((client) =>
      client.records.send(RECORD.alert, Buffer.of(1, 90, 0)),
    ),
  }),
  ...misdeeds("unexpectedMessage", {
    "a byte behind a KeyUpdate in its record": establishedThen((client) =>
      client.mutter(Buffer.concat([write.keyUpdate(0), Buffer.of(MESSAGE.keyUpdate)])),
    ),
    "two KeyUpdates in a record": establishedThen((client) =>
      client.mutter(Buffer.concat([write.keyUpdate(0), write.keyUpdate(0)])),
    ),
    "33 KeyUpdates in a row": times(33, (client) => client.updateKey()),
    "33 requests for a KeyUpdate in a row": times(33, (client) => client.updateKey(1)),
    "33 empty records in a row": times(33, (client) => client.send("")),
    "33 records of nothing but padding in a row": times(33, (client) => {
      client.records.padding = 100;
      client.send("");
    }),
    "user_canceled five times": times(5, (client) =>
      client.alert(ALERT.userCanceled, LEVEL.warning),
    ),
    "a ClientHello": establishedThen((client) => client.say(client.hello())),
    "a second Finished": establishedThen((client) => client.say(client.finished(Buffer.alloc(32)))),
    "a ticket, which only servers have": establishedThen((client) =>
      client.mutter(
        write.encodedTicket({
          ...{ lifetime: 1, ageAdd: 2, nonce: Buffer.of(3), ticket: Buffer.of(4), extensions: [] },
        }),
      ),
    ),
    "a certificate": establishedThen((client) =>
      client.mutter(write.certificate({ certificates: [] })),
    ),
    "a CertificateRequest": establishedThen((client) =>
      client.mutter(write.certificateRequest({ extensions: [] })),
    ),
    "an EndOfEarlyData": establishedThen((client) =>
      client.mutter(message(MESSAGE.endOfEarlyData, Buffer.of())),
    ),
    "data between the pieces of a KeyUpdate": establishedThen((client) => {
      client.mutter(write.keyUpdate(0).subarray(0, 2));
      client.send("between");
    }),
    "a ChangeCipherSpec": establishedThen((client) => client.records.changeCipherSpec()),
    "an alert in the clear": establishedThen((client) =>
      client.records.sendInTheClear(RECORD.alert, Buffer.of(2, ALERT.handshakeFailure)),
    ),
    "data in the clear, in a record of another type": establishedThen((client) =>
      client.records.sendInTheClear(RECORD.handshake, Buffer.from("hello")),
    ),
    "an empty alert": establishedThen((client) => client.records.send(RECORD.alert, Buffer.of())),
    "an empty piece of a message": establishedThen((client) => client.mutter(Buffer.of())),
    "nothing but zeros in a record": establishedThen((client) => {
      const record = client.records.outgoing?.sealInner(Buffer.alloc(100));
      client.records.raw(record ?? Buffer.of());
    }),
  }),
  ...misdeeds("badRecordMac", {
    "a forged record": establishedThen((client) =>
      client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(60, 7)),
    ),
    "a record twice": establishedThen((client) => {
      const record = client.records.record(RECORD.applicationData, Buffer.from("twice"));
      client.records.raw(Buffer.concat([record, record]));
    }),
    "a record under the key before a KeyUpdate": establishedThen((client) => {
      client.mutter(write.keyUpdate(0));
      client.send("under the old key");
    }),
  }),
  ...misdeeds("recordOverflow", {
    "a content of a byte too many": establishedThen((client) => {
      client.records.fragmentLength = (1 << 14) + 1;
      client.send(Buffer.alloc((1 << 14) + 1));
    }),
  }),
];
