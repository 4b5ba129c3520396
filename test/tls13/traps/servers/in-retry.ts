import { vector16 } from "../../../support/tls12-encoding.ts";
import * as extend from "../../peer/extensions.ts";
import { newShare } from "../../peer/groups.ts";
import { encryptedExtensions } from "../../peer/messages.ts";
import { EXTENSION, GROUP, VERSION } from "../../peer/numbers.ts";
import type { ServerHelloChanges } from "../../peer/server.ts";
import { type Commit, type Misdeed, misdeeds } from "./misdeed.ts";

const version = extend.selectedVersion(VERSION.tls13);

/** A HelloRetryRequest that is changed, and no step more. */
function retry(changes: ServerHelloChanges): Commit {
  return async (server) => {
    await server.hearHello();
    server.retry(changes);
  };
}

function asking(group: number): Commit {
  return retry({ extensions: () => [version, extend.chosenGroup(group)] });
}

function adding(type: number, content: Uint8Array = Buffer.of()): Commit {
  return retry({ extensions: (usual) => [...usual, extend.extension(type, content)] });
}

/** A right retry, then a ServerHello that is changed. */
function afterwards(changes: ServerHelloChanges): Commit {
  return async (server) => {
    await server.hearHello();
    server.retry();
    await server.hearHello();
    server.exchange();
    server.say(server.hello(changes));
  };
}

function share(group: number): Commit {
  const { shown } = newShare(group);
  return afterwards({ extensions: () => [version, extend.chosenShare({ group, shown })] });
}

/** A HelloRetryRequest, and the hello that follows it (RFC 8446, 4.1.4). */
export const misdeedsInRetry: readonly Misdeed[] = [
  ...misdeeds(
    "illegalParameter",
    {
      "for X25519, of which there was a share": asking(GROUP.x25519),
      "for the hybrid, of which there was a share": asking(GROUP.x25519mlkem768),
      "for a group that no client knows": asking(0x0100),
      "that changes nothing": retry({ extensions: () => [version] }),
      "with another session": retry({ sessionId: Buffer.alloc(32, 7) }),
      "with a suite that was not offered": retry({ suite: 0x1304 }),
      "with a suite of TLS 1.2": retry({ suite: 0xc02b }),
      "with a compression": retry({ compression: 1 }),
      "with the group twice": adding(EXTENSION.keyShare, Buffer.of(0, GROUP.secp384r1)),
      "with the version twice": adding(EXTENSION.supportedVersions, Buffer.of(3, 4)),
      "with TLS 1.2 as the version": retry({
        extensions: () => [
          extend.selectedVersion(VERSION.tls12),
          extend.chosenGroup(GROUP.secp384r1),
        ],
      }),
      "without a version": retry({ extensions: () => [extend.chosenGroup(GROUP.secp384r1)] }),
      "with two cookies": retry({
        extensions: (usual) => [...usual, extend.cookie(Buffer.of(1)), extend.cookie(Buffer.of(1))],
      }),
      "with a server's name": adding(EXTENSION.serverName),
      "and then TLS 1.2": async (server) => {
        await server.hearHello();
        server.retry();
        await server.hearHello();
        server.say(server.hello({ suite: 0xc02b, sessionId: Buffer.of(), extensions: () => [] }));
      },
      "and then TLS 1.2 with the client's session": async (server) => {
        await server.hearHello();
        server.retry();
        await server.hearHello();
        server.say(server.hello({ suite: 0xc02b, extensions: () => [] }));
      },
      "and then another suite": afterwards({ suite: 0x1301 }),
      "and then X25519, of which there was a share before": share(GROUP.x25519),
      "and then the hybrid, of which there was a share before": share(GROUP.x25519mlkem768),
      "and then a group that was offered": share(GROUP.secp256r1),
    },
    { settings: { groups: [GROUP.secp384r1], suites: [0x1303] } },
  ),
  ...misdeeds(
    "illegalParameter",
    { "for a group that --groups leaves out": asking(GROUP.secp384r1) },
    { options: { ecdhCurve: "X25519:P-256" }, settings: { groups: [GROUP.secp256r1] } },
  ),
  ...misdeeds(
    "unexpectedMessage",
    {
      twice: async (server) => {
        await server.hearHello();
        server.retry();
        await server.hearHello();
        server.retry({ extensions: () => [version, extend.chosenGroup(GROUP.secp256r1)] });
      },
      "twice for the same group": async (server) => {
        await server.hearHello();
        server.retry();
        await server.hearHello();
        server.retry();
      },
      "twice, the second time for a cookie": async (server) => {
        await server.hearHello();
        server.retry();
        await server.hearHello();
        server.retry({ extensions: () => [version, extend.cookie(Buffer.of(1))] });
      },
      "with EncryptedExtensions behind it in its record": async (server) => {
        await server.hearHello();
        server.say(server.helloRetryRequest(), encryptedExtensions([]));
      },
      "with one byte behind it in its record": async (server) => {
        await server.hearHello();
        server.say(server.helloRetryRequest(), Buffer.of(0));
      },
    },
    { settings: { groups: [GROUP.secp384r1] } },
  ),
  ...misdeeds(
    "unsupportedExtension",
    {
      "with an extension that no client knows": adding(0x1234),
      "with a session that was not offered": adding(EXTENSION.preSharedKey, Buffer.of(0, 0)),
    },
    { settings: { groups: [GROUP.secp384r1] } },
  ),
  ...misdeeds(
    "decodeError",
    {
      "with an empty cookie": adding(EXTENSION.cookie, vector16()),
      "with a byte behind the cookie": adding(
        EXTENSION.cookie,
        Buffer.concat([vector16(Buffer.of(1)), Buffer.of(0)]),
      ),
      "with a share in place of a group": retry({
        extensions: () => [
          version,
          extend.chosenShare({
            group: GROUP.secp384r1,
            shown: newShare(GROUP.secp384r1).shown,
          }),
        ],
      }),
    },
    { settings: { groups: [GROUP.secp384r1] } },
  ),
];
