/**
 * Whatever a client of TLS 1.3 does wrong ends in the alert that RFC 8446 names, once, and the server
 * hangs up. Each row is one misdeed in a connection that is right in all else.
 */
import { beforeEach, describe, expect, it } from "vitest";
import type { ServerOptions } from "../../src/index.ts";
import { Authority } from "../support/certificates.ts";
import { bearhug, listening, pairOf } from "../support/library.ts";
import { eventually } from "../support/limits.ts";
import { uint16, vector8, vector16 } from "../support/tls12-encoding.ts";
import { message } from "../support/tls12-messages.ts";
import { RECORD } from "../support/wire.ts";
import * as wrong from "./misdeeds.ts";
import { ALERT, afterwards, alertsOf, inFlight, type Misdeed } from "./misdeeds.ts";
import { Tls13Client } from "./peer/client.ts";
import type { ClientSettings } from "./peer/client-hello.ts";
import * as extend from "./peer/extensions.ts";
import { newShare } from "./peer/groups.ts";
import * as messages from "./peer/messages.ts";
import { EXTENSION, GROUP, MESSAGE, VERSION } from "./peer/numbers.ts";

const authority = Authority.root();
const options = { ...pairOf(authority.issue()) };

const server = { port: 0, failures: [] as string[] };

/** It sends everything back. */
beforeEach(async () => {
  const failures: string[] = [];
  const echoing = bearhug.createServer(options as unknown as ServerOptions, (stream) => {
    stream.on("error", (error: Error) => failures.push(error.message));
    stream.pipe(stream);
  });
  echoing.on("tlsClientError", (error: Error) => failures.push(error.message));
  server.failures = failures;
  server.port = await listening(echoing);
});

type Row = [what: string, alert: keyof typeof ALERT, misdeed: Misdeed, settings?: ClientSettings];

function table(rows: readonly Row[]): void {
  it.each(rows)("%s: %s", async (_what, alert, misdeed, settings) => {
    const heard = await alertsOf(server.port, misdeed, settings);
    expect(heard.map(({ level, description }) => [level, description])).toEqual([
      [2, ALERT[alert]],
    ]);
  });
}

const { supportedGroups, signatureAlgorithms, keyShare, supportedVersions, alpn } = EXTENSION;
const { pskModes, preSharedKey, earlyData, recordSizeLimit, serverName, cookie } = EXTENSION;

const twice = (type: number): Misdeed =>
  wrong.hello({
    extensions: (usual) => [...usual, ...usual.filter((one) => one.type === type)],
  });

/** Of the length that pre_shared_key has with one identity. */
const PSK = [
  vector16(vector16(Buffer.alloc(40, 1)), Buffer.alloc(4)),
  vector16(vector8(Buffer.alloc(32))),
];

