/**
 * Servers that people run: each hears what the program says, and the program what they answer.
 */
import { describe, expect, it } from "vitest";
import { asking, call, sayingAndReading } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { credentialsEnvironment, program, serve } from "../support/service.ts";
import { startTcpserver } from "../support/super-servers.ts";
import { gnutlsServer, nginx, opensslServer, stunnel } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();

describe.each([
  {
    version: "TLSv1.2",
    options: ["--tls-max", "1.2"],
    agreed: "TLSv1\\.2 ECDHE-ECDSA-[A-Z0-9-]+",
    group: "",
  },
  { version: "TLSv1.3", options: [], agreed: "TLSv1\\.3 TLS_[A-Z0-9_]+", group: " X25519" },
])("$version", ({ options, agreed, group }) => {
  const answer = (text: string) => new RegExp(`^${text}\n${agreed}\n$`);

  it("openssl s_server", async () => {
    const { port, running } = await opensslServer(credentials);
    const client = await call({ port, authority, options, prog: asking("to the server") });
    await eventually("our words", () => running.stdout.includes("to the server\n"));
    running.child.stdin?.write("to the client\n");
    expect((await client.ended).stdout).toMatch(answer("to the client"));
  });

  it("gnutls-serv", async () => {
    const { port } = await gnutlsServer(credentials);
    const client = await call({ port, authority, options, prog: asking("there and back") });
    expect((await client.ended).stdout).toMatch(answer("there and back"));
  });

  it("nginx, which reads the name that we ask for", async () => {
    const { port } = await nginx(credentials, "ssl_protocols TLSv1.2 TLSv1.3;");
    const request = "GET / HTTP/1.1\\r\\nHost: server.test\\r\\nConnection: close\\r\\n\\r\\n";
    const prog = ["sh", "-c", `printf '${request}' >&7; cat <&6`];
    const client = await call({ port, authority, options, prog });
    const { stdout, stderr, code } = await client.ended;
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(stdout).toMatch(new RegExp(`\r\n\r\nnginx: ${agreed} server\\.test NONE\n$`));
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  it("stunnel", async () => {
    const { port } = await stunnel(credentials, "read line; echo stunnel: $line");
    const client = await call({ port, authority, options, prog: asking("a line") });
    expect((await client.ended).stdout).toMatch(answer("stunnel: a line"));
  });

  it("with -v 2 there is a line about the connection, with -v 0 none about an error", async () => {
    const { port } = await gnutlsServer(credentials);
    const prog = asking("there and back");
    const client = await call({ port, authority, options: [...options, "-v", "2"], prog });
    const line = `${agreed}${group}, server name server\\.test, 15 bytes in, 15 bytes out, ended normally`;
    expect((await client.ended).stderr).toMatch(
      new RegExp(`^s6-tlsc: info: 127\\.0\\.0\\.1:[0-9]+: ${line}\n$`),
    );
    const silent = { port, authority, name: "other.test", options: [...options, "-v", "0"] };
    expect(await (await call(silent)).ended).toMatchObject({ code: 98, stderr: "" });
  });
});

it("openssl s_server that wants to renegotiate hears that there will be none", async () => {
  const { port, running } = await opensslServer(credentials, ["-tls1_2"]);
  const prog = ["sh", "-c", "echo ready >&7; cat <&6; exit 7"];
  const client = await call({ port, authority, prog });
  await eventually("our words", () => running.stdout.includes("ready\n"));
  running.child.stdin?.write("r\n");
  await eventually("the answer", () => running.stderr.includes("no renegotiation"));
  // It gives up then, which we don't.
  expect(await client.ended).toMatchObject({ code: 7, signal: null });
});

it("our own s6-tlsd behind tcpserver", async () => {
  const prog = [program("s6-tlsd"), "cat"];
  const { port } = await startTcpserver(prog, credentialsEnvironment(credentials));
  const client = await call({ port, authority, prog: sayingAndReading("there and back") });
  expect(await client.ended).toMatchObject({ stdout: "there and back", stderr: "", code: 0 });
});

it("our own s6-tlsserver", async () => {
  const server = start([program("s6-tlsserver"), "-1", "127.0.0.1", "0", "cat"], {
    environment: credentialsEnvironment(credentials),
  });
  await eventually("its port", () => server.stdout.includes("\n"));
  const port = Number(server.stdout);
  const client = await call({ port, authority, prog: asking("there and back") });
  const stdout = "there and back\nTLSv1.3 TLS_CHACHA20_POLY1305_SHA256\n";
  expect(await client.ended).toMatchObject({ stdout, stderr: "" });
});

it("our own s6-tlsd, each side with -S and -J", async () => {
  const options = ["-S", "-J"];
  const listener = await serve({ credentials, options, prog: ["sh", "-c", "echo goodbye"] });
  const client = await call({
    port: listener.port,
    authority,
    options,
    prog: ["sh", "-c", "cat <&6"],
  });
  expect(await client.ended).toMatchObject({ stdout: "goodbye\n", stderr: "", code: 0 });
  const tunnel = await listener.tunnel();
  expect(await tunnel.ended).toMatchObject({ stderr: "", code: 0 });
});

it.each([
  ["openssl s_server", opensslServer],
  ["gnutls-serv", gnutlsServer],
] as const)("%s that is killed: with -J that is an error", async (_, serverWith) => {
  for (const [option, complaint] of [
    ["-J", "s6-tlsc: fatal: TLS error: EOF without close_notify\n"],
    ["-j", ""],
  ] as const) {
    const { port, running } = await serverWith(credentials);
    const prog = ["sh", "-c", "echo ready; cat <&6; exit 7"];
    const client = await call({ port, authority, options: [option], prog });
    await eventually("prog", () => client.stdout === "ready\n");
    running.signal("SIGKILL");
    expect(await client.ended).toMatchObject({ stderr: complaint, code: 7 });
  }
});
