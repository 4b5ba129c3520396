/**
 * A server's certificate may have some thousand names: up to 64 KiB of it. A client's has 16 KiB at
 * most, since a server has many connections.
 */
import { describe, expect, test } from "vitest";
import { asking, call, refusalOf } from "../support/calls.ts";
import { Authority, SERVER_NAME } from "../support/certificates.ts";
import { chainVerdict } from "../support/chain-verdict.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { type Alternative, extension } from "../support/extensions.ts";
import { startServer } from "../support/server.ts";
import { gnutlsServer, opensslServer } from "../support/tls-servers.ts";

const root = ClientAuthority.root();

/** The name that is asked for comes last. */
function withNames(count: number, length = 20) {
  const others = Array.from({ length: count - 1 }, (_, n): Alternative => {
    return ["DNS", `${n}.test`.padStart(length, "x")];
  });
  return root.issue({ extensions: [extension.alternativeNames(...others, ["DNS", SERVER_NAME])] });
}

/** One whose certificate has exactly so many bytes. */
function ofSize(bytes: number) {
  const filled = (value: number) =>
    extension.alternativeNames(["DNS", SERVER_NAME], ["URI", "x".repeat(value)]);
  const key = root.issue().key;
  // A signature of ECDSA has no fixed length.
  for (let missing = 0; ; ) {
    const issued = root.issue({
      key,
      kind: "RSA-2048",
      extensions: [filled(bytes - 600 + missing)],
    });
    if (issued.der.length === bytes) return issued;
    missing += bytes - issued.der.length;
  }
}

describe.each([
  ["openssl s_server", opensslServer],
  ["gnutls-serv", gnutlsServer],
])("with %s", (_, serve) => {
  test.each([1000, 2500])("s6-tlsc accepts a certificate of %i names", async (count) => {
    const credentials = withNames(count);
    expect(credentials.der.length).toBeGreaterThan(22 * count);
    const { port } = await serve(credentials);
    const prog = ["sh", "-c", "echo $SSL_PEER_CERT_SAN"];
    const { stdout, stderr, code } = await (await call({ port, authority: root, prog })).ended;
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout.trim().split(", ")).toHaveLength(count);
    expect(stdout.trim().endsWith(`DNS:${SERVER_NAME}`)).toBe(true);
  });
});

test("one of more than 64 KiB is refused by its size", async () => {
  const { port } = await opensslServer(withNames(3500));
  const { stderr, code } = await refusalOf({ port, authority: root });
  expect(stderr).toContain("over the supported size; sent the alert unsupported_certificate");
  expect(code).toBe(98);
});

test("s6-tlsserver shows a certificate of 2,500 names", async () => {
  const credentials = withNames(2500);
  const { port } = await startServer({ authority: Authority.root(), credentials });
  const client = await call({ port, authority: root, prog: asking("GET /") });
  expect(await client.ended).toMatchObject({ stderr: "", code: 0 });
});

describe("the size of", () => {
  const verdict = (bytes: number, isClients: boolean) => {
    const chain = [ofSize(bytes).der];
    return chainVerdict({ anchors: [root.der], chain, name: SERVER_NAME, isClients });
  };

  test.each([
    ["a server's certificate", false, 65536],
    ["a client's certificate", true, 16384],
  ])("%s", (_, isClients, limit) => {
    expect(verdict(limit, isClients)).toBe("taken");
    expect(verdict(limit + 1, isClients)).toBe("X509_LIMIT_EXCEEDED");
  });

  test("an intermediate is 16 KiB at most", () => {
    const names = Array.from({ length: 1000 }, (_, n): Alternative => ["DNS", `www.host${n}.test`]);
    const large = [extension.constraints({ ca: true }), extension.alternativeNames(...names)];
    const below = root.intermediate({ extensions: large });
    expect(below.der.length).toBeGreaterThan(16384);
    const forHost = { extensions: [extension.alternativeNames(["DNS", SERVER_NAME])] };
    const chain = [below.issue(forHost).der, ...below.chain];
    expect(chainVerdict({ anchors: [root.der], chain, name: SERVER_NAME })).toBe(
      "X509_LIMIT_EXCEEDED",
    );
  });
});
