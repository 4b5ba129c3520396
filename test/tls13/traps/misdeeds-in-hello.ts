import { uint16, vector8, vector16 } from "../../support/tls12-encoding.ts";
import { message } from "../../support/tls12-messages.ts";
import { RECORD } from "../../support/wire.ts";
import { list16, uint32 } from "../peer/bytes.ts";
import * as extend from "../peer/extensions.ts";
import { newShare } from "../peer/groups.ts";
import { EXTENSION, GROUP, MESSAGE, SCHEME } from "../peer/numbers.ts";
import { greeting, having, type Misdeed, misdeeds, without } from "./misdeed.ts";

const x25519 = (shown: Uint8Array) => extend.keyShares([{ group: GROUP.x25519, shown }]);
const p256 = (shown: Uint8Array) => extend.keyShares([{ group: GROUP.secp256r1, shown }]);
const share = (content: { content: Buffer }) => having(EXTENSION.keyShare, content.content);
const good = newShare(GROUP.x25519).shown;
const point = newShare(GROUP.secp256r1).shown;

/** One identity of 32 bytes, and binders. */
function psk(...binders: Buffer[]) {
  const identity = Buffer.concat([vector16(Buffer.alloc(32, 7)), uint32(0)]);
  const offer = [vector16(identity), vector16(...binders.map((binder) => vector8(binder)))];
  return extend.extension(EXTENSION.preSharedKey, ...offer);
}

const BINDER = Buffer.alloc(32, 9);
const RENEGOTIATION = extend.extension(EXTENSION.renegotiation, Buffer.of(0));

