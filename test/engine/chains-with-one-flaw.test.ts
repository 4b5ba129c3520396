import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { Authority, type Credentials, derCertificate, newKey } from "../support/certificates.ts";
import { selfSigned } from "../support/client-authority.ts";
import { extension } from "../support/extensions.ts";
import { drain, feed, loadKey, newClient, newServer } from "./instances.ts";

/**
 * One flaw in a chain is enough, wherever it is and however good the rest: what is wrong with a leaf
 * is not forgotten for the certificates that come behind it.
 */

const root = Authority.root();
const intermediate = root.intermediate();
const lower = intermediate.intermediate();

/** What became of a handshake: null, or why the client refused the server. */
function refusal(
  credentials: Pick<Credentials, "keyFile" | "certFile">,
  settings: { above?: readonly Authority[]; anchors?: readonly string[]; now?: number } = {},
): string | null {
  const { above = [], anchors = [root.certFile], now = Date.now() } = settings;
  const files = [credentials.certFile, ...above.map(({ certFile }) => certFile)];
  const server = newServer(credentials, { chain: files.map(derCertificate) });
  const client = newClient({
    serverName: "server.test",
    server: { anchors: anchors.map(derCertificate), now },
  });
  settle(client, server);
  if (client.error === null) expect(client.established && server.established).toBe(true);
  return client.error?.reason ?? null;
}

function settle(client: Engine, server: Engine): void {
  const pass = (from: Engine, to: Engine) => feed(to, "recvrec", drain(from, "sendrec"));
  while (pass(client, server) > 0 || pass(server, client) > 0);
}

const chains = [
  { where: "below the root", issuer: root, above: [] },
  { where: "behind a good intermediate", issuer: intermediate, above: [intermediate] },
  { where: "behind two good intermediates", issuer: lower, above: [lower, intermediate] },
];

describe.each(chains)("a leaf $where", ({ issuer, above }) => {
  test("is accepted if nothing is wrong with it", () => {
    expect(refusal(issuer.issue(), { above })).toBe(null);
  });

  test.each([
    ["for another name", { name: "other.test" }],
    ["for clients only", { extensions: ["extendedKeyUsage=clientAuth"] }],
    ["for signing code only", { extensions: ["extendedKeyUsage=critical,codeSigning"] }],
    ["that may only encrypt keys", { extensions: ["keyUsage=critical,keyAgreement,encipherOnly"] }],
    ["with a critical extension that is unknown", { extensions: ["1.2.3.4=critical,DER:0500"] }],
  ])("%s is refused", (_, wanted) => {
    expect(refusal(issuer.issue(wanted), { above })).not.toBe(null);
  });

  test("that is out of date is refused", () => {
    const DAY = 86_400_000;
    const [short, long] = [issuer.issue({ days: 1 }), issuer.issue({ days: 3 })];
    const now = Date.now() + 2 * DAY;
    expect(refusal(short, { above, now })).toBe("X509_EXPIRED");
    expect(refusal(long, { above, now })).toBe(null);
  });

  test("is refused under another root", () => {
    const anchors = [Authority.root().certFile];
    expect(refusal(issuer.issue(), { above, anchors })).not.toBe(null);
  });

  test("is refused with another key's signatures", () => {
    const { certFile } = issuer.issue();
    const chain = [certFile, ...above.map((authority) => authority.certFile)].map(derCertificate);
    const key = loadKey(newKey("P-256").export({ type: "pkcs8", format: "der" }));
    const server = newServer(root.issue(), { chain, key });
    const client = newClient({
      serverName: "server.test",
      server: { anchors: [derCertificate(root.certFile)], now: Date.now() },
    });
    settle(client, server);
    expect(client.error?.reason).toBe("BAD_SIGNATURE");
  });
});

test("each of several certificates that are trusted for themselves is accepted", () => {
  const selves = [1, 2, 3].map(() =>
    selfSigned({ extensions: [extension.alternativeNames(["DNS", "server.test"])] }),
  );
  const anchors = selves.map(({ der }) => der);
  const outcomes = [...selves, selfSigned()].map(({ der, keyFile }) => {
    const server = newServer(root.issue(), { chain: [der], key: loadKey(readFileSync(keyFile)) });
    const client = newClient({ serverName: "server.test", server: { anchors, now: Date.now() } });
    settle(client, server);
    return client.established;
  });
  expect(outcomes).toEqual([true, true, true, false]);
});