describe("a ClientHello", () => {
  table([
    ["without supported_groups", "missingExtension", wrong.without(supportedGroups)],
    ["without key_share", "missingExtension", wrong.without(keyShare)],
    ["without signature_algorithms", "missingExtension", wrong.without(signatureAlgorithms)],
    [
      "with pre_shared_key and no psk_key_exchange_modes",
      "missingExtension",
      wrong.hello({
        extensions: (usual) => [
          ...usual.filter((one) => one.type !== pskModes),
          extend.extension(preSharedKey, ...PSK),
        ],
      }),
    ],
    [
      "with pre_shared_key that is not the last one",
      "illegalParameter",
      wrong.hello({
        extensions: (usual) => [extend.extension(preSharedKey, ...PSK), ...usual],
      }),
    ],
    ["with supported_groups twice", "decodeError", twice(supportedGroups)],
    ["with key_share twice", "decodeError", twice(keyShare)],
    ["with supported_versions twice", "decodeError", twice(supportedVersions)],
    ["with compression", "illegalParameter", wrong.hello({ compressions: [0, 1] })],
    ["with no way not to compress", "illegalParameter", wrong.hello({ compressions: [1] })],
    ["with an empty list of compressions", "decodeError", wrong.hello({ compressions: [] })],
    ["without suites", "decodeError", wrong.hello({ suites: [] })],
    ["with suites of TLS 1.2 only", "handshakeFailure", wrong.hello({ suites: [0xc02b, 0x1305] })],
    ["with a session id of 33 bytes", "decodeError", wrong.hello({ sessionId: Buffer.alloc(33) })],
    [
      "with no group that we have",
      "handshakeFailure",
      wrong.hello({}),
      { groups: [GROUP.secp521r1], shares: [GROUP.secp521r1] },
    ],
    [
      "with no scheme that our key can do",
      "handshakeFailure",
      wrong.replaced(signatureAlgorithms, vector16(uint16(0x0804))),
    ],
    ["with an empty list of groups", "decodeError", wrong.replaced(supportedGroups, vector16())],
    [
      "with a list of groups of three bytes",
      "decodeError",
      wrong.replaced(supportedGroups, vector16(Buffer.alloc(3))),
    ],
    [
      "with an empty list of schemes",
      "decodeError",
      wrong.replaced(signatureAlgorithms, vector16()),
    ],
    [
      "with a byte behind the versions",
      "decodeError",
      wrong.replaced(supportedVersions, vector8(uint16(VERSION.tls13)), Buffer.of(0)),
    ],
    [
      "with an odd list of versions",
      "decodeError",
      wrong.replaced(supportedVersions, vector8(uint16(VERSION.tls13), Buffer.of(3))),
    ],
    [
      "with an empty share",
      "decodeError",
      wrong.replaced(keyShare, vector16(uint16(GROUP.x25519), vector16())),
    ],
    [
      "with a share that is cut",
      "decodeError",
      wrong.replaced(keyShare, vector16(uint16(GROUP.x25519), uint16(32), Buffer.alloc(31))),
    ],
    [
      "with a share of 31 bytes",
      "illegalParameter",
      wrong.replaced(keyShare, vector16(uint16(GROUP.x25519), vector16(Buffer.alloc(31, 9)))),
    ],
    [
      "with a share of X25519 that is zero",
      "illegalParameter",
      wrong.replaced(keyShare, vector16(uint16(GROUP.x25519), vector16(Buffer.alloc(32)))),
    ],
    [
      "with a share that is no point of P-256",
      "illegalParameter",
      wrong.replaced(
        keyShare,
        vector16(uint16(GROUP.secp256r1), vector16(Buffer.of(4), Buffer.alloc(64, 1))),
      ),
    ],
    [
      "with a compressed point",
      "illegalParameter",
      wrong.replaced(
        keyShare,
        vector16(uint16(GROUP.secp256r1), vector16(Buffer.of(2), Buffer.alloc(32, 1))),
      ),
    ],
    [
      "with two shares of one group",
      "illegalParameter",
      wrong.hello({
        extensions: (usual) =>
          usual.map((one) =>
            one.type === keyShare
              ? extend.keyShares([newShare(GROUP.x25519), newShare(GROUP.x25519)])
              : one,
          ),
      }),
    ],
    [
      "with a share of a group that is not in its list",
      "illegalParameter",
      wrong.replaced(supportedGroups, vector16(uint16(GROUP.secp256r1))),
    ],
    [
      "with a record size limit of 63",
      "illegalParameter",
      wrong.added(extend.extension(recordSizeLimit, uint16(63))),
    ],
    [
      "with a record size limit of three bytes",
      "decodeError",
      wrong.added(extend.extension(recordSizeLimit, Buffer.alloc(3, 1))),
    ],
    ["with an empty list of PSK modes", "decodeError", wrong.replaced(pskModes, vector8())],
    ["with an empty cookie", "decodeError", wrong.added(extend.extension(cookie, vector16()))],
    [
      "with a server name that has a NUL",
      "illegalParameter",
      wrong.replaced(serverName, vector16(Buffer.of(0), vector16(Buffer.from("a\0b")))),
    ],
    [
      "with an empty server name",
      "decodeError",
      wrong.replaced(serverName, vector16(Buffer.of(0), vector16())),
    ],
    [
      "with an empty application protocol",
      "decodeError",
      wrong.added(extend.extension(alpn, vector16(vector8()))),
    ],
    [
      "with a PSK identity of no bytes",
      "decodeError",
      wrong.added(
        extend.extension(
          preSharedKey,
          vector16(vector16(), Buffer.alloc(4)),
          vector16(vector8(Buffer.alloc(32))),
        ),
      ),
    ],
    [
      "with a binder of 31 bytes",
      "decodeError",
      wrong.added(
        extend.extension(
          preSharedKey,
          vector16(vector16(Buffer.alloc(40)), Buffer.alloc(4)),
          vector16(vector8(Buffer.alloc(31))),
        ),
      ),
    ],
    [
      "with two identities and one binder",
      "illegalParameter",
      wrong.added(
        extend.extension(
          preSharedKey,
          vector16(
            vector16(Buffer.alloc(40)),
            Buffer.alloc(4),
            vector16(Buffer.alloc(40)),
            Buffer.alloc(4),
          ),
          vector16(vector8(Buffer.alloc(32))),
        ),
      ),
    ],
    [
      "with a byte more behind it in its record",
      "unexpectedMessage",
      (client) => client.mutter(Buffer.concat([client.hello(), Buffer.of(1)])),
    ],
    [
      "with another message behind it in its record",
      "unexpectedMessage",
      (client) =>
        client.mutter(Buffer.concat([client.hello(), messages.finished(Buffer.alloc(32))])),
    ],
  ] satisfies Row[]);
});

