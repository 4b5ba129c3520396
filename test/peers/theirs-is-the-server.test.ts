/** Other people's servers with s6-tlsc: every cell of docs/peers.md that is theirs. */
import { describe, expect, it } from "vitest";
import { call } from "../support/calls.ts";
import { Authority, type Credentials, type KeyKind } from "../support/certificates.ts";
import { FEATURES, groupsOf, KEYS, reasonNot, STACKS, suitesOf, VERSIONS } from "./rows.ts";
import type { StackService } from "./stack.ts";

const authority = Authority.root();
const pairs = Object.fromEntries(KEYS.map((kind) => [kind, authority.issue({ kind })])) as Record<
  KeyKind,
  Credentials
>;

/** Asks for a page, and shows its first line and what was agreed upon. */
const ASK = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&7";
const FACTS = 'head -n 1 <&6; echo "$SSL_PROTOCOL $SSL_CIPHER $SSL_GROUP"';
const LINE = ["sh", "-c", `${ASK}; ${FACTS}`];
const END = ["sh", "-c", `${ASK}; exec 7>&-; ${FACTS}`];

/** As RFC 8446, 4.2.7, has them. */
const NAMES = {
  X25519: "X25519",
  "P-256": "secp256r1",
  "P-384": "secp384r1",
  "P-521": "secp521r1",
};

const cells = VERSIONS.flatMap((version) => STACKS.map((stack) => ({ version, stack })));

describe.each(cells)("$stack.name is the server of $version", ({ version, stack }) => {
  const asked = (row: string) => reasonNot(stack, "server", row) === null;

  async function heard(
    kind: KeyKind,
    wishes: Partial<StackService> = {},
    { prog = LINE, credentials = undefined as Credentials | undefined } = {},
  ): Promise<string> {
    const service = { version, authority, credentials: pairs[kind], ...wishes };
    const { port } = await stack.serve(service);
    const own = credentials && { credentials, options: ["-y"] };
    const client = await call({ port, authority, prog, ...own });
    const { code, stdout, stderr } = await client.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^(HTTP|GET)/);
    return stdout;
  }

  it.each(KEYS.filter(asked))("with a key of %s", async (kind) => {
    const exchange = kind.startsWith("RSA") ? "ECDHE-RSA-" : "ECDHE-ECDSA-";
    expect(await heard(kind)).toContain(`${version} ${version === "TLSv1.2" ? exchange : "TLS_"}`);
  });

  it.each(suitesOf(version).filter(asked))("%s", async (suite) => {
    const kind = suite.startsWith("ECDHE-RSA") ? "RSA-2048" : "P-256";
    expect(await heard(kind, { suite })).toContain(`${version} ${suite}`);
  });

  it.each(groupsOf(version, "server").filter(asked))("%s", async (group) => {
    const told = await heard("RSA-2048", { group });
    // Only TLS 1.3 tells the group.
    expect(told).toMatch(
      version === "TLSv1.2" ? /TLSv1\.2 .* $/m : new RegExp(`${NAMES[group]}$`, "m"),
    );
  });

  it.each([FEATURES.certificate].filter(() => asked("certificate")))("%s", async () => {
    const credentials = authority.issue({ name: "client.test" });
    expect(await heard("P-256", { asks: true }, { credentials })).toContain(version);
  });

  it.each([FEATURES["half-close"]].filter(() => asked("half-close")))("%s", async () => {
    expect(await heard("P-256", {}, { prog: END })).toContain(version);
  });
});
