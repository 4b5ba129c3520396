import type { Authority, Credentials } from "../support/certificates.ts";

/** TLS as other people wrote it, in both roles. */
export interface Stack {
  readonly name: string;

  /** Says a text, closes its direction, and gives all that comes back until the EOF. */
  ask(call: StackCall): Promise<string>;

  /** Answers a request of HTTP with at least one line, or with what it was sent. */
  serve(service: StackService): Promise<{ port: number }>;

  /** What it can't do, of what the table asks: the row's name and the reason. */
  readonly cant: Readonly<Record<string, string>>;
}

export type Version = "TLSv1.2" | "TLSv1.3";

interface Wishes {
  readonly version: Version;
  readonly authority: Authority;
  /** By OpenSSL's name. */
  readonly suite?: SuiteName;
  readonly group?: "P-256" | "P-384" | "P-521" | "X25519";
  /** Application protocols. */
  readonly protocols?: readonly string[];
}

export interface StackCall extends Wishes {
  /** So many connections of one process, one after the other; 1 unless told otherwise. */
  readonly times?: number;
  readonly port: number;
  readonly say: string;
  /** The client's own. */
  readonly credentials?: Credentials;
}

export interface StackService extends Wishes {
  readonly credentials: Credentials;
  /** Clients need a certificate of the authority's. */
  readonly asks?: boolean;
}

/** A suite's number, and its name as the RFCs have it, by OpenSSL's name. */
export const SUITES = {
  "ECDHE-ECDSA-AES128-GCM-SHA256": ["c02b", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
  "ECDHE-ECDSA-AES256-GCM-SHA384": ["c02c", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
  "ECDHE-ECDSA-CHACHA20-POLY1305": ["cca9", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"],
  "ECDHE-RSA-AES128-GCM-SHA256": ["c02f", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
  "ECDHE-RSA-AES256-GCM-SHA384": ["c030", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
  "ECDHE-RSA-CHACHA20-POLY1305": ["cca8", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"],
  TLS_AES_128_GCM_SHA256: ["1301", "TLS_AES_128_GCM_SHA256"],
  TLS_AES_256_GCM_SHA384: ["1302", "TLS_AES_256_GCM_SHA384"],
  TLS_CHACHA20_POLY1305_SHA256: ["1303", "TLS_CHACHA20_POLY1305_SHA256"],
} as const;

export type SuiteName = keyof typeof SUITES;
