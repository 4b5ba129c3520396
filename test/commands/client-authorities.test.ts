/**
 * Who may vouch for clients: CADIR or CAFILE, their names told to the client, and what happens when
 * there is nothing of use in them.
 */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runAlone } from "../support/alone.ts";
import { Authority } from "../support/certificates.ts";
import { opensslCertificate } from "../support/certified-clients.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { openssl } from "../support/clients.ts";
import { name } from "../support/names.ts";
import { run } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();
const root = ClientAuthority.root({ subject: name(["C", "FR"], ["O", "First"], ["CN", "Root"]) });
const other = ClientAuthority.root({ subject: name(["O", "Second"]) });

function folder(...files: string[]): string {
  const path = scratchFile("authorities");
  mkdirSync(path);
  files.forEach((file, index) => {
    copyFileSync(file, join(path, `${index}.pem`));
  });
  return path;
}

function bundle(...authorities: ClientAuthority[]): string {
  const content = authorities.map(({ certFile }) => readFileSync(certFile, "utf8"));
  return scratchFile("bundle.pem", content.join(""));
}

/** What openssl s_client says of a server, shown a certificate or none. */
async function visit(
  environment: Record<string, string>,
  options: string[] = [],
  serverOptions: string[] = [],
) {
  const listener = await serve({
    credentials,
    options: ["-SY", ...serverOptions],
    environment,
    prog: ["sh", "-c", 'echo "told: $(printenv SSL_PEER_CERT_SUBJECT || echo nobody)"'],
  });
  const { stdout, stderr } = await run([
    "openssl",
    "s_client",
    "-connect",
    `127.0.0.1:${listener.port}`,
    "-ign_eof",
    ...options,
  ]);
  return { stdout, stderr };
}

function acceptable(stdout: string): string[] {
  const [, list = ""] =
    /Acceptable client certificate CA names\n(.*?)\n(?:Client|Requested)/s.exec(stdout) ?? [];
  return list === "" ? [] : list.split("\n");
}

describe("the names of the authorities", () => {
  it("are told to the client", async () => {
    const { stdout } = await visit({ CAFILE: bundle(root, other) });
    expect(acceptable(stdout)).toEqual(["C = FR, O = First, CN = Root", "O = Second"]);
  });

  it("are told once, however many certificates there are of one authority", async () => {
    const { certFile } = root;
    const { stdout } = await visit({ CADIR: folder(certFile, certFile, bundle(root, other)) });
    expect(acceptable(stdout).sort()).toEqual(["C = FR, O = First, CN = Root", "O = Second"]);
  });

  it("may be long", async () => {
    const parts = Array.from({ length: 70 }, (_, index) => ["OU", `${index} ${"x".repeat(50)}`]);
    const subject = name(...(parts as ["OU", string][]));
    expect(subject.length).toBeGreaterThan(4096);
    const long = ClientAuthority.root({ subject });
    const { stdout } = await visit({ CAFILE: long.certFile }, opensslCertificate(long.issue()));
    expect(acceptable(stdout)).toHaveLength(1);
    expect(stdout).toContain("told: CN=client");
  });
});

describe("names that a message just holds", () => {
  it("are told to the client, all of them", async () => {
    const names = Array.from({ length: 8 }, (_, index) =>
      ClientAuthority.root({ subject: name(["CN", String(index)], ["OU", "x".repeat(8000)]) }),
    );
    const [first] = names;
    const shown = opensslCertificate((first as ClientAuthority).issue());
    const { stdout } = await visit({ CAFILE: bundle(...names) }, shown);
    expect(acceptable(stdout)).toHaveLength(8);
    expect(stdout).toContain("told: CN=client");
  });
});

describe("CADIR", () => {
  it("wins over CAFILE", async () => {
    const environment = { CADIR: folder(root.certFile), CAFILE: other.certFile };
    expect((await visit(environment, opensslCertificate(root.issue()))).stdout).toContain(
      "told: CN=client",
    );
    const refused = await visit(environment, opensslCertificate(other.issue()));
    expect(refused.stderr).toContain("alert unknown ca");
  });

  it("may be the system's", async () => {
    const { stdout } = await visit({ CADIR: "/etc/ssl/certs" });
    const names = acceptable(stdout);
    expect(names.length).toBeGreaterThan(100);
    expect(new Set(names).size).toBe(names.length);
    expect(stdout).toContain("told: nobody");
  });

  it("may be as large as the system's, with our own in it", async () => {
    const path = folder(root.certFile, "/etc/ssl/certs/ca-certificates.crt");
    const { stdout } = await visit({ CADIR: path }, opensslCertificate(root.issue()));
    expect(stdout).toContain("told: CN=client");
  });

  it("may have names of OpenSSL's making", async () => {
    const path = folder(root.certFile, other.certFile);
    await run(["openssl", "rehash", path]);
    const { stdout } = await visit({ CADIR: path }, opensslCertificate(other.issue()));
    expect(acceptable(stdout)).toHaveLength(2);
    expect(stdout).toContain("told: CN=client");
  });
});

