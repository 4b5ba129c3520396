/** `--allow-…`: whose certificates bearhug server lets in; `--pin`: which key a server must have. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect as dialTcp } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { Authority, type Credentials, SERVER_NAME } from "../support/certificates.ts";
import { connect, failureOf, openssl, VERSIONS } from "../support/clients.ts";
import { eventually, within } from "../support/limits.ts";
import { pinOf } from "../support/pins.ts";
import { everything, run } from "../support/processes.ts";
import {
  authority,
  backend,
  credentials,
  echo,
  type Relay,
  relay,
  relayServer,
} from "../support/relays.ts";

const NAMES = "subjectAltName=DNS:alice.test,URI:spiffe://test/alice";
const alice = authority.issue({ name: "alice", extensions: [NAMES] });
const mallory = authority.issue({ name: "mallory" });

async function admitting(options: readonly string[]): Promise<Relay & { calls: () => number }> {
  let calls = 0;
  const { port } = await backend((socket) => {
    calls++;
    echo(socket);
  });
  const words = ["--cacert", authority.certFile, "--connect", `127.0.0.1:${port}`, ...options];
  return Object.assign(await relayServer(words), { calls: () => calls });
}

function as({ certFile, keyFile }: Credentials, serving: Relay): Promise<TLSSocket> {
  return connect(serving, { cert: readFileSync(certFile), key: readFileSync(keyFile) });
}

it.each([
  ["--allow-cn", "alice"],
  ["--allow-dns", "alice.test"],
  ["--allow-uri", "spiffe://test/alice"],
  ["--allow-spki", pinOf(alice)],
])("%s %s: alice comes in, mallory costs the backend nothing", async (option, value) => {
  const serving = await admitting([option, value]);
  const client = await as(alice, serving);
  client.end("it is me");
  expect(`${await everything(client)}`).toBe("it is me");
  const other = await as(mallory, serving);
  other.on("error", () => {});
  other.write("let me in");
  const over = new Promise((resolve) => other.once("close", resolve));
  other.resume();
  await within(3000, "mallory's end", over);
  await serving.logged(`not allowed: the certificate of mallory, with the key ${pinOf(mallory)}`);
  expect(serving.calls()).toBe(1);
});

it.each(VERSIONS)("a client that may not come in hears access_denied, in %s", async (version) => {
  const serving = await admitting(["--allow-cn", "alice"]);
  const { certFile, keyFile } = mallory;
  const options = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const heard = await failureOf(serving, { ...options, maxVersion: version });
  expect(heard).toBe("ERR_SSL_TLSV1_ALERT_ACCESS_DENIED");
  const { stderr } = await openssl(serving, [
    ...["-cert", certFile, "-key", keyFile, version === "TLSv1.2" ? "-tls1_2" : "-tls1_3"],
  ]);
  expect(stderr).toContain("alert number 49");
  expect(serving.calls()).toBe(0);
});

it.each(VERSIONS)("a server without the pinned key hears access_denied, in %s", async (version) => {
  const heard: string[] = [];
  const server = createServer({
    ...{ cert: readFileSync(credentials.certFile), key: readFileSync(credentials.keyFile) },
    maxVersion: version,
  });
  server.on("secureConnection", (socket) => {
    socket.on("error", (error: NodeJS.ErrnoException) => heard.push(`${error.code}`)).resume();
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException) => heard.push(`${error.code}`));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const serving = await relay("client", [
    ...["--cacert", authority.certFile, "-k", SERVER_NAME, "--pin", pinOf(alice)],
    ...["--connect", `127.0.0.1:${port}`],
  ]);
  dialTcp({ host: "127.0.0.1", port: serving.port })
    .on("error", () => {})
    .resume();
  await serving.logged("not allowed: ");
  await eventually("the alert", () => heard.length > 0).finally(() => server.close());
  expect(heard).toEqual(["ERR_SSL_TLSV1_ALERT_ACCESS_DENIED"]);
});

it("one of several is enough; a part of a name, or another case, is not", async () => {
  const serving = await admitting(["--allow-cn", "bob", "--allow-cn", "mallory"]);
  const client = await as(mallory, serving);
  client.end("x");
  expect(`${await everything(client)}`).toBe("x");
  const similar = await admitting([
    ...["--allow-cn", "mallor", "--allow-cn", "MALLORY", "--allow-cn", "mallory "],
    ...["--allow-ou", "mallory", "--allow-dns", "allory", "--allow-uri", "mallory"],
  ]);
  const refused = await as(mallory, similar);
  refused.on("error", () => {}).resume();
  await similar.logged("not allowed: the certificate of mallory");
});

it("without a line for each connection, a refused client is still told", async () => {
  const serving = await admitting(["--allow-cn", "alice", "-Q"]);
  (await as(mallory, serving)).on("error", () => {}).resume();
  await serving.logged(/bearhug server: warning: 1 from 127\.0\.0\.1:\d+: not allowed: /);
});

it("--allow-all with a CA of the environment demands a certificate of it", async () => {
  const { port } = await backend(echo);
  const words = ["--allow-all", "--connect", `127.0.0.1:${port}`];
  const serving = await relayServer(words, { environment: { CAFILE: authority.certFile } });
  const client = await as(mallory, serving);
  client.end("anybody of ours");
  expect(`${await everything(client)}`).toBe("anybody of ours");
  await expect(connect(serving).then(everything)).rejects.toThrow();
});

it("--pin: the server's key must be one of these, whatever a CA says", async () => {
  const { port } = await backend(echo);
  const tls = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const words = ["--cacert", authority.certFile, "-k", SERVER_NAME];
  const target = ["--connect", `127.0.0.1:${tls.port}`];
  const pins = `${pinOf(mallory)};${pinOf(credentials)}`;
  const good = await relay("client", [...words, ...target, "--pin", pins]);
  const client = dialTcp({ host: "127.0.0.1", port: good.port, allowHalfOpen: true });
  client.end("pinned");
  expect(`${await everything(client)}`).toBe("pinned");

  const bad = await relay("client", [...words, ...target, "--pin", pinOf(alice)]);
  const other = dialTcp({ host: "127.0.0.1", port: bad.port });
  other.on("error", () => {});
  other.write("secret");
  const over = once(other, "close");
  other.resume();
  await within(3000, "the end", over);
  await bad.logged(`not allowed: the certificate of ${SERVER_NAME}`);
  await tls.logged("2 closed");
  expect(tls.log).toMatch(/2 closed: .* 0 bytes in, 0 bytes out/);
});

it("--pin does not stand in for a CA", async () => {
  const { port } = await backend(echo);
  const tls = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const serving = await relay("client", [
    ...["--cacert", Authority.root().certFile, "-k", SERVER_NAME, "--pin", pinOf(credentials)],
    ...["--connect", `127.0.0.1:${tls.port}`],
  ]);
  dialTcp({ host: "127.0.0.1", port: serving.port })
    .on("error", () => {})
    .resume();
  await serving.logged("TLS error: ");
});

it("curl agrees about what a pin is", async () => {
  const { port } = await backend((socket) => {
    socket.once("data", () => socket.end("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n"));
  });
  const serving = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const { code, stdout } = await run([
    ...["curl", "-sS", "--cacert", authority.certFile, "--pinnedpubkey", pinOf(credentials)],
    ...["--resolve", `${SERVER_NAME}:${serving.port}:127.0.0.1`],
    `https://${SERVER_NAME}:${serving.port}/`,
  ]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "ok\n" });
});
