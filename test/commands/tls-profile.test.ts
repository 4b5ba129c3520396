/**
 * The profile comes from --tls-profile or TLS_PROFILE, the option wins, and within a profile the
 * server's order of preference does.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connect, openssl, TLS12 } from "../support/clients.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const credentials = authority.issue();

interface Choice {
  options?: string[];
  environment?: Record<string, string>;
}

it.each<[string, Choice, string]>([
  ["by default, modern", {}, "refused"],
  ["by option, legacy", { options: ["--tls-profile", "legacy"] }, "TLSv1.1"],
  ["by option with =, legacy", { options: ["--tls-profile=legacy"] }, "TLSv1.1"],
  ["by environment, legacy", { environment: { TLS_PROFILE: "legacy" } }, "TLSv1.1"],
  ["by environment, modern", { environment: { TLS_PROFILE: "modern" } }, "refused"],
  [
    "the option wins over the environment",
    { options: ["--tls-profile=legacy"], environment: { TLS_PROFILE: "modern" } },
    "TLSv1.1",
  ],
  [
    "the option wins over an unknown name in the environment",
    { options: ["--tls-profile=legacy"], environment: { TLS_PROFILE: "ancient" } },
    "TLSv1.1",
  ],
  [
    "the last option wins",
    { options: ["--tls-profile=legacy", "--tls-profile=modern"] },
    "refused",
  ],
])("%s", async (_, choice, outcome) => {
  const listener = await serve({ credentials, prog: ["printenv", "SSL_PROTOCOL"], ...choice });
  const { stdout } = await openssl({ port: listener.port, authority }, [
    ...["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
  ]);
  expect(stdout.trim() || "refused").toBe(outcome);
});

it.each([
  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384",
])("in TLS 1.2, ChaCha20-Poly1305 wins whatever the client prefers: %s", async (ciphers) => {
  const listener = await serve({ credentials, prog: ["cat"] });
  const client = await connect({ port: listener.port, authority }, { ...TLS12, ciphers });
  expect(client.getCipher().name).toBe("ECDHE-ECDSA-CHACHA20-POLY1305");
});
