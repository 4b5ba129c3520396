/**
 * A client whose key is of a kind that we can't verify: it has no certificate for us, or one that is
 * refused.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { openssl } from "../support/clients.ts";
import { run } from "../support/processes.ts";
import { serveGuarded } from "../support/refusals.ts";
import { scratchFile } from "../support/scratch.ts";

const authority = Authority.root();
const credentials = authority.issue();
const CAFILE = ClientAuthority.root().certFile;

it.each([
  ["Ed25519", ["ed25519"], "handshake failure", "no client certificate"],
  ["Ed448", ["ed448"], "handshake failure", "no client certificate"],
  [
    "brainpoolP256r1",
    ["ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"],
    "unsupported certificate",
    "certificate with an unsupported feature",
  ],
  [
    "secp256k1",
    ["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
    "unsupported certificate",
    "certificate with an unsupported feature",
  ],
])("%s", async (_, kind, alert, complaint) => {
  const [keyFile, certFile] = [scratchFile("other.key"), scratchFile("other.pem")];
  await run([
    ...["openssl", "req", "-x509", "-nodes", "-subj", "/CN=other", "-newkey", ...kind],
    ...["-keyout", keyFile, "-out", certFile],
  ]);
  const { listener, refusal } = await serveGuarded(credentials, ["-y"], { CAFILE });
  const options = ["-cert", certFile, "-key", keyFile];
  const { stderr } = await openssl({ port: listener.port, authority }, options);
  expect(stderr).toContain(`alert ${alert}:`);
  expect(await refusal()).toMatchObject({
    code: 98,
    stderr: expect.stringContaining(`s6-tlsd: fatal: TLS error: ${complaint}; `),
  });
});
