import { X509Certificate } from "node:crypto";
import type { Presented } from "../support/chain-verdict.ts";

/** A case of x509-limbo, and of our own vectors in its format: the part of it that we look at. */
export interface ChainCase {
  readonly id: string;
  readonly validation_kind: "SERVER" | "CLIENT";
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly expected_result: "SUCCESS" | "FAILURE";
  readonly expected_peer_name: { readonly value: string } | null;
}

/** Cases without a time were made before this one, and are valid for long. */
const DEFAULT_TIME = "2026-06-01T00:00:00Z";

/**
 * What a peer can present: limbo gives its intermediates as a set, and who speaks TLS sends a chain.
 * First as they are, then each chain in which one names the next as its issuer.
 */
export function presentations(one: ChainCase): Presented[] {
  const leaf = derOf(one.peer_certificate);
  const others = one.untrusted_intermediates.map(derOf);
  const chains = [[leaf, ...others], ...chainsFrom([leaf], others)].slice(0, CHAINS_MAX);
  return chains.map((chain) => ({
    chain,
    anchors: one.trusted_certs.map(derOf),
    now: Date.parse(one.validation_time ?? DEFAULT_TIME),
    name: one.expected_peer_name?.value ?? null,
    isClients: one.validation_kind === "CLIENT",
  }));
}

/** Where intermediates are made to lead around in circles, there is no end of chains. */
const CHAINS_MAX = 50;
const DEPTH_MAX = 9;

function chainsFrom(chain: readonly Buffer[], others: readonly Buffer[]): Buffer[][] {
  const { issuer } = namesOf(chain.at(-1) as Buffer);
  const found: Buffer[][] = [[...chain]];
  if (chain.length === DEPTH_MAX) return found;
  for (const other of others) {
    if (found.length >= CHAINS_MAX) break;
    if (chain.includes(other) || namesOf(other).subject !== issuer) continue;
    found.push(...chainsFrom([...chain, other], others));
  }
  return found;
}

function namesOf(der: Buffer): { issuer: string | null; subject: string | undefined } {
  try {
    const { issuer, subject } = new X509Certificate(der);
    return { issuer, subject };
  } catch {
    return { issuer: null, subject: undefined };
  }
}

function derOf(pem: string): Buffer {
  const body = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/.exec(pem)?.[1] ?? "";
  return Buffer.from(body, "base64");
}
