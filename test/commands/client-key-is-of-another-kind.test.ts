/**
 * A client whose key is of a kind that we can't verify: it has no certificate for us, or one that is
 * refused.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { openssl, VERSIONS } from "../support/clients.ts";
import { run } from "../support/processes.ts";
import { serveGuarded } from "../support/refusals.ts";
import { scratchFile } from "../support/scratch.ts";

const authority = Authority.root();
const credentials = authority.issue();
const CAFILE = ClientAuthority.root().certFile;

const NONE = {
  "TLSv1.2": ["handshake failure", "no client certificate"],
  "TLSv1.3": ["certificate required", "no client certificate"],
};

/** In TLS 1.3, a client keeps back what no scheme of the request signs for. */
const KEPT_BACK = {
  ...NONE,
  "TLSv1.2": ["unsupported certificate", "certificate with an unsupported feature"],
};

const KINDS = [
  ["Ed25519", ["ed25519"], NONE],
  ["Ed448", ["ed448"], NONE],
  ["brainpoolP256r1", ["ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"], KEPT_BACK],
  ["secp256k1", ["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"], KEPT_BACK],
] as const;

it.each(
  VERSIONS.flatMap((version) =>
    KINDS.map(([name, kind, words]) => [name, version, kind, words[version]] as const),
  ),
)("%s, in %s", async (_, version, kind, [alert, complaint]) => {
  const [keyFile, certFile] = [scratchFile("other.key"), scratchFile("other.pem")];
  await run([
    ...["openssl", "req", "-x509", "-nodes", "-subj", "/CN=other", "-newkey", ...kind],
    ...["-keyout", keyFile, "-out", certFile],
  ]);
  const { listener, refusal } = await serveGuarded(credentials, ["-y"], { CAFILE });
  const options = [
    version === "TLSv1.2" ? "-tls1_2" : "-tls1_3",
    "-cert",
    certFile,
    "-key",
    keyFile,
  ];
  const { stderr } = await openssl({ port: listener.port, authority }, options);
  expect(stderr).toContain(`alert ${alert}:`);
  expect(await refusal()).toMatchObject({
    code: 98,
    stderr: expect.stringContaining(`s6-tlsd: fatal: TLS error: ${complaint}; `),
  });
});