/** A retry for P-256, and a second hello with something changed. */
function retried(second: (client: Tls13Client) => void): Misdeed {
  return async (client) => {
    client.greet();
    await client.serverHello();
    second(client);
  };
}

const RETRIED: ClientSettings = { groups: [GROUP.secp256r1], shares: [] };

describe("a second ClientHello", () => {
  table([
    [
      "with another suite",
      "illegalParameter",
      retried((client) => client.greet({ suites: [0x1301] })),
      RETRIED,
    ],
    [
      "with no share",
      "illegalParameter",
      retried((client) => wrong.replaced(keyShare, vector16())(client)),
      RETRIED,
    ],
    [
      "with a share of another group",
      "illegalParameter",
      retried((client) => {
        client.shares = [newShare(GROUP.secp256r1)];
        client.greet();
      }),
      { groups: [GROUP.secp256r1, GROUP.x25519], shares: [] },
    ],
    [
      "with two shares",
      "illegalParameter",
      retried((client) => {
        client.shares = [newShare(GROUP.secp256r1), newShare(GROUP.secp384r1)];
        client.greet();
      }),
      { groups: [GROUP.secp256r1, GROUP.secp384r1], shares: [] },
    ],
    [
      "without TLS 1.3",
      "illegalParameter",
      retried((client) => wrong.without(supportedVersions)(client)),
      RETRIED,
    ],
    [
      "with early_data",
      "illegalParameter",
      retried((client) => wrong.added(extend.extension(earlyData))(client)),
      RETRIED,
    ],
    [
      "with another name",
      "illegalParameter",
      retried((client) =>
        wrong.replaced(
          serverName,
          vector16(Buffer.of(0), vector16(Buffer.from("other.test"))),
        )(client),
      ),
      RETRIED,
    ],
    [
      "with another session id",
      "illegalParameter",
      retried((client) => client.greet({ sessionId: Buffer.alloc(32, 5) })),
      RETRIED,
    ],
    [
      "that is a Finished",
      "unexpectedMessage",
      retried((client) => client.mutter(messages.finished(Buffer.alloc(32)))),
      RETRIED,
    ],
  ]);
});

