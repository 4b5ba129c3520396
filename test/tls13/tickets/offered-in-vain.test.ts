/**
 * A client offers a session to a server that has become another one since: limited to TLS 1.2, or with
 * other ticket keys. Real servers; each time there is a full handshake, without an error.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as dialTcp } from "node:net";
import { beforeEach, describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../../support/certificates.ts";
import { bearhug, nodeServer, pairOf, type TlsStream } from "../../support/library.ts";
import { relay } from "../../support/relays.ts";
import { startServer } from "../../support/server.ts";
import { gnutlsServer, nginx, plainServer, reversingServer } from "../../support/tls-servers.ts";
import { contentOf } from "../peer/extensions.ts";
import { decodedClientHello } from "../peer/messages.ts";
import { EXTENSION } from "../peer/numbers.ts";

const authority = Authority.root();
const credentials = authority.issue();
const ca = readFileSync(authority.certFile);
const ASKED = "GET / HTTP/1.0\r\n\r\n";

/** One address, behind which a test may put another server; and the hellos that came. */
interface Door {
  readonly port: number;
  readonly hellos: Buffer[];
  /** The port of the server behind it. */
  behind: number;
}

let door: Door;

beforeEach(async () => {
  const hellos: Buffer[] = [];
  const { port } = await plainServer((socket) => {
    const server = dialTcp({ host: "127.0.0.1", port: door.behind, allowHalfOpen: true });
    server.on("error", () => socket.destroy());
    let heard = Buffer.of();
    socket.on("data", (data: Buffer) => {
      const isWhole = heard.length >= 5 && heard.length >= 5 + heard.readUInt16BE(3);
      if (isWhole) return;
      heard = Buffer.concat([heard, data]);
      const length = heard.length < 5 ? Number.POSITIVE_INFINITY : 5 + heard.readUInt16BE(3);
      if (heard.length >= length) hellos.push(heard.subarray(0, length));
    });
    socket.pipe(server).pipe(socket);
  });
  door = { port, hellos, behind: 0 };
});

/** Was a session in the last hello? */
function isOffered(): boolean {
  // In front of its body are the headers of the record and of the message.
  const { extensions } = decodedClientHello((door.hellos.at(-1) as Buffer).subarray(9));
  return contentOf(extensions ?? [], EXTENSION.preSharedKey) !== null;
}

interface Seen {
  readonly offered: boolean;
  readonly reused: boolean;
  readonly protocol: string | null | undefined;
  readonly authorized: boolean;
}

async function visit(server: { readonly port: number }, options: object = {}): Promise<Seen> {
  door.behind = server.port;
  const at = { host: "127.0.0.1", port: door.port, servername: SERVER_NAME, ca };
  const stream: TlsStream = bearhug.connect({ ...at, ...options });
  const told = once(stream, "session");
  told.catch(() => {});
  stream.write(ASKED);
  await once(stream, "data");
  // Node gives none on a resumed one.
  if (stream.protocol === "TLSv1.3" && !stream.isSessionReused()) await told;
  const { protocol, authorized } = stream;
  const seen = { offered: isOffered(), reused: stream.isSessionReused(), protocol, authorized };
  stream.destroy();
  return seen;
}

const FIRST = { offered: false, reused: false, protocol: "TLSv1.3", authorized: true };
const IN_VAIN = { ...FIRST, offered: true };
const RESUMED = { ...IN_VAIN, reused: true };

const ours = () => startServer({ authority, credentials, prog: ["cat"] });

const node = async (maxVersion: "TLSv1.2" | "TLSv1.3") => ({
  port: await nodeServer({ ...pairOf(credentials), maxVersion }, (socket) => socket.pipe(socket)),
});

const SERVERS = {
  "OpenSSL's s_server": {
    tls13: () => reversingServer(credentials),
    tls12: () => reversingServer(credentials, ["-tls1_2"]),
  },
  "gnutls-serv": {
    tls13: () => gnutlsServer(credentials),
    tls12: () => gnutlsServer(credentials, ["--priority", "NORMAL:-VERS-TLS1.3"]),
  },
  nginx: {
    tls13: () => nginx(credentials, "ssl_protocols TLSv1.3;"),
    tls12: () => nginx(credentials, "ssl_protocols TLSv1.2;"),
  },
  "Node's tls": { tls13: () => node("TLSv1.3"), tls12: () => node("TLSv1.2") },
};

describe.each(Object.entries(SERVERS))("%s", (_, { tls13, tls12 }) => {
  it("that is limited to TLS 1.2 now: a full handshake of TLS 1.2, which gives no session", async () => {
    const [before, after] = [await tls13(), await tls12()];
    expect(await visit(before)).toEqual(FIRST);
    expect(await visit(after)).toEqual({ ...IN_VAIN, protocol: "TLSv1.2" });
  });

  it("with other ticket keys: a full handshake, and its session is good", async () => {
    const [before, after] = [await tls13(), await tls13()];
    expect(await visit(before)).toEqual(FIRST);
    expect(await visit(after)).toEqual(IN_VAIN);
    expect(await visit(after)).toEqual(RESUMED);
  });
});

describe("a server of ours", () => {
  it("that is limited to TLS 1.2 now: a full handshake of TLS 1.2", async () => {
    const limited = { authority, credentials, prog: ["cat"], options: ["--tls-max", "1.2"] };
    const [before, after] = [await ours(), await startServer(limited)];
    expect(await visit(before)).toEqual(FIRST);
    expect(await visit(after)).toEqual({ ...IN_VAIN, protocol: "TLSv1.2" });
  });

  it("with another key: a full handshake, and its session is good", async () => {
    const other = { authority, credentials: authority.issue(), prog: ["cat"] };
    const [before, after] = [await ours(), await startServer(other)];
    expect(await visit(before)).toEqual(FIRST);
    expect(await visit(after)).toEqual(IN_VAIN);
    expect(await visit(after)).toEqual(RESUMED);
  });
});

it("a session that is chosen by the option is offered in vain in the same way, and then used up", async () => {
  const { tls13, tls12 } = SERVERS["OpenSSL's s_server"];
  const [before, after] = [await tls13(), await tls12()];
  door.behind = before.port;
  const at = { host: "127.0.0.1", port: door.port, servername: SERVER_NAME, ca };
  const stream = bearhug.connect(at);
  stream.write(ASKED);
  const [session] = (await once(stream, "session")) as [Buffer];
  stream.destroy();
  expect(await visit(after, { session })).toEqual({ ...IN_VAIN, protocol: "TLSv1.2" });
  const again = await visit(before, { session });
  expect(again).toEqual(FIRST);
});

it("bearhug client, which offers none: from TLS 1.3 to TLS 1.2, and back", async () => {
  const { tls13, tls12 } = SERVERS["OpenSSL's s_server"];
  const [before, after] = [await tls13(), await tls12()];
  const ca = ["--cacert", authority.certFile, "-k", SERVER_NAME];
  const serving = await relay("client", [...ca, "--connect", `127.0.0.1:${door.port}`]);
  for (const [server, protocol] of [
    [before, "TLSv1.3"],
    [before, "TLSv1.3"],
    [after, "TLSv1.2"],
    [before, "TLSv1.3"],
  ] as const) {
    door.behind = server.port;
    const client = dialTcp({ host: "127.0.0.1", port: serving.port });
    client.write("abc\n");
    expect(`${(await once(client, "data"))[0]}`).toBe("cba\n");
    client.destroy();
    expect([protocol, isOffered()]).toEqual([protocol, false]);
    await serving.logged(new RegExp(`${door.hellos.length} closed: [^\\n]*${protocol}`));
  }
});
