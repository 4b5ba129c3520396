/**
 * s6-tlsclient with real servers: openssl s_server, and our own.
 */
import { describe, expect, it } from "vitest";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { eventually } from "../support/limits.ts";
import { payload, sha256 } from "../support/payload.ts";
import { start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { startServer } from "../support/server.ts";
import { ASK, LISTEN, runClient } from "../support/tls-client-program.ts";

const authority = Authority.root();
const credentials = authority.issue();
const named = ["-k", SERVER_NAME];

describe.each([
  ["-tls1_2", /Protocol *: TLSv1\.2/],
  ["-tls1_3", /New, TLSv1\.3, Cipher is TLS_/],
])("%s", (version, line) => {
  it("openssl s_server: its page about the session is there to be read", async () => {
    const { keyFile, certFile } = credentials;
    const files = ["-key", keyFile, "-cert", certFile];
    const listen = ["-accept", "127.0.0.1:0", version, "-www"];
    const server = start(["openssl", "s_server", ...listen, ...files]);
    const port = () => Number(/^ACCEPT 127\.0\.0\.1:([0-9]+)$/m.exec(server.stdout)?.[1]);
    await eventually("s_server's port", () => port() > 0);
    const call = { authority, port: port(), options: named, prog: ASK };
    const { code, stdout, stderr } = await runClient(call, { input: "GET / HTTP/1.0\r\n\r\n" });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("HTTP/1.0 200 ok");
    expect(stdout).toMatch(line);
  });
});

it("prog finds who talks to whom, and what was negotiated", async () => {
  const { port } = await startServer({ authority, credentials, prog: ["true"] });
  const { code, stdout } = await runClient({ authority, port, options: named, prog: ["env"] });
  expect(code).toBe(0);
  const seen = Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2)),
  );
  expect(seen).toMatchObject({
    PROTO: "TCP",
    TCPREMOTEIP: "127.0.0.1",
    TCPREMOTEPORT: `${port}`,
    TCPLOCALIP: "127.0.0.1",
    TCPLOCALPORT: expect.stringMatching(/^[0-9]+$/),
    SSL_PROTOCOL: "TLSv1.3",
    SSL_TLS_SNI_SERVERNAME: SERVER_NAME,
    SSL_PEER_CERT_HASH: expect.stringMatching(/^SHA256:[0-9a-f]{64}$/),
  });
  expect(seen).not.toHaveProperty("CAFILE");
});

it("a program that ends while its server stays: its exit code is ours, and that soon", async () => {
  const { port } = await startServer({ authority, credentials, prog: ["sleep", "20"] });
  const prog = ["sh", "-c", "exit 42"];
  const started = Date.now();
  expect(await runClient({ authority, port, options: named, prog })).toMatchObject({
    code: 42,
    stderr: "",
  });
  expect(Date.now() - started).toBeLessThan(8000);
});

it("16 MiB each way at once", async () => {
  const there = payload("there", 16 << 20);
  const back = payload("back", 16 << 20);
  const digest = scratchFile("digest");
  const serve = `cat ${scratchFile("back", back)} & sha256sum <&8 >${digest}; wait`;
  const { port } = await startServer({
    authority,
    credentials,
    prog: ["sh", "-c", `exec 8<&0; ${serve}; exec cat ${digest} `],
  });
  const talk = `(cat ${scratchFile("there", there)} >&7; exec 7>&-) & exec 7>&-; head -c ${back.length} <&6 | sha256sum; cat <&6`;
  const prog = ["sh", "-c", talk];
  const { code, stdout, stderr } = await runClient({ authority, port, options: named, prog });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe(`${sha256(back)}  -\n${sha256(there)}  -\n`);
});

it("-y: its certificate against -y of our server", async () => {
  const root = ClientAuthority.root();
  const { keyFile: KEYFILE, certFile: CERTFILE } = root.issue();
  const { port } = await startServer({
    authority,
    credentials,
    options: ["-y"],
    environment: { CAFILE: root.certFile },
    prog: ["sh", "-c", 'echo "you are $SSL_PEER_CERT_SUBJECT"'],
  });
  const call = { authority, port, prog: LISTEN, environment: { KEYFILE, CERTFILE } };
  const shown = await runClient({ ...call, options: [...named, "-y"] });
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  expect(shown.stdout).toMatch(/^you are CN=/);
  const hidden = await runClient({ ...call, options: [...named, "--tls-max", "1.2"] });
  expect(hidden).toMatchObject({ code: 98, stdout: "" });
  // In TLS 1.3 prog has begun when the server refuses us: its own code counts.
  const refusedLate = await runClient({ ...call, options: named });
  expect(refusedLate).toMatchObject({ code: 0, stdout: "" });
  expect(refusedLate.stderr).toContain("the peer sent the alert certificate_required");
});