describe("in its flight, a client that sends", () => {
  table([
    [
      "a wrong Finished",
      "decryptError",
      inFlight((client) => client.say(client.finished(Buffer.alloc(32, 1)))),
    ],
    [
      "a short Finished",
      "decodeError",
      inFlight((client) => client.say(client.finished(Buffer.alloc(31)))),
    ],
    [
      "a long Finished",
      "decodeError",
      inFlight((client) => client.say(client.finished(Buffer.alloc(33)))),
    ],
    [
      "a Finished of an impossible length",
      "decodeError",
      inFlight((client) => client.mutter(Buffer.of(MESSAGE.finished, 255, 255, 255, 1))),
    ],
    [
      "a Finished and a byte behind it",
      "unexpectedMessage",
      inFlight((client) => client.mutter(Buffer.concat([client.finished(), Buffer.of(24)]))),
    ],
    [
      "a Finished and a KeyUpdate behind it",
      "unexpectedMessage",
      inFlight((client) =>
        client.mutter(Buffer.concat([client.finished(), messages.keyUpdate(0)])),
      ),
    ],
    [
      "a KeyUpdate",
      "unexpectedMessage",
      inFlight((client) => client.mutter(messages.keyUpdate(0))),
    ],
    [
      "a Certificate that was not asked for",
      "unexpectedMessage",
      inFlight((client) => client.mutter(messages.certificate({ certificates: [] }))),
    ],
    [
      "EndOfEarlyData",
      "unexpectedMessage",
      inFlight((client) => client.mutter(message(MESSAGE.endOfEarlyData, Buffer.of()))),
    ],
    [
      "a ClientHello once more",
      "unexpectedMessage",
      inFlight((client) => client.mutter(client.hello())),
    ],
    ["data", "unexpectedMessage", inFlight((client) => client.send("too early"))],
    [
      "no message in a record",
      "unexpectedMessage",
      inFlight((client) => client.mutter(Buffer.of())),
    ],
    [
      "data between the pieces of a message",
      "unexpectedMessage",
      inFlight((client) => {
        client.mutter(client.finished().subarray(0, 10));
        client.send("between");
      }),
    ],
    [
      "half an alert",
      "decodeError",
      inFlight((client) => client.records.send(RECORD.alert, Buffer.of(1))),
    ],
    [
      "two alerts in a record",
      "decodeError",
      inFlight((client) => client.records.send(RECORD.alert, Buffer.of(1, 90, 1, 90))),
    ],
    [
      "an empty alert",
      "unexpectedMessage",
      inFlight((client) => client.records.send(RECORD.alert, Buffer.of())),
    ],
    [
      "a record of zeros",
      "unexpectedMessage",
      inFlight((client) =>
        client.records.raw(client.records.outgoing?.sealInner(Buffer.alloc(40)) ?? Buffer.of()),
      ),
    ],
    [
      "a protected change_cipher_spec",
      "unexpectedMessage",
      inFlight((client) => client.records.send(RECORD.changeCipherSpec, Buffer.of(1))),
    ],
    [
      "change_cipher_spec three times",
      "unexpectedMessage",
      inFlight((client) => {
        client.records.changeCipherSpec();
        client.records.changeCipherSpec();
      }),
    ],
    [
      "a change_cipher_spec of two",
      "unexpectedMessage",
      inFlight((client) => client.records.changeCipherSpec(Buffer.of(2))),
    ],
    [
      "a change_cipher_spec of two bytes",
      "unexpectedMessage",
      inFlight((client) => client.records.changeCipherSpec(Buffer.of(1, 1))),
    ],
    [
      "a forged record",
      "badRecordMac",
      inFlight((client) =>
        client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(60, 3)),
      ),
    ],
    [
      "a record that is too short",
      "badRecordMac",
      inFlight((client) => client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(16))),
    ],
    [
      "a record of 2^14 + 257 bytes",
      "recordOverflow",
      inFlight((client) => client.records.raw(Buffer.from([23, 3, 3, 0x41, 1]))),
    ],
    [
      "an inner plaintext of 2^14 + 2 bytes",
      "recordOverflow",
      inFlight((client) =>
        client.records.raw(
          client.records.outgoing?.sealInner(Buffer.alloc(16386, 23)) ?? Buffer.of(),
        ),
      ),
    ],
    [
      "a message in the clear",
      "unexpectedMessage",
      inFlight((client) => client.records.sendInTheClear(RECORD.handshake, client.finished())),
    ],
  ] satisfies Row[]);
});

