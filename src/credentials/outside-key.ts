import type { Keeper } from "../sandbox/keeper.ts";
import type { Attestation, KeyOperations, Role } from "../sandbox/key-operations.ts";
import { unsupportedKeyOf } from "./certificate-kind.ts";
import { CredentialsError } from "./errors.ts";
import type { ClaimedIdentity } from "./identity-choice.ts";
import { inTlsForm } from "./signature-form.ts";
import { type SchemeFacts, type SignatureScheme, schemeNumbered } from "./signature-scheme.ts";

/**
 * Signs with a private key that is elsewhere: in a device, in a service, in WebCrypto. It is called once
 * in a connection's life, for the CertificateVerify of TLS 1.3 (RFC 8446, 4.4.3).
 *
 * @param scheme the registry's name of the SignatureScheme, such as `ecdsa_secp256r1_sha256`
 * @param hash the digest that is to be signed, by the scheme's hash: for what signs digests
 * @param content what it is the digest of: for what hashes by itself, as WebCrypto and node:crypto do
 * @returns the signature: ECDSA in DER, or r and s one behind the other; RSA-PSS with a salt as long as
 *   the hash
 */
export type Sign = (
  scheme: SignatureScheme,
  hash: Uint8Array,
  content: Uint8Array,
) => Promise<Uint8Array | ArrayBuffer> | Uint8Array | ArrayBuffer;

/** What an OutsideKey is made of. */
interface Outside {
  readonly sign: Sign;
  /** The key's certificate, in DER, and those above it. */
  readonly chain: readonly Uint8Array[];
  /** The context's: once it is wiped, this key signs no more either. */
  readonly keeper: Keeper;
}

/** A private key that is elsewhere. It does TLS 1.3 alone: BearSSL can't wait for a signature. */
class OutsideKey implements KeyOperations {
  constructor(private readonly outside: Outside) {}

  sign(): number {
    return 0;
  }

  decrypt(): number {
    return 0;
  }

  attest(request: Attestation): Uint8Array | Promise<Uint8Array> {
    this.outside.keeper.requireUsable();
    const scheme = schemeNumbered(request.scheme);
    return scheme === null ? new Uint8Array(0) : this.ask(scheme, contentOf(request));
  }

  private async ask(scheme: SchemeFacts, content: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const { sign, chain, keeper } = this.outside;
    const hash = new Uint8Array(await crypto.subtle.digest(scheme.hash, content));
    const answer = await sign(scheme.name, hash, content);
    keeper.requireUsable();
    return inTlsForm({ answer, scheme, certificate: chain[0] as Uint8Array });
  }
}

/** A chain whose key is elsewhere. */
export class OutsidePair implements ClaimedIdentity {
  readonly key: KeyOperations;
  readonly chain: readonly Uint8Array[];

  /** @throws {CredentialsError} for a certificate of a key that no scheme of ours is for */
  constructor(outside: Outside) {
    const why = unsupportedKeyOf(outside.chain[0] as Uint8Array);
    if (why !== null) throw new CredentialsError(why);
    this.chain = outside.chain;
    this.key = new OutsideKey(outside);
  }

  /** Whether the two belong together, the first signature shows. */
  match(): this {
    return this;
  }
}

/** What is signed (RFC 8446, 4.4.3): for a role, and of no use in another protocol. */
function contentOf({ role, transcript }: Attestation): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${SPACES}${CONTEXT[role]}\0`);
  const content = new Uint8Array(head.length + transcript.length);
  content.set(head);
  content.set(transcript, head.length);
  return content;
}

const SPACES = " ".repeat(64);

const CONTEXT: Readonly<Record<Role, string>> = {
  server: "TLS 1.3, server CertificateVerify",
  client: "TLS 1.3, client CertificateVerify",
};
