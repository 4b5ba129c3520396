/** Other people's clients with s6-tlsserver: every cell of docs/peers.md that is theirs. */
import { describe, expect, it } from "vitest";
import { Authority, type Credentials, type KeyKind } from "../support/certificates.ts";
import { startServer } from "../support/server.ts";
import {
  ENVIRONMENT,
  FEATURES,
  groupsOf,
  KEYS,
  reasonNot,
  STACKS,
  suitesOf,
  VERSIONS,
} from "./rows.ts";
import type { StackCall } from "./stack.ts";

const authority = Authority.root();
const pairs = Object.fromEntries(KEYS.map((kind) => [kind, authority.issue({ kind })])) as Record<
  KeyKind,
  Credentials
>;

/** Says what it heard, and what was agreed upon; it waits for a line, or for the end. */
const LINE = ["sh", "-c", 'read -r line; echo "$line, $SSL_PROTOCOL $SSL_CIPHER"'];
const END = ["sh", "-c", 'text=$(cat); echo "$text, $SSL_PROTOCOL $SSL_CIPHER"'];

const cells = VERSIONS.flatMap((version) => STACKS.map((stack) => ({ version, stack })));

describe.each(cells)("$stack.name is the client of $version", ({ version, stack }) => {
  const asked = (row: string) => reasonNot(stack, "client", row) === null;

  async function heard(
    kind: KeyKind,
    wishes: Partial<StackCall> = {},
    { prog = LINE, environment = {}, options = [] as string[] } = {},
  ): Promise<string> {
    const serving = { authority, credentials: pairs[kind], prog };
    const { port } = await startServer({
      ...serving,
      environment: { ...ENVIRONMENT[version], ...environment },
      options: ["-S", ...options],
    });
    return stack.ask({ port, authority, version, say: "hello\n", ...wishes });
  }

  it.each(KEYS.filter(asked))("with a key of %s", async (kind) => {
    const exchange = kind.startsWith("RSA") ? "ECDHE-RSA-" : "ECDHE-ECDSA-";
    const text = await heard(kind);
    expect(text).toContain(`hello, ${version} ${version === "TLSv1.2" ? exchange : "TLS_"}`);
  });

  it.each(suitesOf(version).filter(asked))("%s", async (suite) => {
    const kind = suite.startsWith("ECDHE-RSA") ? "RSA-2048" : "P-256";
    expect(await heard(kind, { suite })).toContain(`hello, ${version} ${suite}`);
  });

  it.each(groupsOf(version, "client").filter(asked))("%s", async (group) => {
    expect(await heard("RSA-2048", { group })).toContain(`hello, ${version}`);
  });

  it.each([FEATURES.certificate].filter(() => asked("certificate")))("%s", async () => {
    const credentials = authority.issue({ name: "client.test" });
    const environment = { CAFILE: authority.certFile };
    const asks = { environment, options: ["-y"] };
    expect(await heard("P-256", { credentials }, asks)).toContain(`hello, ${version}`);
  });

  it.each([FEATURES["half-close"]].filter(() => asked("half-close")))("%s", async () => {
    expect(await heard("P-256", {}, { prog: END })).toContain(`hello, ${version}`);
  });
});