/** In the first ClientHello (RFC 8446, 4.1.2 and 4.2). */
export const misdeedsInHello: readonly Misdeed[] = [
  // RFC 8446, D.5.
  ...misdeeds("protocolVersion", {
    "the legacy_version of SSL 3.0": (client) => client.greet({ version: 0x0300 }),
    "a legacy_version before SSL 3.0": (client) => client.greet({ version: 0x02ff }),
    "a legacy_version of 0": (client) => client.greet({ version: 0 }),
  }),
  ...misdeeds("missingExtension", {
    "no supported_groups": without(EXTENSION.supportedGroups),
    "no key_share": without(EXTENSION.keyShare),
    "no signature_algorithms": without(EXTENSION.signatureAlgorithms),
    "pre_shared_key without psk_key_exchange_modes": greeting((usual) => [
      ...usual.filter(({ type }) => type !== EXTENSION.pskModes),
      psk(BINDER),
    ]),
  }),
  ...misdeeds("handshakeFailure", {
    "no suite that we have": (client) => client.greet({ suites: [0x1304, 0x1305, 0x0a0a] }),
    "no group that we have": greeting((usual) =>
      usual.map((one) =>
        one.type === EXTENSION.supportedGroups
          ? extend.supportedGroups([0x0100, 0x2a2a])
          : one.type === EXTENSION.keyShare
            ? extend.keyShares([])
            : one,
      ),
    ),
    "no scheme that fits our key": having(
      EXTENSION.signatureAlgorithms,
      list16([SCHEME.rsaPssRsaeSha256, SCHEME.ecdsaSecp384r1Sha384]),
    ),
    "only schemes of TLS 1.2": having(
      EXTENSION.signatureAlgorithms,
      list16([SCHEME.rsaPkcs1Sha256, SCHEME.rsaPkcs1Sha1, 0x0203]),
    ),
  }),
  ...misdeeds("illegalParameter", {
    "a compression besides null": (client) => client.greet({ compressions: [1, 0] }),
    "null twice": (client) => client.greet({ compressions: [0, 0] }),
    "another compression than null": (client) => client.greet({ compressions: [1] }),
    "pre_shared_key before another extension": greeting((usual) => [psk(BINDER), ...usual]),
    "two identities and one binder": greeting((usual) => [
      ...usual,
      extend.extension(
        EXTENSION.preSharedKey,
        vector16(vector16(Buffer.alloc(9, 1)), uint32(0), vector16(Buffer.alloc(9, 2)), uint32(0)),
        vector16(vector8(BINDER)),
      ),
    ]),
    "an X25519 share of 31 bytes": share(x25519(good.subarray(1))),
    "an X25519 share of 33 bytes": share(x25519(Buffer.concat([good, Buffer.of(0)]))),
    "an X25519 share of zeros": share(x25519(Buffer.alloc(32))),
    "an X25519 share of order 8": share(
      x25519(
        Buffer.from("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "hex"),
      ),
    ),
    "a P-256 share of 64 bytes": share(p256(point.subarray(1))),
    "a compressed P-256 share": share(p256(Buffer.concat([Buffer.of(2), point.subarray(1, 33)]))),
    "a P-256 share that is no point of the curve": share(
      p256(Buffer.concat([point.subarray(0, 64), Buffer.of((point[64] ?? 0) ^ 1)])),
    ),
    "a P-256 share in hybrid form": share(p256(Buffer.concat([Buffer.of(6), point.subarray(1)]))),
    "two shares of one group": share(
      extend.keyShares([
        { group: GROUP.x25519, shown: good },
        { group: GROUP.x25519, shown: good },
      ]),
    ),
    "a share of a group that is not in supported_groups": greeting((usual) =>
      usual.map((one) =>
        one.type === EXTENSION.supportedGroups ? extend.supportedGroups([GROUP.secp256r1]) : one,
      ),
    ),
    "a share of a group of no meaning that is not in supported_groups": share(
      extend.keyShares([
        { group: 0x0a0a, shown: Buffer.of(0) },
        { group: GROUP.x25519, shown: good },
      ]),
    ),
    "two shares of a group of no meaning": greeting((usual) =>
      usual.map((one) =>
        one.type === EXTENSION.supportedGroups
          ? extend.supportedGroups([0x0a0a, GROUP.x25519])
          : one.type === EXTENSION.keyShare
            ? extend.keyShares([
                { group: 0x0a0a, shown: Buffer.of(0) },
                { group: GROUP.x25519, shown: good },
                { group: 0x0a0a, shown: Buffer.of(0) },
              ])
            : one,
      ),
    ),
    "a record_size_limit of 63": having(EXTENSION.recordSizeLimit, uint16(63)),
  }),
  ...misdeeds(
    ["illegalParameter", "decodeError"],
    Object.fromEntries([
      ...Object.entries({
        server_name: EXTENSION.serverName,
        supported_groups: EXTENSION.supportedGroups,
        signature_algorithms: EXTENSION.signatureAlgorithms,
        supported_versions: EXTENSION.supportedVersions,
        psk_key_exchange_modes: EXTENSION.pskModes,
        key_share: EXTENSION.keyShare,
      }).map(([name, wanted]) => [
        `${name} twice`,
        greeting((usual) => [...usual, ...usual.filter(({ type }) => type === wanted)]),
      ]),
      ["renegotiation_info twice", greeting((usual) => [...usual, RENEGOTIATION, RENEGOTIATION])],
      [
        "an extension of no meaning twice",
        greeting((usual) => [...usual, extend.extension(0x1234), extend.extension(0x1234)]),
      ],
      [
        "no compression at all",
        (client: Parameters<Misdeed["commit"]>[0]) => client.greet({ compressions: [] }),
      ],
    ]),
  ),
  ...misdeeds("decodeError", {
    "a session id of 33 bytes": (client) => {
      client.sessionId = Buffer.alloc(33, 1);
      client.greet();
    },
    "an empty list of suites": (client) => client.greet({ suites: [] }),
    "a byte behind the extensions": (client) =>
      client.say(message(MESSAGE.clientHello, Buffer.concat([body(client.hello()), Buffer.of(0)]))),
    "extensions that are one byte short": (client) =>
      client.say(message(MESSAGE.clientHello, body(client.hello()).subarray(0, -1))),
    "an empty list of groups": having(EXTENSION.supportedGroups, vector16()),
    "a list of groups of three bytes": having(
      EXTENSION.supportedGroups,
      vector16(Buffer.of(0, 0x1d, 0)),
    ),
    "an empty list of schemes": having(EXTENSION.signatureAlgorithms, vector16()),
    "a byte behind the list of schemes": having(
      EXTENSION.signatureAlgorithms,
      list16([SCHEME.ecdsaSecp256r1Sha256]),
      Buffer.of(0),
    ),
    "a share of no bytes": share(x25519(Buffer.of())),
    "a list of shares that is cut short": having(EXTENSION.keyShare, Buffer.of(0, 9, 0, 0x1d, 0)),
    "a byte behind the shares": having(EXTENSION.keyShare, x25519(good).content, Buffer.of(0)),
    "a record_size_limit of three bytes": having(EXTENSION.recordSizeLimit, Buffer.of(0, 64, 0)),
    "early_data that is not empty": greeting((usual) => [
      ...usual,
      extend.extension(EXTENSION.earlyData, Buffer.of(0)),
      psk(BINDER),
    ]),
    "post_handshake_auth that is not empty": having(EXTENSION.postHandshakeAuth, Buffer.of(0)),
    "signature_algorithms_cert with an empty list": having(
      EXTENSION.signatureAlgorithmsCert,
      vector16(),
    ),
    "signature_algorithms_cert of three bytes": having(
      EXTENSION.signatureAlgorithmsCert,
      vector16(Buffer.of(4, 3, 4)),
    ),
    "an empty list of versions behind a good one": greeting((usual) => [
      ...usual,
      extend.extension(EXTENSION.supportedVersions, vector8()),
    ]),
    "an empty cookie": having(EXTENSION.cookie, vector16()),
    "no modes in psk_key_exchange_modes": having(EXTENSION.pskModes, vector8()),
    "a binder of 31 bytes": greeting((usual) => [...usual, psk(BINDER.subarray(1))]),
    "an identity of no bytes": greeting((usual) => [
      ...usual,
      extend.extension(
        EXTENSION.preSharedKey,
        vector16(vector16(), uint32(0)),
        vector16(vector8(BINDER)),
      ),
    ]),
    "an empty list of protocols": having(EXTENSION.alpn, vector16()),
    "a protocol of no name": having(EXTENSION.alpn, vector16(vector8())),
  }),
  ...misdeeds("unexpectedMessage", {
    "a byte of another message behind it in its record": (client) => {
      client.mutter(Buffer.concat([client.hello(), Buffer.of(MESSAGE.finished)]));
    },
    "another message behind it in its record": (client) => {
      client.mutter(Buffer.concat([client.hello(), message(MESSAGE.finished, Buffer.alloc(32))]));
    },
  }),
  ...misdeeds("noApplicationProtocol", {
    "no protocol that we have": having(EXTENSION.alpn, vector16(vector8(Buffer.from("smtp")))),
  }),
];

/** Before there is a hello: it is BearSSL that answers most of it, as it always did. */
export const misdeedsBeforeHello: readonly Misdeed[] = [
  ...misdeeds("unexpectedMessage", {
    "data in place of a ClientHello": ({ records }) =>
      records.sendInTheClear(RECORD.applicationData, Buffer.from("GET /")),
    "a ChangeCipherSpec before the ClientHello": (client) => {
      client.changeCipherSpec();
      client.greet();
    },
    "a record of no bytes before the ClientHello": (client) => {
      client.records.sendInTheClear(RECORD.handshake, Buffer.of());
      client.greet();
    },
    "a record of no bytes in the middle of the ClientHello": (client) => {
      const hello = client.hello();
      client.mutter(hello.subarray(0, 50));
      client.records.sendInTheClear(RECORD.handshake, Buffer.of());
      client.mutter(hello.subarray(50));
    },
    "a Finished in place of a ClientHello": ({ records }) =>
      records.send(RECORD.handshake, message(MESSAGE.finished, Buffer.alloc(32))),
  }),
  ...misdeeds("recordOverflow", {
    "a record of a byte too many": ({ records }) =>
      records.sendInTheClear(RECORD.handshake, Buffer.alloc((1 << 14) + 1)),
  }),
];

function body(hello: Buffer): Buffer {
  return hello.subarray(4);
}
