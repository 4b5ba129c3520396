import { uint16 } from "../../support/tls12-encoding.ts";
import { message } from "../../support/tls12-messages.ts";
import { RECORD } from "../../support/wire.ts";
import type { Tls13Client } from "../peer/client.ts";
import type { HelloChanges } from "../peer/client-hello.ts";
import * as extend from "../peer/extensions.ts";
import { newShare } from "../peer/groups.ts";
import { EXTENSION, GROUP, MESSAGE } from "../peer/numbers.ts";
import { type Commit, type Misdeed, misdeeds, RETRIED } from "./misdeed.ts";

async function upToRetry(client: Tls13Client): Promise<void> {
  client.greet();
  await client.serverHello();
  if (!client.retried) throw new Error("there was no retry");
}

/** After the retry, a hello with one change. */
function again(changes: HelloChanges, prepare: (client: Tls13Client) => void = () => {}): Commit {
  return async (client) => {
    await upToRetry(client);
    prepare(client);
    client.greet(changes);
  };
}

function replaced(type: number, other: { type: number; content: Buffer } | null): HelloChanges {
  return {
    extensions: (usual) =>
      usual.flatMap((one) => (one.type !== type ? [one] : other === null ? [] : [other])),
  };
}

/** In the ClientHello that follows a HelloRetryRequest (RFC 8446, 4.1.2). */
export const misdeedsInSecondHello: readonly Misdeed[] = [
  ...misdeeds(
    "illegalParameter",
    {
      "the first hello once more": async (client) => {
        const first = client.hello();
        client.say(first);
        await client.serverHello();
        client.say(first);
      },
      "the share of another group": again({}, (client) => {
        client.shares = [newShare(GROUP.secp384r1)];
      }),
      "two shares": again({}, (client) => {
        client.shares = [newShare(GROUP.secp256r1), newShare(GROUP.secp521r1)];
      }),
      "an empty list of shares": again({}, (client) => {
        client.shares = [];
      }),
      "a share of a byte too many": again({}, (client) => {
        const { shown, ...share } = newShare(GROUP.secp256r1);
        client.shares = [{ ...share, shown: Buffer.concat([shown, Buffer.of(0)]) }];
      }),
      "early_data, which is over": again({
        extensions: (usual) => [...usual, extend.earlyData()],
      }),
      "another first suite of ours": again({ suites: [0x1302] }),
      "another server name": again(replaced(EXTENSION.serverName, extend.serverName("other.test"))),
      "no server name": again(replaced(EXTENSION.serverName, null)),
      "another session id": async (client) => {
        await upToRetry(client);
        client.greet({ sessionId: Buffer.alloc(32, 1) });
      },
      "no TLS 1.3 in it": again(
        replaced(EXTENSION.supportedVersions, extend.supportedVersions([0x0303])),
      ),
      "no supported_versions": again(replaced(EXTENSION.supportedVersions, null)),
    },
    RETRIED,
  ),
  ...misdeeds(
    "missingExtension",
    { "no key_share": again(replaced(EXTENSION.keyShare, null)) },
    RETRIED,
  ),
  ...misdeeds(
    "unexpectedMessage",
    {
      "a Finished in its place": async (client) => {
        await upToRetry(client);
        client.mutter(message(MESSAGE.finished, Buffer.alloc(32)));
      },
      "data in its place": async (client) => {
        await upToRetry(client);
        client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(40));
      },
      "three ChangeCipherSpecs before it": async (client) => {
        await upToRetry(client);
        for (let count = 0; count < 3; count++) client.records.changeCipherSpec();
      },
      "a ChangeCipherSpec of two bytes": async (client) => {
        await upToRetry(client);
        client.records.changeCipherSpec(uint16(0x0101));
      },
      "a ChangeCipherSpec whose value is 2": async (client) => {
        await upToRetry(client);
        client.records.changeCipherSpec(Buffer.of(2));
      },
      "another message behind it in its record": async (client) => {
        await upToRetry(client);
        client.mutter(Buffer.concat([client.hello(), Buffer.of(MESSAGE.finished)]));
      },
    },
    RETRIED,
  ),
];
