import { message } from "../../../support/tls12-messages.ts";
import { RECORD } from "../../../support/wire.ts";
import * as extend from "../../peer/extensions.ts";
import * as messages from "../../peer/messages.ts";
import { MESSAGE, SCHEME } from "../../peer/numbers.ts";
import type { Tls13Server } from "../../peer/server.ts";
import { type Commit, type Misdeed, misdeeds } from "./misdeed.ts";

/** After a right handshake. */
function afterwards(then: (server: Tls13Server) => void): Commit {
  return async (server) => {
    await server.establish();
    then(server);
  };
}

const REQUEST = messages.certificateRequest({
  context: Buffer.of(1),
  extensions: [extend.signatureAlgorithms([SCHEME.ecdsaSecp256r1Sha256])],
});

/** Under the keys for data. */
export const misdeedsInConversation: readonly Misdeed[] = [
  ...misdeeds("unexpectedMessage", {
    "a request for a certificate, which our client didn't allow": afterwards((server) =>
      server.mutter(REQUEST),
    ),
    "a HelloRequest": afterwards((server) => server.mutter(message(0, Buffer.of()))),
    "another ServerHello": afterwards((server) => server.mutter(server.hello())),
    "another Finished": afterwards((server) => server.mutter(server.finished())),
    "a ClientHello": afterwards((server) => server.mutter(message(MESSAGE.clientHello, REQUEST))),
    "a ChangeCipherSpec": afterwards((server) => server.records.changeCipherSpec()),
    "something behind a KeyUpdate in its record": afterwards((server) =>
      server.mutter(Buffer.concat([messages.keyUpdate(0), messages.keyUpdate(0)])),
    ),
    "tickets without end": afterwards((server) => {
      // The client keeps 8; of all others, as of other messages without use, it bears 32 in a row.
      for (let n = 0; n < 8 + 32 + 1; n++) server.issueTicket();
    }),
    "KeyUpdates without end": afterwards((server) => {
      for (let n = 0; n < 40; n++) server.updateKey();
    }),
    "data in the clear": afterwards((server) =>
      server.records.sendInTheClear(RECORD.handshake, Buffer.from("data")),
    ),
  }),
  ...misdeeds("illegalParameter", {
    "a KeyUpdate of 2": afterwards((server) => server.mutter(messages.keyUpdate(2))),
  }),
  ...misdeeds("decodeError", {
    "a KeyUpdate of two bytes": afterwards((server) =>
      server.mutter(message(MESSAGE.keyUpdate, Buffer.of(0, 0))),
    ),
    "a KeyUpdate of no bytes": afterwards((server) =>
      server.mutter(message(MESSAGE.keyUpdate, Buffer.of())),
    ),
  }),
  ...misdeeds("badRecordMac", {
    "data under the handshake's keys": afterwards((server) => {
      server.writeUnder("handshake");
      server.send("data");
    }),
  }),
];
