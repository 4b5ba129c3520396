/**
 * Which certificates are for which names: alternative names without case, and a wildcard for one
 * label; addresses byte by byte. What a program doesn't run for, ends with 98.
 */
import { expect, it } from "vitest";
import { call, refusalOf } from "../support/calls.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { type Alternative, extension } from "../support/extensions.ts";
import { name as commonName } from "../support/names.ts";
import { everything } from "../support/processes.ts";
import { nextConnection, opensslServer } from "../support/tls-servers.ts";

const authority = ClientAuthority.root();

function serverFor(...names: Alternative[]) {
  const extensions = [extension.alternativeNames(...names)];
  return opensslServer(authority.issue({ extensions }));
}

const LONGEST_LABEL = "a".repeat(63);

it.each<[string, Alternative[]]>([
  ["www.example.com", [["DNS", "www.example.com"]]],
  ["WWW.Example.COM", [["DNS", "www.example.com"]]],
  ["www.example.com", [["DNS", "WWW.Example.COM"]]],
  ["www.example.com", [["DNS", "*.example.com"]]],
  ["WWW.example.COM", [["DNS", "*.EXAMPLE.com"]]],
  ["a.b.example.com", [["DNS", "*.b.example.com"]]],
  ["www.example.co.uk", [["DNS", "*.example.co.uk"]]],
  ["www.code.uk", [["DNS", "*.code.uk"]]],
  ["www.co.test", [["DNS", "*.co.test"]]],
  ["_sip.example.com", [["DNS", "*.example.com"]]],
  [`${LONGEST_LABEL}.example.com`, [["DNS", "*.example.com"]]],
  ["localhost", [["DNS", "localhost"]]],
  [
    "last.test",
    [
      ["email", "last.test"],
      ["IP", Buffer.of(127, 0, 0, 1)],
      ["DNS", "first.test"],
      ["DNS", "last.test"],
    ],
  ],
  ["www.example.com.", [["DNS", "www.example.com"]]],
  ["www.example.com.", [["DNS", "*.example.com"]]],
])("%s is one of %j", async (name, names) => {
  const { port } = await serverFor(...names);
  const client = await call({ port, authority, name, prog: ["printenv", SNI] });
  expect(await client.ended).toMatchObject({
    stdout: `${name.replace(/\.$/, "")}\n`,
    stderr: "",
    code: 0,
  });
});

const SNI = "SSL_TLS_SNI_SERVERNAME";

it.each<[string, Alternative[]]>([
  ["example.com", [["DNS", "*.example.com"]]],
  ["a.b.example.com", [["DNS", "*.example.com"]]],
  ["example.com", [["DNS", "*.com"]]],
  ["example.co.uk", [["DNS", "*.co.uk"]]],
  ["example.COM.br", [["DNS", "*.com.BR"]]],
  ["example.ac.jp", [["DNS", "*.ac.jp"]]],
  ["example.edu.au", [["DNS", "*.edu.au"]]],
  ["example.gov.uk", [["DNS", "*.gov.uk"]]],
  ["example.net.au", [["DNS", "*.net.au"]]],
  ["example.org.uk", [["DNS", "*.org.uk"]]],
  ["com", [["DNS", "*"]]],
  ["www.example.com", [["DNS", "*"]]],
  ["www.example.com", [["DNS", "*.*.com"]]],
  ["www.example.com", [["DNS", "www.*.com"]]],
  ["www.example.com", [["DNS", "w*.example.com"]]],
  ["www.example.com", [["DNS", "*w.example.com"]]],
  ["www.example.com", [["DNS", "ww*.example.com"]]],
  ["www.example.com", [["DNS", "www.example.com."]]],
  ["www.example.com", [["DNS", "www.example.com\0"]]],
  ["www.example.com", [["DNS", "www.example.com\0.evil.test"]]],
  ["www.example.com", [["DNS", "*.example.com\0.evil.test"]]],
  ["www.example.com", [["DNS", "evil.test\0www.example.com"]]],
  ["www.example.com", [["DNS", "www.example.co"]]],
  ["www.example.com", [["DNS", "wwww.example.com"]]],
  ["www.example.com", [["DNS", ".example.com"]]],
  ["www.example.com", [["DNS", ""]]],
  ["www.example.com", [["email", "www.example.com"]]],
  ["www.example.com", [["URI", "https://www.example.com/"]]],
  ["www.example.com", [["IP", "www.example.com"]]],
])("%s is none of %j", async (name, names) => {
  const { port } = await serverFor(...names);
  const { code, stderr } = await refusalOf({ port, authority, name });
  expect(stderr).toMatch(/^s6-tlsc: fatal: TLS error: [^\n]*\n$/);
  expect(stderr).toContain("certificate for another name; sent the alert bad_certificate");
  expect(code).toBe(98);
});

