/**
 * A client that comes back with a ticket of ours is resumed (RFC 8446, 2.2): tickets come with our
 * first data, and whatever is not one of ours leads to a full handshake.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Authority } from "../../support/certificates.ts";
import { pairOf } from "../../support/library.ts";
import { RECORD } from "../../support/wire.ts";
import { Tls13Client } from "../peer/client.ts";
import type { ClientSettings } from "../peer/client-hello.ts";
import { decodedTicket } from "../peer/messages.ts";
import { EXTENSION, GROUP, MESSAGE } from "../peer/numbers.ts";
import { SUITES } from "../peer/protection.ts";
import type { Psk } from "../peer/psk.ts";
import { RETRIED } from "../traps/misdeed.ts";
import { ourServer } from "../traps/our-server.ts";

const authority = Authority.root();
const pair = pairOf(authority.issue());

/** A client after some data of the server's, and so with its tickets. */
async function visit(port: number, settings: ClientSettings = {}): Promise<Tls13Client> {
  const client = await Tls13Client.connect(port, settings);
  await client.establish();
  expect(await client.echo("hello")).toBe("hello");
  client.close();
  return client;
}

async function ticketOf(port: number, settings: ClientSettings = {}): Promise<Psk> {
  return (await visit(port, settings)).ticket();
}

async function resumes(port: number, psk: Psk, settings: ClientSettings = {}): Promise<boolean> {
  return (await visit(port, { ...settings, psks: [psk] })).resumed;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a session is resumed", () => {
  it("again and again, without a certificate", async () => {
    const { port, streams, failures } = await ourServer(pair);
    let client = await visit(port);
    expect([client.resumed, client.chain.length]).toEqual([false, 1]);
    for (let count = 0; count < 5; count++) {
      client = await visit(port, { psks: [client.ticket()] });
      expect([client.resumed, client.chain.length]).toEqual([true, 0]);
    }
    expect(streams.map((stream) => stream.isSessionReused())).toEqual([
      false,
      ...Array(5).fill(true),
    ]);
    expect(failures).toEqual([]);
  });

  it.each(SUITES.map(({ id }) => id))("with suite %i", async (id) => {
    const { port } = await ourServer(pair);
    const settings = { suites: [id] };
    expect(await resumes(port, await ticketOf(port, settings), settings)).toBe(true);
  });

  it("with another suite of the same hash, and with none of another hash", async () => {
    const { port } = await ourServer(pair);
    const aes128 = await ticketOf(port, { suites: [0x1301] });
    const aes256 = await ticketOf(port, { suites: [0x1302] });
    expect(await resumes(port, aes128, { suites: [0x1303] })).toBe(true);
    expect(await resumes(port, aes128, { suites: [0x1302] })).toBe(false);
    expect(await resumes(port, aes256, { suites: [0x1303] })).toBe(false);
  });

  it("after a retry", async () => {
    const { port } = await ourServer(pair);
    const client = await visit(port, { ...RETRIED, psks: [await ticketOf(port)] });
    expect([client.retried, client.resumed]).toEqual([true, true]);
  });

  it("by the second identity, and not by the third", async () => {
    const { port } = await ourServer(pair);
    const [good, ...bad] = [await ticketOf(port), await ticketOf(port), await ticketOf(port)];
    for (const psk of bad) psk.identity = Buffer.alloc(psk.identity.length, 1);
    expect((await visit(port, { psks: [bad[0], good] as Psk[] })).resumed).toBe(true);
    expect((await visit(port, { psks: [...bad, good] as Psk[] })).resumed).toBe(false);
  });

  it("by the same ticket twice: without early data that harms no client", async () => {
    const { port } = await ourServer(pair);
    const psk = await ticketOf(port);
    expect(await resumes(port, psk)).toBe(true);
    expect(await resumes(port, psk)).toBe(true);
  });

  it("though the hello names no signature algorithms, which are for certificates", async () => {
    const { port } = await ourServer(pair);
    const client = await Tls13Client.connect(port, { psks: [await ticketOf(port)] });
    client.greet({
      extensions: (usual) => usual.filter(({ type }) => type !== EXTENSION.signatureAlgorithms),
    });
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect([client.resumed, await client.echo("hello")]).toEqual([true, "hello"]);
  });
});

