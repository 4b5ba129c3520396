import { beforeAll, describe, expect, it } from "vitest";
import { Authority, type Credentials, derCertificate } from "../../support/certificates.ts";
import { opensslArguments, startGnutls } from "../../support/clients.ts";
import { eventually } from "../../support/limits.ts";
import { start } from "../../support/processes.ts";
import { scratchFile } from "../../support/scratch.ts";
import { nextConnection } from "../../support/tls-servers.ts";
import { type NodeVersion, nodeClient } from "../node-peers.ts";
import { signatureAlgorithms } from "../peer/extensions.ts";
import { certificateRequest, UPDATE } from "../peer/messages.ts";
import { GROUP, SCHEME } from "../peer/numbers.ts";
import { SUITES } from "../peer/protection.ts";
import { Tls13Server } from "../peer/server.ts";
import type { ServerSettings } from "../peer/server-hello.ts";

let authority: Authority;
let p256: Credentials;
let rsa: Credentials;

beforeAll(() => {
  authority = Authority.root();
  p256 = authority.issue();
  rsa = authority.issue({ kind: "RSA-2048" });
});

/** Our server on the next connection to a port. */
async function listen(settings: Partial<ServerSettings> = {}, { keys = p256 } = {}) {
  const { port, socket } = await nextConnection();
  const whole = { certificates: [derCertificate(keys.certFile)], key: keys.key, ...settings };
  return { port, server: socket.then((tcp) => new Tls13Server(tcp, whole)) };
}

/** s_client that says a line when it is connected, and shows what comes. */
function openssl(port: number, options: readonly string[] = []) {
  const running = start([...opensslArguments({ port, authority }), "-ign_eof", ...options]);
  running.child.stdin?.write("hello\n");
  return running;
}

async function heardAndAnswered(server: Tls13Server): Promise<void> {
  expect((await server.receive(6)).toString()).toBe("hello\n");
  server.send("goodbye\n");
  server.close();
}

const ASKS = certificateRequest({
  extensions: [signatureAlgorithms([SCHEME.rsaPssRsaeSha256, SCHEME.ecdsaSecp256r1Sha256])],
});

describe("our server talks with OpenSSL", () => {
  it.each(SUITES)("$name", async ({ id, name }) => {
    const { port, server } = await listen({ suites: [id] });
    const client = openssl(port);
    await (await server).establish();
    await heardAndAnswered(await server);
    const { code, stdout, stderr } = await client.ended;
    expect([code, stdout]).toEqual([0, "goodbye\n"]);
    expect(stderr).toContain(name);
    expect(stderr).toContain("Verification: OK");
  });

  it.each(["P-256", "P-384", "P-521", "X25519"])("%s", async (name) => {
    const { port, server } = await listen({}, { keys: rsa });
    const client = openssl(port, ["-groups", name]);
    await (await server).establish();
    await heardAndAnswered(await server);
    expect((await client.ended).stdout).toBe("goodbye\n");
  });

  it("after a HelloRetryRequest", async () => {
    const { port, server } = await listen({ groups: [GROUP.secp384r1] });
    const client = openssl(port);
    await (await server).establish();
    await heardAndAnswered(await server);
    expect((await client.ended).stdout).toBe("goodbye\n");
  });

  it("asks for a certificate", async () => {
    const own = authority.issue();
    const { port, server } = await listen();
    const client = openssl(port, ["-cert", own.certFile, "-key", own.keyFile]);
    await (await server).establish(ASKS);
    const [shown = Buffer.of()] = (await server).chain;
    expect(shown.toString("hex")).toBe(derCertificate(own.certFile).toString("hex"));
    await heardAndAnswered(await server);
    expect((await client.ended).stdout).toBe("goodbye\n");
  });

  it("issues a ticket, and takes it after a retry", async () => {
    const file = scratchFile("session.pem");
    const first = await listen();
    const before = openssl(first.port, ["-sess_out", file]);
    const server = await first.server;
    await server.establish();
    const psk = server.issueTicket();
    await heardAndAnswered(server);
    await before.ended;
    const second = await listen({ psks: [psk], groups: [GROUP.secp256r1] });
    const client = openssl(second.port, ["-sess_in", file]);
    await (await second.server).establish();
    expect((await second.server).resumed).toBe(true);
    await heardAndAnswered(await second.server);
    expect((await client.ended).stdout).toBe("goodbye\n");
  });

  it("asks for a new key, and pads", async () => {
    const { port, server: soon } = await listen();
    const client = openssl(port);
    const server = await soon;
    await server.establish();
    server.records.padding = 100;
    server.records.fragmentLength = 2;
    server.updateKey(UPDATE.requested);
    server.send("more\n");
    await eventually("the client shows it", () => client.stdout.includes("more\n"));
    client.child.stdin?.write("again\n");
    expect((await server.receive(12)).toString()).toBe("hello\nagain\n");
    expect(server.keyUpdates).toBe(1);
    server.close();
    expect((await client.ended).code).toBe(0);
  });
});

describe("our server talks with GnuTLS", () => {
  it.each([
    ["directly", [GROUP.x25519, GROUP.secp256r1]],
    ["after a HelloRetryRequest", [GROUP.secp521r1]],
  ])("%s", async (_name, groups) => {
    const { port, server } = await listen({ groups });
    const client = startGnutls({ port, authority });
    client.child.stdin?.write("hello\n");
    await (await server).establish();
    await heardAndAnswered(await server);
    expect((await client.ended).stdout).toContain("goodbye\n");
  });
});

describe.each([22, 24, 26] as NodeVersion[])("our server talks with Node %i", (version) => {
  it("echoes", async () => {
    const { port, server } = await listen({ protocol: "pop3" });
    const call = { port, authorityFile: authority.certFile, say: "hello\n" };
    const client = nodeClient(version, call, { ALPNProtocols: ["imap", "pop3"] });
    await (await server).establish();
    await heardAndAnswered(await server);
    const { stdout } = await client.ended;
    expect(stdout).toContain('"version":"TLSv1.3"');
    expect(stdout).toContain('"protocol":"pop3"');
    expect(stdout).toContain("goodbye\n");
  });
});

describe.each([24, 26] as const)("our server talks with Node %i by the hybrid group", (version) => {
  it.each([
    ["which is its first", "X25519MLKEM768"],
    ["for which it is sent back", "X25519:X25519MLKEM768"],
  ])("%s", async (_name, ecdhCurve) => {
    const { port, server } = await listen({ groups: [GROUP.x25519mlkem768] });
    const call = { port, authorityFile: authority.certFile, say: "hello\n" };
    const client = nodeClient(version, call, { ecdhCurve });
    await (await server).establish();
    expect((await server).group).toBe(GROUP.x25519mlkem768);
    await heardAndAnswered(await server);
    expect((await client.ended).stdout).toContain("goodbye\n");
  });
});
