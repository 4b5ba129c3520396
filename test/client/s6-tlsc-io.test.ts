/**
 * s6-tlsc-io on its own: the network on the two descriptors that it is told, cleartext on 0 and 1,
 * whatever they are: pipes, sockets, files, a terminal.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { call } from "../support/calls.ts";
import { Authority } from "../support/certificates.ts";
import { eventually } from "../support/limits.ts";
import { type Ended, everything, type Running, start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { program, serve } from "../support/service.ts";
import { opensslServer, plainServer, reversingServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();
const lateReply = ["sh", "-c", 'request=$(cat); sleep 0.2; echo "late reply to $request"'];
const environment = { CAFILE: authority.certFile, IO: program("s6-tlsc-io") };

/** A shell with the connection on 6 and 7. */
function startShell(port: number, script: string): Running {
  const connected = `exec 6<>/dev/tcp/127.0.0.1/${port} 7>&6; ${script}`;
  return start(["bash", "--norc", "-c", connected], { environment });
}

function shell(port: number, script: string): Promise<Ended> {
  const running = startShell(port, script);
  running.child.stdin?.end();
  return running.ended;
}

it("cleartext on two sockets: bytes and EOF pass in both directions", async () => {
  const listener = await serve({ credentials, prog: lateReply });
  const client = await call({ port: listener.port, authority, program: "s6-tlsc-io" });
  client.child.stdin?.end("a question");
  expect(await client.ended).toMatchObject({
    stdout: "late reply to a question\n",
    stderr: "",
    code: 0,
  });
});

it("cleartext on two pipes", async () => {
  const { port } = await serve({ credentials, prog: lateReply });
  const { stdout, stderr } = await shell(port, "echo -n hello | $IO -k server.test 6 7 | cat");
  expect({ stdout, stderr }).toEqual({ stdout: "late reply to hello\n", stderr: "" });
});

it("the server's EOF reaches a pipe while our own input is still open", async () => {
  const { port } = await serve({ credentials, prog: ["sh", "-c", "echo goodbye; exec >&-; cat"] });
  const shell = startShell(port, "cat | $IO -k server.test 6 7 | (cat; echo EOF)");
  await eventually("the EOF", () => shell.stdout === "goodbye\nEOF\n");
  expect(shell.isOver).toBe(false);
  shell.child.stdin?.end();
  expect(await shell.ended).toMatchObject({ stderr: "", code: 0 });
});

it("cleartext from one file and into another", async () => {
  const page = scratchFile("page", "a page\n".repeat(10_000));
  const heard = scratchFile("heard");
  const { port } = await serve({ credentials, prog: ["cat"] });
  const { stderr, code } = await shell(port, `$IO -k server.test 6 7 <${page} >${heard}`);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(readFileSync(heard, "utf8")).toBe(readFileSync(page, "utf8"));
});

it.each(["-tls1_2", "-tls1_3"])("from a terminal, it is a TLS client (%s)", async (flag) => {
  const { port } = await reversingServer(credentials, [flag]);
  const inner = `exec 6<>/dev/tcp/127.0.0.1/${port} 7>&6; exec $IO -k server.test 6 7`;
  const command = `exec bash --norc -c '${inner}'`;
  const terminal = start(["script", "-qec", command, "/dev/null"], { environment });
  terminal.child.stdin?.write("regit\n");
  await eventually("the answer", () => terminal.stdout.includes("tiger\r\n"));
  terminal.child.stdin?.write("\x04");
  expect(await terminal.ended).toMatchObject({ code: 0 });
});

it.each([
  ["-tls1_2", ["SSL_PROTOCOL=TLSv1.2", "SSL_CIPHER=ECDHE-ECDSA-CHACHA20-POLY1305"]],
  [
    "-tls1_3",
    ["SSL_PROTOCOL=TLSv1.3", "SSL_CIPHER=TLS_CHACHA20_POLY1305_SHA256", "SSL_GROUP=X25519"],
  ],
])(
  "with -d, the descriptor gets what the handshake told, and is closed (%s)",
  async (flag, told) => {
    const { port } = await opensslServer(credentials, [flag]);
    const options = ["-d", "3"];
    const client = await call({ port, authority, program: "s6-tlsc-io", options, pipe: 3 });
    const block = (await everything(client.descriptor(3))).toString();
    expect(block.endsWith("\0\0")).toBe(true);
    expect(block.split("\0").slice(0, -2)).toEqual([
      ...told,
      "SSL_TLS_SNI_SERVERNAME=server.test",
      expect.stringMatching(/^SSL_PEER_CERT_HASH=SHA256:[0-9a-f]{64}$/),
      "SSL_PEER_CERT_SUBJECT=O=Bearhug, CN=server.test",
      "SSL_PEER_CERT_SAN=DNS:server.test",
      expect.stringMatching(/^SSL_PEER_CERT_SPKI_HASH=SHA256:[0-9a-f]{64}$/),
    ]);
    client.child.stdin?.end();
    expect(await client.ended).toMatchObject({ code: 0, stderr: "" });
  },
);

it("without a handshake, the notification is empty", async () => {
  const { port } = await plainServer((socket) => void socket.end());
  const options = ["-d", "3"];
  const client = await call({ port, authority, program: "s6-tlsc-io", options, pipe: 3 });
  expect((await everything(client.descriptor(3))).length).toBe(0);
  expect(await client.ended).toMatchObject({ code: 98 });
});

it.each([[[]], [["6"]], [["6", "7", "8"]], [["6", "x"]], [["-1", "7"]]])(
  "%j in place of fdr and fdw is wrong usage",
  async (prog) => {
    const { port } = await opensslServer(credentials);
    const client = await call({ port, authority, program: "s6-tlsc-io", prog });
    const { code, stderr } = await client.ended;
    expect(stderr).toMatch(/^s6-tlsc-io: usage: [^\n]+; see s6-tlsc-io --help\n$/);
    expect(code).toBe(100);
  },
);

it("without a name it warns, and goes on", async () => {
  const { port } = await opensslServer(credentials);
  const client = await call({ port, authority, program: "s6-tlsc-io", name: null });
  client.child.stdin?.end();
  const { code, stderr } = await client.ended;
  expect(stderr).toMatch(/^s6-tlsc-io: warning: no server name given[^\n]*\n$/);
  expect(code).toBe(0);
});