describe("tickets", () => {
  const counted = async (options: object, settings: ClientSettings = {}) =>
    (await visit((await ourServer({ ...pair, ...options })).port, settings)).tickets.length;

  it("are two after a full handshake and one after a resumed one", async () => {
    const { port } = await ourServer(pair);
    const client = await visit(port);
    expect(client.tickets).toHaveLength(2);
    expect((await visit(port, { psks: [client.ticket(1)] })).tickets).toHaveLength(1);
  });

  it.each([0, 1, 3, 4])("are %i if told so", async (tickets) => {
    expect(await counted({ tickets })).toBe(tickets);
  });

  it("are none with tickets 0, and none is taken", async () => {
    const psk = await ticketOf((await ourServer(pair)).port);
    const { port } = await ourServer({ ...pair, tickets: 0 });
    expect(await resumes(port, psk)).toBe(false);
  });

  it("are none where clients are asked for certificates, and none is taken", async () => {
    const psk = await ticketOf((await ourServer(pair)).port);
    const { port } = await ourServer({ ...pair, ca: pair.cert, requestCert: "optional" });
    const client = await visit(port, { psks: [psk] });
    expect([client.resumed, client.tickets.length]).toEqual([false, 0]);
  });

  it("have different nonces, and tell their lifetime", async () => {
    const { port } = await ourServer({ ...pair, tickets: 4, sessionTimeout: 77 });
    const tickets = (await visit(port)).tickets.map(({ body }) => decodedTicket(body));
    expect(new Set(tickets.map(({ nonce }) => nonce.toString("hex"))).size).toBe(4);
    expect(new Set(tickets.map(({ ticket }) => ticket.toString("hex"))).size).toBe(4);
    expect(new Set(tickets.map(({ ageAdd }) => ageAdd)).size).toBe(4);
    expect(tickets.map(({ lifetime }) => lifetime)).toEqual([77, 77, 77, 77]);
  });

  it("come in the record in front of our first data, and not before", async () => {
    const { port } = await ourServer(pair);
    const client = await Tls13Client.connect(port);
    await client.establish();
    client.send("hello");
    const { type, content } = (await client.records.next()) ?? { type: 0, content: Buffer.of() };
    expect([type, content[0]]).toEqual([RECORD.handshake, MESSAGE.newSessionTicket]);
    expect((await client.records.next())?.content.toString()).toBe("hello");
  });

  it("never come to a client that hears nothing else", async () => {
    const { port } = await ourServer(pair);
    const client = await Tls13Client.connect(port);
    await client.establish();
    client.close();
    await client.receiveAll();
    expect(client.tickets).toEqual([]);
  });

  it("come with a KeyUpdate behind them, where one is due", async () => {
    const { port } = await ourServer(pair);
    const client = await Tls13Client.connect(port);
    await client.establish();
    client.updateKey(1);
    expect(await client.echo("hello")).toBe("hello");
    expect([client.tickets.length, client.keyUpdates]).toEqual([2, 1]);
    expect(await resumes(port, client.ticket())).toBe(true);
  });

  it("don't fit into very short records, and don't come", async () => {
    const { port } = await ourServer(pair);
    const client = await Tls13Client.connect(port);
    client.greet({
      extensions: (usual) => [
        ...usual,
        { type: EXTENSION.recordSizeLimit, content: Buffer.of(0, 64) },
      ],
    });
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(await client.echo("x".repeat(200))).toBe("x".repeat(200));
    expect(client.tickets).toEqual([]);
  });
});

it("no byte is lost of a client that writes and closes unread, a thousand times", async () => {
  const { port, failures, streams } = await ourServer(pair);
  const received: string[] = [];
  for (let count = 0; count < 1000; count++) {
    const client = await Tls13Client.connect(port);
    await client.upToFinish();
    client.records.hold();
    client.finish();
    client.send(`message ${count}`);
    client.alert(0, 1);
    client.records.release();
    received.push((await client.receiveAll()).toString());
    client.records.socket.end();
  }
  expect(received).toEqual(Array.from({ length: 1000 }, (_, count) => `message ${count}`));
  expect(streams).toHaveLength(1000);
  expect(failures).toEqual([]);
}, 120_000);

