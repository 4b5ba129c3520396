/**
 * -y: a server that asks for a certificate gets ours, whatever its kind; -Y, and by default: it gets
 * none.
 */
import { describe, expect, it } from "vitest";
import { asking, type Call, call, refusalOf } from "../support/calls.ts";
import { Authority, chainFile, type KeyKind } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { eventually } from "../support/limits.ts";
import { name } from "../support/names.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";
import { nginx, opensslServer, reversingServer } from "../support/tls-servers.ts";

const authority = Authority.root();
const credentials = authority.issue();
const clients = ClientAuthority.root();
const ours = clients.issue({ subject: name(["O", "Bearhug"], ["CN", "client of the story"]) });

const REQUIRES = ["-Verify", "3", "-verify_return_error", "-CAfile", clients.certFile];
const REQUESTS = ["-verify", "3", "-verify_return_error", "-CAfile", clients.certFile];

const kinds: KeyKind[] = ["RSA-2048", "RSA-4096", "P-256", "P-384", "P-521"];

describe.each([
  ["-tls1_2", "TLSv1.2 ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["-tls1_3", "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256"],
])("%s", (version, agreed) => {
  it.each(kinds)("with -y, a key of %s satisfies a server that requires one", async (kind) => {
    const { port } = await opensslServer(credentials, [...REQUIRES, version, "-rev"]);
    const settings = { port, authority, credentials: clients.issue({ kind }), options: ["-y"] };
    const client = await call({ ...settings, prog: asking("regit") });
    expect(await client.ended).toMatchObject({
      stdout: `tiger\n${agreed}\n`,
      stderr: "",
      code: 0,
    });
  });

  it("a server that can't verify our kind of signature gets none", async () => {
    const algorithms = version === "-tls1_2" ? "RSA+SHA256" : "rsa_pss_rsae_sha256";
    const options = [...REQUESTS, version, "-client_sigalgs", algorithms];
    const { port, running } = await opensslServer(credentials, options);
    const settings = { port, authority, credentials: ours, options: ["-y"] };
    const client = await call({ ...settings, prog: ["sh", "-c", "echo hello >&7; sleep 0.2"] });
    await eventually("our words", () => running.stdout.includes("hello"));
    expect(running.stdout).not.toContain("client of the story");
    expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
  });
});

it.each([
  ["RSA-2048", "-tls1"],
  ["P-256", "-tls1"],
  ["RSA-2048", "-tls1_1"],
  ["P-256", "-tls1_1"],
] as const)("in the profile legacy, a key of %s with %s", async (kind, version) => {
  const old = [version, "-cipher", "ALL:@SECLEVEL=0"];
  const { port } = await opensslServer(credentials, [...REQUIRES, ...old, "-rev"]);
  const options = ["-y", "--tls-profile", "legacy"];
  const settings = { port, authority, credentials: clients.issue({ kind }), options };
  const client = await call({ ...settings, prog: asking("regit") });
  expect((await client.ended).stdout).toMatch(/^tiger\nTLSv1(\.1)? [A-Z0-9-]+\n$/);
});

it.each(["P-256", "RSA-2048"] as const)(
  "in the profile compat, a key of %s where the key exchange is RSA",
  async (kind) => {
    const files = authority.issue({ kind: "RSA-2048" });
    const old = ["-tls1_2", "-cipher", "AES128-SHA256"];
    const { port } = await opensslServer(files, [...REQUIRES, ...old, "-rev"]);
    const options = ["-y", "--tls-profile", "compat"];
    const settings = { port, authority, credentials: clients.issue({ kind }), options };
    const client = await call({ ...settings, prog: asking("regit") });
    expect((await client.ended).stdout).toBe("tiger\nTLSv1.2 AES128-SHA256\n");
  },
);

it("the intermediates in CERTFILE are sent, too", async () => {
  const below = clients.intermediate().intermediate().issue();
  const { port } = await reversingServer(credentials, REQUIRES);
  const settings = { port, authority, credentials: below, options: ["-y"] };
  const client = await call({ ...settings, prog: asking("regit") });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

it("a server that only asks gets it as well", async () => {
  const { port, running } = await opensslServer(credentials, REQUESTS);
  const settings = { port, authority, credentials: ours, options: ["-y"] };
  const client = await call({ ...settings, prog: ["sh", "-c", "echo hello >&7; sleep 0.2"] });
  await eventually("our words", () => running.stdout.includes("hello"));
  expect(running.stdout).toContain("subject=O = Bearhug, CN = client of the story");
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

it("a server that doesn't ask gets none", async () => {
  const { port, running } = await opensslServer(credentials);
  const settings = { port, authority, credentials: ours, options: ["-y"] };
  const client = await call({ ...settings, prog: ["sh", "-c", "echo hello >&7; sleep 0.2"] });
  await eventually("our words", () => running.stdout.includes("hello"));
  expect(running.stdout).not.toContain("client of the story");
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

it.each([
  ["TLSv1.2", "TLSv1\\.2 [A-Z0-9-]+"],
  ["TLSv1.3", "TLSv1\\.3 [A-Z0-9_]+"],
])("nginx with %s verifies it", async (version, agreed) => {
  const verifies = `ssl_client_certificate ${clients.certFile}; ssl_verify_client on;`;
  const more = `ssl_protocols ${version}; ${verifies}`;
  const { port } = await nginx(credentials, more);
  const prog = ["sh", "-c", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&7; cat <&6"];
  const settings = { port, authority, credentials: ours, options: ["-y"] };
  const client = await call({ ...settings, prog });
  expect((await client.ended).stdout).toMatch(
    new RegExp(`\nnginx: ${agreed} server\\.test SUCCESS\n$`),
  );
});

it("our own s6-tlsd -y tells its program who we are", async () => {
  const listener = await serve({
    credentials,
    options: ["-y"],
    environment: { CAFILE: clients.certFile },
    prog: ["printenv", "SSL_PEER_CERT_SUBJECT"],
  });
  const settings = { port: listener.port, authority, credentials: ours, options: ["-y"] };
  const client = await call({ ...settings, prog: ["sh", "-c", "cat <&6"] });
  expect((await client.ended).stdout).toBe("O=Bearhug, CN=client of the story\n");
});

it.each([[[]], [["-Y"]], [["-y", "-Y"]], [["--client-cert"]]])(
  "with %j, a server that only asks is content with none",
  async (options) => {
    const { port, running } = await opensslServer(credentials, REQUESTS);
    const settings = { port, authority, credentials: ours, options };
    const client = await call({ ...settings, prog: ["sh", "-c", "echo hello >&7; sleep 0.2"] });
    await eventually("our words", () => running.stdout.includes("hello"));
    expect(running.stdout).not.toContain("client of the story");
    expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
  },
);

it("with -Y, KEYFILE and CERTFILE are not even looked at", async () => {
  const missing = { keyFile: "/no/such/key", certFile: "/no/such/certificate" };
  const { port } = await reversingServer(credentials);
  const client = await call({ port, authority, credentials: missing, prog: asking("regit") });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

it("with -Y, a server of TLS 1.2 that requires one refuses us, and we say so", async () => {
  const { port } = await opensslServer(credentials, [...REQUIRES, "-tls1_2"]);
  const { code, stderr } = await refusalOf({ port, authority, credentials: ours });
  expect(stderr).toBe("s6-tlsc: fatal: TLS error: the peer sent the alert handshake_failure\n");
  expect(code).toBe(98);
});

const stranger = ClientAuthority.root({ subject: name(["CN", "Stranger"]) }).issue();

it("a server of TLS 1.2 that doesn't trust our certificate refuses us, and we say so", async () => {
  const { port } = await opensslServer(credentials, [...REQUIRES, "-tls1_2"]);
  const settings = { port, authority, credentials: stranger, options: ["-y"] };
  const { code, stderr } = await refusalOf(settings);
  expect(stderr).toBe("s6-tlsc: fatal: TLS error: the peer sent the alert unknown_ca\n");
  expect(code).toBe(98);
});

it.each([
  ["has no certificate", ["-Y"], "certificate_required"],
  ["shows one that it doesn't trust", ["-y"], "unknown_ca"],
])(
  "a server of TLS 1.3 refuses a client that %s when prog is there already, and we say so",
  async (_, options, alert) => {
    const { port } = await opensslServer(credentials, [...REQUIRES, "-tls1_3"]);
    const prog = ["sh", "-c", "echo prog is there; cat <&6; exit 7"];
    const client = await call({ port, authority, credentials: stranger, options, prog });
    expect(await client.ended).toMatchObject({
      stdout: "prog is there\n",
      stderr: `s6-tlsc: fatal: TLS error: the peer sent the alert ${alert}\n`,
      code: 7,
    });
  },
);

const unusable: [string, Partial<Call>, number, RegExp][] = [
  ["no KEYFILE", { environment: { CERTFILE: ours.certFile } }, 100, /variable KEYFILE is not set/],
  ["no CERTFILE", { environment: { KEYFILE: ours.keyFile } }, 100, /variable CERTFILE is not set/],
  [
    "a KEYFILE that isn't there",
    { credentials: { ...ours, keyFile: "/no/such/key" } },
    96,
    /unable to read private key in \/no\/such\/key: No such file or directory/,
  ],
  [
    "a CERTFILE that isn't one",
    { credentials: { ...ours, certFile: scratchFile("nonsense", "nonsense") } },
    96,
    /unable to read certificate in [^\n]*nonsense/,
  ],
  [
    "a key that is another's",
    { credentials: { ...ours, keyFile: clients.issue().keyFile } },
    96,
    /the private key doesn't belong to the certificate/,
  ],
  [
    "a chain in the wrong order",
    { credentials: { ...ours, certFile: chainFile(clients.certFile, ours.certFile) } },
    96,
    /the private key belongs to the 2nd certificate; put that one first/,
  ],
];

it.each(unusable)("with -y and %s, it doesn't start", async (_, settings, expected, message) => {
  const { port } = await opensslServer(credentials);
  const { code, stderr } = await refusalOf({ port, authority, options: ["-y"], ...settings });
  expect(stderr).toMatch(/^s6-tlsc: fatal: [^\n]*\n$/);
  expect(stderr).toMatch(message);
  expect(code).toBe(expected);
});
