import { uint16, vector16 } from "../../../support/tls12-encoding.ts";
import { message } from "../../../support/tls12-messages.ts";
import { RECORD } from "../../../support/wire.ts";
import * as extend from "../../peer/extensions.ts";
import { newShare } from "../../peer/groups.ts";
import { encryptedExtensions } from "../../peer/messages.ts";
import { EXTENSION, GROUP, MESSAGE } from "../../peer/numbers.ts";
import type { ServerHelloChanges } from "../../peer/server.ts";
import { type Commit, type Misdeed, misdeeds } from "./misdeed.ts";

/** A ServerHello with something changed, and no step more. */
function hello(changes: ServerHelloChanges): Commit {
  return async (server) => {
    await server.hearHello();
    server.exchange();
    server.say(server.hello(changes));
  };
}

function having(type: number, ...content: Uint8Array[]): Commit {
  const other = extend.extension(type, ...content);
  return hello({ extensions: (usual) => usual.map((one) => (one.type === type ? other : one)) });
}

function adding(type: number, content: Uint8Array = Buffer.of()): Commit {
  return hello({ extensions: (usual) => [...usual, extend.extension(type, content)] });
}

function without(type: number): Commit {
  return hello({ extensions: (usual) => usual.filter((one) => one.type !== type) });
}

function share(group: number, shown: Uint8Array): Commit {
  return having(EXTENSION.keyShare, extend.chosenShare({ group, shown }).content);
}

/** The answer to the client's hybrid share. */
function hybrid(shown: Uint8Array): Commit {
  return share(GROUP.x25519mlkem768, shown);
}

const good = newShare(GROUP.x25519).shown;
const CIPHERTEXT = 1088;
const ORDER_8 = Buffer.from(
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "hex",
);

/** Something behind a message in its record. */
function behind(bytes: Uint8Array): Commit {
  return async (server) => {
    await server.hearHello();
    server.exchange();
    server.say(server.hello(), Buffer.from(bytes));
  };
}

/** In place of a ServerHello. */
function inPlace(type: number, content: Uint8Array): Commit {
  return async (server) => {
    await server.hearHello();
    server.records.send(type, content);
  };
}

/** In the ServerHello (RFC 8446, 4.1.3). */
export const misdeedsInHello: readonly Misdeed[] = [
  ...misdeeds("illegalParameter", {
    "a legacy_version of TLS 1.1": hello({ version: 0x0302 }),
    "a legacy_version of TLS 1.3": hello({ version: 0x0304 }),
    "another session": hello({ sessionId: Buffer.alloc(32, 7) }),
    "a session of 33 bytes": hello({ sessionId: Buffer.alloc(33) }),
    "no session": hello({ sessionId: Buffer.of() }),
    "a suite that was not offered": hello({ suite: 0x1304 }),
    "a suite of TLS 1.2 that was offered": hello({ suite: 0xc02b }),
    "a compression": hello({ compression: 1 }),
    "TLS 1.2 as the selected version": having(EXTENSION.supportedVersions, uint16(0x0303)),
    "a version that was not offered": having(EXTENSION.supportedVersions, uint16(0x0305)),
    "no supported_versions": without(EXTENSION.supportedVersions),
    "a share of a group of which the client showed none": share(
      GROUP.secp256r1,
      newShare(GROUP.secp256r1).shown,
    ),
    "a share of a group that was not offered": share(0x0100, good),
    "an X25519 share of 31 bytes": share(GROUP.x25519, good.subarray(1)),
    "an X25519 share of 33 bytes": share(GROUP.x25519, Buffer.concat([good, Buffer.of(0)])),
    "an X25519 share of no bytes": share(GROUP.x25519, Buffer.of()),
    "an X25519 share of zeros": share(GROUP.x25519, Buffer.alloc(32)),
    "an X25519 share of order 8": share(GROUP.x25519, ORDER_8),
    "a hybrid share without its X25519 half": hybrid(Buffer.alloc(CIPHERTEXT, 1)),
    "a hybrid share that is one byte too short": hybrid(
      Buffer.concat([Buffer.alloc(CIPHERTEXT - 1, 1), good]),
    ),
    "a hybrid share that is one byte too long": hybrid(
      Buffer.concat([Buffer.alloc(CIPHERTEXT + 1, 1), good]),
    ),
    "a hybrid share whose X25519 half is zero": hybrid(Buffer.alloc(CIPHERTEXT + 32)),
    "a hybrid share whose X25519 half has order 8": hybrid(
      Buffer.concat([Buffer.alloc(CIPHERTEXT), ORDER_8]),
    ),
    "a hybrid share with the halves of X25519 alone": hybrid(good),
    "key_share twice": adding(
      EXTENSION.keyShare,
      extend.chosenShare({ group: GROUP.x25519, shown: good }).content,
    ),
    "supported_versions twice": adding(EXTENSION.supportedVersions, uint16(0x0304)),
    server_name: adding(EXTENSION.serverName),
    "an application protocol": adding(EXTENSION.alpn, extend.alpn(["http/1.1"]).content),
    supported_groups: adding(EXTENSION.supportedGroups, Buffer.from("0002001d", "hex")),
    "a cookie": adding(EXTENSION.cookie, vector16(Buffer.from("cookie"))),
  }),
  ...misdeeds("unsupportedExtension", {
    "an extension that no client knows": adding(0x1234),
    "a session that was not offered": adding(EXTENSION.preSharedKey, uint16(0)),
    early_data: adding(EXTENSION.earlyData),
  }),
  ...misdeeds("missingExtension", { "no key_share": without(EXTENSION.keyShare) }),
  ...misdeeds("decodeError", {
    "a byte behind the share": having(
      EXTENSION.keyShare,
      extend.chosenShare({ group: GROUP.x25519, shown: good }).content,
      Buffer.of(0),
    ),
    "a selected version of three bytes": having(EXTENSION.supportedVersions, Buffer.of(3, 4, 0)),
    "a byte behind the extensions": async (server) => {
      await server.hearHello();
      server.exchange();
      const body = Buffer.concat([server.hello().subarray(4), Buffer.of(0)]);
      server.say(message(MESSAGE.serverHello, body));
    },
    "half a hello": async (server) => {
      await server.hearHello();
      server.exchange();
      server.say(message(MESSAGE.serverHello, server.hello().subarray(4, 60)));
    },
  }),
  ...misdeeds("unexpectedMessage", {
    "one byte behind it in its record": behind(Buffer.of(0)),
    "EncryptedExtensions behind it in its record": behind(encryptedExtensions([])),
    "EncryptedExtensions in its place": inPlace(RECORD.handshake, encryptedExtensions([])),
    "a ClientHello in its place": inPlace(RECORD.handshake, message(MESSAGE.clientHello, good)),
    "data in its place": inPlace(RECORD.applicationData, Buffer.from("data")),
  }),
];

