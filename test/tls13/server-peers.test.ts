/**
 * The clients that people have speak TLS 1.3 with our server: with each suite and group, with a
 * retry, and with names that choose the chain.
 */
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { gnutls, opensslArguments } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { run, start } from "../support/processes.ts";
import { type Server, startServer } from "../support/server.ts";
import { namedEnvironment } from "../support/service.ts";
import { nodeClient } from "./node-peers.ts";

const authority = Authority.root();
const credentials = authority.issue();

const SUITES = [
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
] as const;

/** The program says what it knows of the connection, and then the one line that it hears. */
const TELLS = ["sh", "-c", "echo $SSL_PROTOCOL $SSL_CIPHER; head -n 1"];

function serving(prog: readonly string[] = TELLS): Promise<Server> {
  return startServer({ authority, credentials, prog, options: ["-S"] });
}

/** It leaves when the server says goodbye. */
function openssl(server: Server, ...options: string[]) {
  return run([...opensslArguments(server), "-ign_eof", ...options], { input: "over\n" });
}

describe("OpenSSL", () => {
  for (const suite of SUITES) {
    for (const group of ["X25519", "P-256", "P-384"]) {
      it(`with ${suite} and ${group}`, async () => {
        const server = await serving();
        const options = ["-tls1_3", "-ciphersuites", suite, "-groups", group];
        const { stdout, stderr } = await openssl(server, ...options);
        expect(stdout).toBe(`TLSv1.3 ${suite}\nover\n`);
        expect(stderr).toContain("Verification: OK");
        expect(server.log).toEqual([]);
      });
    }
  }

  it("with a retry, in the middle of a handshake with and without a session id", async () => {
    for (const more of [[], ["-no_middlebox"]]) {
      const server = await serving();
      const options = ["-tls1_3", "-groups", "X448:P-256", ...more];
      const { stdout, stderr } = await openssl(server, ...options);
      expect(stdout).toBe(`TLSv1.3 ${SUITES[0]}\nover\n`);
      expect(stderr).toContain("Server Temp Key: ECDH, prime256v1");
    }
  });

  it("without a common group is told so", async () => {
    const server = await serving();
    const { stderr } = await openssl(server, "-tls1_3", "-groups", "X448");
    expect(stderr).toContain("SSL alert number 40");
    await server.logged("no common group for the key exchange");
  });

  it("with key updates of its own, and with some that we are to answer", async () => {
    const server = await serving(["cat"]);
    const client = opensslArguments(server).filter((word) => word !== "-brief");
    const running = start([...client, "-quiet", "-no_ign_eof"]);
    const type = (line: string) => running.child.stdin?.write(`${line}\n`);
    const echoed = (line: string) =>
      eventually(`${line} comes back`, () => running.stdout.includes(`${line}\n`));
    await eventually("it has verified", () => running.stderr.includes("verify return:1"));
    for (const [update, line] of [
      ["K", "one"],
      ["k", "two"],
      ["K", "three"],
    ] as const) {
      // It takes a letter at a line's beginning for a command, if it is all that it reads.
      const before = running.stderr.length;
      type(update);
      await eventually("it says so", () => running.stderr.length > before);
      type(line);
      await echoed(line);
    }
    running.child.stdin?.end();
    await running.ended;
    expect(server.log).toEqual([]);
  });

  it("with TLS 1.2, which is still there", async () => {
    const server = await serving();
    const { stdout } = await openssl(server, "-tls1_2");
    expect(stdout).toMatch(/^TLSv1\.2 ECDHE-ECDSA-CHACHA20-POLY1305\nover\n$/);
  });

  it("with TLS 1.2 although it could more is refused", async () => {
    const server = await serving();
    const { stderr } = await openssl(server, "-tls1_2", "-fallback_scsv");
    expect(stderr).toContain("SSL alert number 86");
  });

  it("gets the chain of the name that it asks for", async () => {
    const other = authority.issue({ name: "other.test" });
    const named = { "other.test": other, [SERVER_NAME]: credentials };
    const server = await startServer({
      ...{ authority, environment: namedEnvironment(named) },
      ...{ credentials, prog: TELLS, options: ["-S", "-k", "2"] },
    });
    for (const name of ["other.test", SERVER_NAME]) {
      const client = opensslArguments(server).map((word) => (word === SERVER_NAME ? name : word));
      const { stdout, stderr } = await run([...client, "-ign_eof", "-tls1_3"], { input: "over\n" });
      expect(stderr, name).toContain("Verification: OK");
      expect(stdout, name).toBe(`TLSv1.3 ${SUITES[0]}\nover\n`);
    }
  });
});

it("GnuTLS", async () => {
  const server = await serving();
  const { stdout, code } = await gnutls(server, { input: "there and back\n" });
  expect(stdout).toContain("(TLS1.3-X.509)");
  expect(stdout).toContain("there and back\n");
  expect(code).toBe(0);
});

it("curl", async () => {
  const responder = "read -r request; printf 'HTTP/1.0 200 OK\\r\\n\\r\\n%s\\n' $SSL_PROTOCOL";
  const server = await serving(["sh", "-c", responder]);
  const curl = ["curl", "-sS", "--tlsv1.3", "--cacert", authority.certFile, "--resolve"];
  const url = `https://${SERVER_NAME}:${server.port}/`;
  const ended = await run([...curl, `${SERVER_NAME}:${server.port}:127.0.0.1`, url]);
  expect(ended).toMatchObject({ code: 0, stdout: "TLSv1.3\n", stderr: "" });
});

for (const version of [22, 24, 26] as const) {
  it(`Node ${version}`, async () => {
    const server = await serving();
    const running = nodeClient(version, {
      ...{ port: server.port, authorityFile: authority.certFile, say: "over\n" },
    });
    const { stdout } = await running.ended;
    expect(stdout).toContain('"version":"TLSv1.3"');
    expect(stdout).toContain(`TLSv1.3 ${SUITES[0]}\nover\n`);
    expect(server.log).toEqual([]);
  });
}
