/**
 * s6-tlsc-io --no-verify-cert takes any certificate, but the server must still have its key; and it
 * says nothing about who it was.
 */
import { expect, it } from "vitest";
import { call } from "../support/calls.ts";
import { SERVER_NAME } from "../support/certificates.ts";
import { ClientAuthority, selfSigned } from "../support/client-authority.ts";
import { eventually } from "../support/limits.ts";
import { everything } from "../support/processes.ts";
import { opensslServer, reversingServer } from "../support/tls-servers.ts";

const anybody = selfSigned();
const options = ["--no-verify-cert"];

it.each([
  ["that nobody vouches for", anybody],
  ["that has expired", selfSigned({ begins: -20, ends: -1 })],
  ["with a key of RSA", selfSigned({ kind: "RSA-2048" })],
  ["with a key of P-521", selfSigned({ kind: "P-521" })],
  ["that was changed after it was signed", ClientAuthority.root().issue({ broken: true })],
])("a certificate %s", async (_, files) => {
  const { port } = await reversingServer(files);
  const client = await call({ port, program: "s6-tlsc-io", options });
  client.child.stdin?.write("regit\n");
  await eventually("the answer", () => client.stdout === "tiger\n");
  client.child.stdin?.end();
  expect(await client.ended).toMatchObject({ code: 0, stderr: "" });
});

it.each([
  ["-tls1_2", "TLSv1.2", /^SSL_CIPHER=ECDHE-ECDSA-/, []],
  ["-tls1_3", "TLSv1.3", /^SSL_CIPHER=TLS_/, ["SSL_GROUP=X25519"]],
])(
  "the server (%s) hears the name, and the notification tells nothing of its certificate",
  async (option, version, cipher, group) => {
    const { port } = await reversingServer(anybody, [option]);
    const told = ["-d", "3"];
    const client = await call({
      port,
      program: "s6-tlsc-io",
      options: [...options, ...told],
      pipe: 3,
    });
    const block = (await everything(client.descriptor(3))).toString();
    expect(block.split("\0").slice(0, -2)).toEqual([
      `SSL_PROTOCOL=${version}`,
      expect.stringMatching(cipher),
      ...group,
      `SSL_TLS_SNI_SERVERNAME=${SERVER_NAME}`,
      "SSL_PEER_CERT_HASH",
      "SSL_PEER_CERT_SUBJECT",
      "SSL_PEER_CERT_SAN",
      "SSL_PEER_CERT_SPKI_HASH",
    ]);
  },
);

it("no warning is needed where no name is given", async () => {
  const { port } = await reversingServer(anybody);
  const client = await call({ port, program: "s6-tlsc-io", name: null, options });
  client.child.stdin?.end();
  expect(await client.ended).toMatchObject({ code: 0, stderr: "" });
});

it("without the option, the same server is refused", async () => {
  const { port } = await opensslServer(anybody);
  const authority = ClientAuthority.root();
  const client = await call({ port, authority, program: "s6-tlsc-io" });
  const { code, stderr } = await client.ended;
  expect(stderr).toContain("s6-tlsc-io: fatal: TLS error: certificate that no trust anchor");
  expect(code).toBe(98);
});
