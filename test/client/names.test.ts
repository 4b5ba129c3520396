/**
 * Which certificates are for which names: alternative names without case, and a wildcard for one
 * label. What a program doesn't run for, ends with 98.
 */
import { expect, it } from "vitest";
import { call, refusalOf } from "../support/calls.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { type Alternative, extension } from "../support/extensions.ts";
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
])("%s is one of %j", async (name, names) => {
  const { port } = await serverFor(...names);
  const client = await call({ port, authority, name, prog: ["printenv", SNI] });
  expect(await client.ended).toMatchObject({ stdout: `${name}\n`, stderr: "", code: 0 });
});

const SNI = "SSL_TLS_SNI_SERVERNAME";

it.each<[string, Alternative[]]>([
  ["example.com", [["DNS", "*.example.com"]]],
  ["a.b.example.com", [["DNS", "*.example.com"]]],
  ["example.com", [["DNS", "*.com"]]],
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

it.each([
  ["127.0.0.1", "is an address"],
  ["10.1", "is an address"],
  ["::1", "is an address"],
  ["2001:db8::1", "is an address"],
  ["[::1]", "is an address"],
  ["www.example.com.", "not a host name"],
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
  expect(stderr).toMatch(/^s6-tlsc: usage: s6-tlsc /);
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
