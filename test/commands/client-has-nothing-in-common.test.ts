/**
 * A client with no version, no suite or no curve in common with us: both sides learn why.
 */
import { expect, it } from "vitest";
import { Authority } from "../support/certificates.ts";
import { clientHello, openssl, TLS12 } from "../support/clients.ts";
import { ALERT, alertsIn, FATAL, serveGuarded, shout } from "../support/refusals.ts";

const authority = Authority.root();
const ecdsa = authority.issue();
const rsa = authority.issue({ kind: "RSA-2048" });

const OLD = ["-cipher", "ALL:@SECLEVEL=0"];

it.each([
  ["modern", "-tls1"],
  ["modern", "-tls1_1"],
  ["compat", "-tls1"],
  ["compat", "-tls1_1"],
])("%s refuses %s with protocol_version", async (profile, version) => {
  const { listener, refusal } = await serveGuarded(ecdsa, ["--tls-profile", profile]);
  const client = await openssl({ port: listener.port, authority }, [version, ...OLD]);
  expect(client.stderr).toContain(`alert protocol version:`);
  expect(client.stderr).toContain(`alert number ${ALERT.protocolVersion}`);
  expect(client.code).not.toBe(0);
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]*version[^\n]*\n$/);
  expect(code).toBe(98);
});

it("SSL 3.0 is refused with protocol_version, even by legacy", async () => {
  const { listener, refusal } = await serveGuarded(ecdsa, ["--tls-profile", "legacy"]);
  const hello = await clientHello(TLS12);
  // The record's version, then the ClientHello's own.
  hello.writeUInt16BE(0x0300, 1);
  hello.writeUInt16BE(0x0300, 9);
  const answer = await shout({ port: listener.port, bytes: hello });
  expect(alertsIn(answer)).toEqual([[FATAL, ALERT.protocolVersion]]);
  expect(await refusal()).toMatchObject({ code: 98 });
});

it("a client with nothing but TLS 1.3 is refused where 1.2 is the most that is offered", async () => {
  const { listener, refusal } = await serveGuarded(ecdsa, ["--tls-max", "1.2"]);
  const client = await openssl({ port: listener.port, authority }, ["-tls1_3"]);
  expect(client.stderr).toMatch(/alert (protocol version|handshake failure):/);
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]+\n$/);
  expect(code).toBe(98);
});

it.each([
  ["modern refuses every older suite", ecdsa, "modern", "ALL:!ECDHE:!TLS13"],
  ["modern refuses CBC", rsa, "modern", "ECDHE-RSA-AES128-SHA256:ECDHE-RSA-AES256-SHA"],
  ["modern refuses static RSA", rsa, "modern", "AES128-GCM-SHA256:AES256-SHA"],
  ["compat refuses DHE", rsa, "compat", "DHE-RSA-AES128-GCM-SHA256"],
  ["legacy refuses anonymous suites", rsa, "legacy", "ADH-AES128-SHA:AECDH-AES128-SHA"],
  [
    "an ECDSA key is no use to a client with RSA alone",
    ecdsa,
    "compat",
    "ECDHE-RSA-AES128-GCM-SHA256",
  ],
  [
    "an RSA key is no use to a client with ECDSA alone",
    rsa,
    "compat",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
  ],
])("%s", async (_, credentials, profile, suites) => {
  const { listener, refusal } = await serveGuarded(credentials, ["--tls-profile", profile]);
  const client = await openssl({ port: listener.port, authority }, [
    ...["-tls1_2", "-cipher", `${suites}:@SECLEVEL=0`],
  ]);
  expect(client.stderr).toContain("alert handshake failure:");
  expect(client.stderr).toContain(`alert number ${ALERT.handshakeFailure}`);
  const { code, stderr } = await refusal();
  expect(stderr).toMatch(/^s6-tlsd: fatal: TLS error: [^\n]*handshake_failure[^\n]*\n$/);
  expect(code).toBe(98);
});

it("a client whose only curve we do not have is refused", async () => {
  const { listener, refusal } = await serveGuarded(ecdsa);
  const client = await openssl({ port: listener.port, authority }, [
    ...["-tls1_2", "-groups", "brainpoolP256r1"],
  ]);
  expect(client.stderr).toContain("alert handshake failure:");
  expect(await refusal()).toMatchObject({ code: 98 });
});