describe("CAFILE", () => {
  it("may be in DER", async () => {
    const CAFILE = scratchFile("root.der", root.der);
    const { stdout } = await visit({ CAFILE }, opensslCertificate(root.issue()));
    expect(stdout).toContain("told: CN=client");
  });

  it("may hold an intermediate alone, with --partial-chain", async () => {
    const intermediate = root.intermediate();
    const CAFILE = intermediate.certFile;
    const certificate = opensslCertificate(intermediate.issue());
    const { stdout } = await visit({ CAFILE }, certificate, ["--partial-chain"]);
    expect(stdout).toContain("told: CN=client");
  });

  it("may hold an intermediate and its root, for clients that send their own certificate", async () => {
    const intermediate = root.intermediate();
    const CAFILE = bundle(intermediate, root);
    const alone = { ...intermediate.issue(), chainFile: null };
    const { stdout } = await visit({ CAFILE }, opensslCertificate(alone));
    expect(stdout).toContain("told: CN=client");
  });

  it("may hold two authorities of the same name", async () => {
    const subject = name(["CN", "Twins"]);
    const twins = [ClientAuthority.root({ subject }), ClientAuthority.root({ subject })];
    const CAFILE = bundle(...twins);
    for (const twin of twins) {
      const { stdout } = await visit({ CAFILE }, opensslCertificate(twin.issue()));
      expect(stdout).toContain("told: CN=client");
    }
  });
});

describe("without an authority of use", () => {
  const missing = scratchFile("missing");
  const empty = folder();
  const garbage = scratchFile("garbage", "This is no certificate.\n");
  const key = credentials.keyFile;
  const ed25519 = scratchFile("ed25519.pem");

  it.each(["-Y", "-y"])("%s with neither CADIR nor CAFILE is wrong usage", async (option) => {
    const { code, stderr } = await runAlone({ args: [option, "true"], credentials });
    expect(stderr).toBe("s6-tlsd: fatal: environment variable CADIR or CAFILE is not set\n");
    expect(code).toBe(100);
  });

  it.each<[string, Record<string, string>, string]>([
    ["CAFILE is missing", { CAFILE: missing }, "No such file or directory"],
    ["CAFILE is a folder", { CAFILE: empty }, "Illegal operation on a directory"],
    ["CAFILE is garbage", { CAFILE: garbage }, "no certificate in it"],
    ["CAFILE is a key", { CAFILE: key }, "it holds a private key, not a certificate"],
    ["CAFILE is empty", { CAFILE: scratchFile("empty", "") }, "the file is empty"],
    ["CADIR is missing", { CADIR: missing }, "No such file or directory"],
    ["CADIR is a file", { CADIR: garbage }, "Not a directory"],
    ["CADIR is empty", { CADIR: empty }, "no certificate in it"],
    ["CADIR has garbage", { CADIR: folder(garbage, key) }, "no certificate in it"],
    [
      "CADIR is of no use, CAFILE is not read",
      { CADIR: empty, CAFILE: root.certFile },
      "no certificate in it",
    ],
  ])("%s", async (_, environment, reason) => {
    const { code, stderr } = await runAlone({ args: ["-y", "true"], credentials, environment });
    const where = environment["CADIR"] ?? environment["CAFILE"];
    expect(stderr).toBe(`s6-tlsd: fatal: unable to read trust anchors in ${where}: ${reason}\n`);
    expect(code).toBe(96);
  });

  it("an authority whose key BearSSL can't use is of none", async () => {
    await run([
      ...["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=Ed"],
      ...["-keyout", scratchFile("ed25519.key"), "-out", ed25519],
    ]);
    const environment = { CAFILE: ed25519 };
    const { code, stderr } = await runAlone({ args: ["-y", "true"], credentials, environment });
    expect(stderr).toBe(
      `s6-tlsd: warning: not a trust anchor: CN=Ed in ${ed25519}: certificate with an unsupported feature\n` +
        `s6-tlsd: fatal: unable to read trust anchors in ${ed25519}: none of the certificates can be used\n`,
    );
    expect(code).toBe(96);
  });

  it("names that no message can hold are refused", async () => {
    const names = Array.from({ length: 9 }, (_, index) =>
      ClientAuthority.root({ subject: name(["CN", String(index)], ["OU", "x".repeat(8000)]) }),
    );
    const CAFILE = bundle(...names);
    const { code, stderr } = await runAlone({
      args: ["-y", "true"],
      credentials,
      environment: { CAFILE },
    });
    expect(stderr).toBe(
      `s6-tlsd: fatal: unable to read trust anchors in ${CAFILE}: their names are too many for a handshake message (65535 bytes)\n`,
    );
    expect(code).toBe(96);
  });

  it("no client is asked, and neither CADIR nor CAFILE is read, without -y and -Y", async () => {
    const { port } = await serve({
      credentials,
      options: ["-S"],
      environment: { CADIR: missing, CAFILE: missing },
      prog: ["echo", "welcome"],
    });
    const { stdout } = await openssl({ port, authority });
    expect(stdout).toBe("welcome\n");
  });
});
