/** What a server's first flight has to answer, and what of a hello it has to overlook. */
import { describe, expect, it } from "vitest";
import { Tls13Client } from "../peer/client.ts";
import type { ClientSettings, HelloChanges } from "../peer/client-hello.ts";
import * as extend from "../peer/extensions.ts";
import { newShare } from "../peer/groups.ts";
import type { Extension } from "../peer/messages.ts";
import { EXTENSION, GROUP, SCHEME } from "../peer/numbers.ts";
import { SUITES } from "../peer/protection.ts";
import { RETRIED } from "./misdeed.ts";
import { ourServer } from "./our-server.ts";

const AES_256 = [0x1302];
const GREASE = [0x0a0a, 0x1a1a, 0xfafa];

async function connect(settings?: ClientSettings): Promise<Tls13Client> {
  return Tls13Client.connect((await ourServer()).port, settings);
}

async function talks(client: Tls13Client): Promise<void> {
  await client.serverFlight();
  client.finish();
  expect(await client.echo("through")).toBe("through");
}

describe.each(SUITES)("with $name", ({ id }) => {
  it("directly: no second hello is asked for", async () => {
    const client = await connect({ suites: [id] });
    await client.establish();
    expect(await client.echo("through")).toBe("through");
    expect(client.retried).toBe(false);
  });

  it("after a retry: the transcript begins with a hash of that suite", async () => {
    const client = await connect({ suites: [id], ...RETRIED });
    await client.establish();
    expect(await client.echo("through")).toBe("through");
    expect(client.retried).toBe(true);
  });
});

describe("a session id", () => {
  it.each([0, 1, 31, 32])("of %i bytes comes back as it was", async (length) => {
    const client = await connect();
    client.sessionId = Buffer.alloc(length, 0x5a);
    client.greet();
    expect((await client.serverHello()).sessionId).toEqual(client.sessionId);
    await talks(client);
    // Boxes in between are told of TLS 1.2 only if the client does its part of it.
    expect(client.changeCipherSpecs).toBe(length === 0 ? 0 : 1);
  });

  it("comes back in a retry, too, and one ChangeCipherSpec is enough for both", async () => {
    const client = await connect(RETRIED);
    await client.upToServerHello();
    await talks(client);
    expect(client.changeCipherSpecs).toBe(1);
  });
});

describe("versions", () => {
  it.each([0x0301, 0x0302, 0x0304, 0x0305, 0x0400, 0xffff])(
    "legacy_version %i is not looked at",
    async (version) => {
      const client = await connect();
      client.greet({ version });
      expect((await client.serverHello()).version).toBe(0x0303);
      await talks(client);
    },
  );

  it.each([[[...GREASE, 0x0304]], [[0x0303, 0x0304]], [[0x7f17, 0x0301, 0x0304, 0x0305]]])(
    "TLS 1.3 is found in the list %j",
    async (versions) => {
      const client = await connect();
      const { supportedVersions } = EXTENSION;
      client.greet({
        extensions: (usual) =>
          usual.map((one) =>
            one.type === supportedVersions ? extend.supportedVersions(versions) : one,
          ),
      });
      await client.serverHello();
      await talks(client);
    },
  );
});

it("values of no meaning are overlooked wherever there may be some", async () => {
  const settings = {
    suites: [...GREASE, 0x1301],
    groups: [...GREASE, GROUP.secp256r1],
    schemes: [...GREASE, SCHEME.ecdsaSecp256r1Sha256],
    shares: [GROUP.secp256r1],
    protocols: ["\x0a\x0a"],
  };
  const client = await connect(settings);
  client.shares = [
    { ...newShare(GROUP.x25519), group: 0x0a0a, shown: Buffer.of(0) },
    ...client.shares,
  ];
  const more: Extension[] = GREASE.map((type) => extend.extension(type, Buffer.of(1, 2, 3)));
  client.greet({ extensions: (usual) => [...more, ...usual] });
  await client.serverHello();
  await talks(client);
  expect(client.group).toBe(GROUP.secp256r1);
});

it("the hello may be in any order", async () => {
  const client = await connect();
  const padding = extend.extension(21, Buffer.alloc(12_000));
  client.greet({ extensions: (usual) => [padding, ...usual.toReversed()] });
  await client.serverHello();
  await talks(client);
});