const LOCAL = Buffer.of(127, 0, 0, 1);
const LOCAL_V6 = Buffer.concat([Buffer.alloc(15), Buffer.of(1)]);

it.each<[string, Alternative[]]>([
  ["127.0.0.1", [["IP", LOCAL]]],
  [
    "127.0.0.1",
    [
      ["DNS", "www.example.com"],
      ["IP", LOCAL_V6],
      ["IP", LOCAL],
    ],
  ],
  ["::1", [["IP", LOCAL_V6]]],
  ["0:0::1", [["IP", LOCAL_V6]]],
  ["[::1]", [["IP", LOCAL_V6]]],
])("the address %s is one of %j, and no name is asked for", async (name, names) => {
  const { port } = await serverFor(...names);
  const prog = ["sh", "-c", `echo "name: \${${SNI}-none}"`];
  const client = await call({ port, authority, name, prog });
  expect(await client.ended).toMatchObject({ stdout: "name: none\n", stderr: "", code: 0 });
});

it.each<[string, Alternative[]]>([
  ["127.0.0.1", [["IP", Buffer.of(127, 0, 0, 2)]]],
  ["127.0.0.1", [["DNS", "127.0.0.1"]]],
  ["127.0.0.1", [["IP", "127.0.0.1"]]],
  ["127.0.0.1", [["DNS", "*.0.0.1"]]],
  ["127.0.0.1", [["IP", Buffer.concat([Buffer.alloc(10), Buffer.of(255, 255), LOCAL])]]],
  ["127.0.0.1", [["IP", Buffer.concat([LOCAL, Buffer.alloc(12)])]]],
  ["127.0.0.1", [["URI", "https://127.0.0.1/"]]],
  ["::1", [["IP", LOCAL]]],
  ["::1", [["DNS", "::1"]]],
  ["::ffff:127.0.0.1", [["IP", LOCAL]]],
])("the address %s is none of %j", async (name, names) => {
  const { port } = await serverFor(...names);
  const { code, stderr } = await refusalOf({ port, authority, name });
  expect(stderr).toContain("certificate for another name; sent the alert bad_certificate");
  expect(code).toBe(98);
});

it("an address in the common name counts for nothing", async () => {
  const credentials = authority.issue({ subject: commonName(["CN", "127.0.0.1"]) });
  const { port } = await opensslServer(credentials);
  const { code, stderr } = await refusalOf({ port, authority, name: "127.0.0.1" });
  expect(stderr).toContain("certificate for another name");
  expect(code).toBe(98);
});

it.each([
  ["10.1", "not an IP address"],
  ["1.2.3.4.5", "not an IP address"],
  ["127.0.0.256", "not an IP address"],
  ["127.0.0.01", "not an IP address"],
  [":::1", "not an IP address"],
  ["2001:db8::g", "not an IP address"],
  ["www.example.com..", "not a host name"],
  [".", "not an IP address"],
  [".example.com", "not a host name"],
  ["*.example.com", "not a host name"],
  ["www..example.com", "not a host name"],
  ["www example.com", "not a host name"],
  ["www.example.com\n", "not a host name"],
  ["bücher.example", "not a host name"],
  [`${"a.".repeat(127)}a`, "not a host name"],
  ["", "the name is empty"],
])("%j is refused as a name, before anything is sent", async (name, message) => {
  const { port, socket } = await nextConnection();
  const { code, stderr } = await refusalOf({ port, authority, name });
  expect(stderr).toMatch(/^s6-tlsc: usage: [^\n]+; see s6-tlsc --help\n$/);
  expect(stderr).toContain(message);
  expect(code).toBe(100);
  expect((await everything(await socket)).length).toBe(0);
});

it("without a name, any certificate of the CA's will do, and there is a warning", async () => {
  const { port } = await serverFor(["DNS", "whoever.test"]);
  const prog = ["sh", "-c", `echo "name: \${${SNI}-none}"`];
  const environment = { [SNI]: "stale" };
  const client = await call({ port, authority, name: null, prog, environment });
  const { stdout, stderr, code } = await client.ended;
  expect(stderr).toMatch(/^s6-tlsc: warning: no server name given[^\n]*\n$/);
  expect({ stdout, code }).toEqual({ stdout: "name: none\n", code: 0 });
});

it("with -v 0, there is no warning", async () => {
  const { port } = await serverFor(["DNS", "whoever.test"]);
  const client = await call({ port, authority, name: null, options: ["-v0"] });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

it("without a name, a CA must still vouch", async () => {
  const { port } = await serverFor(["DNS", "whoever.test"]);
  const other = ClientAuthority.root();
  const { code, stderr } = await refusalOf({ port, authority: other, name: null });
  expect(stderr).toContain("s6-tlsc: fatal: TLS error: certificate with an invalid signature");
  expect(code).toBe(98);
});
