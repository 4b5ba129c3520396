import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Authority, type Credentials, derCertificate } from "../../support/certificates.ts";
import { eventually } from "../../support/limits.ts";
import { gnutlsServer, opensslServer, reversingServer } from "../../support/tls-servers.ts";
import { nodeServer } from "../node-peers.ts";
import { Tls13Client } from "../peer/client.ts";
import type { ClientSettings } from "../peer/client-hello.ts";
import { UPDATE } from "../peer/messages.ts";
import { EXTENSION, GROUP, SCHEME } from "../peer/numbers.ts";
import { SUITES } from "../peer/protection.ts";

let authority: Authority;
let p256: Credentials;
let rsa: Credentials;

beforeAll(() => {
  authority = Authority.root();
  p256 = authority.issue();
  rsa = authority.issue({ kind: "RSA-2048" });
});

/** s_server serves one client after the other. */
function hangUp({ records }: Tls13Client): void {
  records.socket.destroy();
}

const clients: Tls13Client[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) hangUp(client);
});

async function connect(port: number, settings?: ClientSettings): Promise<Tls13Client> {
  const client = await Tls13Client.connect(port, settings);
  clients.push(client);
  return client;
}

/** s_server sends each line back, the last character first. */
async function reversed(client: Tls13Client, text: string): Promise<string> {
  client.send(`${text}\n`);
  return (await client.receive(text.length + 1)).toString().trim();
}

describe("our client talks with OpenSSL", () => {
  it.each(SUITES)("$name", async ({ id }) => {
    const { port } = await reversingServer(p256);
    const client = await connect(port, { suites: [id] });
    await client.establish();
    expect(client.suite?.id).toBe(id);
    expect(await reversed(client, "stressed")).toBe("desserts");
  });

  it.each(Object.entries(GROUP).filter(([name]) => name !== "x25519mlkem768"))(
    "%s",
    async (_name, group) => {
      const { port } = await reversingServer(p256);
      const client = await connect(port, { groups: [group] });
      await client.establish();
      expect(await reversed(client, "drawer")).toBe("reward");
    },
  );

  it.each([
    ["RSA-PSS with SHA-256", SCHEME.rsaPssRsaeSha256],
    ["RSA-PSS with SHA-384", SCHEME.rsaPssRsaeSha384],
    ["RSA-PSS with SHA-512", SCHEME.rsaPssRsaeSha512],
  ])("%s", async (_name, scheme) => {
    const { port } = await reversingServer(rsa);
    const client = await connect(port, { schemes: [scheme, SCHEME.rsaPkcs1Sha256] });
    await client.establish();
    expect(client.scheme).toBe(scheme);
  });

  it.each(["P-384", "P-521"] as const)("a key on %s", async (kind) => {
    const { port } = await reversingServer(authority.issue({ kind }));
    await (await connect(port)).establish();
  });

  it("after a HelloRetryRequest with a cookie", async () => {
    const { port, running } = await opensslServer(p256, ["-groups", "P-384", "-stateless"]);
    const client = await connect(port);
    // It has forgotten the first hello, and would not expect a ChangeCipherSpec.
    client.sessionId = Buffer.of();
    await client.establish();
    expect(client.retried).toBe(true);
    expect(client.cookie?.length).toBeGreaterThan(0);
    client.send("diaper\n");
    await eventually("s_server shows it", () => running.stdout.includes("diaper\n"));
  });

  it("with a certificate of the client's", async () => {
    const options = ["-Verify", "1", "-verify_return_error", "-CAfile", authority.certFile];
    const { port } = await reversingServer(p256, options);
    const own = authority.issue({ kind: "RSA-2048" });
    const certificates = [derCertificate(own.certFile)];
    const client = await connect(port, { certificates, key: own.key });
    await client.establish();
    expect(client.request).not.toBeNull();
    expect(await reversed(client, "live")).toBe("evil");
  });

  it("by a ticket, with another suite of its hash", async () => {
    const { port } = await reversingServer(p256);
    const first = await connect(port, { suites: [0x1301] });
    await first.establish();
    await reversed(first, "x");
    expect(first.tickets).toHaveLength(2);
    hangUp(first);
    const second = await connect(port, { suites: [0x1303], psks: [first.ticket(1)] });
    await second.establish();
    expect(second.resumed).toBe(true);
    expect(await reversed(second, "knits")).toBe("stink");
  });

  it("by a ticket, after a retry", async () => {
    const { port } = await reversingServer(p256, ["-groups", "P-256"]);
    const first = await connect(port, { groups: [GROUP.secp256r1] });
    await first.establish();
    await reversed(first, "x");
    hangUp(first);
    const second = await connect(port, { psks: [first.ticket()] });
    await second.establish();
    expect([second.retried, second.resumed]).toEqual([true, true]);
  });

  it("with KeyUpdates of its own, answered and not", async () => {
    const { port } = await reversingServer(p256);
    const client = await connect(port);
    await client.establish();
    for (const request of [UPDATE.notRequested, UPDATE.requested, UPDATE.requested]) {
      client.updateKey(request);
      expect(await reversed(client, "trams")).toBe("smart");
    }
    expect(client.keyUpdates).toBe(2);
  });

  it("in padded records of few bytes, in segments of fewer", async () => {
    const { port } = await reversingServer(p256);
    const client = await connect(port);
    client.records.fragmentLength = 7;
    client.records.segmentLength = 3;
    client.records.padding = 11;
    await client.establish();
    expect(await reversed(client, "redder than a rose")).toBe("esor a naht redder");
  });

  it("agrees on a protocol, and on exported values", async () => {
    const options = ["-alpn", "h2,pop3", "-keymatexport", "EXPERIMENTAL", "-keymatexportlen", "20"];
    const { port, running } = await opensslServer(p256, options);
    const client = await connect(port, { protocols: ["pop3"] });
    await client.establish();
    const alpn = client.encryptedExtensions.find(({ type }) => type === EXTENSION.alpn);
    expect(alpn?.content.toString()).toContain("pop3");
    const value = client.exported("EXPERIMENTAL", { length: 20 }).toString("hex");
    await eventually("s_server shows its own", () => running.stdout.toLowerCase().includes(value));
  });
});

