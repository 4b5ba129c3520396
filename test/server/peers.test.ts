/**
 * The clients that people have check the server's certificate, and get their answers: several in a
 * row from one server, which needs no new process of ours for any of them.
 */
import { expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { connect, exchange, gnutls, opensslArguments } from "../support/clients.ts";
import { run } from "../support/processes.ts";
import { startServer } from "../support/server.ts";

const authority = Authority.root();
const credentials = authority.issue();

const RESPONDER = `
  read -r request
  printf 'HTTP/1.0 200 OK\\r\\nContent-Length: 6\\r\\n\\r\\nhello\\n'
`;

it("openssl s_client", async () => {
  const server = await startServer({
    ...{ authority, credentials, options: ["-S"] },
    prog: ["head", "-n", "1"],
  });
  const client = [...opensslArguments(server), "-ign_eof"];
  const { stdout, stderr, code } = await run(client, { input: "there and back\n" });
  expect({ stdout, code }).toEqual({ stdout: "there and back\n", code: 0 });
  expect(stderr).toContain("Verification: OK");
});

it("curl", async () => {
  const server = await startServer({ authority, credentials, prog: ["sh", "-c", RESPONDER] });
  const url = `https://${SERVER_NAME}:${server.port}/`;
  const curl = ["curl", "-sS", "--cacert", authority.certFile, "--resolve"];
  const ended = await run([...curl, `${SERVER_NAME}:${server.port}:127.0.0.1`, url]);
  expect(ended).toMatchObject({ code: 0, stdout: "hello\n", stderr: "" });
});

it("gnutls-cli", async () => {
  const server = await startServer({ authority, credentials, options: ["-S"] });
  const { stdout, code } = await gnutls(server, { input: "there and back\n" });
  expect(stdout).toContain("- Status: The certificate is trusted.");
  expect(stdout).toContain("there and back\n");
  expect(code).toBe(0);
});

it("Node's tls, thirty times, with the same two workers", async () => {
  const server = await startServer({ authority, credentials, options: ["--workers", "2"] });
  const { workers } = server;
  expect(workers).toHaveLength(2);
  for (let turn = 0; turn < 30; turn++) {
    expect(await exchange(await connect(server), `turn ${turn}`)).toBe(`turn ${turn}`);
  }
  expect(server.workers).toEqual(workers);
  expect(server.log).toEqual([]);
});
