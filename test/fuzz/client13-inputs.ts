/** What servers say to the client of the native target `client13`, whose randomness is constant. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { newClient } from "../engine/instances.ts";
import { recordedCertificate, recordedFile } from "../support/recorded.ts";
import { clearRecord, MESSAGE, messages } from "../support/tls12-messages.ts";
import { RECORD, records } from "../support/wire.ts";
import * as extend from "../tls13/peer/extensions.ts";
import { newShare } from "../tls13/peer/groups.ts";
import * as tls13 from "../tls13/peer/messages.ts";
import { EXTENSION, GROUP, RETRY_RANDOM, VERSION } from "../tls13/peer/numbers.ts";
import { encoded, type Step } from "./operations.ts";

/** As fuzz/targets/client13.c numbers them. */
const OPERATION = {
  ...{ raw: 0, inner: 2, finished: 3, message: 4, data: 5 },
  ...{ end: 6, hello: 7, verify: 8, say: 9 },
} as const;

/** Of fuzz/native/roles13.c: which client wants a certificate and asks for protocols. */
const ROLES = [0, 1, 2, 3, 4];
const WITH_KEY = [2, 3];
const WITH_PROTOCOLS = 2;

function greeting(group: number, suite: number): Step {
  const { shown } = group === GROUP.x25519mlkem768 ? HYBRID : newShare(group);
  return hello(suite, Buffer.alloc(32, 7), extend.chosenShare({ group, shown }));
}

function hello(suite: number, random: Buffer, ...extensions: tls13.Extension[]): Step {
  const whole = tls13.encodedServerHello({
    ...{ version: VERSION.tls12, random, sessionId: Buffer.alloc(32), suite, compression: 0 },
    extensions: [extend.selectedVersion(VERSION.tls13), ...extensions],
  });
  return [OPERATION.hello, whole];
}

/** A ciphertext may be anything; the other half is a share. */
const HYBRID = {
  shown: Buffer.concat([Buffer.alloc(1088, 0x5a), newShare(GROUP.x25519).shown]),
};

const RETRY = hello(
  0x1301,
  RETRY_RANDOM,
  extend.chosenGroup(GROUP.secp256r1),
  extend.cookie(Buffer.from("a cookie")),
);

/** Each a ServerHello, or two. */
const GREETINGS: Step[][] = [
  [greeting(GROUP.x25519, 0x1303)],
  [greeting(GROUP.x25519mlkem768, 0x1302)],
  [RETRY, greeting(GROUP.secp256r1, 0x1301)],
];

const CHAIN: Step = [
  OPERATION.message,
  tls13.certificate({
    certificates: [recordedCertificate("p256"), recordedCertificate("intermediate")],
  }),
];

const REQUEST: Step = [
  OPERATION.message,
  tls13.certificateRequest({
    extensions: [extend.signatureAlgorithms([0x0403, 0x0804, 0x0503])],
  }),
];

const TICKET: Step = [
  OPERATION.message,
  tls13.encodedTicket({
    ...{ lifetime: 3600, ageAdd: 1, nonce: Buffer.of(1) },
    ...{ ticket: Buffer.alloc(40, 3), extensions: [] },
  }),
];

const ENDS: readonly Step[][] = [
  [TICKET, [OPERATION.data, Buffer.from("hello")], [OPERATION.say, Buffer.from("an answer")]],
  [
    [OPERATION.message, tls13.keyUpdate(1)],
    [OPERATION.data, Buffer.from("under the next key")],
    [OPERATION.end],
    [OPERATION.data, Buffer.from("late reply")],
    [OPERATION.inner, Buffer.of(1, 0, RECORD.alert, 0, 0)],
  ],
];

function conversation(role: number, greetings: readonly Step[], end: readonly Step[]): Buffer {
  const protocols = role === WITH_PROTOCOLS ? [extend.alpn(["h2"])] : [];
  const extensions = tls13.encryptedExtensions([
    extend.extension(EXTENSION.supportedGroups, Buffer.from("0002001d", "hex")),
    ...protocols,
  ]);
  const request = WITH_KEY.includes(role) ? [REQUEST] : [];
  const flight: Step[] = [[OPERATION.message, extensions], ...request, CHAIN];
  const proof: Step[] = [[OPERATION.verify], [OPERATION.finished]];
  return encoded(role, [...greetings, ...flight, ...proof, ...end]);
}

/** What a server of TLS 1.2 answers to the hello of role 0, to its ServerHelloDone. */
async function flightOf(options: TlsOptions, kind: "rsa" | "p256"): Promise<Buffer> {
  const file = readFileSync(recordedFile(kind));
  const server = createServer({ key: file, cert: file, maxVersion: "TLSv1.2", ...options });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as { port: number }).port, "127.0.0.1");
  const engine = newClient({ server: null });
  socket.write(engine.buffer("sendrec"));
  let flight = Buffer.of();
  for await (const data of socket) {
    flight = Buffer.concat([flight, data]);
    const content = Buffer.concat(records(flight).map(({ body }) => body));
    if (messages(content).at(-1)?.type === MESSAGE.serverHelloDone) break;
  }
  engine.wipe();
  server.close();
  return flight;
}

/** RSA-PSS where the algorithm's bytes are in one record, and where each byte has its own. */
async function fallbacks(): Promise<Buffer[]> {
  const ecdsa = await flightOf({}, "p256");
  const pss = await flightOf({ sigalgs: "rsa_pss_rsae_sha384" }, "rsa");
  const content = Buffer.concat(records(pss).map(({ body }) => body));
  const bytes = [...content].map((byte) => clearRecord(RECORD.handshake, Buffer.of(byte)));
  const flights = [ecdsa, pss, Buffer.concat(bytes)];
  return flights.map((flight) => encoded(0, [[OPERATION.raw, flight]]));
}

export async function client13Inputs(): Promise<Buffer[]> {
  const own = ROLES.flatMap((role) =>
    GREETINGS.flatMap((greetings) => ENDS.map((end) => conversation(role, greetings, end))),
  );
  return [...own, ...(await fallbacks())];
}