describe("our client talks with GnuTLS", () => {
  it.each(SUITES)("$name", async ({ id }) => {
    const { port } = await gnutlsServer(p256);
    const client = await connect(port, { suites: [id] });
    await client.establish();
    expect(await client.echo("to and fro\n")).toBe("to and fro\n");
  });

  it("after a retry, and by a ticket of it", async () => {
    const priority = "NORMAL:-GROUP-ALL:+GROUP-SECP384R1";
    const { port } = await gnutlsServer(rsa, ["--priority", priority]);
    const first = await connect(port);
    await first.establish();
    expect(first.retried).toBe(true);
    await first.echo("x\n");
    const second = await connect(port, { psks: [first.ticket()] });
    await second.establish();
    expect([second.retried, second.resumed]).toEqual([true, true]);
    expect(await second.echo("again\n")).toBe("again\n");
  });
});

describe.each([24, 26] as const)("our client talks with Node %i", (version) => {
  it("by the hybrid group", async () => {
    const { port } = await nodeServer(version, p256, { ecdhCurve: "X25519MLKEM768" });
    const client = await connect(port, { groups: [GROUP.x25519mlkem768] });
    await client.establish();
    expect(client.group).toBe(GROUP.x25519mlkem768);
    expect(await client.echo("to and fro")).toBe("to and fro");
  });

  it("by a ticket, sent back for the hybrid group", async () => {
    const { port } = await nodeServer(version, p256, { ecdhCurve: "X25519MLKEM768" });
    const groups = [GROUP.x25519, GROUP.x25519mlkem768];
    const first = await connect(port, { groups });
    await first.establish();
    await first.echo("x");
    const second = await connect(port, { groups, psks: [first.ticket()] });
    await second.establish();
    expect([second.retried, second.resumed]).toEqual([true, true]);
    expect(second.group).toBe(GROUP.x25519mlkem768);
  });
});
