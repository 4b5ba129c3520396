import { readFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import type { ClientVerification } from "../../src/sandbox/engine-settings.ts";
import { UnusableAnchors } from "../../src/sandbox/errors.ts";
import type { PeerFacts } from "../../src/sandbox/peer.ts";
import { bearsslClient } from "../support/bearssl-client.ts";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority, type ClientCredentials } from "../support/client-authority.ts";
import { type Alternative, extension } from "../support/extensions.ts";
import { eventually } from "../support/limits.ts";
import { type Attribute, name, nameOfSets, utf16, utf32 } from "../support/names.ts";
import { converse, lineTo, memoryOf } from "../support/sandboxes.ts";
import { newServer } from "./instances.ts";

/** The names in a client's certificate. */

const server = Authority.root().issue();
const root = ClientAuthority.root();

const clients: ClientVerification = { anchors: [root.der], mandatory: false, now: Date.now() };

/** An engine that has shaken hands with Node's client. */
async function shake(shown: ClientCredentials | null, settings = clients): Promise<Engine> {
  const engine = newServer(server, { clients: settings });
  const files = shown && { cert: readFileSync(shown.certFile), key: readFileSync(shown.keyFile) };
  const { client, over } = converse(engine, files ?? {});
  // What went wrong is for the server to tell.
  client.on("error", () => {});
  // In TLS 1.3 the client is done before the server has judged its certificate.
  const connected = eventually("the handshake", () => engine.established);
  await Promise.race([connected, over.then((failure) => Promise.reject(failure))]);
  return engine;
}

/** BearSSL's client doesn't look at its own certificate. */
function show(wire: Duplex, subject: Buffer): Promise<string> {
  return bearsslClient(wire, {
    suite: 0xcca9, // ECDHE-ECDSA-CHACHA20-POLY1305
    version: 0x0303,
    key: server.key,
    certificate: { way: "signature", ...root.issue({ subject }) },
  });
}

/** Values of the names of a client's certificate that BearSSL's client shows. */
async function toldOf(subject: Buffer): Promise<string[]> {
  const engine = newServer(server, { clients });
  const { wire, program } = lineTo(engine);
  const visit = show(wire, subject);
  await eventually("the handshake", () => engine.established);
  const names = engine.session().peer?.names ?? [];
  program.end();
  await visit;
  return names.map(({ value }) => Buffer.from(value).toString());
}

async function peerOf(client: ClientCredentials): Promise<PeerFacts> {
  const { peer } = (await shake(client)).session();
  if (peer === null) throw new Error("no certificate");
  return peer;
}

/** Pairs of a kind and a text. */
async function namesOf(client: ClientCredentials): Promise<[string, string][]> {
  const { names } = await peerOf(client);
  return names.map(({ kind, value }) => [kind, Buffer.from(value).toString()]);
}

