/** What our client offers, and how it goes on from there: a server of the tests' own checks each proof. */
import { describe, expect, it, vi } from "vitest";
import { secured } from "../../support/library.ts";
import * as extend from "../peer/extensions.ts";
import { encodedTicket } from "../peer/messages.ts";
import { EXTENSION, GROUP } from "../peer/numbers.ts";
import { readOffer } from "../peer/psk.ts";
import type { Tls13Server } from "../peer/server.ts";
import type { ServerSettings } from "../peer/server-hello.ts";
import { established, meet, newClient, type Options, sessionsOf, withSession } from "./resuming.ts";

const SUITES = [0x1301, 0x1302, 0x1303];
const RETRIED = { groups: [GROUP.secp256r1] };
const DAY = 24 * 3600 * 1000;

/** What the hello has of that; null: nothing. */
function content(server: Tls13Server, type: number): Buffer | null {
  return extend.contentOf(server.clientHello?.extensions ?? [], type);
}

async function resumes(options: Options, settings: Partial<ServerSettings>): Promise<boolean> {
  const { client, server } = await established(options, settings);
  expect(client.isSessionReused()).toBe(server.resumed);
  client.destroy();
  return server.resumed;
}

/** Is a session offered at all? */
async function offers(options: Options): Promise<boolean> {
  const { client, server } = await established(options);
  client.destroy();
  return content(server, EXTENSION.preSharedKey) !== null;
}

/** The same, so much later. */
async function offersAfter(milliseconds: number, lifetime: number): Promise<boolean> {
  const { options } = await withSession(newClient(), {}, { lifetime });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + milliseconds });
  try {
    return await offers(options);
  } finally {
    vi.useRealTimers();
  }
}

describe("a session is resumed", () => {
  it.each(SUITES)("with suite %i", async (suite) => {
    const settings = { suites: [suite] };
    const { options, psks } = await withSession(newClient(), settings);
    expect(await resumes(options, { ...settings, psks })).toBe(true);
  });

  it("with another suite of the same hash", async () => {
    const { options, psks } = await withSession(newClient(), { suites: [0x1301] });
    expect(await resumes(options, { suites: [0x1303], psks })).toBe(true);
  });

  it("and another one that the resumed connection gave", async () => {
    const { options, psks } = await withSession();
    const again = await withSession(options, { psks });
    expect(await resumes(options, { psks: again.psks })).toBe(true);
  });

  it("after a retry, whose hash goes into the binder", async () => {
    const { options, psks } = await withSession();
    expect(await resumes(options, { ...RETRIED, psks })).toBe(true);
  });

  it("not after a retry with a suite of another hash: then it isn't offered again", async () => {
    const { options, psks } = await withSession(newClient(), { suites: [0x1303] });
    const { client, server } = await meet(options, { ...RETRIED, suites: [0x1302], psks });
    await server.hearHello();
    expect(content(server, EXTENSION.preSharedKey)).not.toBeNull();
    server.retry();
    await server.hearHello();
    expect(content(server, EXTENSION.preSharedKey)).toBeNull();
    server.greet();
    server.flight();
    await Promise.all([secured(client), server.clientFlight()]);
    expect(client.isSessionReused()).toBe(false);
  });

  it("from a ticket in pieces, with a nonce of 255 bytes, or of none, and unknown extensions", async () => {
    for (const nonce of [Buffer.of(), Buffer.alloc(255, 3)]) {
      const both = await established(newClient());
      const extensions = [
        extend.extension(0xfafa, Buffer.of(1)),
        extend.extension(EXTENSION.earlyData, Buffer.alloc(4)),
      ];
      const ticket = { lifetime: 60, ageAdd: 0, nonce, extensions, ticket: Buffer.alloc(2000, 7) };
      const whole = encodedTicket(ticket);
      for (const at of [0, 3, 900]) both.server.mutter(whole.subarray(at, { 0: 3, 3: 900 }[at]));
      expect((await sessionsOf(both)).sessions).toHaveLength(1);
    }
  });

  it("with the facts of the certificate that was verified", async () => {
    const { options, psks } = await withSession();
    const { client } = await established(options, { psks });
    expect([client.isSessionReused(), client.authorized]).toEqual([true, true]);
    expect(client.getPeerCertificate()?.subject).toBe("O=Bearhug, CN=server.test");
  });
});

