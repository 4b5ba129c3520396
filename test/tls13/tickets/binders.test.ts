/** A binder proves that the ticket's key is known (RFC 8446, 4.2.11.2): a wrong one ends the handshake. */
import { describe, expect, it } from "vitest";
import { Authority } from "../../support/certificates.ts";
import { pairOf } from "../../support/library.ts";
import { eventually } from "../../support/limits.ts";
import { vector8, vector16 } from "../../support/tls12-encoding.ts";
import { alertsOf, type Misdeed } from "../misdeeds.ts";
import { Tls13Client } from "../peer/client.ts";
import type { ClientSettings, HelloChanges } from "../peer/client-hello.ts";
import { extension } from "../peer/extensions.ts";
import { ALERT, EXTENSION } from "../peer/numbers.ts";
import type { Psk } from "../peer/psk.ts";
import { RETRIED } from "../traps/misdeed.ts";
import { ourServer } from "../traps/our-server.ts";

const pair = pairOf(Authority.root().issue());

async function newTicket(port: number): Promise<Psk> {
  const client = await Tls13Client.connect(port);
  await client.establish();
  await client.echo("hello");
  client.close();
  return client.ticket();
}

async function refusal(
  misdeed: Misdeed | HelloChanges,
  settings: ClientSettings = {},
): Promise<number[]> {
  const { port } = await ourServer(pair);
  const psks = [await newTicket(port)];
  const greeting: Misdeed = (client) => client.greet(misdeed as HelloChanges);
  const commit = typeof misdeed === "function" ? misdeed : greeting;
  const alerts = await alertsOf(port, commit, { psks, ...settings });
  return alerts.map(({ description }) => description);
}

function flipped(binder: Buffer, bit: number): Buffer {
  const other = Buffer.from(binder);
  other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return other;
}

describe("decrypt_error is for", () => {
  it("a binder with any bit wrong", async () => {
    const { port, failures } = await ourServer(pair);
    const psk = await newTicket(port);
    for (let bit = 0; bit < 256; bit++) {
      const commit: Misdeed = (client) => client.greet({ binder: (one) => flipped(one, bit) });
      const alerts = await alertsOf(port, commit, { psks: [psk] });
      expect([bit, alerts.map(({ description }) => description)]).toEqual([
        bit,
        [ALERT.decryptError],
      ]);
    }
    await eventually("256 failures", () => failures.length === 256);
  }, 60_000);

  it.each([33, 48, 255])("a binder of %i bytes", async (length) => {
    const { port } = await ourServer(pair);
    const { identity } = await newTicket(port);
    const binder = vector8(Buffer.alloc(length));
    const content = [vector16(vector16(identity), Buffer.alloc(4)), vector16(binder)];
    const offer = extension(EXTENSION.preSharedKey, ...content);
    const commit: Misdeed = (client) => client.greet({ extensions: (usual) => [...usual, offer] });
    const alerts = await alertsOf(port, commit);
    expect(alerts.map(({ description }) => description)).toEqual([ALERT.decryptError]);
  });

  it("one of a key that isn't the ticket's", async () => {
    const { port } = await ourServer(pair);
    const psk = { ...(await newTicket(port)), key: Buffer.alloc(32) };
    const alerts = await alertsOf(port, (client) => client.greet(), { psks: [psk] });
    expect(alerts.map(({ description }) => description)).toEqual([ALERT.decryptError]);
  });

  it("one of a key that was agreed upon by other means", async () => {
    const { port } = await ourServer(pair);
    const psk = { ...(await newTicket(port)), resumption: false };
    const alerts = await alertsOf(port, (client) => client.greet(), { psks: [psk] });
    expect(alerts.map(({ description }) => description)).toEqual([ALERT.decryptError]);
  });

  it("one about a hello that was changed", async () => {
    const misdeed: Misdeed = (client) => {
      client.alter = (message) => flipped(message, 8 * 6);
      client.greet();
    };
    expect(await refusal(misdeed)).toEqual([ALERT.decryptError]);
  });

  it("after a retry, one about the second hello alone, or the first one's", async () => {
    for (const forget of [true, false]) {
      const misdeed: Misdeed = async (client) => {
        let first: Buffer = Buffer.of();
        client.greet({
          binder: (right) => {
            first = right;
            return right;
          },
        });
        await client.serverHello();
        client.changeCipherSpec();
        client.greet({ binder: () => (forget ? first : Buffer.alloc(32, 5)) });
      };
      expect(await refusal(misdeed, RETRIED)).toEqual([ALERT.decryptError]);
    }
  });
});

describe("malformed", () => {
  const extensions = (content: Buffer): HelloChanges => ({
    extensions: (usual) => [...usual, { type: EXTENSION.preSharedKey, content }],
  });
  const identity = Buffer.from("000a0004313233340000000000", "hex").subarray(0, 12);
  const binder = Buffer.concat([Buffer.of(0, 33, 32), Buffer.alloc(32)]);

  it.each<[string, HelloChanges, number]>([
    ["no identity", extensions(Buffer.concat([Buffer.of(0, 0), binder])), ALERT.decodeError],
    ["no binder", extensions(Buffer.concat([identity, Buffer.of(0, 0)])), ALERT.decodeError],
    [
      "an identity of no bytes",
      extensions(Buffer.concat([Buffer.from("0006000000000000", "hex"), binder])),
      ALERT.decodeError,
    ],
    [
      "a binder of 31 bytes",
      extensions(Buffer.concat([identity, Buffer.of(0, 32, 31), Buffer.alloc(31)])),
      ALERT.decodeError,
    ],
    [
      "more binders than identities",
      extensions(
        Buffer.concat([identity, Buffer.of(0, 66), binder.subarray(2), binder.subarray(2)]),
      ),
      ALERT.illegalParameter,
    ],
  ])("%s", async (_what, changes, alert) => {
    expect(await refusal(changes, { psks: [] })).toEqual([alert]);
  });

  it("pre_shared_key that is not the last extension", async () => {
    const content = Buffer.concat([identity, binder]);
    const changes: HelloChanges = {
      extensions: (usual) => [{ type: EXTENSION.preSharedKey, content }, ...usual],
    };
    expect(await refusal(changes, { psks: [] })).toEqual([ALERT.illegalParameter]);
  });

  it("pre_shared_key without modes, or with none in them", async () => {
    const without: HelloChanges = {
      extensions: (usual) => usual.filter(({ type }) => type !== EXTENSION.pskModes),
    };
    const empty: HelloChanges = {
      extensions: (usual) =>
        usual.map((one) =>
          one.type === EXTENSION.pskModes ? { ...one, content: Buffer.of(0) } : one,
        ),
    };
    expect(await refusal(without)).toEqual([ALERT.missingExtension]);
    expect(await refusal(empty)).toEqual([ALERT.decodeError]);
  });

  it("no signature algorithms, and a ticket that is none", async () => {
    const { port } = await ourServer(pair);
    const psk = { ...(await newTicket(port)), identity: Buffer.alloc(100, 1) };
    const commit: Misdeed = (client) =>
      client.greet({
        extensions: (usual) => usual.filter(({ type }) => type !== EXTENSION.signatureAlgorithms),
      });
    const alerts = await alertsOf(port, commit, { psks: [psk] });
    expect(alerts.map(({ description }) => description)).toEqual([ALERT.missingExtension]);
  });
});