describe("a string of a subject", () => {
  test.each<[what: string, attribute: Attribute, text: string]>([
    ["UTF8String", ["CN", "Zoë 漢字 🐻"], "Zoë 漢字 🐻"],
    ["PrintableString", ["CN", "Alice (1)", "printable"], "Alice (1)"],
    ["NumericString", ["CN", "12 34", "numeric"], "12 34"],
    ["IA5String", ["CN", "a@b", "ia5"], "a@b"],
    [
      "TeletexString, taken for Latin-1",
      ["CN", Buffer.from("Zoë ÿ", "latin1"), "teletex"],
      "Zoë ÿ",
    ],
    ["BMPString", ["CN", utf16("Zoë 漢字"), "bmp"], "Zoë 漢字"],
    ["nothing", ["CN", ""], ""],
    ["NUL", ["CN", "a\0b"], "a\0b"],
    ["a kilobyte", ["CN", "x".repeat(1000)], "x".repeat(1000)],
  ])("%s", async (_, attribute, text) => {
    const client = root.issue({ subject: name(attribute) });
    expect(await namesOf(client)).toEqual([["CN", text]]);
  });

  test.each<[what: string, value: Buffer, string: "bmp" | "utf8", text: string]>([
    ["UTF-16 in a BMPString", utf16("a🐻b"), "bmp", "a🐻b"],
    ["a BMPString with half a pair", Buffer.of(0xd8, 0x3d, 0, 0x61), "bmp", "\ufffd\ufffd\ufffda"],
    ["a BMPString that ends in half a pair", Buffer.of(0xd8, 0x3d), "bmp", "\ufffd\ufffd\ufffd"],
    ["a UTF8String that isn't", Buffer.of(0x61, 0xff, 0x62), "utf8", "a\ufffdb"],
  ])("that OpenSSL doesn't read: %s", async (_, value, string, text) => {
    expect(await toldOf(name(["CN", value, string]))).toEqual([text]);
  });

  test("that is a BMPString with half a character is refused", async () => {
    const { wire, over } = lineTo(newServer(server, { clients }));
    const visit = show(wire, name(["CN", Buffer.of(0, 0x61, 0), "bmp"]));
    await expect(visit).rejects.toThrow("BearSSL error 298");
    expect(await over).toMatchObject({ reason: "X509_INNER_TRUNC" });
  });

  // OpenSSL reads no UniversalString of a name, so it is BearSSL's client that shows it.
  test.each<[what: string, value: Buffer, text: string]>([
    ["of all planes", utf32(0x5a, 0xeb, 0x6f22, 0x1f43b), "Zë漢🐻"],
    ["of what is no character", utf32(0x61, 0x110000, 0xffffffff), "a\ufffd\ufffd"],
    ["that ends inside a character", Buffer.concat([utf32(0x61), Buffer.of(0, 0)]), "a"],
  ])("that is a UniversalString %s", async (_, value, text) => {
    expect(await toldOf(name(["CN", value, "universal"], ["O", "b"]))).toEqual([text, "b"]);
  });
});

describe("a subject", () => {
  test("has its attributes in their order, several of a kind included", async () => {
    const subject = name(
      ["CN", "1"],
      ["OU", "2"],
      ["C", "FR", "printable"],
      ["OU", "3"],
      ["L", "4"],
    );
    expect(await namesOf(root.issue({ subject }))).toEqual([
      ["CN", "1"],
      ["OU", "2"],
      ["C", "FR"],
      ["OU", "3"],
      ["L", "4"],
    ]);
  });

  test("may have several attributes in one part", async () => {
    const subject = nameOfSets(
      [
        ["CN", "1"],
        ["OU", "2"],
        ["OU", "3"],
      ],
      [["ST", "4"]],
    );
    expect(await namesOf(root.issue({ subject }))).toEqual([
      ["CN", "1"],
      ["OU", "2"],
      ["OU", "3"],
      ["ST", "4"],
    ]);
  });

  test("leaves out what SSL_PEER_CERT_SUBJECT has no place for", async () => {
    const subject = name(
      ["DC", "test"],
      ["serialNumber", "1"],
      ["emailAddress", "a@b"],
      ["O", "2"],
    );
    expect(await namesOf(root.issue({ subject }))).toEqual([["O", "2"]]);
  });

  test("may be empty", async () => {
    expect(await namesOf(root.issue({ subject: name() }))).toEqual([]);
  });
});

describe("alternative names", () => {
  const subject = name();

  test("come in their order, with those of other kinds left out", async () => {
    const names: Alternative[] = [
      ["URI", "urn:1"],
      ["DNS", "two.test"],
      ["registeredID", Buffer.of(0x2a)],
      ["email", "three@test"],
      ["DNS", "*.four.test"],
      ["IP", Buffer.of(127, 0, 0, 1)],
    ];
    const client = root.issue({
      subject,
      extensions: [extension.criticalAlternativeNames(...names)],
    });
    const { names: found } = await peerOf(client);
    expect(found.map(({ kind, value }) => [kind, Buffer.from(value).toString("latin1")])).toEqual([
      ["URI", "urn:1"],
      ["DNS", "two.test"],
      ["email", "three@test"],
      ["DNS", "*.four.test"],
      ["IP", "\x7f\0\0\x01"],
    ]);
  });

  test("may be many", async () => {
    const names = Array.from({ length: 1000 }, (_, n): Alternative => ["DNS", `${n}.test`]);
    const client = root.issue({
      subject,
      extensions: [extension.criticalAlternativeNames(...names)],
    });
    expect(await namesOf(client)).toEqual(names.map((pair) => [...pair]));
  });

  test("may be none", async () => {
    const client = root.issue({ subject, extensions: [extension.criticalAlternativeNames()] });
    expect(await namesOf(client)).toEqual([]);
  });
});