/** Each repeated as one change of keys. */
function updates(client: Tls13Client, count: number): void {
  for (let i = 0; i < count; i++) client.updateKey();
}

describe("after the handshake, a client that sends", () => {
  table([
    [
      "a KeyUpdate of 2",
      "illegalParameter",
      afterwards((client) => client.mutter(messages.keyUpdate(2))),
    ],
    [
      "a KeyUpdate of two bytes",
      "decodeError",
      afterwards((client) => client.mutter(message(MESSAGE.keyUpdate, Buffer.of(0, 0)))),
    ],
    [
      "an empty KeyUpdate",
      "decodeError",
      afterwards((client) => client.mutter(message(MESSAGE.keyUpdate, Buffer.of()))),
    ],
    [
      "a KeyUpdate and a byte behind it",
      "unexpectedMessage",
      afterwards((client) => client.mutter(Buffer.concat([messages.keyUpdate(0), Buffer.of(24)]))),
    ],
    ["33 KeyUpdates and no data", "unexpectedMessage", afterwards((client) => updates(client, 33))],
    [
      "33 empty records",
      "unexpectedMessage",
      afterwards((client) => {
        for (let i = 0; i < 33; i++) client.send("");
      }),
    ],
    ["a ClientHello", "unexpectedMessage", afterwards((client) => client.mutter(client.hello()))],
    [
      "a Finished",
      "unexpectedMessage",
      afterwards((client) => client.mutter(messages.finished(Buffer.alloc(32)))),
    ],
    [
      "a NewSessionTicket",
      "unexpectedMessage",
      afterwards((client) => client.mutter(message(MESSAGE.newSessionTicket, Buffer.alloc(20)))),
    ],
    [
      "a CertificateRequest",
      "unexpectedMessage",
      afterwards((client) => client.mutter(messages.certificateRequest({ extensions: [] }))),
    ],
    [
      "change_cipher_spec",
      "unexpectedMessage",
      afterwards((client) => client.records.changeCipherSpec()),
    ],
    [
      "an alert in the clear",
      "unexpectedMessage",
      afterwards((client) => client.records.sendInTheClear(RECORD.alert, Buffer.of(2, 80))),
    ],
    [
      "five user_canceled",
      "unexpectedMessage",
      afterwards((client) => {
        for (let i = 0; i < 5; i++) client.alert(90, 1);
      }),
    ],
    [
      "a forged record",
      "badRecordMac",
      afterwards((client) =>
        client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(60, 3)),
      ),
    ],
    [
      "a record under the key before",
      "badRecordMac",
      afterwards((client) => {
        const before = client.records.outgoing;
        client.updateKey();
        client.records.outgoing = before;
        client.send("old");
      }),
    ],
    [
      "a record with the version of TLS 1.0",
      "decodeError",
      afterwards((client) => {
        const record = client.records.record(RECORD.applicationData, Buffer.from("data"));
        record[2] = 1;
        client.records.raw(record);
      }),
    ],
  ] satisfies Row[]);
});

