import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, openssl } from "../support/clients.ts";
import { bearhug, failureOf, listening, nodeServer, pairOf, secured } from "../support/library.ts";
import { everything } from "../support/processes.ts";
import { reversingServer } from "../support/tls-servers.ts";

/** What is spoken inside of TLS, agreed on in the handshake (RFC 7301). */

const authority = Authority.root();
const credentials = authority.issue();
const pair = pairOf(credentials);
const server = { host: "127.0.0.1", servername: SERVER_NAME, ca: readFileSync(authority.certFile) };

/** Told by its name, or that there is none. */
const told = (protocol: string | null | false) => protocol || "none";

const AGREEMENTS: { ours: string[]; theirs: string[]; chosen: string }[] = [
  { ours: ["h2", "http/1.1"], theirs: ["http/1.1", "h2"], chosen: "h2" },
  { ours: ["h2", "http/1.1"], theirs: ["http/1.1"], chosen: "http/1.1" },
  { ours: ["a".repeat(255)], theirs: ["b", "a".repeat(255)], chosen: "a".repeat(255) },
  { ours: ["h2"], theirs: [], chosen: "none" },
  { ours: [], theirs: ["h2"], chosen: "none" },
];

describe("a server of ours", () => {
  test.each(AGREEMENTS)(
    "that offers $ours to a client with $theirs chooses $chosen",
    async (row) => {
      const { ours, theirs, chosen } = row;
      // With a choice of certificates, the hello is processed twice.
      for (const identity of [pair, { contexts: { [SERVER_NAME]: pair } }]) {
        const options = { ...identity, ALPNProtocols: ours };
        const port = await listening(
          bearhug.createServer(options, (stream) => stream.end(told(stream.alpnProtocol))),
        );
        const client = await connect({ port, authority }, { ALPNProtocols: theirs });
        expect(told(client.alpnProtocol)).toBe(chosen);
        expect((await everything(client)).toString()).toBe(chosen);
      }
    },
  );

  test("refuses a client that offers others only, with the alert for it", async () => {
    const options = { ...pair, ALPNProtocols: ["h2"] };
    const port = await listening(bearhug.createServer(options));
    const { stderr } = await openssl({ port, authority }, ["-alpn", "x,y"]);
    expect(stderr).toContain("no application protocol");
    const failure = await failureOf(bearhug.connect({ ...server, port, ALPNProtocols: ["x"] }));
    expect(failure).toMatchObject({ side: "peer", alert: "no_application_protocol" });
  });
});

describe("a client of ours", () => {
  test.each(AGREEMENTS)("that offers $theirs to Node with $ours gets $chosen", async (row) => {
    const { ours, theirs, chosen } = row;
    const options = { ...pair, ALPNProtocols: ours, maxVersion: "TLSv1.2" as const };
    const port = await nodeServer(options, (socket) => socket.end(told(socket.alpnProtocol)));
    const stream = await secured(bearhug.connect({ ...server, port, ALPNProtocols: theirs }));
    expect(told(stream.alpnProtocol)).toBe(chosen);
    expect((await everything(stream)).toString()).toBe(chosen);
  });

  test("agrees with openssl s_server", async () => {
    const { port } = await reversingServer(credentials, ["-alpn", "x,y"]);
    const stream = await secured(bearhug.connect({ ...server, port, ALPNProtocols: ["z", "y"] }));
    expect(stream.alpnProtocol).toBe("y");
  });

  test("refuses a name that no client could offer", () => {
    for (const name of ["", "a".repeat(256), "a\0b", "é"]) {
      const options = { ...server, port: 1, ALPNProtocols: ["ok", name] };
      expect(() => bearhug.connect(options)).toThrow(/^The "ALPNProtocols" option has /);
    }
  });
});
