/** `--alpn LIST`: the application protocol (ALPN, RFC 7301), and SSL_ALPN, which tells it to prog. */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, exchange, openssl } from "../support/clients.ts";
import { run } from "../support/processes.ts";
import { startServer } from "../support/server.ts";
import { program, serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const prog = ["sh", "-c", 'echo "[$SSL_ALPN]"'];
const environment = { SSL_ALPN: "stale" };

describe.each(["TLSv1.2", "TLSv1.3"] as const)("s6-tlsd, %s", (version) => {
  const profile = version === "TLSv1.3" ? ["--tls-profile", "strict"] : ["--tls-max", "1.2"];
  const serving = (alpn: string[]) =>
    serve({ credentials, environment, options: [...profile, ...alpn], prog });

  it("the server's order counts", async () => {
    const { port } = await serving(["--alpn", "h2,http/1.1"]);
    const client = await connect({ port, authority }, { ALPNProtocols: ["http/1.1", "h2"] });
    expect(client.alpnProtocol).toBe("h2");
    expect(await exchange(client, "")).toBe("[h2]\n");
  });

  it("a client that names none of them is refused with no_application_protocol", async () => {
    const { port } = await serving(["--alpn", "h2"]);
    const refused = connect({ port, authority }, { ALPNProtocols: ["other"] });
    await expect(refused).rejects.toThrow(/no application protocol/);
  });

  it("a client that says nothing of it, and a server without --alpn, have none", async () => {
    const { port } = await serving(["--alpn", "h2"]);
    expect(await exchange(await connect({ port, authority }), "")).toBe("[]\n");
    const without = await serving([]);
    const client = await connect({ port: without.port, authority }, { ALPNProtocols: ["h2"] });
    expect(client.alpnProtocol).toBe(false);
    expect(await exchange(client, "")).toBe("[]\n");
  });
});

it("s6-tlsserver, and openssl s_client", async () => {
  const server = await startServer({
    ...{ authority, credentials, prog, options: ["--alpn", "postgresql"] },
  });
  const { stdout } = await openssl(server, ["-alpn", "postgresql"]);
  expect(stdout).toContain("[postgresql]\n");
});

it("s6-tlsclient tells what the server has chosen", async () => {
  const server = createTlsServer({
    ...{ cert: readFileSync(credentials.certFile), key: readFileSync(credentials.keyFile) },
    ALPNProtocols: ["imap", "smtp"],
  });
  onTestFinished(() => void server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { stdout } = await run(
    [
      ...[program("s6-tlsclient"), "--alpn", "smtp,imap", "-k", SERVER_NAME, "127.0.0.1"],
      ...[`${port}`, ...prog],
    ],
    { environment: { CAFILE: authority.certFile } },
  );
  expect(stdout).toBe("[imap]\n");
});

it.each([
  ["", 'not a protocol\'s name: "" in '],
  ["h2,,x", 'not a protocol\'s name: "" in h2,,x'],
  ["h2,h2", "one of them twice: h2,h2"],
  ["a".repeat(256), "not a protocol's name"],
])("--alpn %s is a wrong usage", async (list, told) => {
  const { code, stderr } = await run([program("s6-tlsd"), `--alpn=${list}`, "true"]);
  expect(code).toBe(100);
  expect(stderr.split("\n")[0]).toContain(told);
});