describe("what is unusual, and right:", () => {
  async function works(
    settings: ClientSettings,
    prepare: (client: Tls13Client) => void = () => {},
  ) {
    const client = await Tls13Client.connect(server.port, settings);
    prepare(client);
    await client.establish();
    expect(await client.echo("there and back")).toBe("there and back");
    return client;
  }

  it("a hello of one byte a segment, and one of small records", async () => {
    (await works({}, ({ records }) => (records.segmentLength = 1))).close();
    (await works({}, ({ records }) => (records.fragmentLength = 7))).close();
  });

  it("padding of all sorts", async () => {
    const client = await works({}, ({ records }) => (records.padding = 255));
    client.records.padding = 16000;
    expect(await client.echo("there and back")).toBe("there and back");
    client.close();
  });

  it("32 KeyUpdates between data, many times, half of which want an answer", async () => {
    const client = await works({});
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 32; i++) client.updateKey(i % 2);
      expect(await client.echo(`round ${round}`)).toBe(`round ${round}`);
    }
    expect(client.keyUpdates).toBe(10);
    client.close();
  });

  it("GREASE in suites, groups, schemes, versions and extensions", async () => {
    const client = await Tls13Client.connect(server.port, {
      ...{ suites: [0x0a0a, 0x1303], groups: [0x2a2a, GROUP.x25519], shares: [GROUP.x25519] },
      schemes: [0x3a3a, 0x0403],
    });
    const grease = extend.extension(0x4a4a, Buffer.of(0));
    client.greet({
      extensions: (usual) => [
        grease,
        ...usual.map((one) =>
          one.type === supportedVersions ? extend.supportedVersions([0x5a5a, 0x0304]) : one,
        ),
      ],
    });
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(await client.echo("there and back")).toBe("there and back");
    client.close();
  });

  it("a limit of 64 bytes a record, which every record of ours keeps", async () => {
    const client = await Tls13Client.connect(server.port);
    client.greet({
      extensions: (usual) => [...usual, extend.extension(recordSizeLimit, uint16(64))],
    });
    await client.serverHello();
    await client.serverFlight();
    expect(extend.contentOf(client.encryptedExtensions, recordSizeLimit)).toEqual(uint16(16385));
    client.finish();
    const text = "x".repeat(1000);
    client.send(text);
    let heard = 0;
    while (heard < text.length) {
      const record = await client.records.next();
      expect(record?.content.length).toBeLessThanOrEqual(63);
      heard += record?.content.length ?? text.length;
    }
    client.close();
  });

  it("300 records in both directions", async () => {
    const client = await works({});
    for (let i = 0; i < 300; i++) expect(await client.echo(`${i}`)).toBe(`${i}`);
    client.close();
  });

  it("early data that it tries is skipped, and what is forged after it is not", async () => {
    const client = await Tls13Client.connect(server.port);
    const foreign = [extend.extension(earlyData), extend.extension(preSharedKey, ...PSK)];
    client.greet({ extensions: (usual) => [...usual, ...foreign] });
    client.records.version = VERSION.tls12;
    client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(5000, 1));
    client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(60, 2));
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(await client.echo("there and back")).toBe("there and back");
    client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(60, 2));
    const alerts = await client.lastWords();
    expect(alerts.map(({ description }) => description)).toEqual([ALERT.badRecordMac]);
  });

  it("early data that is announced and not there, without a ticket", async () => {
    const client = await Tls13Client.connect(server.port);
    client.greet({ extensions: (usual) => [...usual, extend.extension(earlyData)] });
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(await client.echo("there and back")).toBe("there and back");
    client.close();
  });

  it("early data before a retry is skipped, too", async () => {
    const client = await Tls13Client.connect(server.port, RETRIED);
    const foreign = [extend.extension(earlyData), extend.extension(preSharedKey, ...PSK)];
    client.greet({ extensions: (usual) => [...usual, ...foreign] });
    client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(5000, 1));
    await client.serverHello();
    client.greet();
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(await client.echo("there and back")).toBe("there and back");
    client.close();
  });

  it("early data is skipped within a bound", async () => {
    const foreign = [extend.extension(earlyData), extend.extension(preSharedKey, ...PSK)];
    const alerts = await alertsOf(server.port, async (client) => {
      client.greet({ extensions: (usual) => [...usual, ...foreign] });
      await client.serverHello();
      await client.serverFlight();
      for (let i = 0; i < 3; i++) {
        client.records.sendInTheClear(RECORD.applicationData, Buffer.alloc(8000, 1));
      }
    });
    expect(alerts.map(({ description }) => description)).toEqual([ALERT.badRecordMac]);
  });

  it("an alert in the clear, of a client that has no keys yet", async () => {
    const alerts = await alertsOf(server.port, async (client) => {
      client.greet();
      await client.serverHello();
      client.records.sendInTheClear(RECORD.alert, Buffer.of(2, 42));
    });
    expect(alerts).toEqual([]);
    await eventually("the failure is told", () => server.failures.length > 0);
    expect(server.failures).toEqual(["the peer sent the alert bad_certificate"]);
  });
});
