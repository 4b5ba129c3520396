/**
 * --groups, and ecdhCurve in the library: keys are exchanged in these groups and in no other, the
 * first that the client has a share of; with TLS 1.2, too. SSL_GROUP tells which it was.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, opensslArguments } from "../support/clients.ts";
import { bearhug, listening, nodeServer, pairOf, secured } from "../support/library.ts";
import { run } from "../support/processes.ts";
import { runServer, type Server, startServer } from "../support/server.ts";
import { Tls13Client } from "./peer/client.ts";
import { GROUP } from "./peer/numbers.ts";

const authority = Authority.root();
const credentials = authority.issue();
const prog = ["sh", "-c", 'echo "$SSL_PROTOCOL [$SSL_GROUP]"'];

function serving(groups: string): Promise<Server> {
  const options = ["-S", "--groups", groups];
  return startServer({ authority, credentials, prog, options });
}

async function openssl(server: Server, ...options: string[]) {
  const command = [...opensslArguments(server), ...options].join(" ");
  return run(["sh", "-c", `sleep 0.5 | ${command}`]);
}

const { x25519mlkem768, x25519, secp256r1, secp384r1 } = GROUP;
const ALL = [x25519mlkem768, x25519, secp256r1, secp384r1];

describe("TLS 1.3", () => {
  it.each([
    ["X25519MLKEM768", x25519mlkem768],
    ["P-384:X25519MLKEM768", secp384r1],
    ["secp256r1:X25519", secp256r1],
    ["secp521r1:X25519", x25519],
  ])("with --groups %s chooses the first that there is a share of", async (list, chosen) => {
    const server = await serving(list);
    const client = await Tls13Client.connect(server.port, { groups: ALL, shares: ALL });
    await client.establish();
    expect(client.group).toBe(chosen);
  });

  it("asks for a share of one of them, if there is none", async () => {
    const server = await serving("secp384r1");
    const { stdout, stderr } = await openssl(server, "-tls1_3", "-groups", "X25519:P-384");
    expect(stdout).toBe("TLSv1.3 [secp384r1]\n");
    expect(stderr).toContain("Server Temp Key: ECDH, secp384r1");
  });

  it("has nothing in common with a client that has others", async () => {
    const server = await serving("X25519MLKEM768:P-384");
    const { stderr } = await openssl(server, "-tls1_3", "-groups", "X25519:P-256");
    expect(stderr).toContain("SSL alert number 40");
  });
});

describe("TLS 1.2", () => {
  it.each([
    ["P-384", "ECDH, secp384r1"],
    ["X25519MLKEM768:secp521r1", "ECDH, secp521r1"],
    ["X25519", "X25519"],
  ])("with --groups %s has the same", async (list, key) => {
    const server = await serving(list);
    const { stdout, stderr } = await openssl(server, "-tls1_2");
    // Before TLS 1.3 it is not told.
    expect(stdout).toBe("TLSv1.2 []\n");
    expect(stderr).toContain(`Server Temp Key: ${key}`);
    expect(stderr).toContain("Verification: OK");
  });

  // An EC key must be on one of the groups, too, with TLS 1.2 (RFC 8422, 5.1.1).
  it.each(["X25519", "P-384"])("of a client with ecdhCurve %s", async (list) => {
    const rsa = authority.issue({ kind: "RSA-2048" });
    const options = { ...pairOf(rsa), maxVersion: "TLSv1.2" } as const;
    const port = await nodeServer(options, (socket) => socket.end());
    const ca = readFileSync(authority.certFile);
    const server = { port, host: "127.0.0.1", servername: SERVER_NAME, ca, ecdhCurve: list };
    expect((await secured(bearhug.connect(server))).authorized).toBe(true);
  });

  it("of a server verifies a client's key on P-256 all the same", async () => {
    const ca = readFileSync(authority.certFile);
    const options = { ...pairOf(credentials), ca, requestCert: true, ecdhCurve: "X25519" };
    const listener = bearhug.createServer(options);
    const verified = once(listener, "secureConnection").then(([stream]) => stream.authorized);
    const port = await listening(listener);
    const own = pairOf(authority.issue({ name: "a client" }));
    await connect({ port, authority }, { ...own, maxVersion: "TLSv1.2" });
    expect(await verified).toBe(true);
  });

  it("of a client has nothing in common with a server that has others", async () => {
    const options = { ...pairOf(credentials), maxVersion: "TLSv1.2", ecdhCurve: "P-256" } as const;
    const port = await nodeServer(options, (socket) => socket.end());
    const ca = readFileSync(authority.certFile);
    const server = { port, host: "127.0.0.1", servername: SERVER_NAME, ca, ecdhCurve: "P-384" };
    await expect(secured(bearhug.connect(server))).rejects.toThrow();
  });
});

it.each(["", "X448", "X25519:", "X25519,P-256", "P-256:prime256v1"])(
  "--groups '%s' is no list",
  async (list) => {
    const options = ["--groups", list];
    const { code, stderr } = await runServer({ credentials, prog, options });
    expect({ code, stderr }).toEqual({
      code: 100,
      stderr: expect.stringContaining(`not a list of groups: ${list}`),
    });
  },
);
