import { createHash, randomBytes, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Profile } from "../../src/sandbox/engine-settings.ts";
import type { Attestation, KeyOperations } from "../../src/sandbox/key-operations.ts";
import { Bindings } from "../../src/sandbox/key-use.ts";
import { Authority, derCertificate } from "../support/certificates.ts";
import { givenImports, type Imports } from "./given-imports.ts";
import { identityOf, loadKey, newClient, newServer } from "./instances.ts";
import { handshake } from "./pair.ts";

/** What an engine that was taken over gets of the key: one signature, and little choice. */

const credentials = Authority.root().issue();
const rsa = Authority.root().issue({ kind: "RSA-2048" });
const MESSAGE = Buffer.from("anything");
const HASHES = { md5AndSha1: 0, sha1: 2, sha224: 3, sha256: 4, sha384: 5, sha512: 6 } as const;
type Hash = keyof typeof HASHES;

const given = givenImports();

function digest(hash: Hash): Buffer {
  const of = (name: string) => createHash(name).update(MESSAGE).digest();
  return hash === "md5AndSha1" ? Buffer.concat([of("md5"), of("sha1")]) : of(hash);
}

/** The real key, and how often it was used. */
class Counted implements KeyOperations {
  uses = 0;
  private readonly key: KeyOperations;

  constructor({ key, certFile }: typeof credentials) {
    const loaded = loadKey(key.export({ type: "pkcs8", format: "der" }));
    loaded.match(derCertificate(certFile));
    this.key = loaded;
  }

  sign(hash: number, value: Uint8Array, out: Uint8Array): number {
    this.uses++;
    return this.key.sign(hash, value, out);
  }

  decrypt(data: Uint8Array): number {
    this.uses++;
    return this.key.decrypt(data);
  }

  attest(request: Attestation): Uint8Array | Promise<Uint8Array> {
    this.uses++;
    return this.key.attest(request);
  }
}

/** An engine's imports, called with the engine's own memory. */
function takenOver(profile: Profile, pair = credentials) {
  const key = new Counted(pair);
  const engine = newServer(pair, { key, profile });
  const { keeper } = given.at(-1) as Imports;
  const { memory } = engine["sandbox"];
  const AT = 65536 as Parameters<typeof memory.view>[0];
  const sign = (hash: Hash): Buffer => {
    const value = digest(hash);
    memory.view(AT, value.length).set(value);
    const length = keeper.sign(HASHES[hash], AT, value.length, AT, 600);
    return Buffer.from(memory.view(AT, length));
  };
  const decrypt = (data: Uint8Array): number => {
    memory.view(AT, data.length).set(data);
    return keeper.decrypt(AT, data.length);
  };
  return { engine, key, sign, decrypt };
}

describe("an engine that was taken over", () => {
  test("gets one signature, and no second one", () => {
    const { key, sign } = takenOver("modern");
    expect(verify("sha256", MESSAGE, credentials.key, sign("sha256"))).toBe(true);
    for (const hash of ["sha256", "sha384", "sha512"] as const) expect(sign(hash)).toHaveLength(0);
    expect(key.uses).toBe(1);
  });

  test("may try what the key can't do, and still gets only one", () => {
    const { sign } = takenOver("legacy");
    expect(sign("md5AndSha1")).toHaveLength(0); // an EC key
    expect(sign("sha256").length).toBeGreaterThan(60);
    expect(sign("sha256")).toHaveLength(0);
  });

  test("gets one decryption where there is static key exchange, whatever comes of it", () => {
    const { key, decrypt } = takenOver("compat", rsa);
    expect(decrypt(randomBytes(256))).toBe(48);
    expect(decrypt(randomBytes(256))).toBe(0);
    expect(key.uses).toBe(1);
  });

  const allowed: [Profile, Hash[], boolean][] = [
    ["modern", ["sha256", "sha384", "sha512"], false],
    ["compat", ["sha1", "sha224", "sha256", "sha384", "sha512"], true],
    ["legacy", ["md5AndSha1", "sha1", "sha224", "sha256", "sha384", "sha512"], true],
  ];

  test.each(allowed)("has in %s what its suites and versions need", (profile, hashes, decrypts) => {
    for (const hash of Object.keys(HASHES) as Hash[]) {
      const signature = takenOver(profile, rsa).sign(hash);
      expect(signature.length, hash).toBe(hashes.includes(hash) ? 256 : 0);
    }
    const { key, decrypt } = takenOver(profile, rsa);
    expect(decrypt(randomBytes(256))).toBe(decrypts ? 48 : 0);
    expect(key.uses).toBe(decrypts ? 1 : 0);
  });
});

describe("once the handshake is done", () => {
  test("neither side can reach its key", () => {
    const { engine: server, key, sign, decrypt } = takenOver("compat");
    const client = newClient({
      server: null,
      profile: "compat",
      identity: identityOf(credentials),
    });
    const clients = (given.at(-1) as Imports).keeper;
    handshake(client, server);
    expect(key.uses).toBe(1);
    expect(sign("sha256")).toHaveLength(0);
    expect(decrypt(randomBytes(65))).toBe(0);
    expect(clients.sign(HASHES.sha256, 65536, 32, 65536, 600)).toBe(0);
    expect(key.uses).toBe(1);
  });
});

describe("what an engine asks its host for", () => {
  const request = { scheme: 0x0403, transcript: randomBytes(32) };
  const value = digest("sha256");

  test("is one signature of either kind", async () => {
    for (const attestsFirst of [true, false]) {
      const key = new Counted(credentials);
      const bindings = new Bindings("server", "modern");
      bindings.bind(key);
      const attest = async () => (await bindings.attest(request)).length;
      const sign = () => bindings.sign(HASHES.sha256, value, new Uint8Array(600));
      expect(await (attestsFirst ? attest() : sign())).toBeGreaterThan(60);
      expect(await attest()).toBe(0);
      expect(sign()).toBe(0);
      expect(key.uses).toBe(1);
    }
  });

  test("is no decryption, if it is a client's", () => {
    const key = new Counted(rsa);
    const bindings = new Bindings("client", "legacy");
    bindings.bind(key);
    expect(bindings.decrypt(randomBytes(256))).toBe(0);
    expect(key.uses).toBe(0);
  });

  test("is so many tickets as it may seal, and two to open, of the keys that were given", () => {
    const uses: string[] = [];
    const keys: Pick<Required<KeyOperations>, "seal" | "open"> = {
      seal: (period) => Uint8Array.of(uses.push(`seal in ${period}`)),
      open: (period) => Uint8Array.of(uses.push(`open in ${period}`)),
    };
    const bindings = new Bindings("server", "modern");
    bindings.bind(new Counted(credentials));
    expect(bindings.seal(value)).toHaveLength(0);
    expect(bindings.open(value)).toHaveLength(0);
    bindings.allowTickets({ count: 3, period: 7, keys });
    for (let n = 0; n < 5; n++) expect(bindings.seal(value)).toHaveLength(n < 3 ? 1 : 0);
    for (let n = 0; n < 4; n++) expect(bindings.open(value)).toHaveLength(n < 2 ? 1 : 0);
    expect(uses).toEqual([...Array(3).fill("seal in 7"), ...Array(2).fill("open in 7")]);
    bindings.unbind();
    expect(bindings.open(value)).toHaveLength(0);
  });
});
