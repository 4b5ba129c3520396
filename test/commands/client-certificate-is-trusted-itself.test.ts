/**
 * A certificate in CAFILE that is no authority's vouches for itself only: the same certificate
 * is welcome, and another one of the same name and key is not. Its holder could write into that
 * whatever the program is told next.
 */
import { expect, it } from "vitest";
import { Authority, newKey } from "../support/certificates.ts";
import { opensslCertificate, refusalOf } from "../support/certified-clients.ts";
import {
  ClientAuthority,
  type ClientCredentials,
  selfSigned,
} from "../support/client-authority.ts";
import { openssl } from "../support/clients.ts";
import { extension } from "../support/extensions.ts";
import { name } from "../support/names.ts";
import { serveGuarded } from "../support/refusals.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();
const server = authority.issue();
const key = newKey("P-256");

const trusted = withName("guest.test");
const CAFILE = trusted.certFile;

function withName(alternative: string): ClientCredentials {
  return selfSigned({ key, extensions: [extension.alternativeNames(["DNS", alternative])] });
}

it("the same certificate is welcome", async () => {
  const listener = await serve({
    credentials: server,
    options: ["-yS"],
    environment: { CAFILE },
    prog: ["printenv", "SSL_PEER_CERT_SAN"],
  });
  const client = await openssl({ port: listener.port, authority }, opensslCertificate(trusted));
  expect(client).toMatchObject({ code: 0, stdout: "DNS:guest.test\n" });
});

it.each([
  ["another one of its name and key", withName("admin.test")],
  ["another one of its name", selfSigned()],
  ["another one of its key", selfSigned({ key, subject: name(["CN", "admin"]) })],
])("%s is refused", async (_, client) => {
  const guarded = await serveGuarded(server, ["-y"], { CAFILE });
  expect(await refusalOf(guarded, { authority, client })).toEqual({
    alert: "unknown ca",
    code: 98,
    message: expect.stringContaining("certificate that no trust anchor vouches for"),
  });
});

it("one that has expired is refused, trusted or not", async () => {
  const client = selfSigned({ begins: -30, ends: -1 });
  const guarded = await serveGuarded(server, ["-y"], { CAFILE: client.certFile });
  const { message } = await refusalOf(guarded, { authority, client });
  expect(message).toContain("certificate expired");
});

it("one that it issued is refused", async () => {
  const issuer = ClientAuthority.root({ extensions: [extension.constraints({ ca: false })] });
  const guarded = await serveGuarded(server, ["-y"], { CAFILE: issuer.certFile });
  const { message } = await refusalOf(guarded, { authority, client: issuer.issue() });
  expect(message).toContain("certificate that no trust anchor vouches for");
});
