/**
 * Client certificates, several server names and other privileges are still to come: until then each
 * is refused, and never silently ignored.
 */
import { expect, it } from "vitest";
import { runAlone } from "../support/alone.ts";
import { Authority } from "../support/certificates.ts";

const credentials = Authority.root().issue();

it.each([
  ["-Y", ["-Y"]],
  ["-y", ["-y"]],
  ["--client-cert", ["--client-cert"]],
  ["--mandatory-client-cert", ["--mandatory-client-cert"]],
  ["-k 1", ["-k", "1"]],
  ["-k2", ["-k2"]],
  ["--sni-level", ["--sni-level=1"]],
  ["--sni", ["--sni"]],
  ["--mandatory-sni", ["--mandatory-sni"]],
])("%s", async (_, options) => {
  const { code, stderr } = await runAlone({ credentials, args: [...options, "true"] });
  expect(stderr).toMatch(/^s6-tlsd: [^\n]*not supported yet[^\n]*\n$/);
  expect(code).toBe(100);
});

it.each(["TLS_UID", "TLS_GID"])("%s", async (variable) => {
  const environment = { [variable]: "1000" };
  const { code, stderr } = await runAlone({ credentials, environment });
  expect(stderr).toMatch(/^s6-tlsd: [^\n]*not supported yet[^\n]*\n$/);
  expect(code).toBe(100);
});
