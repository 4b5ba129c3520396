/** `bearhug client`: plain in, TLS out, with a server that is verified for each connection. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect as dialTcp, type Socket } from "node:net";
import { createServer, type Server, type TLSSocket, type TlsOptions } from "node:tls";
import { afterEach, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { eventually, within } from "../support/limits.ts";
import { freePort } from "../support/ports.ts";
import { everything, run, start } from "../support/processes.ts";
import { authority, backend, credentials, type Relay, relay } from "../support/relays.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const cert = readFileSync(credentials.certFile);
const key = readFileSync(credentials.keyFile);

/** A TLS server of Node's; its port. */
async function tlsServer(
  serve: (socket: TLSSocket) => void,
  options: TlsOptions = {},
): Promise<number> {
  const server = createServer({ cert, key, ...options }, (socket) => {
    socket.on("error", () => {});
    serve(socket);
  });
  server.on("tlsClientError", () => {});
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const echo = (socket: TLSSocket) => void socket.pipe(socket);

function behind(port: number, options: readonly string[] = []): Promise<Relay> {
  return relay("client", [
    ...["--cacert", authority.certFile, "--connect", `127.0.0.1:${port}`, ...options],
  ]);
}

const named = ["-k", SERVER_NAME];

function dial({ port }: Relay): Socket {
  const client = dialTcp({ host: "127.0.0.1", port, allowHalfOpen: true });
  client.on("error", () => {});
  return client;
}

async function isCutOff(client: Socket): Promise<void> {
  const over = Promise.race([once(client, "end"), once(client, "close")]);
  client.resume();
  await within(3000, "the end", over);
}

it("what a plain client says gets to a verified server, and back", async () => {
  const client = dial(await behind(await tlsServer(echo), named));
  client.end("plain");
  expect(`${await everything(client)}`).toBe("plain");
});

it("curl speaks HTTP to it, openssl s_server HTTPS behind it", async () => {
  const port = await freePort();
  const server = start([
    ...["openssl", "s_server", "-accept", `127.0.0.1:${port}`, "-www"],
    ...["-cert", credentials.certFile, "-key", credentials.keyFile],
  ]);
  await eventually("it listens", () => server.stdout.includes("ACCEPT"));
  const serving = await behind(port, named);
  const { code, stdout } = await run(["curl", "-sS", `http://127.0.0.1:${serving.port}/`]);
  expect(code).toBe(0);
  expect(stdout).toContain("Ciphers supported in s_server binary");
});

it("the name of --connect is what the certificate has to have", async () => {
  const forLocalhost = authority.issue({ name: "localhost" });
  const port = await tlsServer(echo, {
    cert: readFileSync(forLocalhost.certFile),
    key: readFileSync(forLocalhost.keyFile),
  });
  const words = ["--cacert", authority.certFile, "--connect", `localhost:${port}`];
  const client = dial(await relay("client", words));
  client.end("by name");
  expect(`${await everything(client)}`).toBe("by name");
});

it("a server with another name is refused before it hears a byte, and the log tells why", async () => {
  let heard = 0;
  const port = await tlsServer((socket) => {
    socket.on("data", ({ length }: Buffer) => {
      heard += length;
    });
  });
  const serving = await behind(port, ["-k", "other.test"]);
  const client = dial(serving);
  client.end("secret");
  await isCutOff(client);
  await serving.logged("TLS error: ");
  expect(heard).toBe(0);
});

it("a server that no CA of ours has certified is refused", async () => {
  const stranger = Authority.root();
  const port = await tlsServer(echo);
  const serving = await relay("client", [
    ...["--cacert", stranger.certFile, "--connect", `127.0.0.1:${port}`, ...named],
  ]);
  await isCutOff(dial(serving));
  await serving.logged("TLS error: ");
});

it("--cert and --key are shown to a server that asks for them", async () => {
  const own = authority.issue({ name: "client.test" });
  const port = await tlsServer((socket) => socket.end(socket.getPeerCertificate().subject.CN), {
    requestCert: true,
    ca: readFileSync(authority.certFile),
  });
  const serving = await behind(port, [...named, "--cert", own.certFile, "--key", own.keyFile]);
  // Each connection has an engine of its own, made of one image.
  for (let turn = 0; turn < 3; turn++) {
    expect(`${await everything(dial(serving))}`).toBe("client.test");
  }
});

it("the next server is tried when one refuses", async () => {
  const refusing = await freePort();
  const port = await tlsServer(echo);
  const serving = await relay("client", [
    ...["--cacert", authority.certFile, ...named],
    ...["--connect", `127.0.0.1:${refusing}`, "--connect", `127.0.0.1:${port}`],
  ]);
  const client = dial(serving);
  client.end("second");
  expect(`${await everything(client)}`).toBe("second");
});

it("a server that refuses: the client's end at once, and a line", async () => {
  const refusing = await freePort();
  const serving = await behind(refusing, named);
  await isCutOff(dial(serving));
  await serving.logged(`unable to connect to 127.0.0.1:${refusing}: Connection refused`);
});

it("a server that speaks no TLS: --handshake-timeout bounds it", async () => {
  const { port } = await backend(() => {});
  const serving = await behind(port, [...named, "-K", "400"]);
  await isCutOff(dial(serving));
  await serving.logged("handshake not done within 400 milliseconds");
});

it("a server's late answer after the client's half-close arrives", async () => {
  const port = await tlsServer(
    (socket) => {
      let heard = 0;
      socket.on("data", ({ length }: Buffer) => {
        heard += length;
      });
      socket.on("end", () => setTimeout(() => socket.end(`${heard} came`), 100));
    },
    { allowHalfOpen: true } as TlsOptions,
  );
  const client = dial(await behind(port, named));
  client.end(Buffer.alloc(1_000_000));
  expect(`${await everything(client)}`).toBe("1000000 came");
});

it("the closed line says whose certificate the server has shown", async () => {
  const client = await behind(await tlsServer((socket) => socket.end("x")), [...named, "-v"]);
  expect((await everything(dial(client).end())).toString()).toBe("x");
  await eventually("the line", () => client.log.includes(" closed: "));
  expect(client.log).toContain(`server certificate CN=${SERVER_NAME}, `);
  expect(client.log).not.toContain("client certificate");
});
