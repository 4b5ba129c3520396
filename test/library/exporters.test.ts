/**
 * Keying material for other protocols (RFC 8446, 7.5; RFC 5705) is what Node's TLS and OpenSSL's
 * programs make at the other end, in both roles and versions; and only where it was asked for.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { opensslArguments, VERSIONS, VERSIONS_BY_HASH } from "../support/clients.ts";
import {
  bearhug,
  listening,
  pairOf,
  secured,
  type TlsStream,
  thrownBy,
} from "../support/library.ts";
import { eventually } from "../support/limits.ts";
import { type Running, start } from "../support/processes.ts";
import { opensslServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const files = authority.issue();
const pair = pairOf(files);
const ca = readFileSync(authority.certFile);
const LABEL = "EXPORTER-Channel-Binding";

/** Our end as a client, and Node's as a server. */
async function asClient(options: object, theirs: object = {}) {
  const server = createServer({ ...pair, ...theirs });
  const port = await listening(server);
  const arrived = once(server, "secureConnection");
  const stream = bearhug.connect({
    ...{ host: "127.0.0.1", port, servername: SERVER_NAME, ca },
    ...options,
  });
  await secured(stream);
  return { ours: stream, theirs: (await arrived)[0] as TLSSocket };
}

/** Our end as a server, and Node's as a client. */
async function asServer(options: object, theirs: object = {}) {
  const server = bearhug.createServer({ ...pair, ...options });
  const arrived = once(server, "secureConnection");
  const port = await listening(server);
  const socket = connect({ host: "127.0.0.1", port, servername: SERVER_NAME, ca, ...theirs });
  await once(socket, "secureConnect");
  return { ours: (await arrived)[0] as TlsStream, theirs: socket };
}

const REQUESTS: [number, Buffer | undefined][] = [
  [1, undefined],
  [32, undefined],
  [32, Buffer.of()],
  [32, Buffer.from("a context")],
  [48, Buffer.alloc(900, 7)],
  [777, undefined],
  [2048, Buffer.from("much")],
];

describe.each([
  ["a client", asClient],
  ["a server", asServer],
] as const)("%s", (_, meeting) => {
  it.each(VERSIONS_BY_HASH)("with %s and %j", async (version, theirs) => {
    const profile = version === "TLSv1.3" ? "strict" : "modern";
    const ends = await meeting({ keepExporter: true, profile }, theirs);
    expect(ends.ours.protocol).toBe(version);
    for (const [length, context] of REQUESTS) {
      const other = ends.theirs.exportKeyingMaterial(length, LABEL, context as Buffer);
      expect(ends.ours.exportKeyingMaterial(length, LABEL, context).equals(other)).toBe(true);
    }
  });

  it.each(VERSIONS)("without keepExporter there is none (%s)", async (version) => {
    const profile = version === "TLSv1.3" ? "strict" : "modern";
    const { ours } = await meeting({ profile }, { maxVersion: version });
    expect(thrownBy(() => ours.exportKeyingMaterial(32, LABEL))).toMatchObject({
      code: "ERR_BEARHUG_NO_EXPORTER",
    });
  });
});

describe.each(VERSIONS)("OpenSSL's -keymatexport tells the same (%s)", (version) => {
  const theirs = ["-keymatexport", LABEL, "-keymatexportlen", "77"];
  const only = { keepExporter: true, minVersion: version, maxVersion: version } as const;

  it("of our client, in s_server", async () => {
    const { port, running } = await opensslServer(files, theirs);
    const ours = await secured(
      bearhug.connect({ host: "127.0.0.1", port, servername: SERVER_NAME, ca, ...only }),
    );
    expect(ours.exportKeyingMaterial(77, LABEL)).toEqual(await toldBy(running));
  });

  it("of our server, in s_client", async () => {
    const server = bearhug.createServer({ ...pair, ...only });
    const arrived = once(server, "secureConnection");
    const port = await listening(server);
    const told = opensslArguments({ port, authority }).filter((one) => one !== "-brief");
    const running = start([...told, ...theirs]);
    const [ours] = (await arrived) as [TlsStream];
    expect(ours.exportKeyingMaterial(77, LABEL)).toEqual(await toldBy(running));
  });
});

/** The keying material that one of OpenSSL's programs prints. */
async function toldBy(running: Running): Promise<Buffer> {
  const material = () => /Keying material: ([0-9A-F]+)\n/.exec(running.stdout)?.[1];
  await eventually("the keying material", () => material() !== undefined || running.isOver);
  return Buffer.from(material() ?? running.stderr, "hex");
}

it("the longest context that there is room for makes the same", async () => {
  const { ours, theirs } = await asClient({ keepExporter: true });
  const context = Buffer.alloc(2048 - LABEL.length - 1, 3);
  const other = theirs.exportKeyingMaterial(32, LABEL, context);
  expect(ours.exportKeyingMaterial(32, LABEL, context)).toEqual(other);
});

it("before the handshake and after the end there is none", async () => {
  const server = createServer(pair, (socket) => socket.end());
  const port = await listening(server);
  const stream = bearhug.connect({
    ...{ host: "127.0.0.1", port, servername: SERVER_NAME, ca, keepExporter: true },
  });
  const code = "ERR_BEARHUG_INVALID_STATE";
  expect(thrownBy(() => stream.exportKeyingMaterial(32, LABEL))).toMatchObject({ code });
  await secured(stream);
  expect(stream.exportKeyingMaterial(32, LABEL)).toHaveLength(32);
  stream.resume().end();
  await once(stream, "close");
  expect(thrownBy(() => stream.exportKeyingMaterial(32, LABEL))).toMatchObject({ code });
});

it.each<[string, unknown[], string]>([
  ["no bytes", [0, LABEL], "ERR_INVALID_ARG_VALUE"],
  ["too many bytes", [2049, LABEL], "ERR_INVALID_ARG_VALUE"],
  ["half a byte", [1.5, LABEL], "ERR_INVALID_ARG_VALUE"],
  ["a text of bytes", ["32", LABEL], "ERR_INVALID_ARG_TYPE"],
  ["no label", [32, ""], "ERR_INVALID_ARG_VALUE"],
  ["a label with a NUL", [32, "a\0b"], "ERR_INVALID_ARG_VALUE"],
  ["a label that is no ASCII", [32, "é"], "ERR_INVALID_ARG_VALUE"],
  ["a label that is too long", [32, "x".repeat(250)], "ERR_INVALID_ARG_VALUE"],
  ["a context that is a string", [32, LABEL, "context"], "ERR_INVALID_ARG_TYPE"],
  [
    "a context that is too long by one",
    [32, LABEL, Buffer.alloc(2048 - LABEL.length)],
    "ERR_INVALID_ARG_VALUE",
  ],
])("%s: an error", async (_, args, code) => {
  const { ours } = await asClient({ keepExporter: true });
  const call = () => ours.exportKeyingMaterial(...(args as [number, string]));
  expect(thrownBy(call)).toMatchObject({ code });
});
