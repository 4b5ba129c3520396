/**
 * The certificates in CERTFILE reach the client in order, so that one that knows the root alone can
 * verify them.
 */
import { expect, it } from "vitest";
import { Authority, chainFile, derCertificate } from "../support/certificates.ts";
import { connect, exchange, openssl } from "../support/clients.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();

it("a chain with two intermediates is verified by openssl against its root", async () => {
  const first = authority.intermediate("RSA-2048");
  const second = first.intermediate("P-384");
  const leaf = second.issue();
  const certFile = chainFile(leaf.certFile, second.certFile, first.certFile);
  const listener = await serve({
    credentials: { ...leaf, certFile },
    options: ["-S"],
    prog: ["echo", "welcome"],
  });
  const { code, stdout, stderr } = await openssl({ port: listener.port, authority });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "welcome\n" });
  expect(stderr).toContain("Verification: OK");
});

it("without the intermediate in CERTFILE, the client can't verify", async () => {
  const intermediate = authority.intermediate();
  const listener = await serve({ credentials: intermediate.issue(), prog: ["cat"] });
  const client = connect({ port: listener.port, authority });
  await expect(client).rejects.toThrow(/unable to verify the first certificate/);
});

it("a single certificate may be in DER", async () => {
  const leaf = authority.issue();
  const certFile = scratchFile("server.der", derCertificate(leaf.certFile));
  const listener = await serve({ credentials: { ...leaf, certFile }, prog: ["cat"] });
  const client = await connect({ port: listener.port, authority });
  expect(await exchange(client, "hello\n")).toBe("hello\n");
});
