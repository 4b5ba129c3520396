import { createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import { element, integer, oid, pem, sequence } from "../engine/der.ts";
import { type Credentials, type KeyKind, newKey } from "./certificates.ts";
import { extension } from "./extensions.ts";
import { name } from "./names.ts";
import { scratchFile } from "./scratch.ts";

/**
 * Certificates of clients, written byte by byte (RFC 5280, 4.1): with dates, names and extensions
 * that the openssl command doesn't put into one, and with signatures that are not there to hold.
 */

const DAY = 86_400_000;

export interface Recipe {
  /** A Name in DER (see names.ts). */
  subject?: Buffer;
  kind?: KeyKind;
  key?: KeyObject;
  /** Days from now. */
  begins?: number;
  ends?: number;
  /** Extensions in DER (see extensions.ts). */
  extensions?: Buffer[];
  /** OpenSSL's name of the hash that is signed. */
  hash?: keyof typeof RSA_WITH & keyof typeof ECDSA_WITH;
  /** What is signed is the hash of `hash`; the algorithm beside the signature is that of this one. */
  saidHash?: Recipe["hash"];
  /** Both dates in DER, in place of `begins` and `ends`. */
  dates?: readonly Buffer[];
  /** 3 unless told otherwise. Version 1 has no extensions. */
  version?: 1 | 2 | 3;
  /** Its content in DER; random unless told otherwise. */
  serial?: Uint8Array;
  /** What is signed changes after it was signed. */
  broken?: boolean;
}

export interface ClientCredentials extends Credentials {
  /** The certificate alone. */
  der: Buffer;
  /** The file with the intermediates alone. */
  chainFile: string | null;
}

/** One that issues clients' certificates: a root, or an intermediate below one. */
export class ClientAuthority {
  /** The file that a server takes as its trust anchor. */
  readonly certFile: string;

  /** Its own certificate and those above it, but for the root's. */
  readonly chain: readonly Buffer[];

  private constructor(
    private readonly signer: Signer,
    readonly der: Buffer,
    above: readonly Buffer[] | null,
  ) {
    this.certFile = scratchFile("client-authority.pem", pem("CERTIFICATE", der));
    this.chain = above === null ? [] : [der, ...above];
  }

  /** A root, or anything else that signed itself. */
  static root(recipe: Recipe = {}): ClientAuthority {
    const key = keyOf(recipe);
    const subject = recipe.subject ?? name(["CN", "Clients' root"]);
    const der = certificate(authorityRecipe(recipe, subject), key, { subject, key });
    return new ClientAuthority({ subject, key }, der, null);
  }

  intermediate(recipe: Recipe = {}): ClientAuthority {
    const key = keyOf(recipe);
    const subject = recipe.subject ?? name(["CN", `Intermediate ${this.chain.length + 1}`]);
    const der = certificate(authorityRecipe(recipe, subject), key, this.signer);
    return new ClientAuthority({ subject, key }, der, this.chain);
  }

  /** A key and its certificate; the file has the intermediates as well. */
  issue(recipe: Recipe = {}): ClientCredentials {
    const key = keyOf(recipe);
    const der = certificate(recipe, key, this.signer);
    return credentials(key, [der, ...this.chain]);
  }
}

/** A certificate that its own key signed. */
export function selfSigned(recipe: Recipe = {}): ClientCredentials {
  const key = keyOf(recipe);
  const subject = recipe.subject ?? DEFAULT_SUBJECT;
  return credentials(key, [certificate({ ...recipe, subject }, key, { subject, key })]);
}

/** The files of a key and a chain, end entity first. */
export function credentials(key: KeyObject, chain: readonly Buffer[]): ClientCredentials {
  const [der = Buffer.alloc(0), ...others] = chain;
  return {
    key,
    der,
    keyFile: scratchFile("client.key", key.export({ type: "pkcs8", format: "pem" })),
    certFile: scratchFile("client.pem", pemOf(chain)),
    chainFile: others.length === 0 ? null : scratchFile("chain.pem", pemOf(others)),
  };
}

function pemOf(chain: readonly Buffer[]): string {
  return chain.map((der) => pem("CERTIFICATE", der)).join("");
}

const DEFAULT_SUBJECT = name(["CN", "client"]);

function keyOf({ key, kind = "P-256" }: Recipe): KeyObject {
  return key ?? newKey(kind);
}

function authorityRecipe(recipe: Recipe, subject: Buffer): Recipe {
  return { extensions: [extension.constraints({ ca: true })], ...recipe, subject };
}

interface Signer {
  readonly subject: Buffer;
  readonly key: KeyObject;
}

const RSA_WITH = {
  sha1: "1.2.840.113549.1.1.5",
  sha256: "1.2.840.113549.1.1.11",
  sha384: "1.2.840.113549.1.1.12",
  sha512: "1.2.840.113549.1.1.13",
} as const;

const ECDSA_WITH = {
  sha1: "1.2.840.10045.4.1",
  sha256: "1.2.840.10045.4.3.2",
  sha384: "1.2.840.10045.4.3.3",
  sha512: "1.2.840.10045.4.3.4",
} as const;

const NULL = Buffer.of(5, 0);
const SERIAL_LENGTH = 8;

function certificate(recipe: Recipe, key: KeyObject, signer: Signer): Buffer {
  const { subject = DEFAULT_SUBJECT, hash = "sha256", begins = -1, ends = 30 } = recipe;
  const { extensions = [], version = 3, saidHash = hash } = recipe;
  const signed = sequence(
    ...(version === 1 ? [] : [element(0xa0, integer(Buffer.of(version - 1)))]),
    recipe.serial === undefined
      ? integer(randomBytes(SERIAL_LENGTH))
      : element(0x02, recipe.serial),
    algorithm(signer, hash),
    signer.subject,
    sequence(...(recipe.dates ?? [time(begins), time(ends)])),
    subject,
    createPublicKey(key).export({ type: "spki", format: "der" }),
    ...(extensions.length === 0 ? [] : [element(0xa3, sequence(...extensions))]),
  );
  const signature = sign(hash, signed, signer.key);
  if (recipe.broken) flipSerial(signed);
  return sequence(signed, algorithm(signer, saidHash), bits(signature));
}

function algorithm({ key }: Signer, hash: NonNullable<Recipe["hash"]>): Buffer {
  return key.asymmetricKeyType === "rsa"
    ? sequence(oid(RSA_WITH[hash]), NULL)
    : sequence(oid(ECDSA_WITH[hash]));
}

/** GeneralizedTime, whatever the year. */
function time(days: number): Buffer {
  const text = new Date(Date.now() + days * DAY).toISOString().replaceAll(/[-T:]|\.\d+/g, "");
  return element(0x18, Buffer.from(text));
}

/** One bit of the serial number, which is not looked at. */
function flipSerial(signed: Buffer): void {
  const at = signed.indexOf(Buffer.of(0xa0, 3, 2, 1, 2)) + 5 + 2 + SERIAL_LENGTH - 1;
  signed.writeUInt8(signed.readUInt8(at) ^ 1, at);
}

function bits(content: Uint8Array): Buffer {
  return element(0x03, Buffer.of(0), content);
}
