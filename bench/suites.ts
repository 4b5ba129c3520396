/** What is measured, by OpenSSL's names: modern clients' choice with us, and the peers' favourite. */
export const SUITES = ["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256"] as const;
export type Suite = (typeof SUITES)[number];

/** The first of them, for a server whose key is RSA. */
export const RSA_SUITE = "ECDHE-RSA-CHACHA20-POLY1305";

/** The first of them, in TLS 1.3. */
export const TLS13_SUITE = "TLS_CHACHA20_POLY1305_SHA256";
export type AnySuite = Suite | typeof RSA_SUITE | typeof TLS13_SUITE;

/** As it stands in the names of results. */
export const SHORT_NAMES: Record<Suite, string> = {
  "ECDHE-ECDSA-CHACHA20-POLY1305": "chacha20-poly1305",
  "ECDHE-ECDSA-AES128-GCM-SHA256": "aes128-gcm",
};
