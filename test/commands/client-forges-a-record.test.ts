/**
 * A record that does not carry the right authentication reaches no program: the connection ends
 * with an alert.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { connectByWire } from "../support/clients.ts";
import { payload } from "../support/payload.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";
import { looksLikeAlert } from "../support/wire.ts";

const authority = Authority.root();

it.each([
  ["TLS_CHACHA20_POLY1305_SHA256", "P-256"],
  ["TLS_AES_128_GCM_SHA256", "P-256"],
  ["TLS_AES_256_GCM_SHA384", "RSA-2048"],
  ["ECDHE-ECDSA-CHACHA20-POLY1305", "P-256"],
  ["ECDHE-ECDSA-AES128-GCM-SHA256", "P-256"],
  ["ECDHE-ECDSA-AES128-CCM8", "P-256"],
  ["ECDHE-ECDSA-AES128-SHA", "P-256"],
  ["ECDHE-RSA-AES256-SHA384", "RSA-2048"],
] as const)("under %s", async (ciphers, kind) => {
  const heard = scratchFile("heard");
  const listener = await serve({
    credentials: authority.issue({ kind }),
    options: ["--tls-profile", "compat"],
    prog: ["sh", "-c", `cat >${heard}; exit 7`],
  });
  const maxVersion = ciphers.startsWith("TLS_") ? "TLSv1.3" : "TLSv1.2";
  const destination = { port: listener.port, authority };
  const { client, wire } = await connectByWire(destination, { maxVersion, ciphers });
  expect(client.getCipher().name).toBe(ciphers);
  client.on("error", () => {});
  client.resume();
  client.write("genuine\n", () => {
    wire.inject(Buffer.concat([Buffer.from([23, 3, 3, 0, 128]), payload("forgery", 128)]));
  });
  const tunnel = await listener.tunnel();
  const { code, stderr } = await tunnel.ended;
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
  expect(code).toBe(7);
  expect(readFileSync(heard, "utf8")).toBe("genuine\n");
  expect(looksLikeAlert(wire.received.at(-1), maxVersion)).toBe(true);
});