describe("the peer", () => {
  test("is null if it showed nothing", async () => {
    expect((await shake(null)).session().peer).toBeNull();
  });

  test("is null before the handshake", () => {
    expect(newServer(server, { clients }).session().peer).toBeNull();
  });

  test("leaves nothing of its certificate behind when the engine is wiped", async () => {
    const subject = name(["CN", "a name to look for"]);
    const engine = await shake(root.issue({ subject }));
    const { peer } = engine.session();
    const memory = Buffer.from(memoryOf(engine).buffer);
    expect(memory.includes("a name to look for")).toBe(true);
    engine.wipe();
    expect(memory.includes("a name to look for")).toBe(false);
    expect(Buffer.from(peer?.names[0]?.value ?? []).toString()).toBe("a name to look for");
  });
});

describe("the time of validation", () => {
  const root = ClientAuthority.root({ begins: -20, ends: 20 });
  const client = root.issue({ begins: -10, ends: 10 });
  const clients = { anchors: [root.der], mandatory: true, now: Date.now() };
  const DAY = 86_400_000;

  test.each([
    ["a day after its beginning", -9, "taken"],
    ["a day before its end", 9, "taken"],
    ["a day before its beginning", -11, "certificate not yet valid"],
    ["a day after its end", 11, "certificate expired"],
    ["in 1970", -Date.now() / DAY, "certificate not yet valid"],
    ["in the year 2400", 137_000, "certificate expired"],
  ])("%s", async (_, days, outcome) => {
    const now = Date.now() + days * DAY;
    const settings = { ...clients, now };
    const shaken = shake(client, settings).then(
      () => "taken",
      (error: Error) => error.message,
    );
    expect(await shaken).toContain(outcome);
  });

  test("counts to the second", async () => {
    const ends = Math.floor((Date.now() + 10 * DAY) / 1000) * 1000;
    const exact = root.issue({ key: client.key, ends: (ends - Date.now() + 500) / DAY });
    await expect(shake(exact, { ...clients, now: ends - 1000 })).resolves.toBeDefined();
    // The second that notAfter names is over, as OpenSSL has it.
    await expect(shake(exact, { ...clients, now: ends })).rejects.toThrow("expired");
  });
});

describe("trust anchors", () => {
  const garbage = Buffer.from("300330010a", "hex");

  test("that can't be used are left out", async () => {
    const anchors = [garbage, root.der, garbage];
    const engine = await shake(root.issue(), { ...clients, anchors });
    expect(engine.session().peer).not.toBeNull();
  });

  test("of which none can be used are refused", () => {
    const none = () => newServer(server, { clients: { ...clients, anchors: [garbage] } });
    expect(none).toThrow(UnusableAnchors);
  });

  test("of one name and key take memory once", () => {
    const size = (anchors: readonly Uint8Array[]) =>
      memoryOf(newServer(server, { clients: { ...clients, anchors } })).length;
    const key = root.issue().key;
    const renewed = Array.from({ length: 500 }, () => ClientAuthority.root({ key }).der);
    expect(new Set(renewed.map((der) => der.toString("hex"))).size).toBe(renewed.length);
    expect(size(renewed)).toBe(size(renewed.slice(0, 1)));
    const others = Array.from({ length: 500 }, (_, n) => {
      return ClientAuthority.root({ key, subject: name(["CN", `${n} ${"x".repeat(100)}`]) }).der;
    });
    expect(size(others)).toBeGreaterThan(size(renewed));
  });
});
