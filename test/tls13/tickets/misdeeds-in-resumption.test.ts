/** What a server does wrong about a session has the alert that the RFC names. */
import { expect, it } from "vitest";
import { failureOf } from "../../support/library.ts";
import { uint16 } from "../../support/tls12-encoding.ts";
import { message } from "../../support/tls12-messages.ts";
import * as extend from "../peer/extensions.ts";
import { encodedTicket } from "../peer/messages.ts";
import { ALERT, EXTENSION, GROUP, MESSAGE } from "../peer/numbers.ts";
import type { Tls13Server } from "../peer/server.ts";
import type { ServerSettings } from "../peer/server-hello.ts";
import { established, meet, newClient, withSession } from "./resuming.ts";

type Commit = (server: Tls13Server) => Promise<void>;

const chosen = (...bytes: Uint8Array[]) => extend.extension(EXTENSION.preSharedKey, ...bytes);

/** A ServerHello with that in place of the choice of the ticket. */
function choosing(...choices: ReturnType<typeof chosen>[]): Commit {
  return async (server) => {
    await server.hearHello();
    server.exchange();
    const extensions = (usual: ReturnType<typeof chosen>[]) => [
      ...usual.filter(({ type }) => type !== EXTENSION.preSharedKey),
      ...choices,
    ];
    server.say(server.hello({ extensions }));
  };
}

const withoutShare: Commit = async (server) => {
  await server.hearHello();
  server.exchange();
  const extensions = (usual: ReturnType<typeof chosen>[]) =>
    usual.filter(({ type }) => type !== EXTENSION.keyShare);
  server.say(server.hello({ extensions }));
};

/** After the ServerHello. */
function then(bytes: (server: Tls13Server) => Buffer): Commit {
  return async (server) => {
    await server.upToShare();
    server.greet();
    server.say(bytes(server));
  };
}

interface Misdeed {
  what: string;
  alert: keyof typeof ALERT;
  commit: Commit;
  settings?: Partial<ServerSettings>;
}

const IN_HANDSHAKE: Misdeed[] = [
  {
    what: "the second of one identity",
    alert: "illegalParameter",
    commit: choosing(chosen(uint16(1))),
  },
  {
    what: "an identity far away",
    alert: "illegalParameter",
    commit: choosing(chosen(uint16(0xffff))),
  },
  { what: "a choice of one byte", alert: "decodeError", commit: choosing(chosen(Buffer.of(0))) },
  {
    what: "a choice of three bytes",
    alert: "decodeError",
    commit: choosing(chosen(Buffer.alloc(3))),
  },
  {
    ...{ what: "a choice twice", alert: "illegalParameter" },
    commit: choosing(chosen(uint16(0)), chosen(uint16(0))),
  },
  {
    ...{ what: "a suite of another hash", alert: "illegalParameter" },
    ...{ commit: choosing(chosen(uint16(0))), settings: { suites: [0x1302] } },
  },
  { what: "no share beside the choice", alert: "missingExtension", commit: withoutShare },
  {
    ...{ what: "a choice in a retry", alert: "illegalParameter" },
    commit: async (server) => {
      await server.hearHello();
      server.retry({ extensions: (usual) => [...usual, chosen(uint16(0))] });
    },
    settings: { groups: [GROUP.secp256r1] },
  },
  {
    ...{ what: "a choice in EncryptedExtensions", alert: "illegalParameter" },
    commit: then((server) => server.encryptedExtensions([chosen(uint16(0))])),
  },
  {
    ...{ what: "early data taken that is not there", alert: "unsupportedExtension" },
    commit: then((server) => server.encryptedExtensions([extend.earlyData()])),
  },
  {
    ...{ what: "a request for a certificate", alert: "unexpectedMessage" },
    commit: then((server) =>
      Buffer.concat([
        server.encryptedExtensions(),
        message(MESSAGE.certificateRequest, Buffer.alloc(3)),
      ]),
    ),
  },
  {
    ...{ what: "a certificate", alert: "unexpectedMessage" },
    commit: then((server) => Buffer.concat([server.encryptedExtensions(), server.certificate()])),
  },
  {
    ...{ what: "a Finished that is wrong", alert: "decryptError" },
    commit: then((server) =>
      Buffer.concat([server.encryptedExtensions(), message(MESSAGE.finished, Buffer.alloc(32, 1))]),
    ),
  },
];

it.each(IN_HANDSHAKE)("$what: $alert", async ({ alert, commit, settings }) => {
  const { options, psks } = await withSession();
  const { client, server } = await meet(options, { suites: [0x1303], psks, ...settings });
  const failed = failureOf(client);
  await commit(server);
  expect((await server.lastWords()).map(({ description }) => description)).toEqual([ALERT[alert]]);
  server.records.socket.end();
  expect((await failed).code).toMatch(/^ERR_BEARHUG_/);
});

it("a choice of a ticket that was not offered: unsupported_extension", async () => {
  const { client, server } = await meet(newClient());
  const failed = failureOf(client);
  await choosing(chosen(uint16(0)))(server);
  const heard = await server.lastWords();
  expect(heard.map(({ description }) => description)).toEqual([ALERT.unsupportedExtension]);
  server.records.socket.end();
  await failed;
});

const ticket = encodedTicket({
  ...{ lifetime: 60, ageAdd: 0, nonce: Buffer.of(1), ticket: Buffer.of(9), extensions: [] },
});
const body = ticket.subarray(4);
const twice = [extend.extension(EXTENSION.earlyData, Buffer.alloc(4))];

it.each([
  ["nothing in it", "decodeError", message(MESSAGE.newSessionTicket, Buffer.of())],
  ["its end missing", "decodeError", message(MESSAGE.newSessionTicket, body.subarray(0, -1))],
  [
    "a byte behind it",
    "decodeError",
    message(MESSAGE.newSessionTicket, Buffer.concat([body, Buffer.of(0)])),
  ],
  [
    "a ticket of no bytes",
    "decodeError",
    encodedTicket({
      lifetime: 60,
      ageAdd: 0,
      nonce: Buffer.of(),
      ticket: Buffer.of(),
      extensions: [],
    }),
  ],
  [
    "an extension twice",
    "illegalParameter",
    encodedTicket({
      ...{ lifetime: 60, ageAdd: 0, nonce: Buffer.of(), ticket: Buffer.of(1) },
      extensions: [...twice, ...twice],
    }),
  ],
  [
    "early data of three bytes",
    "decodeError",
    encodedTicket({
      ...{ lifetime: 60, ageAdd: 0, nonce: Buffer.of(), ticket: Buffer.of(1) },
      extensions: [extend.extension(EXTENSION.earlyData, Buffer.alloc(3))],
    }),
  ],
] as const)("a NewSessionTicket with %s: %s", async (_, alert, bytes) => {
  const { client, server } = await established(newClient());
  const failed = failureOf(client);
  server.mutter(bytes);
  const heard = await server.lastWords();
  expect(heard.map(({ description }) => description)).toEqual([ALERT[alert]]);
  server.records.socket.end();
  await failed;
});