describe("a full handshake follows", () => {
  it("a ticket of any other length", async () => {
    const { port, failures } = await ourServer(pair);
    const psk = await ticketOf(port);
    const long = Buffer.concat([psk.identity, psk.identity, psk.identity]);
    for (let length = 1; length < 400; length++) {
      if (length === psk.identity.length) continue;
      const identity = long.subarray(0, length);
      expect([length, await resumes(port, { ...psk, identity })]).toEqual([length, false]);
    }
    expect(await resumes(port, { ...psk, identity: Buffer.alloc(16_000, 1) })).toBe(false);
    expect(failures).toEqual([]);
  }, 120_000);

  it("a ticket with any byte changed", async () => {
    const { port, failures } = await ourServer(pair);
    const psk = await ticketOf(port);
    for (let at = 0; at < psk.identity.length; at++) {
      const identity = Buffer.from(psk.identity);
      identity[at] = (identity[at] ?? 0) ^ (1 << (at % 8));
      expect([at, await resumes(port, { ...psk, identity })]).toEqual([at, false]);
    }
    expect(failures).toEqual([]);
  }, 120_000);

  it("a ticket of another key, and of another certificate with the same key", async () => {
    const first = authority.issue();
    const renewed = authority.issue({ key: first.key });
    const psk = await ticketOf((await ourServer(pairOf(first))).port);
    expect(await resumes((await ourServer(pairOf(first))).port, psk)).toBe(true);
    expect(await resumes((await ourServer(pair)).port, psk)).toBe(false);
    expect(await resumes((await ourServer(pairOf(renewed))).port, psk)).toBe(false);
  });

  it("a ticket for another name, or for none", async () => {
    const { port } = await ourServer(pair);
    const psk = await ticketOf(port);
    expect(await resumes(port, psk, { name: "other.test" })).toBe(false);
    expect(await resumes(port, psk, { name: null })).toBe(false);
    const nameless = await ticketOf(port, { name: null });
    expect(await resumes(port, nameless, { name: null })).toBe(true);
    expect(await resumes(port, nameless)).toBe(false);
  });

  it("a ticket for another application protocol, profile or version", async () => {
    const { port } = await ourServer({ ...pair, ALPNProtocols: ["a", "b"] });
    const psk = await ticketOf(port, { protocols: ["a"] });
    expect(await resumes(port, psk, { protocols: ["a"] })).toBe(true);
    expect(await resumes(port, psk, { protocols: ["b"] })).toBe(false);
    expect(await resumes(port, psk)).toBe(false);
    const plain = await ticketOf((await ourServer(pair)).port);
    const strict = await ourServer({ ...pair, profile: "strict" });
    const narrower = await ourServer({ ...pair, minVersion: "TLSv1.3" });
    expect(await resumes(strict.port, plain)).toBe(false);
    expect(await resumes(narrower.port, plain)).toBe(false);
  });

  it("a ticket of a server that differs in nothing but its profile", async () => {
    const only13 = { ...pair, minVersion: "TLSv1.3", maxVersion: "TLSv1.3" } as const;
    const serving = async (profile: "modern" | "compat") =>
      (await ourServer({ ...only13, profile })).port;
    const psk = await ticketOf(await serving("modern"));
    expect(await resumes(await serving("modern"), psk)).toBe(true);
    expect(await resumes(await serving("compat"), psk)).toBe(false);
  });

  it.each<[string, string[]]>([
    ["another list", ["a", "c"]],
    ["a longer list", ["a", "b", "c"]],
    ["a shorter list", ["a"]],
    ["the list in another order", ["b", "a"]],
    ["the same letters in a list", ["ab"]],
  ])("a ticket of a server with %s of protocols", async (_, ALPNProtocols) => {
    const { port } = await ourServer({ ...pair, ALPNProtocols: ["a", "b"] });
    const other = await ourServer({ ...pair, ALPNProtocols });
    const protocols = ALPNProtocols.includes("a") ? ["a"] : [];
    const settings = protocols.length === 0 ? {} : { protocols };
    const psk = await ticketOf(port, settings);
    expect(await resumes(port, psk, settings)).toBe(true);
    expect(await resumes(other.port, psk, settings)).toBe(false);
  });

  it("modes without an exchange of keys", async () => {
    const { port } = await ourServer(pair);
    const client = await Tls13Client.connect(port, { psks: [await ticketOf(port)] });
    const modes = (content: Buffer) => ({ type: EXTENSION.pskModes, content });
    client.greet({
      extensions: (usual) =>
        usual.map((one) => (one.type === EXTENSION.pskModes ? modes(Buffer.of(1, 0)) : one)),
    });
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect([client.resumed, await client.echo("hello")]).toEqual([false, "hello"]);
    // A ticket would be of no use to it (4.2.9).
    expect(client.tickets).toEqual([]);
  });
});

