import type { Profile } from "../sandbox/engine-settings.ts";
import type { NODE_VERSIONS } from "./options.ts";
import type { Credential, KeyPair, OutsideKeyPair } from "./pair.ts";

/** What connections may share. */
export interface SecureContextOptions extends Partial<KeyPair>, Partial<OutsideKeyPair> {
  /**
   * A server's further pairs, by the name that a client asks for (SNI, RFC 6066, 3), or by a wildcard
   * for its first label. Without `key` and `cert`, clients that ask for other names are refused.
   */
  readonly contexts?: Readonly<Record<string, KeyPair | OutsideKeyPair>>;
  /** Certificates of the CAs that may vouch for the peer. */
  readonly ca?: Credential | readonly Credential[];
  /**
   * Whether a CA of `ca` that another CA issued vouches without that one. false, the default: it does
   * where the CA above it is in `ca`, too.
   */
  readonly allowPartialTrustChain?: boolean;
  /** Versions and suites; `modern` unless told otherwise. See docs/design.md, Profiles. */
  readonly profile?: Profile;
  /** Of the profile's versions, only this one and newer ones. */
  readonly minVersion?: keyof typeof NODE_VERSIONS;
  /** Of the profile's versions, only this one and older ones. */
  readonly maxVersion?: keyof typeof NODE_VERSIONS;
  /**
   * Groups in which keys may be exchanged, the best first, with colons between them, as in Node; or
   * `auto`, the default: all of X25519MLKEM768, X25519, secp256r1, secp384r1 and secp521r1.
   */
  readonly ecdhCurve?: string;
  /** Whether connections keep what `exportKeyingMaterial` needs; false is the default. */
  readonly keepExporter?: boolean;
  /**
   * For debuggers: takes each line of NSS's key log format, with its newline, as Node's event `keylog` has
   * it. They decrypt all that connections of this context say.
   */
  readonly keyLog?: (line: string) => void;
  /** Application protocols (ALPN, RFC 7301), the best first. A server's order counts. */
  readonly ALPNProtocols?: readonly string[];
  /**
   * Session tickets that a server gives each client of TLS 1.3, 0 to 4; 2 unless told otherwise, and none
   * where clients are asked for certificates. 0: no session is resumed, nor taken by a client.
   */
  readonly tickets?: number;
  /**
   * Keys that a server seals its tickets with: 32, 48 (Node's) or 80 random bytes each, up to 16. The
   * first seals, all open. Without them they follow from the private key, so that all processes with that
   * key resume each other's sessions; where a key is elsewhere (`sign`), one is drawn for this context.
   */
  readonly ticketKeys?: Uint8Array | readonly Uint8Array[];
  /** For how many seconds a server's sessions can be resumed, 1 to 21600, which is the default. */
  readonly sessionTimeout?: number;
}

/** How a server treats one client. */
export interface ServerEngineOptions {
  /**
   * Whether clients are asked for a certificate: `true` refuses those without a good one, `optional`
   * welcomes those that have none at all. A bad one is always refused. `false` is the default.
   */
  readonly requestCert?: boolean | "optional";
}

/** How a client treats its server. */
export interface ClientEngineOptions {
  /**
   * The server's name: it is asked for (SNI) and must be in the certificate. null: neither.
   */
  readonly servername?: string | null;
  /** false: any server will do, and nothing is known of it. */
  readonly rejectUnauthorized?: boolean;
}
