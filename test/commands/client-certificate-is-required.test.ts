/**
 * With -y, a client must show a certificate that a trust anchor vouches for, directly or through
 * intermediates, whatever its key; one without is refused with handshake_failure in TLS 1.2, and with certificate_required in TLS 1.3.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority, type KeyKind, SERVER_NAME } from "../support/certificates.ts";
import { opensslCertificate, refusalOf } from "../support/certified-clients.ts";
import {
  ClientAuthority,
  type ClientCredentials,
  type Recipe,
} from "../support/client-authority.ts";
import {
  connect,
  exchange,
  failureOf,
  gnutls,
  newWire,
  openssl,
  type VERSIONS,
} from "../support/clients.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { run } from "../support/processes.ts";
import { serveGuarded } from "../support/refusals.ts";
import { type Listener, serve } from "../support/service.ts";

const authority = Authority.root();
const server = authority.issue();
const root = ClientAuthority.root();
const client = root.intermediate().issue({ subject: name(["CN", "Alice"]) });
const CAFILE = root.certFile;

function serveSubject(options: string[], environment = { CAFILE }): Promise<Listener> {
  const prog = ["printenv", "SSL_PEER_CERT_SUBJECT"];
  return serve({ credentials: server, options: ["-S", ...options], environment, prog });
}

describe("a client with a certificate", () => {
  it("is told apart: openssl s_client", async () => {
    const { port } = await serveSubject(["-y"]);
    const { code, stdout } = await openssl({ port, authority }, opensslCertificate(client));
    expect({ code, stdout }).toEqual({ code: 0, stdout: "CN=Alice\n" });
  });

  it("is told apart: gnutls-cli", async () => {
    const { port } = await serveSubject(["-y"]);
    const options = ["--x509certfile", client.certFile, "--x509keyfile", client.keyFile];
    const { code, stdout } = await gnutls({ port, authority }, { options });
    expect(stdout).toMatch(/^CN=Alice$/m);
    expect(code).toBe(0);
  });

  it("is told apart: curl", async () => {
    const page = "printf 'HTTP/1.0 200 OK\\r\\n\\r\\n%s' \"$SSL_PEER_CERT_SUBJECT\"";
    const { port } = await serve({
      credentials: server,
      options: ["-yS"],
      environment: { CAFILE },
      prog: ["sh", "-c", `read -r request; ${page}`],
    });
    const { code, stdout } = await curl(port, ["--cert", client.certFile, "--key", client.keyFile]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "CN=Alice" });
  });

  it("is told apart: node:tls", async () => {
    const { port } = await serveSubject(["-y"]);
    const socket = await connect(
      { port, authority },
      { cert: readFileSync(client.certFile), key: readFileSync(client.keyFile) },
    );
    expect(await exchange(socket, "")).toBe("CN=Alice\n");
  });
});

interface Words {
  version: (typeof VERSIONS)[number];
  alert: string;
  gnutls: string;
  curl: string;
  node: string;
}

const WORDS: Words[] = [
  {
    version: "TLSv1.2",
    alert: "handshake failure",
    gnutls: "Handshake failed",
    curl: "alert handshake failure",
    node: "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
  },
  {
    version: "TLSv1.3",
    alert: "certificate required",
    gnutls: "alert [116]: Certificate is required",
    curl: "alert certificate required",
    node: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
  },
];

describe.each(WORDS)("a client without one is refused with $alert in $version", (words) => {
  const { version, alert } = words;
  const message = `TLS error: no client certificate; sent the alert ${alert.replace(" ", "_")}`;
  const refused = { code: 98, stderr: `s6-tlsd: fatal: ${message}\n` };

  it.each(["-y", "--mandatory-client-cert", "-Y -y"])("by %s: openssl s_client", async (line) => {
    const guarded = await serveGuarded(server, line.split(" "), { CAFILE });
    const refusal = await refusalOf(guarded, { authority, client: null, version });
    expect(refusal).toEqual({ alert, code: 98, message });
  });

  it("gnutls-cli", async () => {
    const { listener, refusal } = await serveGuarded(server, ["-y"], { CAFILE });
    const options = ["--priority", `NORMAL:-VERS-ALL:+VERS-${version.replace("v", "")}`];
    const { code, stdout, stderr } = await gnutls({ port: listener.port, authority }, { options });
    expect(stdout + stderr).toContain(words.gnutls);
    expect(code).not.toBe(0);
    expect(await refusal()).toMatchObject(refused);
  });

  it("curl", async () => {
    const { listener, refusal } = await serveGuarded(server, ["-y"], { CAFILE });
    const { code, stderr } = await curl(listener.port, ["--tls-max", version.slice(-3)]);
    expect(stderr).toContain(words.curl);
    expect(code).not.toBe(0);
    expect(await refusal()).toMatchObject(refused);
  });

  it("node:tls", async () => {
    const { listener, refusal } = await serveGuarded(server, ["-y"], { CAFILE });
    const destination = { port: listener.port, authority };
    expect(await failureOf(destination, { maxVersion: version })).toBe(words.node);
    expect(await refusal()).toMatchObject(refused);
  });
});

interface Welcome {
  issuer?: ClientAuthority;
  recipe: Recipe;
}

const forClients = root.intermediate({
  extensions: [extension.constraints({ ca: true }), extension.extendedKeyUsage("clientAuth")],
});

const criticallyForClients = root.intermediate({
  extensions: [
    extension.constraints({ ca: true }),
    extension.criticalExtendedKeyUsage("clientAuth"),
    extension.keyUsage("keyCertSign"),
  ],
});

describe("a certificate is taken", () => {
  const kinds: KeyKind[] = ["RSA-2048", "RSA-4096", "P-256", "P-384", "P-521"];

  it.each(kinds)("with a key of %s", async (kind) => {
    expect(await subjectOf(root.issue({ kind }))).toBe("CN=client\n");
  });

  it.each(kinds)("from an authority with a key of %s", async (kind) => {
    const issuer = ClientAuthority.root({ kind });
    expect(await subjectOf(issuer.issue(), issuer)).toBe("CN=client\n");
    const below = issuer.intermediate({ kind: "P-384" }).intermediate({ kind: "RSA-2048" });
    expect(await subjectOf(below.issue(), issuer)).toBe("CN=client\n");
  });

  it.each<[string, Welcome]>([
    ["with SHA-384", { recipe: { hash: "sha384" } }],
    ["with SHA-512", { recipe: { hash: "sha512" } }],
    ["for clients", { recipe: { extensions: [extension.extendedKeyUsage("clientAuth")] } }],
    [
      "for clients and servers",
      { recipe: { extensions: [extension.extendedKeyUsage("serverAuth", "clientAuth")] } },
    ],
    [
      "for clients, critically",
      { recipe: { extensions: [extension.criticalExtendedKeyUsage("clientAuth")] } },
    ],
    ["from an intermediate for clients, critically", { issuer: criticallyForClients, recipe: {} }],
    ["for anything", { recipe: { extensions: [extension.extendedKeyUsage("any")] } }],
    ["from an intermediate for clients", { issuer: forClients, recipe: {} }],
    ["that may sign", { recipe: { extensions: [extension.keyUsage("digitalSignature")] } }],
    [
      "with an extension of its own",
      { recipe: { extensions: [extension.unknown({ critical: false })] } },
    ],
    [
      "of almost 16 KiB",
      { recipe: { extensions: [extension.unknown({ critical: false, size: 15_900 })] } },
    ],
    ["that lasts until the year 2600", { recipe: { ends: 210_000 } }],
    ["that began in 1900", { recipe: { begins: -46_000 } }],
  ])("%s", async (_, { issuer = root, recipe }) => {
    expect(await subjectOf(issuer.issue(recipe))).toBe("CN=client\n");
  });

  it("at the end of a chain of eight, which is the longest", async () => {
    let issuer = root;
    for (let length = 1; length < 8; length++) issuer = issuer.intermediate();
    const last = issuer.issue();
    expect(readFileSync(last.certFile, "utf8").match(/BEGIN/g)).toHaveLength(8);
    expect(await subjectOf(last)).toBe("CN=client\n");
  });

  it("at the end of a chain that no single record holds", async () => {
    let issuer = root;
    for (let length = 1; length < 8; length++) {
      issuer = issuer.intermediate({ extensions: padded(2500) });
    }
    expect(Buffer.concat([...issuer.chain]).length).toBeGreaterThan(16384);
    expect(await subjectOf(issuer.issue())).toBe("CN=client\n");
  });
});

it("a certificate that comes in single bytes is taken", async () => {
  const { port } = await serveSubject(["-y"]);
  const wire = await newWire(port);
  wire.sendsSingleBytes = true;
  const cert = readFileSync(client.certFile);
  const key = readFileSync(client.keyFile);
  const socket = await connect({ port, authority }, { cert, key, socket: wire });
  expect(await exchange(socket, "")).toBe("CN=Alice\n");
});

describe("in an older version", () => {
  it.each(["-tls1", "-tls1_1", "-tls1_2"])("%s", async (version) => {
    for (const kind of ["RSA-2048", "P-256"] as const) {
      const { port } = await serveSubject(["-y", "--tls-profile=legacy"]);
      const shown = root.issue({ kind });
      const { stdout } = await openssl({ port, authority }, [
        version,
        ...opensslCertificate(shown),
      ]);
      expect(stdout, kind).toBe("CN=client\n");
    }
  });
});

describe("a client that asks for another server name", () => {
  it("shows its certificate all the same", async () => {
    const other = authority.issue({ name: "other.test" });
    const { port } = await serve({
      credentials: server,
      options: ["-Sy", "-k", "1"],
      environment: {
        CAFILE,
        "KEYFILE:other.test": other.keyFile,
        "CERTFILE:other.test": other.certFile,
      },
      prog: ["sh", "-c", 'echo "$SSL_TLS_SNI_SERVERNAME $SSL_PEER_CERT_SUBJECT"'],
    });
    const socket = await connect(
      { port, authority },
      {
        servername: "other.test",
        cert: readFileSync(client.certFile),
        key: readFileSync(client.keyFile),
      },
    );
    expect(await exchange(socket, "")).toBe("other.test CN=Alice\n");
  });
});

function padded(size: number): Buffer[] {
  return [extension.constraints({ ca: true }), extension.unknown({ critical: false, size })];
}

async function subjectOf(shown: ClientCredentials, anchor = root): Promise<string> {
  const { port } = await serveSubject(["-y"], { CAFILE: anchor.certFile });
  const { stdout } = await openssl({ port, authority }, opensslCertificate(shown));
  return stdout;
}

function curl(port: number, options: string[]) {
  return run([
    ...["curl", "--silent", "--show-error", "--cacert", authority.certFile, "--max-time", "10"],
    ...["--noproxy", "*", "--resolve", `${SERVER_NAME}:${port}:127.0.0.1`, ...options],
    `https://${SERVER_NAME}:${port}/`,
  ]);
}
