/**
 * Whatever is wrong with a ClientKeyExchange of static RSA shows only when the client's Finished
 * cannot be opened: the same alert at the same point, as if the client had merely sealed it badly.
 * Otherwise the server decrypts for any client, one alert at a time (RFC 5246, 7.4.7.1).
 *
 * With ECDHE a share that is no point of its curve is refused at once. That is no oracle: the share
 * goes over the wire in the clear, so the client and any host on the way can tell for themselves
 * whether it is a point, and the server's half is for this one connection. A server that goes on
 * with a random secret only hides the client's mistake (RFC 8422, 5.11).
 */
import { constants, publicEncrypt, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { lastWords } from "../support/last-words.ts";
import { ALERT, serveGuarded } from "../support/refusals.ts";
import { type RobotBlock, robotBlocks } from "../support/robot-blocks.ts";
import { serve } from "../support/service.ts";
import { Tls12Client } from "../support/tls12-client.ts";
import { SUITE } from "../support/tls12-protection.ts";

const authority = Authority.root();
const ecdsa = authority.issue();
const rsa = authority.issue({ kind: "RSA-2048" });
const COMPAT = ["--tls-profile", "compat"];

const POINT_LENGTH = 65;
const UNCOMPRESSED = 4;
const MODULUS_LENGTH = 256;

const REFUSED = {
  code: 98,
  stderr:
    "s6-tlsd: fatal: TLS error: record with a wrong MAC or padding; sent the alert bad_record_mac\n",
};

const BAD_SHARE = {
  code: 98,
  stderr:
    "s6-tlsd: fatal: TLS error: no common or no valid algorithm (curve, hash, signature); sent the alert illegal_parameter\n",
};

const NO_POINTS: [string, Buffer][] = [
  ["no point", Buffer.of()],
  ["one byte", Buffer.of(0)],
  ["the point at infinity, padded", Buffer.alloc(POINT_LENGTH)],
  ["a point off the curve", Buffer.alloc(POINT_LENGTH, UNCOMPRESSED)],
  ["coordinates over the field's size", Buffer.concat([Buffer.of(4), Buffer.alloc(64, 0xff)])],
  ["a compressed point", Buffer.concat([Buffer.of(2), Buffer.alloc(32, 7)])],
  ["a point one byte short", Buffer.alloc(POINT_LENGTH - 1, UNCOMPRESSED)],
  ["a point with a byte too many", Buffer.alloc(POINT_LENGTH + 1, UNCOMPRESSED)],
  ["a point as long as one can be", Buffer.alloc(255, UNCOMPRESSED)],
];

it.each(NO_POINTS)("ECDHE with %s", async (_, point) => {
  const { listener, refusal } = await serveGuarded(ecdsa);
  const client = await Tls12Client.connect(listener.port);
  await client.upToServerFlight();
  client.exchangeKeys(point);
  // Neither ChangeCipherSpec nor Finished: the server waits for neither.
  const words = await lastWords(client);
  expect(words).toEqual({ alert: ALERT.illegalParameter, sealed: false, wireLength: 7 });
  expect(await refusal()).toMatchObject(BAD_SHARE);
});

const [right, ...wrong] = robotBlocks(MODULUS_LENGTH);

it("static RSA with the right padding is served", async () => {
  const listener = await serve({ credentials: rsa, options: COMPAT, prog: ["cat"] });
  const client = await rsaClient(listener.port);
  const { block, premaster } = right as RobotBlock;
  client.exchangeKeysByRsa(premaster, encrypted(block));
  client.changeCipherSpec();
  client.finish();
  await client.serverFinished();
  expect(await client.echo("served\n")).toBe("served\n");
});

it.each(wrong)("static RSA with wrong padding: $what", async ({ block, premaster }) => {
  await expectRsaRefused(premaster, encrypted(block));
});

it("static RSA with the right padding, and a Finished that knows another secret", async () => {
  const { block } = right as RobotBlock;
  await expectRsaRefused(randomBytes(48), encrypted(block));
});

it.each([
  ["0", Buffer.alloc(MODULUS_LENGTH)],
  ["a number over the modulus", Buffer.alloc(MODULUS_LENGTH, 0xff)],
  ["half a ciphertext", Buffer.alloc(MODULUS_LENGTH / 2, 1)],
  ["no ciphertext", Buffer.of()],
  ["a ciphertext as long as one can be", Buffer.alloc(512, 1)],
])("static RSA with %s", async (_, ciphertext) => {
  await expectRsaRefused(randomBytes(48), ciphertext);
});

async function expectRsaRefused(premaster: Buffer, ciphertext: Buffer): Promise<void> {
  const { listener, refusal } = await serveGuarded(rsa, COMPAT);
  const client = await rsaClient(listener.port);
  client.exchangeKeysByRsa(premaster, ciphertext);
  await expectRefusedAtFinished(client);
  expect(await refusal()).toMatchObject(REFUSED);
}

/** The Finished is a right one for the client's keys; the server has others. */
async function expectRefusedAtFinished(client: Tls12Client): Promise<void> {
  client.changeCipherSpec();
  const words = lastWords(client);
  expect(await Promise.race([words, sleep(150, "nothing")])).toBe("nothing");
  client.finish();
  expect(await words).toEqual({ alert: ALERT.badRecordMac, sealed: false, wireLength: 7 });
}

function encrypted(block: Buffer): Buffer {
  return publicEncrypt({ key: rsa.key, padding: constants.RSA_NO_PADDING }, block);
}

async function rsaClient(port: number): Promise<Tls12Client> {
  const client = await Tls12Client.connect(port, SUITE["AES128-SHA"]);
  await client.upToServerFlight();
  return client;
}
