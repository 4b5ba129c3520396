import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, connectRaw, exchange, openssl } from "../support/clients.ts";
import { bearhug, listening, pairOf, type TlsStream, thrownBy } from "../support/library.ts";
import { within } from "../support/limits.ts";
import { everything } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";

const authority = Authority.root();
const pair = pairOf(authority.issue());

function reverse(stream: TlsStream): void {
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => stream.write([...text].reverse().join("")));
}

describe("a server", () => {
  test("has the conversation and the facts of each client of Node's", async () => {
    const facts: unknown[] = [];
    const server = bearhug.createServer(pair, (stream) => {
      const { protocol, cipher, servername, alpnProtocol, authorized, encrypted } = stream;
      facts.push({ protocol, cipher, servername, alpnProtocol, authorized, encrypted });
      expect(stream.getPeerCertificate()).toBeNull();
      expect(stream.remoteAddress).toBe("127.0.0.1");
      reverse(stream);
    });
    const port = await listening(server);
    const client = await connect({ port, authority });
    const cipher = client.getCipher().name;
    expect(await exchange(client, "live")).toBe("evil");
    expect(facts).toEqual([
      {
        protocol: "TLSv1.3",
        cipher,
        servername: SERVER_NAME,
        alpnProtocol: null,
        authorized: false,
        encrypted: true,
      },
    ]);
  });

  test("talks to openssl", async () => {
    const server = bearhug.createServer(pair, (stream) => stream.end("a page\n"));
    const port = await listening(server);
    const { stdout, stderr } = await openssl({ port, authority });
    expect(stdout).toBe("a page\n");
    expect(stderr).toContain("Verification: OK");
  });

  test("listens, tells its address, counts and closes as a net.Server", async () => {
    const server = bearhug.createServer(pair);
    const port = await listening(server);
    expect(server.listening).toBe(true);
    expect((server.address() as AddressInfo).port).toBe(port);
    const arrived = once(server, "secureConnection") as Promise<[TlsStream]>;
    const client = await connect({ port, authority });
    const [stream] = await arrived;
    const closed = within(5000, "the server's close", once(server, "close"));
    server.close();
    expect(server.listening).toBe(false);
    // Connections that exist stay, and are waited for.
    expect(await new Promise((resolve) => server.getConnections((_, n) => resolve(n)))).toBe(1);
    const answer = everything(client);
    stream.end("bye");
    expect((await answer).toString()).toBe("bye");
    client.end();
    await closed;
  });

  test("takes key and certificate as text, PEM and DER, and a chain in pieces", async () => {
    const intermediate = authority.intermediate();
    const { keyFile, certFile, key } = intermediate.issue();
    const { cert } = pairOf({ keyFile, certFile });
    const issuer = pairOf({ keyFile, certFile: intermediate.certFile }).cert.toString();
    const der = key.export({ type: "pkcs8", format: "der" });
    for (const options of [
      { key: key.export({ type: "pkcs8", format: "pem" }).toString(), cert: `${cert}${issuer}` },
      { key: der, cert: [cert, issuer] },
    ]) {
      const port = await listening(bearhug.createServer(options, (stream) => stream.end("ok")));
      const client = await connect({ port, authority });
      expect((await everything(client)).toString()).toBe("ok");
      expect(der.some((byte) => byte !== 0)).toBe(true);
    }
  });

  test("tells of a client that has nothing in common, and goes on", async () => {
    const server = bearhug.createServer(pair, (stream) => stream.end("ok"));
    const port = await listening(server);
    const told = once(server, "tlsClientError") as Promise<[Error, TlsStream]>;
    await openssl({ port, authority }, ["-cipher", "AES128-SHA", "-tls1_2"]);
    const [error, stream] = await within(5000, "tlsClientError", told);
    expect(error).toMatchObject({
      name: "TlsError",
      code: "ERR_BEARHUG_SEND_FATAL_ALERT",
      side: "peer",
      alert: "handshake_failure",
    });
    expect(stream.destroyed).toBe(true);
    const { stdout } = await openssl({ port, authority });
    expect(stdout).toBe("ok");
  });

  test("does not wait for ever for a client that says nothing", async () => {
    const server = bearhug.createServer({ ...pair, handshakeTimeout: 100 });
    const port = await listening(server);
    const told = once(server, "tlsClientError") as Promise<[Error]>;
    const silent = await connectRaw(port);
    const [error] = await within(5000, "tlsClientError", told);
    expect(error).toMatchObject({ code: "ERR_BEARHUG_HANDSHAKE_TIMEOUT", side: "peer" });
    await within(5000, "the end", once(silent.resume(), "end"));
  });

  test("listens on a UNIX socket, too", async () => {
    const path = scratchFile("socket");
    const server = bearhug.createServer(pair, (stream) => stream.end("ok"));
    await once(server.listen(path), "listening");
    const ca = readFileSync(authority.certFile);
    const client = bearhug.connect({ path, servername: SERVER_NAME, ca });
    expect((await everything(client)).toString()).toBe("ok");
    server.close();
  });

  test("gives clients the certificate for the name that they ask for, and refuses others", async () => {
    const names = ["one.test", "*.two.test"];
    const contexts = Object.fromEntries(
      names.map((name) => [name, pairOf(authority.issue({ name }))]),
    );
    const options = { contexts, ALPNProtocols: ["a", "b"] };
    const server = bearhug.createServer(options, (stream) =>
      stream.end(`${stream.servername} ${stream.alpnProtocol}`),
    );
    const port = await listening(server);
    for (const servername of ["one.test", "x.two.test"]) {
      const client = await connect({ port, authority }, { servername, ALPNProtocols: ["b"] });
      expect((await everything(client)).toString()).toBe(`${servername} b`);
    }
    await expect(connect({ port, authority }, { servername: "three.test" })).rejects.toThrow(
      /unrecognized name/,
    );
  });

  test("meets new clients with the credentials that it was given last", async () => {
    const server = bearhug.createServer(pair, (stream) => {
      stream.write("hello");
      reverse(stream);
    });
    const port = await listening(server);
    const early = await connect({ port, authority });
    const other = Authority.root();
    server.setSecureContext(pairOf(other.issue()));
    const late = await connect({ port, authority: other });
    expect(await exchange(late, "live")).toBe("helloevil");
    expect(await exchange(early, "live")).toBe("helloevil");
    await expect(connect({ port, authority })).rejects.toThrow();
  });

  test("keeps its credentials when the new ones are bad", async () => {
    const server = bearhug.createServer(pair, (stream) => stream.end("ok"));
    const port = await listening(server);
    const { key } = pairOf(authority.issue());
    const error = thrownBy(() => server.setSecureContext({ key, cert: pair.cert }));
    expect(error).toMatchObject({ code: "ERR_BEARHUG_KEY_MISMATCH", side: "configuration" });
    expect(thrownBy(() => server.setSecureContext({}))).toMatchObject({
      code: "ERR_BEARHUG_NO_KEY",
    });
    const client = await connect({ port, authority });
    expect((await everything(client)).toString()).toBe("ok");
  });
});
