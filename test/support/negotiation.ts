import { bearsslClient } from "./bearssl-client.ts";
import { Authority, type Credentials } from "./certificates.ts";
import { connectRaw, type Destination, gnutls, openssl } from "./clients.ts";
import { serve } from "./service.ts";
import { isStaticEcdh, isTripleDes, type Suite, type Version } from "./suites.ts";

export interface Offer {
  profile: "modern" | "compat" | "legacy";
  version: Version;
  suite: Suite;
}

/** What came of an offer: what prog read in its environment, and what the client reports. */
export interface Outcome {
  prog: string;
  client: string;
}

/**
 * A server with a key for every suite. The client offers one version and one suite; it is OpenSSL
 * wherever OpenSSL still can, and otherwise a client that still does.
 */
export class Negotiation {
  private readonly authority = Authority.root("P-256");
  private readonly rsaAuthority = Authority.root("RSA-2048");
  private readonly rsa = this.authority.issue({ kind: "RSA-2048" });
  private readonly ecdsa = this.authority.issue({ kind: "P-256" });
  private readonly ecSignedByRsa = this.rsaAuthority.issue({ kind: "P-256" });

  async run(offer: Offer): Promise<Outcome> {
    const credentials = this.credentialsFor(offer.suite);
    const listener = await serve({
      credentials,
      options: ["-S", "--tls-profile", offer.profile],
      prog: ["sh", "-c", 'echo "prog: $SSL_PROTOCOL $SSL_CIPHER"'],
    });
    const destination = { port: listener.port, authority: this.authority };
    if (isStaticEcdh(offer.suite)) return bearssl(destination, { ...offer, credentials });
    if (isTripleDes(offer.suite)) return gnutlsCli(destination, offer);
    return opensslClient(destination, offer);
  }

  private credentialsFor({ name }: Suite): Credentials {
    if (name.startsWith("ECDH-RSA-")) return this.ecSignedByRsa;
    return name.includes("ECDSA") ? this.ecdsa : this.rsa;
  }
}

async function opensslClient(destination: Destination, offer: Offer): Promise<Outcome> {
  const versions = { TLSv1: "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2" };
  const { stdout, stderr } = await openssl(destination, [
    versions[offer.version],
    // Debian's default level refuses what is older than TLS 1.2.
    ...["-cipher", `${offer.suite.name}:@SECLEVEL=0`],
  ]);
  return {
    prog: said(stdout),
    client: `${field("Protocol version", stderr)} ${field("Ciphersuite", stderr)}`,
  };
}

async function gnutlsCli(destination: Destination, offer: Offer): Promise<Outcome> {
  const version = { TLSv1: "TLS1.0", "TLSv1.1": "TLS1.1", "TLSv1.2": "TLS1.2" }[offer.version];
  const exchange = /^(ECDHE-ECDSA|ECDHE-RSA)-/.exec(offer.suite.name)?.[1] ?? "RSA";
  const { stdout } = await gnutls(destination, {
    options: [
      "--priority",
      `LEGACY:-VERS-ALL:+VERS-${version}:-CIPHER-ALL:+3DES-CBC:-KX-ALL:+${exchange}`,
    ],
  });
  // (TLS1.2-X.509)-(ECDHE-SECP256R1)-(ECDSA-SHA256)-(3DES-CBC)-(SHA1): versions differ in detail.
  const description = field("- Description", stdout);
  const agreed = description.startsWith(`(${version}`) && description.includes("(3DES-CBC)-(SHA1)");
  return {
    prog: said(stdout),
    client: agreed ? `${offer.version} ${offer.suite.name}` : description,
  };
}

async function bearssl(
  { port }: Destination,
  { version, suite, credentials }: Offer & { credentials: Credentials },
): Promise<Outcome> {
  const numbers = { TLSv1: 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303 };
  const heard = await bearsslClient(await connectRaw(port), {
    suite: suite.id,
    version: numbers[version],
    key: credentials.key,
  });
  // It speaks nothing but what it was told to.
  return { prog: said(heard), client: `${version} ${suite.name}` };
}

function said(output: string): string {
  return field("prog", output);
}

function field(name: string, text: string): string {
  const [, value = `no ${name} in: ${text}`] = new RegExp(`^${name}: (.*)$`, "m").exec(text) ?? [];
  return value.trim();
}
