/** The clients that people have resume sessions with our server, each in its own way. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../../support/certificates.ts";
import { gnutls } from "../../support/clients.ts";
import { everything, run } from "../../support/processes.ts";
import { startServer } from "../../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

function serving(text: string) {
  const options = ["-v", "-S", "--tls-profile", "strict"];
  return startServer({ authority, credentials, options, prog: ["printf", text] });
}

it("GnuTLS", async () => {
  const server = await serving("[$SSL_SESSION_REUSED]");
  const options = ["--resume", "--waitresumption"];
  const { stdout } = await gnutls(server, { options });
  expect(stdout).toContain("*** This is a resumed session");
  await server.logged(/closed: .* resumed, /, 1);
});

it("curl", async () => {
  const server = await serving(
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
  );
  const url = `https://${SERVER_NAME}:${server.port}/`;
  const { stdout } = await run([
    ...["curl", "-sS", "--cacert", authority.certFile],
    ...["--resolve", `${SERVER_NAME}:${server.port}:127.0.0.1`, url, url, url],
  ]);
  expect(stdout).toBe("hihihi");
  await server.logged(/closed: .* resumed, /, 2);
});

it("Node, from one connection to the next", async () => {
  const server = await serving("hello");
  const visit = async (session?: Buffer): Promise<{ socket: TLSSocket; next: Buffer }> => {
    const socket = connectTls({
      ...{ host: "127.0.0.1", port: server.port, servername: SERVER_NAME },
      ...{ ca: readFileSync(authority.certFile), ...(session && { session }) },
    });
    const next = once(socket, "session");
    expect((await everything(socket)).toString()).toBe("hello");
    return { socket, next: (await next)[0] as Buffer };
  };
  const first = await visit();
  expect(first.socket.isSessionReused()).toBe(false);
  const second = await visit(first.next);
  expect(second.socket.isSessionReused()).toBe(true);
  expect((await visit(second.next)).socket.isSessionReused()).toBe(true);
});
