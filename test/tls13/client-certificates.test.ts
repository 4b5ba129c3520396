/**
 * A server of TLS 1.3 that asks for certificates takes those of all kinds of keys, tells what they
 * say, and refuses proofs that don't hold, each with the alert that RFC 8446 names.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ServerOptions } from "../../src/index.ts";
import { Authority, type KeyKind } from "../support/certificates.ts";
import { opensslCertificate } from "../support/certified-clients.ts";
import { ClientAuthority, type ClientCredentials } from "../support/client-authority.ts";
import { gnutls, openssl } from "../support/clients.ts";
import { bearhug, listening, pairOf } from "../support/library.ts";
import { name } from "../support/names.ts";
import { serve } from "../support/service.ts";
import { words } from "../support/words.ts";
import { ALERT, alertsOf, type Misdeed } from "./misdeeds.ts";
import { Reader } from "./peer/bytes.ts";
import { Tls13Client } from "./peer/client.ts";
import * as extend from "./peer/extensions.ts";
import * as messages from "./peer/messages.ts";
import { EXTENSION, SCHEME } from "./peer/numbers.ts";

const authority = Authority.root();
const credentials = authority.issue();
const root = ClientAuthority.root();
const client = root.issue();

async function service(line: string) {
  const environment = { CAFILE: root.certFile };
  const prog = ["sh", "-c", "echo $SSL_PROTOCOL $SSL_PEER_CERT_SUBJECT"];
  const options = ["-S", ...words(line)];
  const { port } = await serve({ credentials, options, environment, prog });
  return { port, authority };
}

describe("with -y", () => {
  const kinds: KeyKind[] = ["P-256", "P-384", "P-521", "RSA-2048", "RSA-4096"];
  it.each(kinds)("OpenSSL with a key of %s", async (kind) => {
    const shown = opensslCertificate(root.issue({ kind }));
    const { stdout } = await openssl(await service("-y"), [...shown, "-tls1_3"]);
    expect(stdout).toMatch(/^TLSv1\.3 .*CN *= *client/);
  });

  it("OpenSSL with a chain of three certificates", async () => {
    const shown = opensslCertificate(root.intermediate().intermediate().issue());
    const { stdout } = await openssl(await service("-y"), [...shown, "-tls1_3"]);
    expect(stdout).toMatch(/^TLSv1\.3 .*CN *= *client/);
  });

  it("gnutls-cli", async () => {
    const { certFile, keyFile } = client;
    const options = ["--x509certfile", certFile, "--x509keyfile", keyFile];
    const { stdout } = await gnutls(await service("-y"), { options });
    expect(stdout).toContain("(TLS1.3-X.509)");
    expect(stdout).toMatch(/^TLSv1\.3 .*CN *= *client/m);
  });

  it("OpenSSL without a certificate", async () => {
    const { stdout, stderr } = await openssl(await service("-y"), ["-tls1_3"]);
    expect(stdout).toBe("");
    expect(stderr).toContain("SSL alert number 116");
  });

  it("OpenSSL with one of another authority", async () => {
    const shown = opensslCertificate(ClientAuthority.root({ kind: "P-384" }).issue());
    const { stderr } = await openssl(await service("-y"), [...shown, "-tls1_3"]);
    expect(stderr).toMatch(/SSL alert number 4[28]/);
  });
});

describe("a request names", () => {
  async function namesIn(anchors: Buffer): Promise<number> {
    const options = { ...pairOf(credentials), ca: anchors, requestCert: "optional" };
    const server = bearhug.createServer(options as unknown as ServerOptions, (stream) =>
      stream.pipe(stream),
    );
    const peer = await Tls13Client.connect(await listening(server));
    await peer.establish();
    expect(await peer.echo("hello")).toBe("hello");
    peer.close();
    const names = extend.contentOf(
      peer.request?.extensions ?? [],
      EXTENSION.certificateAuthorities,
    );
    return new Reader(names ?? Buffer.of(0, 0)).each(2, (inner) => inner.vector(2)).length;
  }

  it("each name of an authority once, even if several have it", async () => {
    const [one, two, same] = [
      root,
      ClientAuthority.root({ subject: name(["CN", "other"]) }),
      ClientAuthority.root(),
    ];
    const files = [one, two, same].map(({ certFile }) => readFileSync(certFile));
    expect(await namesIn(Buffer.concat(files))).toBe(2);
  });

  it("all of the system's, in more than one record", async () => {
    expect(await namesIn(readFileSync("/etc/ssl/certs/ca-certificates.crt"))).toBeGreaterThan(100);
  });
});

it("with -Y, OpenSSL without a certificate is welcome", async () => {
  const { stdout } = await openssl(await service("-Y"), ["-tls1_3"]);
  expect(stdout).toBe("TLSv1.3\n");
});

type Row = [what: string, alert: keyof typeof ALERT, misdeed: (client: Tls13Client) => void];

function certificateOf({ der }: ClientCredentials): Buffer {
  return messages.certificate({ certificates: [der] });
}

const proof = (changes: object) => (peer: Tls13Client) => {
  peer.say(certificateOf(client));
  peer.say(peer.certificateVerify({ key: client.key, ...changes }));
};

/** What a client sends after the server's flight, before its Finished or in place of it. */
const ROWS: readonly Row[] = [
  ["no certificate at all", "unexpectedMessage", (peer) => peer.say(peer.finished())],
  [
    "an empty certificate",
    "certificateRequired",
    (peer) => peer.say(messages.certificate({ certificates: [] })),
  ],
  [
    "a certificate and no proof",
    "unexpectedMessage",
    (peer) => {
      peer.say(certificateOf(client));
      peer.say(peer.finished());
    },
  ],
  [
    "a certificate twice",
    "unexpectedMessage",
    (peer) => peer.say(certificateOf(client), certificateOf(client)),
  ],
  [
    "an answer to another request",
    "illegalParameter",
    (peer) => peer.say(messages.certificate({ context: Buffer.of(1), certificates: [client.der] })),
  ],
  [
    "a certificate with an extension",
    "unsupportedExtension",
    (peer) =>
      peer.say(
        messages.certificate({
          certificates: [client.der],
          extensions: [extend.extension(18, Buffer.alloc(4))],
        }),
      ),
  ],
  [
    "a certificate of no bytes",
    "decodeError",
    (peer) => peer.say(messages.certificate({ certificates: [Buffer.of()] })),
  ],
  [
    "a certificate that is none",
    "badCertificate",
    (peer) => peer.say(messages.certificate({ certificates: [Buffer.alloc(50, 1)] })),
  ],
  [
    "a list that is longer than its message",
    "decodeError",
    (peer) => {
      const whole = certificateOf(client);
      whole.writeUIntBE(whole.readUIntBE(5, 3) + 1, 5, 3);
      peer.say(whole);
    },
  ],
  [
    "a certificate that is signed with SHA-1",
    "unsupportedCertificate",
    (peer) => {
      const old = root.issue({ hash: "sha1" });
      peer.say(certificateOf(old));
      peer.say(peer.certificateVerify({ key: old.key }));
    },
  ],
  ["a proof as a server", "decryptError", proof({ side: "server" })],
  ["a proof of other messages", "decryptError", proof({ transcript: Buffer.alloc(32) })],
  ["a proof by another key", "decryptError", proof({ key: root.issue().key })],
  ["a scheme of another curve", "illegalParameter", proof({ told: SCHEME.ecdsaSecp384r1Sha384 })],
  ["a scheme of RSA", "illegalParameter", proof({ told: SCHEME.rsaPssRsaeSha256 })],
  ["a scheme of PKCS #1", "illegalParameter", proof({ told: SCHEME.rsaPkcs1Sha256 })],
  ["SHA-1", "illegalParameter", proof({ told: SCHEME.rsaPkcs1Sha1 })],
  [
    "an empty signature",
    "decryptError",
    (peer) => {
      peer.say(certificateOf(client));
      peer.say(messages.certificateVerify(SCHEME.ecdsaSecp256r1Sha256, Buffer.of()));
    },
  ],
  [
    "a proof twice",
    "unexpectedMessage",
    (peer) => {
      proof({})(peer);
      peer.say(peer.certificateVerify({ key: client.key }));
    },
  ],
  [
    "an empty certificate and a proof",
    "certificateRequired",
    (peer) => {
      peer.say(messages.certificate({ certificates: [] }));
      peer.say(peer.certificateVerify({ key: client.key }));
    },
  ],
];

it.each(ROWS)("a client that sends %s hears %s", async (_what, alert, send) => {
  const options = { ...pairOf(credentials), ca: readFileSync(root.certFile), requestCert: true };
  const server = bearhug.createServer(options as unknown as ServerOptions, (stream) =>
    stream.destroy(new Error("it was let in")),
  );
  server.on("tlsClientError", () => {});
  const misdeed: Misdeed = async (peer) => {
    await peer.upToFinish();
    expect(peer.request).not.toBeNull();
    peer.protect();
    send(peer);
  };
  const heard = await alertsOf(await listening(server), misdeed);
  expect(heard.map(({ description }) => description)).toEqual([ALERT[alert]]);
});
