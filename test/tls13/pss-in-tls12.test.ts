/**
 * A server of TLS 1.2 that signs its key exchange with RSA-PSS, since our hello offers it (RFC 8446,
 * 4.2.3): the two bytes that name the algorithm may come in two records, as may everything else, and
 * a signature that is no good is refused.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createServer, type Server } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { bearhug, failureOf, pairOf } from "../support/library.ts";
import { plainServer } from "../support/tls-servers.ts";
import { clearRecord, MESSAGE, message, messages } from "../support/tls12-messages.ts";
import { RECORD, records } from "../support/wire.ts";

const authority = Authority.root();
const credentials = authority.issue({ kind: "RSA-2048" });
const ca = readFileSync(authority.certFile);
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** What becomes of the server's first flight, one message after the other. */
type Reframe = (flight: Flight) => Buffer;

interface Flight {
  /** What stands in front of the key exchange. */
  before: Buffer;
  exchange: Buffer;
  after: Buffer;
}

/** The port of a server that signs with `scheme`, and whose first flight is framed anew. */
async function serving(scheme: string, reframe: Reframe): Promise<number> {
  const options = { ...pairOf(credentials), maxVersion: "TLSv1.2", sigalgs: scheme } as const;
  const server = createServer(options, (socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  server.on("tlsClientError", () => {});
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return (await plainServer((client) => passOn(client, port, reframe))).port;
}

function passOn(client: Socket, port: number, reframe: Reframe): void {
  const upstream = connect(port, "127.0.0.1");
  upstream.on("error", () => {});
  client.on("close", () => upstream.destroy());
  client.pipe(upstream);
  let flight: Buffer = Buffer.of();
  upstream.on("data", function gather(data: Buffer) {
    flight = Buffer.concat([flight, data]);
    const content = Buffer.concat(records(flight).map(({ body }) => body));
    if (messages(content).at(-1)?.type !== MESSAGE.serverHelloDone) return;
    upstream.off("data", gather);
    client.write(reframe(cut(content)));
    upstream.pipe(client);
  });
}

function cut(content: Buffer): Flight {
  const whole = messages(content).map(({ type, body }) => message(type, body));
  const at = whole.findIndex(([type]) => type === MESSAGE.serverKeyExchange);
  return {
    before: Buffer.concat(whole.slice(0, at)),
    exchange: whole[at] ?? Buffer.of(),
    after: Buffer.concat(whole.slice(at + 1)),
  };
}

function framed(...pieces: Buffer[]): Buffer {
  return Buffer.concat(pieces.map((piece) => clearRecord(RECORD.handshake, piece)));
}

/** Where the algorithm is: behind header, curve, and the point with its length. */
function algorithmAt(exchange: Buffer): number {
  return 8 + exchange.readUInt8(7);
}

function dial(port: number) {
  return bearhug.connect({ host: "127.0.0.1", port, servername: SERVER_NAME, ca });
}

async function echo(port: number): Promise<{ protocol: string; text: string }> {
  const stream = dial(port);
  await once(stream, "secureConnect");
  const { protocol } = stream;
  stream.end("there and back");
  let text = "";
  for await (const data of stream) text += data;
  return { protocol: `${protocol}`, text };
}

const SCHEMES = ["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"];

describe.each([...SCHEMES, "rsa_pkcs1_sha256"])("%s, a server's flight", (scheme) => {
  it.each<[string, Reframe]>([
    ["in one record", ({ before, exchange, after }) => framed(concat(before, exchange, after))],
    [
      "with each byte in a record of its own",
      ({ before, exchange, after }) =>
        framed(...[...concat(before, exchange, after)].map((byte) => Buffer.of(byte))),
    ],
    ...[-1, 0, 1, 2, 3].map((offset): [string, Reframe] => [
      `in two records, cut at the algorithm's byte ${offset}`,
      ({ before, exchange, after }) => {
        const at = algorithmAt(exchange) + offset;
        return framed(
          concat(before, exchange.subarray(0, at)),
          concat(exchange.subarray(at), after),
        );
      },
    ]),
    [
      "with the algorithm's bytes in records of their own",
      ({ before, exchange, after }) => {
        const at = algorithmAt(exchange);
        const parts = [exchange.subarray(at, at + 1), exchange.subarray(at + 1, at + 2)];
        return framed(before, exchange.subarray(0, at), ...parts, exchange.subarray(at + 2), after);
      },
    ],
  ])("%s", async (_, reframe) => {
    const port = await serving(scheme, reframe);
    expect(await echo(port)).toEqual({ protocol: "TLSv1.2", text: "there and back" });
  });
});

describe.each(SCHEMES)("%s is refused", (scheme) => {
  it.each<[string, (exchange: Buffer) => void, RegExp]>([
    [
      "with one bit of the signature changed",
      (exchange) => flip(exchange, exchange.length - 1),
      /invalid signature; sent the alert decrypt_error/,
    ],
    [
      "with one bit of the point changed",
      (exchange) => flip(exchange, 9),
      /invalid signature; sent the alert decrypt_error/,
    ],
    [
      "that claims another hash",
      (exchange) => {
        const at = algorithmAt(exchange) + 1;
        exchange[at] = exchange[at] === 4 ? 5 : 4;
      },
      /invalid signature; sent the alert decrypt_error/,
    ],
    [
      "that claims the same hash with PKCS #1",
      (exchange) => {
        const at = algorithmAt(exchange);
        exchange.set([exchange.readUInt8(at + 1), 1], at);
      },
      /invalid signature; sent the alert decrypt_error/,
    ],
    [
      "that claims RSA-PSS for a key that is named so",
      (exchange) => {
        exchange[algorithmAt(exchange) + 1] = 9;
      },
      /no common or no valid algorithm/,
    ],
  ])("%s", async (_, change, message) => {
    const port = await serving(scheme, ({ before, exchange, after }) => {
      change(exchange);
      return framed(before, exchange, after);
    });
    expect((await failureOf(dial(port))).message).toMatch(message);
  });
});

function flip(bytes: Buffer, at: number): void {
  bytes[at] = bytes.readUInt8(at) ^ 1;
}

function concat(...parts: Buffer[]): Buffer {
  return Buffer.concat(parts);
}