describe("the clock", () => {
  const SECOND = 1000;
  const HOUR = 3600 * SECOND;
  /** The first moment of a period of the ticket keys. */
  const PERIOD = 6 * HOUR * 80_000;

  /** Is a ticket of one moment good at another? */
  async function holds(from: number, to: number, options: object = {}): Promise<boolean> {
    const { port } = await ourServer({ ...pair, ...options });
    const now = vi.spyOn(Date, "now").mockReturnValue(from);
    const psk = await ticketOf(port);
    now.mockReturnValue(to);
    return resumes(port, psk);
  }

  it.each([0, 1, 3 * HOUR, 6 * HOUR - 1])(
    "a ticket lives 6 hours, whenever in a period it was made: %i ms after its begin",
    async (at) => {
      const made = PERIOD + at;
      expect(await holds(made, made + 6 * HOUR - 1)).toBe(true);
      expect(await holds(made, made + 6 * HOUR)).toBe(false);
    },
  );

  it("it lives as long as it was told", async () => {
    expect(await holds(PERIOD, PERIOD + 10 * SECOND - 1, { sessionTimeout: 10 })).toBe(true);
    expect(await holds(PERIOD, PERIOD + 10 * SECOND, { sessionTimeout: 10 })).toBe(false);
  });

  it("another machine's may be 5 minutes ahead, in the next period, too", async () => {
    for (const at of [PERIOD, PERIOD + HOUR]) {
      expect(await holds(at, at - 300 * SECOND)).toBe(true);
      expect(await holds(at, at - 300 * SECOND - 1)).toBe(false);
    }
  });

  it.each([2 ** 31, 2 ** 32, 2 ** 31 * SECOND, -(2 ** 31), -PERIOD + 1])(
    "jumps of %i ms lead to a full handshake",
    async (jump) => {
      expect(await holds(PERIOD, PERIOD + jump)).toBe(false);
    },
  );

  it.each([0, -1, Number.NaN, 2 ** 53])("of %d gives no tickets", async (now) => {
    const { port } = await ourServer(pair);
    vi.spyOn(Date, "now").mockReturnValue(now);
    expect((await visit(port)).tickets).toEqual([]);
  });

  it("resumptions don't prolong a session beyond 24 hours", async () => {
    const { port } = await ourServer(pair);
    const now = vi.spyOn(Date, "now").mockReturnValue(PERIOD);
    let psk = await ticketOf(port);
    const resumed: boolean[] = [];
    for (let hours = 5; hours <= 25; hours += 5) {
      now.mockReturnValue(PERIOD + hours * HOUR - 1);
      const client = await visit(port, { psks: [psk] });
      resumed.push(client.resumed);
      psk = client.ticket();
    }
    expect(resumed).toEqual([true, true, true, true, false]);
  });
});

it("groups of the exchange are chosen as in a full handshake", async () => {
  const { port } = await ourServer(pair);
  const psk = await ticketOf(port, { groups: [GROUP.x25519] });
  const client = await visit(port, { groups: [GROUP.secp256r1], psks: [psk] });
  expect([client.resumed, client.group]).toEqual([true, GROUP.secp256r1]);
});
