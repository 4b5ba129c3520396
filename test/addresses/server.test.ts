/** `bearhug server`: an address in place of prog, with real peers. */
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { expect, it } from "vitest";
import { derCertificate } from "../support/certificates.ts";
import { connect, gnutls, openssl } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { everything, run } from "../support/processes.ts";
import {
  authority,
  backend,
  credentials,
  echo,
  pair,
  relay,
  relayServer,
  startRelay,
} from "../support/relays.ts";
import { scratchFile } from "../support/scratch.ts";

const answering = (socket: Socket) => {
  socket.once("data", () => socket.end("HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n"));
};

it("a client that half-closes gets the late reply of the backend, whole", async () => {
  const size = 3_000_000;
  const { port } = await backend((socket) => {
    let length = 0;
    socket.on("data", (chunk: Buffer) => {
      length += chunk.length;
    });
    socket.on("end", () => setTimeout(() => socket.end(`${length} came`), 100));
  });
  const client = await connect(await relayServer(["--connect", `127.0.0.1:${port}`]), {
    allowHalfOpen: true,
  });
  client.end(Buffer.alloc(size, 7));
  expect(`${await everything(client)}`).toBe(`${size} came`);
});

it("a backend that speaks first, and ends: the client has all of it, and a close_notify", async () => {
  const { port } = await backend((socket) => socket.end("220 ready\r\n"));
  const serving = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const { code, stdout } = await openssl(serving);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "220 ready\r\n" });
  await serving.logged("11 bytes out");
});

it("a backend that half-closes still hears the client", async () => {
  let heard = "";
  const { port } = await backend((socket) => {
    socket.end("last words");
    socket.on("data", (chunk) => {
      heard += chunk;
    });
  });
  const serving = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const client = await connect(serving, { allowHalfOpen: true });
  expect(`${await everything(client)}`).toBe("last words");
  client.end("I am not done");
  await eventually("the client's words", () => heard === "I am not done");
});

it("curl", async () => {
  const { port } = await backend(answering);
  const serving = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const name = "server.test";
  const { code, stdout } = await run([
    ...["curl", "-sS", "--cacert", authority.certFile],
    ...["--resolve", `${name}:${serving.port}:127.0.0.1`, `https://${name}:${serving.port}/`],
  ]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "hello\n" });
});

it("gnutls-cli", async () => {
  const { port } = await backend(echo);
  const serving = await relayServer(["--connect", `127.0.0.1:${port}`]);
  const { code, stdout } = await gnutls(serving, { input: "GnuTLS speaks\n" });
  expect(code).toBe(0);
  expect(stdout).toContain("GnuTLS speaks\n");
});

it("a backend behind a UNIX socket", async () => {
  const path = scratchFile("app.sock");
  await backend(echo, path);
  const client = await connect(await relayServer(["--connect", `unix:${path}`]));
  client.end("over the socket");
  expect(`${await everything(client)}`).toBe("over the socket");
});

it("it listens on a UNIX socket, and takes the place of one on which no process listens", async () => {
  const path = scratchFile("listen.sock");
  const { port } = await backend(echo);
  const words = [...["-v", ...pair, "--listen", `unix:${path}`], "--workers", "1"];
  const starts = () =>
    startRelay("server", [
      ...[...words, "--connect", `127.0.0.1:${port}`, "--notification-fd", "1"],
    ]);
  const first = starts();
  await eventually("it listens", () => first.stdout.includes("\n"));
  first.signal("SIGKILL");
  await first.ended;
  expect(existsSync(path)).toBe(true);
  const second = starts();
  await eventually("it listens", () => second.stdout.includes("\n") || second.isOver);
  const client = await connect({ port: 0, authority }, { path } as object);
  client.end("y");
  expect(`${await everything(client)}`).toBe("y");
  const third = startRelay("server", [...words, "--connect", "127.0.0.1:1"]);
  expect(await third.ended).toMatchObject({
    code: 111,
    stderr: `bearhug server: fatal: unable to listen on ${path}: Address already in use\n`,
  });
  expect(second.isOver).toBe(false);
});

it("a certificate for each name that --sni has, and no other name with --sni-only", async () => {
  const other = authority.issue({ name: "other.test" });
  const { port } = await backend(echo);
  const serving = await relayServer([
    ...["--sni", `other.test=${other.certFile},${other.keyFile}`, "--sni-only"],
    ...["--connect", `127.0.0.1:${port}`],
  ]);
  const client = await connect(serving, { servername: "other.test" });
  expect(client.getPeerX509Certificate()?.raw).toEqual(derCertificate(other.certFile));
  await expect(connect(serving, { servername: "third.test" })).rejects.toThrow(/unrecognized/);
});

it("with --cacert, a client needs a certificate of that CA", async () => {
  const { port } = await backend(echo);
  const serving = await relayServer([
    ...["--cacert", authority.certFile, "--connect", `127.0.0.1:${port}`],
  ]);
  const own = authority.issue({ name: "client.test" });
  const client = await connect(serving, {
    cert: readFileSync(own.certFile),
    key: readFileSync(own.keyFile),
  });
  client.end("known");
  expect(`${await everything(client)}`).toBe("known");
  // In TLS 1.3, the refusal comes after the client's handshake.
  const refused = connect(serving).then(everything);
  await expect(refused).rejects.toThrow();
});

it("USR2 reads the certificate again, TERM ends it once the last connection has ended", async () => {
  const certFile = scratchFile("changing.pem", readFileSync(credentials.certFile));
  const keyFile = scratchFile("changing.key", readFileSync(credentials.keyFile));
  const { port } = await backend(echo);
  const serving = await relay("server", [
    ...["--cert", certFile, "--key", keyFile, "--connect", `127.0.0.1:${port}`],
  ]);
  const renewed = authority.issue();
  copyFileSync(renewed.certFile, certFile);
  copyFileSync(renewed.keyFile, keyFile);
  serving.running.signal("SIGUSR2");
  await serving.logged("read all keys and certificates again");
  const client = await connect(serving);
  expect(client.getPeerX509Certificate()?.raw).toEqual(derCertificate(renewed.certFile));
  serving.running.signal("SIGTERM");
  client.end("last");
  expect(`${await everything(client)}`).toBe("last");
  expect(await serving.running.ended).toMatchObject({ code: 0 });
});
