/**
 * One process, many names: each client gets the certificate for the name that it asks for, behind
 * real super-servers. An exact name goes before a wildcard, and that before the default pair.
 */
import { expect, it } from "vitest";
import { Authority, type Credentials } from "../support/certificates.ts";
import { connect, newWire, openssl } from "../support/clients.ts";
import { everything } from "../support/processes.ts";
import { credentialsEnvironment, namedEnvironment, program, serve } from "../support/service.ts";
import { startSocat, startTcpserver } from "../support/super-servers.ts";
import { words } from "../support/words.ts";

const authority = Authority.root();
const issue = (name: string, kind: "P-256" | "P-384" | "RSA-2048" = "P-256") =>
  authority.issue({ name, kind });

const standard = issue("default.test");
const named: Record<string, Credentials> = {
  "www.example.com": issue("exact", "RSA-2048"),
  "*.example.com": issue("wildcard", "P-384"),
  "*.deep.example.com": issue("deep wildcard"),
  "MiXed.Example.ORG": issue("mixed case"),
  "*.CAPITAL.example.org": issue("wildcard in capitals"),
  "*.com": issue("a whole top-level domain"),
  "*": issue("a bare asterisk"),
  localhost: issue("one label"),
  "under_score.test": issue("underscore", "RSA-2048"),
};
const environment = { ...namedEnvironment(named), ...credentialsEnvironment(standard) };

/** A name that a client asks for, and whose certificate it gets. */
const choices: [string, string][] = [
  ["www.example.com", "exact"],
  ["WWW.Example.COM", "exact"],
  ["ftp.example.com", "wildcard"],
  ["FTP.EXAMPLE.com", "wildcard"],
  ["xn--bcher-kva.example.com", "wildcard"],
  ["a.b.example.com", "default.test"],
  ["example.com", "default.test"],
  [".example.com", "default.test"],
  ["a.deep.example.com", "deep wildcard"],
  ["deep.example.com", "wildcard"],
  ["mixed.example.org", "mixed case"],
  ["any.capital.example.org", "wildcard in capitals"],
  ["other.com", "default.test"],
  ["com", "default.test"],
  ["localhost", "one label"],
  ["under_score.test", "underscore"],
  ["www.example.com.evil.test", "default.test"],
  ["unknown.test", "default.test"],
  ["", "default.test"],
];

/** The common name of the certificate, and what prog says. */
async function visit(port: number, servername: string): Promise<{ subject: string; said: string }> {
  const options = { servername, checkServerIdentity: () => undefined };
  const client = await connect({ port, authority }, options);
  const subject = client.getPeerCertificate().subject.CN;
  return { subject, said: (await everything(client)).toString() };
}

const sayName = ["sh", "-c", "printenv SSL_TLS_SNI_SERVERNAME || echo unset"];

it("with -k 1, the name decides", async () => {
  const tcpserver = await startTcpserver([program("s6-tlsd"), "-k", "1", ...sayName], environment);
  for (const [asked, subject] of choices) {
    const said = asked === "" ? "unset\n" : `${asked}\n`;
    expect(await visit(tcpserver.port, asked), asked).toEqual({ subject, said });
  }
  expect(tcpserver.running.stderr).toBe("");
});

it.each(["--sni", "-k1", "--sni-level=1", "-k 2 --sni"])("%s is the same", async (line) => {
  const listener = await serve({ options: words(line), environment, prog: sayName });
  expect(await visit(listener.port, "www.example.com")).toMatchObject({ subject: "exact" });
  expect(await visit(listener.port, "unknown.test")).toMatchObject({ subject: "default.test" });
});

it.each(["", "-k 0", "-k 2 -k 0"])("with %j, every client gets the default pair", async (line) => {
  const listener = await serve({ options: words(line), environment, prog: sayName });
  expect(await visit(listener.port, "www.example.com")).toEqual({
    subject: "default.test",
    said: "www.example.com\n",
  });
});

it("behind socat, an RSA and an EC pair serve OpenSSL side by side", async () => {
  const socat = await startSocat(`EXEC:${program("s6-tlsd")} -S -k1 echo hello`, environment);
  const ask = (name: string) =>
    openssl({ port: socat.port, authority }, [
      ...["-tls1_2", "-servername", name, "-verify_hostname", ""],
    ]);
  const [rsa, ec] = await Promise.all([ask("www.example.com"), ask("ftp.example.com")]);
  expect(rsa.stderr).toContain("Ciphersuite: ECDHE-RSA-CHACHA20-POLY1305");
  expect(rsa.stderr).toContain("CN = exact");
  expect(ec.stderr).toContain("Ciphersuite: ECDHE-ECDSA-CHACHA20-POLY1305");
  expect(ec.stderr).toContain("CN = wildcard");
  expect([rsa.stdout, ec.stdout]).toEqual(["hello\n", "hello\n"]);
});

it("a hello in single bytes is understood as well", async () => {
  const listener = await serve({ options: ["-k1"], environment, prog: sayName });
  const wire = await newWire(listener.port);
  wire.sendsSingleBytes = true;
  const options = { socket: wire, servername: "www.example.com" };
  const client = await connect(
    { port: listener.port, authority },
    { ...options, checkServerIdentity: () => undefined },
  );
  expect(client.getPeerCertificate().subject.CN).toBe("exact");
  expect((await everything(client)).toString()).toBe("www.example.com\n");
});

it("OpenSSL's wish for small fragments is granted", async () => {
  const listener = await serve({ options: ["-S", "-k1"], environment, prog: ["echo", "hello"] });
  const { stdout, stderr } = await openssl({ port: listener.port, authority }, [
    ...["-servername", "www.example.com", "-verify_hostname", ""],
    ...["-maxfraglen", "512"],
  ]);
  expect(stderr).toContain("CN = exact");
  expect(stdout).toBe("hello\n");
});

it("without a default pair, level 1 serves the names that there are", async () => {
  const pairs = namedEnvironment({ "www.example.com": issue("exact") });
  const listener = await serve({ options: ["--sni"], environment: pairs, prog: sayName });
  expect(await visit(listener.port, "www.example.com")).toMatchObject({ subject: "exact" });
  await expect(visit(listener.port, "unknown.test")).rejects.toThrow(/unrecognized.name/i);
});

it("without names, level 1 is the default pair", async () => {
  const pair = credentialsEnvironment(standard);
  const listener = await serve({ options: ["--sni"], environment: pair, prog: sayName });
  expect(await visit(listener.port, "any.test")).toMatchObject({ subject: "default.test" });
});