describe("what is offered", () => {
  it("is one ticket, last in the hello, with an exchange of keys only, and no early data", async () => {
    const { options, psks } = await withSession();
    const { server } = await established(options, { psks });
    const types = server.clientHello?.extensions?.map(({ type }) => type) ?? [];
    expect(types.at(-1)).toBe(EXTENSION.preSharedKey);
    expect(types).not.toContain(EXTENSION.earlyData);
    expect(content(server, EXTENSION.pskModes)).toEqual(Buffer.of(1, 1));
    const { identities, binders } = readOffer(content(server, EXTENSION.preSharedKey) as Buffer);
    expect(identities.map(({ identity }) => identity)).toEqual([psks[0]?.identity]);
    expect(binders).toHaveLength(1);
  });

  it("tells the ticket's age, hidden by what the server gave for that", async () => {
    for (const ageAdd of [0, 5, 0xffff_fff0]) {
      const { options } = await withSession(newClient(), {}, { ageAdd });
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 100_000 });
      const { server } = await established(options).finally(() => vi.useRealTimers());
      const { identities } = readOffer(content(server, EXTENSION.preSharedKey) as Buffer);
      const age = ((identities[0]?.age ?? 0) - ageAdd + 2 ** 32) % 2 ** 32;
      expect(age).toBeGreaterThanOrEqual(100_000);
      expect(age).toBeLessThan(130_000);
    }
  });

  it("is used once, though the connection fails", async () => {
    const { options } = await withSession();
    const { client, server } = await meet(options);
    await server.hearHello();
    expect(content(server, EXTENSION.preSharedKey)).not.toBeNull();
    client.destroy();
    expect(await offers(options)).toBe(false);
  });

  it("is nothing to another name, trust, profile, version, protocol, or without verification", async () => {
    const others: Partial<Options>[] = [
      { servername: "other.test", rejectUnauthorized: false },
      { rejectUnauthorized: false },
      { profile: "compat" },
      { allowPartialTrustChain: true },
      { minVersion: "TLSv1.3" },
      { ecdhCurve: "X25519" },
      { ALPNProtocols: ["another"] },
      { tickets: 0 },
    ];
    for (const other of others) {
      const { options } = await withSession();
      expect([other, await offers({ ...options, ...other } as Options)]).toEqual([other, false]);
    }
  });

  it("leads to a full handshake with a server that doesn't know it", async () => {
    const { options } = await withSession();
    const { client, server } = await established(options);
    expect([content(server, 41) !== null, client.isSessionReused()]).toEqual([true, false]);
    expect(client.authorized).toBe(true);
  });
});

describe("a session is kept", () => {
  it("as long as its ticket lives, and no second longer", async () => {
    expect(await offersAfter(50_000, 60)).toBe(true);
    expect(await offersAfter(60_000, 60)).toBe(false);
  });

  it("no longer than a day after the certificate was shown, whatever the ticket says", async () => {
    expect(await offersAfter(DAY - 60_000, 604_800)).toBe(true);
    expect(await offersAfter(DAY, 604_800)).toBe(false);
  });

  it("not by a clock that has gone back", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    const { options } = await withSession().finally(() => vi.useRealTimers());
    expect(await offers(options)).toBe(false);
  });

  it("not with a lifetime of 0, nor of more than seven days", async () => {
    for (const [lifetime, kept] of [
      [0, 0],
      [1, 1],
      [604_800, 1],
      [604_801, 0],
      [0xffff_ffff, 0],
    ] as const) {
      const { sessions } = await sessionsOf(await established(newClient()), { lifetime });
      expect([lifetime, sessions.length]).toEqual([lifetime, kept]);
    }
  });

  it("not with a ticket over 2,214 bytes", async () => {
    for (const [length, kept] of [
      [1, 1],
      [2214, 1],
      [2215, 0],
      [16_000, 0],
    ] as const) {
      const ticket = Buffer.alloc(length, 5);
      const { sessions } = await sessionsOf(await established(newClient()), { ticket });
      expect([length, sessions.length]).toEqual([length, kept]);
    }
  });

  it("eight times in a connection at most", async () => {
    const tickets = Array.from({ length: 20 }, () => ({}));
    const { sessions } = await sessionsOf(await established(newClient()), ...tickets);
    expect(sessions).toHaveLength(8);
    expect(new Set(sessions.map(String)).size).toBe(8);
  });

  it("each of several tickets in one record, with data behind them", async () => {
    const { client, server } = await established(newClient());
    const one = () => ({ lifetime: 60, ageAdd: 0, nonce: Buffer.of(1), extensions: [] });
    const both = [1, 2, 3].map((n) => encodedTicket({ ...one(), ticket: Buffer.of(n) }));
    server.mutter(Buffer.concat(both));
    expect((await sessionsOf({ client, server })).sessions).toHaveLength(3);
  });

  it("though we have said goodbye already", async () => {
    const { client, server } = await established({ ...newClient(), allowHalfOpen: true });
    client.end();
    expect(await server.receiveAll()).toHaveLength(0);
    expect((await sessionsOf({ client, server }, {}, {})).sessions).toHaveLength(2);
  });
});