/** A server of TLS 1.2 that has 1.3, or that has met our client before (4.1.3, D.4). */
/** RFC 6066, 3. */
const UNRECOGNIZED_NAME = 112;

const OLDER: ServerHelloChanges = { suite: 0xc02b, sessionId: Buffer.of(), extensions: () => [] };

function older(changes: ServerHelloChanges): Commit {
  return async (server) => {
    await server.hearHello();
    server.say(server.hello({ ...OLDER, ...changes }));
  };
}

/** Something that TLS 1.2 overlooks, in front of a ServerHello with a sentinel. */
function behindUseless(type: number, ...content: number[]): Commit {
  return async (server) => {
    await server.hearHello();
    server.records.sendInTheClear(type, Buffer.of(...content));
    server.say(server.hello({ ...OLDER, random: sentinel(1) }));
  };
}

function sentinel(last: number): Buffer {
  return Buffer.concat([Buffer.alloc(24, 7), Buffer.from("DOWNGRD"), Buffer.of(last)]);
}

export const misdeedsInOlderHello: readonly Misdeed[] = [
  ...misdeeds("illegalParameter", {
    "TLS 1.2 where the server says that it has 1.3": older({ random: sentinel(1) }),
    "TLS 1.2 where the server says that it has 1.2 for TLS 1.1": older({ random: sentinel(0) }),
    "the same behind a HelloRequest": behindUseless(RECORD.handshake, 0, 0, 0, 0),
    "the same behind a warning": behindUseless(RECORD.alert, 1, UNRECOGNIZED_NAME),
    "the same in one record with a HelloRequest": async (server) => {
      await server.hearHello();
      server.say(Buffer.alloc(4), server.hello({ ...OLDER, random: sentinel(1) }));
    },
    "the same with a whole flight behind it": async (server) => {
      await server.hearHello();
      const hello = server.hello({ ...OLDER, random: sentinel(1) });
      server.say(hello, message(MESSAGE.certificate, Buffer.alloc(3)));
    },
    "TLS 1.2 with the session that the client made up": async (server) => {
      const { sessionId } = await server.hearHello();
      server.say(server.hello({ ...OLDER, sessionId }));
    },
    "TLS 1.2 with a suite of TLS 1.3": older({ suite: 0x1301 }),
  }),
  ...misdeeds(
    "protocolVersion",
    { "TLS 1.2 for a client of TLS 1.3 alone": older({}) },
    { options: { profile: "strict" } },
  ),
  ...misdeeds(
    "protocolVersion",
    { "TLS 1.2 for a client whose groups are TLS 1.3's alone": older({}) },
    { options: { ecdhCurve: "X25519MLKEM768" } },
  ),
];