describe("a long hello is read whole:", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => 0x2000 + at);
  const whole = 65_535;

  it.each<[string, HelloChanges]>([
    [
      "with 4,096 extensions",
      {
        extensions: (usual) => [...numbers(4096).map((type) => extend.extension(type)), ...usual],
      },
    ],
    [
      "with 1,024 extensions of 32 bytes",
      {
        extensions: (usual) => [
          ...numbers(1024).map((type) => extend.extension(type, Buffer.alloc(32))),
          ...usual,
        ],
      },
    ],
    [
      "with 30,000 unknown schemes, and one that fits",
      {
        extensions: (usual) => [
          ...usual.filter(({ type }) => type !== EXTENSION.signatureAlgorithms),
          extend.signatureAlgorithms([
            ...Array<number>(30_000).fill(0x0202),
            SCHEME.ecdsaSecp256r1Sha256,
          ]),
        ],
      },
    ],
    ["with 2,000 suites", { suites: [...numbers(2000), 0x1301] }],
    [
      "whose extensions have all the bytes that they may have",
      { extensions: (usual) => [...usual, filling(whole - lengthOf(usual))] },
    ],
  ])("%s", async (_what, changes) => {
    const client = await connect();
    client.greet(changes);
    await client.serverHello();
    await talks(client);
  });

  it.each([1, 2, 3, 4, 5])("of a record and %i bytes", async (more) => {
    const client = await connect();
    const header = 4;
    const usual = client.hello().length - header;
    const rest = (1 << 14) + more - header - usual;
    client.greet({ extensions: (extensions) => [...extensions, filling(rest)] });
    await client.serverHello();
    await talks(client);
  });

  it("after a retry, too", async () => {
    const client = await connect(RETRIED);
    const long = { extensions: (usual: Extension[]) => [...usual, filling(40_000)] };
    client.greet(long);
    await client.serverHello();
    client.greet(long);
    await client.serverHello();
    await talks(client);
  });

  it("in records of 50 bytes", async () => {
    const client = await connect();
    client.records.fragmentLength = 50;
    client.greet({ extensions: (usual) => [...usual, filling(whole - lengthOf(usual))] });
    client.records.fragmentLength = 1 << 14;
    await client.serverHello();
    await talks(client);
  });
});

/** So many bytes of an extension that means nothing, header and all. */
function filling(length: number): Extension {
  return extend.extension(21, Buffer.alloc(length - 4));
}

function lengthOf(extensions: readonly Extension[]): number {
  return extensions.reduce((sum, { content }) => sum + 4 + content.length, 0);
}

it.each([
  ["ec_point_formats", 11],
  ["encrypt_then_mac", 22],
  ["extended_master_secret", 23],
])("what is in %s, which TLS 1.3 doesn't know, is not looked at", async (_name, type) => {
  const client = await connect();
  client.greet({ extensions: (usual) => [extend.extension(type, Buffer.of(5, 6, 7)), ...usual] });
  await client.serverHello();
  await talks(client);
});

describe("groups", () => {
  it.each([
    ["X25519", GROUP.x25519],
    ["P-256", GROUP.secp256r1],
    ["P-384", GROUP.secp384r1],
    ["X25519MLKEM768", GROUP.x25519mlkem768],
  ])("%s, which the client has a share of", async (_name, group) => {
    const client = await connect({ groups: [group] });
    await client.upToServerHello();
    await talks(client);
    expect([client.group, client.retried]).toEqual([group, false]);
  });

  it.each([
    ["P-384", [GROUP.secp384r1], GROUP.secp384r1],
    ["P-256 and not for P-384", [GROUP.secp384r1, GROUP.secp256r1], GROUP.secp256r1],
    ["the hybrid", [GROUP.secp384r1, GROUP.x25519mlkem768], GROUP.x25519mlkem768],
  ])("a client without a good share is sent back for %s", async (_name, groups, wanted) => {
    const settings = { groups: [GROUP.secp521r1, ...groups], shares: [GROUP.secp521r1] };
    const client = await connect(settings);
    await client.upToServerHello();
    await talks(client);
    expect([client.group, client.retried]).toEqual([wanted, true]);
  });

  it("no client is sent back for a better group than one that it has a share of", async () => {
    const client = await connect({ groups: [GROUP.secp384r1, GROUP.x25519mlkem768] });
    await client.upToServerHello();
    expect([client.group, client.retried]).toEqual([GROUP.secp384r1, false]);
  });

  it("of several shares it is our order that counts", async () => {
    const groups = [GROUP.secp384r1, GROUP.secp256r1, GROUP.x25519, GROUP.x25519mlkem768];
    const client = await connect({ groups, shares: groups });
    await client.upToServerHello();
    expect(client.group).toBe(GROUP.x25519mlkem768);
  });
});

it("a suite is chosen by our order, but for a client without ChaCha20", async () => {
  const first = await connect({ suites: [0x1302, 0x1301, 0x1303] });
  first.greet();
  expect((await first.serverHello()).suite).toBe(0x1303);
  const second = await connect({ suites: AES_256 });
  second.greet();
  expect((await second.serverHello()).suite).toBe(0x1302);
});
