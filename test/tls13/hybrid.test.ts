/**
 * X25519MLKEM768: clients that have it and we agree on it by ourselves; and a share that is none is
 * refused with illegal_parameter, whichever half is wrong (RFC 8446, 4.2.8; FIPS 203, 7.2).
 */

import { readFileSync } from "node:fs";
import { createServer, connect as dial } from "node:net";
import { describe, expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { domOf } from "../support/chromium.ts";
import { pictureOf } from "../support/firefox.ts";
import { listening } from "../support/library.ts";
import { scratchFile } from "../support/scratch.ts";
import { type Server, startServer } from "../support/server.ts";
import { records } from "../support/wire.ts";
import { nodeClient } from "./node-peers.ts";
import { Tls13Client } from "./peer/client.ts";
import { contentOf, keyShares, readKeyShare } from "./peer/extensions.ts";
import { newShare } from "./peer/groups.ts";
import { decodedServerHello, firstMessage } from "./peer/messages.ts";
import { EXTENSION, GROUP } from "./peer/numbers.ts";

const authority = Authority.root();
const credentials = authority.issue();

const KEY = 1184;
const Q = 3329;
const ILLEGAL_PARAMETER = [2, 47];

function serving(prog: readonly string[] = ["cat"]): Promise<Server> {
  return startServer({ authority, credentials, prog, options: ["-S"] });
}

/** What a shell answers a browser. */
const HEAD = "HTTP/1.0 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n";
const BODY = "<html><body>$SSL_PROTOCOL $SSL_GROUP</body></html>";
const PAGE = `printf '${HEAD}'; echo "${BODY}"`;

const HYBRID_FIRST = { groups: [GROUP.x25519mlkem768, GROUP.x25519] };

describe("the hybrid is agreed on", () => {
  it.each([24, 26] as const)("with Node %i, by its defaults", async (version) => {
    const server = await serving();
    const client = { port: server.port, authorityFile: authority.certFile, say: "over\n" };
    const { stdout } = await nodeClient(version, client).ended;
    expect(stdout).toContain('"name":"X25519MLKEM768"');
    expect(stdout).toContain("over\n");
    expect(server.log).toEqual([]);
  });

  it("with Chromium, by its defaults", { timeout: 90_000 }, async () => {
    const server = await serving(["sh", "-c", `read -r _; ${PAGE}`]);
    const heard: Buffer[] = [];
    const relay = createServer((client) => {
      const upstream = dial(server.port, "127.0.0.1");
      upstream.once("data", (flight: Buffer) => heard.push(flight));
      client
        .on("error", () => {})
        .pipe(upstream.on("error", () => {}))
        .pipe(client);
    });
    const port = await listening(relay);
    const dom = await domOf({ port, cert: readFileSync(credentials.certFile) });
    expect(dom).toContain("TLSv1.3 X25519MLKEM768");
    const groups = heard.map((flight) => {
      const [hello] = records(flight);
      const { body } = firstMessage(hello?.body ?? Buffer.of()) ?? { body: Buffer.of() };
      const share = contentOf(decodedServerHello(body).extensions, EXTENSION.keyShare);
      return readKeyShare(share ?? Buffer.of()).group;
    });
    expect(new Set(groups)).toEqual(new Set([GROUP.x25519mlkem768]));
  });

  it("with Firefox, by its defaults, which trusts our CA", { timeout: 90_000 }, async () => {
    const log = scratchFile("requests");
    const note = `read -r line; echo "$line $SSL_PROTOCOL $SSL_GROUP" >>${log}`;
    const server = await serving(["sh", "-c", `${note}; ${PAGE}`]);
    expect(await pictureOf(authority, server.port)).toBeGreaterThan(0);
    const [first] = readFileSync(log, "latin1").split("\n");
    expect(first).toBe("GET / HTTP/1.1\r TLSv1.3 X25519MLKEM768");
    expect(server.log).toEqual([]);
  });

  it("with a client that offers shares of two groups, whichever is first", async () => {
    const server = await serving();
    for (const shares of [
      [GROUP.x25519, GROUP.x25519mlkem768],
      [GROUP.x25519mlkem768, GROUP.x25519],
    ]) {
      const client = await Tls13Client.connect(server.port, { groups: shares, shares });
      await client.establish();
      expect(client.group).toBe(GROUP.x25519mlkem768);
    }
  });

  it("not with a client that has it, but sent a share of X25519 alone: no round trip for it", async () => {
    const server = await serving();
    const shares = [GROUP.x25519];
    const client = await Tls13Client.connect(server.port, { ...HYBRID_FIRST, shares });
    await client.establish();
    expect({ group: client.group, retried: client.retried }).toEqual({
      group: GROUP.x25519,
      retried: false,
    });
  });

  it("after a retry, with a client that has nothing else and sent no share", async () => {
    const server = await serving();
    const settings = { groups: [GROUP.x25519mlkem768], shares: [] };
    const client = await Tls13Client.connect(server.port, settings);
    client.greet();
    await client.serverHello();
    expect(client.retried).toBe(true);
    client.greet();
    await client.serverHello();
    await client.serverFlight();
    client.finish();
    expect(client.group).toBe(GROUP.x25519mlkem768);
  });
});

/** The nth of 768 coefficients, in 12 bits. */
function withCoefficient(share: Buffer, n: number, value: number): Buffer {
  const at = 3 * (n >> 1);
  const pair = share.readUIntLE(at, 3);
  const other = n % 2 === 0 ? (pair & 0xfff000) | value : (pair & 0xfff) | (value << 12);
  share.writeUIntLE(other, at, 3);
  return share;
}

const zeros = (share: Buffer) => share.fill(0, KEY);
const bad: [string, (share: Buffer) => Buffer][] = [
  ["lacks its last byte", (share) => share.subarray(0, -1)],
  ["has a byte too many", (share) => Buffer.concat([share, Buffer.of(0)])],
  ["is ML-KEM's part alone", (share) => share.subarray(0, KEY)],
  ["is X25519's part alone", (share) => share.subarray(KEY)],
  ["has its first coefficient at q", (share) => withCoefficient(share, 0, Q)],
  ["has its last coefficient at q", (share) => withCoefficient(share, 767, Q)],
  ["has a coefficient of all ones", (share) => withCoefficient(share, 300, 4095)],
  ["has a zero X25519 part", zeros],
  ["has X25519's point of order 2", (share) => zeros(share).fill(1, KEY, KEY + 1)],
];

describe("a share that", () => {
  it.each(bad)("%s is refused", async (_, spoil) => {
    const server = await serving();
    const client = await Tls13Client.connect(server.port, HYBRID_FIRST);
    const { group, shown } = newShare(GROUP.x25519mlkem768);
    client.greet({
      extensions: (usual) => [
        ...usual.filter(({ type }) => type !== EXTENSION.keyShare),
        keyShares([{ group, shown: spoil(Buffer.from(shown)) }]),
      ],
    });
    const answer = await client.records.next();
    expect([...(answer?.content ?? [])]).toEqual(ILLEGAL_PARAMETER);
  });

  it("is as large as they come, with all coefficients at q - 1, is a key", async () => {
    const server = await serving();
    const client = await Tls13Client.connect(server.port, HYBRID_FIRST);
    const { group, shown } = newShare(GROUP.x25519mlkem768);
    const share = Buffer.from(shown);
    for (let n = 0; n < 768; n++) withCoefficient(share, n, Q - 1);
    client.greet({
      extensions: (usual) => [
        ...usual.filter(({ type }) => type !== EXTENSION.keyShare),
        keyShares([{ group, shown: share }]),
      ],
    });
    const answer = await client.records.next();
    expect(firstMessage(answer?.content ?? Buffer.of())?.type).toBe(2);
  });
});
