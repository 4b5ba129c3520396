import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { scratchFile } from "./scratch.ts";

export type KeyKind = "RSA-1024" | "RSA-2048" | "RSA-4096" | "P-256" | "P-384" | "P-521";

/** What a server has: the files that KEYFILE and CERTFILE name, and the key itself. */
export interface Credentials {
  keyFile: string;
  certFile: string;
  key: KeyObject;
}

/** The name in every certificate that is issued without one. */
export const SERVER_NAME = "server.test";

export interface Certified {
  name?: string;
  kind?: KeyKind;
  key?: KeyObject;
  days?: number;
  /** As `openssl req -addext` takes them. */
  extensions?: readonly string[];
}

export function newKey(kind: KeyKind): KeyObject {
  const pair = kind.startsWith("RSA-")
    ? generateKeyPairSync("rsa", { modulusLength: Number(kind.slice(4)) })
    : generateKeyPairSync("ec", { namedCurve: kind });
  return pair.privateKey;
}

/** A certificate authority: a root that clients trust, or an intermediate below one. */
export class Authority {
  /** The file that a client takes as its trust anchor, when this is a root. */
  readonly certFile: string;

  private readonly keyFile: string;

  private constructor(name: string, settings: { kind: KeyKind; issuer?: Authority }) {
    this.keyFile = keyFile(newKey(settings.kind));
    this.certFile = certify({ name, section: "authority", keyFile: this.keyFile, ...settings });
  }

  static root(kind: KeyKind = "P-256"): Authority {
    return new Authority("Root of the tests", { kind });
  }

  intermediate(kind: KeyKind = "P-256"): Authority {
    return new Authority("Intermediate of the tests", { kind, issuer: this });
  }

  /** A key (P-256 unless another is asked for) and its certificate. */
  issue(wanted: Certified = {}): Credentials {
    const key = wanted.key ?? newKey(wanted.kind ?? "P-256");
    const file = keyFile(key);
    const { name = SERVER_NAME, days, extensions } = wanted;
    const certFile = certify({
      ...{ name, section: "server", keyFile: file, issuer: this },
      ...(days !== undefined && { days }),
      ...(extensions !== undefined && { extensions }),
    });
    return { keyFile: file, certFile, key };
  }

  /** For the issuer's private files only. */
  get signingArguments(): string[] {
    return ["-CA", this.certFile, "-CAkey", this.keyFile];
  }
}

/** A file with the PEM certificates of the others, in order. */
export function chainFile(...certFiles: string[]): string {
  return scratchFile("chain.pem", certFiles.map((file) => readFileSync(file, "utf8")).join(""));
}

/** A certificate's bytes without the PEM around them. */
export function derCertificate(certFile: string): Buffer {
  return execFileSync("openssl", ["x509", "-in", certFile, "-outform", "DER"]);
}

function keyFile(key: KeyObject): string {
  return scratchFile("key.pem", key.export({ type: "pkcs8", format: "pem" }));
}

const OPENSSL_CONFIG = `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
subjectKeyIdentifier = hash
`;

interface Certification {
  name: string;
  section: "authority" | "server";
  keyFile: string;
  issuer?: Authority;
  days?: number;
  extensions?: readonly string[];
}

function certify(certification: Certification): string {
  const { name, section, keyFile, issuer, days = 30, extensions = [] } = certification;
  const certFile = scratchFile(`${section}.pem`);
  const hasOwn = extensions.some((one) => one.startsWith("subjectAltName="));
  const alternative = section === "server" && !hasOwn ? [`subjectAltName=DNS:${name}`] : [];
  const added = [...alternative, ...extensions].flatMap((one) => ["-addext", one]);
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-new", "-sha256", "-days", `${days}`, "-subj", `/O=Bearhug/CN=${name}`],
      ...["-config", scratchFile("openssl.cnf", OPENSSL_CONFIG), "-extensions", section],
      ...["-key", keyFile, "-out", certFile, ...added, ...(issuer?.signingArguments ?? [])],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return certFile;
}
