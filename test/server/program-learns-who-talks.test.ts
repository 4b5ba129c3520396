/**
 * The program finds in its environment who talks to whom, and what the handshake settled, whatever
 * the server listens on. Nothing that was meant for the server reaches it.
 */
import type { ConnectionOptions } from "node:tls";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { type Serving, startServer } from "../support/server.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const credentials = authority.issue();

interface Visit {
  variables: Record<string, string>;
  localPort: number;
  port: number;
}

/** What `env` prints to one client. */
async function visit(serving: Partial<Serving>, client: ConnectionOptions = {}): Promise<Visit> {
  const { options = [], ...rest } = serving;
  const server = await startServer({
    ...{ authority, credentials, prog: ["env", "-0"], ...rest },
    options: ["--workers", "1", ...options],
  });
  const socket = await connect(server, client);
  const { localPort = 0 } = socket;
  const lines = (await everything(socket)).toString().split("\0").filter(Boolean);
  const pairs = lines.map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]);
  return { variables: Object.fromEntries(pairs), localPort, port: server.port };
}

it.each([
  ["127.0.0.1", "127.0.0.1"],
  ["0", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["::1", "::1"],
  ["::", "::1"],
  ["::", "127.0.0.1", "-46"],
])("listening on %s, a client that comes to %s %s", async (ip, host, line = "") => {
  const { variables, localPort, port } = await visit({ ip, options: words(line) }, { host });
  expect(variables).toMatchObject({
    PROTO: "TCP",
    TCPREMOTEIP: host,
    TCPREMOTEPORT: `${localPort}`,
    TCPLOCALIP: host,
    TCPLOCALPORT: `${port}`,
    TCPCONNNUM: "1",
    SSL_PROTOCOL: "TLSv1.3",
    SSL_TLS_SNI_SERVERNAME: "server.test",
  });
  expect(variables["SSL_CIPHER"]).toMatch(/^TLS_/);
});

it("a client from another address is counted by its own", async () => {
  const { variables } = await visit({ ip: "0" }, {
    localAddress: "127.0.0.7",
  } as ConnectionOptions);
  expect(variables).toMatchObject({ TCPREMOTEIP: "127.0.0.7", TCPLOCALIP: "127.0.0.1" });
});

const MEANT_FOR_THE_SERVER = {
  LISTEN_FDS: "1",
  LISTEN_PID: "1",
  LISTEN_FDNAMES: "somebody.socket",
  UNTOUCHED: "yes",
};

it("what was meant for the server is gone, and the rest is there", async () => {
  const { variables } = await visit({ environment: MEANT_FOR_THE_SERVER });
  const names = Object.keys(variables);
  expect(names).not.toContain("KEYFILE");
  expect(names).not.toContain("CERTFILE");
  expect(names.filter((name) => /^(LISTEN|NOTIFY|NODE)_/.test(name))).toEqual([]);
  expect(variables["UNTOUCHED"]).toBe("yes");
});

it("with -Z, the names of the files stay", async () => {
  const { variables } = await visit({ options: ["-Z"] });
  expect(variables).toMatchObject({ KEYFILE: credentials.keyFile, CERTFILE: credentials.certFile });
});

it("with -k 1, a client gets the certificate of the name that it asks for", async () => {
  const other = authority.issue({ name: "other.test" });
  const environment = {
    "KEYFILE:other.test": other.keyFile,
    "CERTFILE:other.test": other.certFile,
  };
  const serving = { options: ["-k", "1"], environment };
  const { variables } = await visit(serving, { servername: "other.test" });
  expect(variables["SSL_TLS_SNI_SERVERNAME"]).toBe("other.test");
  expect(Object.keys(variables).filter((name) => name.includes(":"))).toEqual([]);
});
