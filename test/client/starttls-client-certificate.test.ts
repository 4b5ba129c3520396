/**
 * Client certificates behind STARTTLS: asked for by the server's -Y and -y, sent by the client's -y,
 * and both programs are told the other end's name.
 */
import { expect, it } from "vitest";
import { Authority, derCertificate, SERVER_NAME } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { eventually } from "../support/limits.ts";
import { name } from "../support/names.ts";
import { sha256 } from "../support/payload.ts";
import { credentialsEnvironment } from "../support/service.ts";
import { mailClient, mailServer } from "../support/starttls.ts";
import { talk } from "../support/starttls-talk.ts";

const authority = Authority.root();
const credentials = authority.issue();
const clients = ClientAuthority.root();
const client = clients.issue();
const stranger = ClientAuthority.root({ subject: name(["CN", "Strangers"]) }).issue();

const SERVER = { ...credentialsEnvironment(credentials), CAFILE: clients.certFile };
const CLIENT = { CAFILE: authority.certFile };
const NAMED = ["-k", SERVER_NAME];

/** The line of the block about the peer's certificate. */
const TOLD = "told=$(tr '\\0' '\\n' <&$SSLCTLFD | grep ^SSL_PEER_CERT_HASH)";

const hashOf = (der: Buffer) => `SSL_PEER_CERT_HASH=SHA256:${sha256(der)}`;

it.each(["-Y", "-y"])("with %s and a certificate, each is told who the other is", async (asks) => {
  const prog = mailServer({ letters: "Y", between: TOLD, inside: 'echo "<$told>"' });
  const inside = 'cat >&9; echo "<$told>" >&9';
  const { code, stdout, stderr, server } = await talk({
    server: { options: [asks], environment: SERVER, prog },
    client: {
      options: [...NAMED, "-y"],
      environment: { ...CLIENT, ...credentialsEnvironment(client) },
      prog: mailClient({ letters: "Y", between: TOLD, inside }),
    },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(server.stderr).toBe("");
  const serverHash = hashOf(derCertificate(credentials.certFile));
  expect(stdout).toBe(`<${hashOf(client.der)}>\n<${serverHash}>\n`);
});

it("with -Y and no certificate, the server is told to unset its variables, and the client of the server", async () => {
  const prog = mailServer({ letters: "Y", between: TOLD, inside: 'echo "<$told>"' });
  const inside = 'cat >&9; echo "<$told>" >&9';
  const { code, stdout } = await talk({
    server: { options: ["-Y"], environment: SERVER, prog },
    client: { environment: CLIENT, prog: mailClient({ letters: "Y", between: TOLD, inside }) },
  });
  const serverHash = hashOf(derCertificate(credentials.certFile));
  expect({ code, stdout }).toEqual({ code: 0, stdout: `<SSL_PEER_CERT_HASH>\n<${serverHash}>\n` });
});

const STRANGERS = credentialsEnvironment(stranger);

it.each([
  ["-y", "none", "1.2", [], {}, "handshake_failure"],
  ["-y", "a stranger's", "1.2", ["-y"], STRANGERS, "unknown_ca"],
  ["-Y", "a stranger's", "1.2", ["-y"], STRANGERS, "unknown_ca"],
  ["-y", "none", "1.3", [], {}, "certificate_required"],
  ["-y", "a stranger's", "1.3", ["-y"], STRANGERS, "unknown_ca"],
  ["-Y", "a stranger's", "1.3", ["-y"], STRANGERS, "unknown_ca"],
])("with %s and %s, in TLS %s: refused, and both programs see EOF", async (...row) => {
  const [asks, , version, sends, files, alert] = row;
  const seesEof = 'test -z "$(cat <&$SSLREADFD)$(cat <&$SSLCTLFD)" || exit 1';
  // In TLS 1.3 the client is done, and its program told so, when the server refuses it.
  const seesEofAfterBlock =
    'test -n "$(tr -d "\\0" <&$SSLCTLFD)" && test -z "$(cat <&$SSLREADFD)" || exit 1';
  const noticed = "echo server-saw-eof >&2; exit 7";
  const between = `${seesEof}; ${noticed}`;
  const { code, stdout, stderr, server } = await talk({
    server: {
      options: [asks],
      environment: SERVER,
      prog: mailServer({ letters: "Y", between, inside: "echo never" }),
    },
    client: {
      options: [...NAMED, ...sends, "--tls-max", version],
      environment: { ...CLIENT, ...files },
      prog: mailClient({
        letters: "Y",
        between: `${version === "1.2" ? seesEof : seesEofAfterBlock}; exit 5`,
        inside: "echo never",
      }),
    },
  });
  expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
  expect(stderr).toBe(`s6-ucspitlsc: fatal: TLS error: the peer sent the alert ${alert}\n`);
  await eventually("the server's program", () => server.stderr.includes("server-saw-eof"));
  expect(server.stderr).toMatch(
    new RegExp(`^s6-ucspitlsd: fatal: TLS error: [^\\n]+; sent the alert ${alert}\\n`),
  );
});
