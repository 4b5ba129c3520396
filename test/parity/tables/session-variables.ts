/** The companions' page: what the handshake tells prog, in detail. */
import { expect } from "vitest";
import { derCertificate } from "../../support/certificates.ts";
import { sha256 } from "../../support/payload.ts";
import { CAFILE, certifySubject, jane, showing } from "../behaviours/client-certificates.ts";
import { tellsProtocol, VERSIONS } from "../behaviours/session.ts";
import { command, type Row, type Section } from "../statement.ts";
import { environmentOf, NAMELESS } from "../visit.ts";

export function sessionVariables(text: string): Section {
  return { text, section: "What the handshake tells prog", rows: ROWS };
}

const ROWS: Row[] = [
  [
    "SSL_PROTOCOL is TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3.",
    async () => {
      for (const version of VERSIONS) await tellsProtocol(version);
    },
  ],
  ["SSL_CIPHER is OpenSSL's name of the suite.", command("suites-compat", "$name")],
  [
    "SSL_TLS_SNI_SERVERNAME is unset when the client sent none.",
    async () => expect(await environmentOf({ client: NAMELESS })).not.toHaveProperty(SNI),
  ],
  [
    "SSL_PEER_CERT_HASH is `SHA256:` and, in lower-case hex, the hash of the end-entity certificate's DER.",
    async () => {
      const seen = await environmentOf({
        options: "-y",
        environment: CAFILE,
        client: showing(jane),
      });
      const hash = sha256(derCertificate(jane.certFile));
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect(seen["SSL_PEER_CERT_HASH"]).toBe(`SHA256:${hash}`);
    },
  ],
  [
    "SSL_PEER_CERT_SUBJECT has C, ST, L, O, OU and CN, in this order.",
    async () => {
      const shuffled = "/CN=Jane/OU=Sales/O=Example/L=Paris/ST=Ile-de-France/C=FR";
      expect(await subjectSeen(shuffled)).toBe(
        "C=FR, ST=Ile-de-France, L=Paris, O=Example, OU=Sales, CN=Jane",
      );
    },
  ],
  [
    "SSL_PEER_CERT_SUBJECT has those of them that are present.",
    async () => expect(await subjectSeen("/CN=Jane/C=FR")).toBe("C=FR, CN=Jane"),
  ],
  ...[...",=+<>#"].map(
    (character): Row => [
      `In its values, ${character} stands behind a backslash.`,
      async () => {
        const escaped = `CN=a\\${character}b`;
        expect(await subjectSeen(`/CN=a\\${character}b`)).toBe(escaped);
      },
    ],
  ),
  [
    "In its values, a backslash stands behind a backslash.",
    async () => expect(await subjectSeen("/CN=a\\\\b")).toBe("CN=a\\\\b"),
  ],
  [
    "In its values, a newline is escaped by a backslash, behind which stand its hexadecimal digits.",
    async () => expect(await subjectSeen("/CN=a\nb")).toBe("CN=a\\0Ab"),
  ],
  [
    "In its values, a leading or trailing space stands behind a backslash.",
    async () => expect(await subjectSeen("/CN= a b ")).toBe("CN=\\ a b\\ "),
  ],
];

const SNI = "SSL_TLS_SNI_SERVERNAME";

/** What prog finds for a client with this subject, spelled as for `openssl req -subj`. */
async function subjectSeen(subject: string): Promise<string | undefined> {
  const client = showing(certifySubject(subject));
  const seen = await environmentOf({ options: "-y", environment: CAFILE, client });
  return seen["SSL_PEER_CERT_SUBJECT"];
}
