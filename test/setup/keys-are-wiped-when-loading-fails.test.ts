import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CLIENT_DEFAULTS } from "../../src/cli/client-options.ts";
import { DEFAULTS } from "../../src/cli/tls-options.ts";
import { Keeper } from "../../src/sandbox/keeper.ts";
import { prepareClients } from "../../src/setup/client-side.ts";
import { TlsEnvironment } from "../../src/setup/environment.ts";
import { loadCredentials } from "../../src/setup/server-side.ts";
import { isBlank } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { builtModule, memoryOf } from "../support/sandboxes.ts";
import { scratchFile } from "../support/scratch.ts";

/** A process that lives on has no key of credentials that it could not load. */

const authority = Authority.root();
const credentials = authority.issue();
const { certFile: otherCertificate } = authority.issue();
const { keyFile: KEYFILE, certFile: CERTFILE } = credentials;
const secret = Buffer.from(credentials.key.export({ format: "jwk" }).d as string, "base64url");
const nonsense = scratchFile("nonsense.pem", "no certificate");
const keeperModule = builtModule("keeper");

const load = vi.spyOn(Keeper.prototype, "load");
afterEach(() => void load.mockClear());

/** The memory of the keeper that the last key went into; the real thing did run. */
function lastKeeper(): Uint8Array {
  expect(load.mock.results.some(({ type }) => type === "return")).toBe(true);
  return memoryOf(load.mock.contexts.at(-1) as Keeper);
}

const server = (settings: Partial<typeof DEFAULTS>, env: NodeJS.ProcessEnv) =>
  loadCredentials(keeperModule, {
    settings: { ...DEFAULTS, ...settings },
    environment: new TlsEnvironment(env),
    tell: () => {},
  });

describe("a server's key is wiped", () => {
  test.each<[string, Partial<typeof DEFAULTS>, NodeJS.ProcessEnv]>([
    ["the certificate is another key's", {}, { KEYFILE, CERTFILE: otherCertificate }],
    ["the certificate can't be read", {}, { KEYFILE, CERTFILE: nonsense }],
    [
      "the CAs can't be read",
      { clientCertificate: "mandatory" },
      { KEYFILE, CERTFILE, CAFILE: nonsense },
    ],
    [
      "a further key can't be read",
      { sniLevel: 1 },
      { KEYFILE, CERTFILE, "KEYFILE:a": KEYFILE, "CERTFILE:a": nonsense },
    ],
  ])("when %s", (_, settings, env) => {
    expect(() => server(settings, env)).toThrow();
    expect(isBlank(lastKeeper())).toBe(true);
  });

  test("and is there when all is well", () => {
    server({}, { KEYFILE, CERTFILE });
    expect(Buffer.from(lastKeeper()).includes(secret)).toBe(true);
  });
});

/** A CA whose kind of key is not supported. */
function edwards(): string {
  const [key, certificate] = [scratchFile("edwards.key"), scratchFile("edwards.pem")];
  const request = ["req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=Edwards"];
  const files = ["-keyout", key, "-out", certificate];
  execFileSync("openssl", [...request, ...files], { stdio: "ignore" });
  return certificate;
}

describe("a key for many connections to servers is wiped", () => {
  const prepare = (settings: Partial<typeof CLIENT_DEFAULTS>, env: NodeJS.ProcessEnv) =>
    prepareClients(
      { engine: builtModule("engine"), keeper: keeperModule },
      {
        settings: { ...CLIENT_DEFAULTS, clientCertificate: "mandatory", ...settings },
        environment: new TlsEnvironment({ KEYFILE, CERTFILE, CAFILE: authority.certFile, ...env }),
        tell: () => {},
      },
    );

  test.each<[string, Partial<typeof CLIENT_DEFAULTS>, NodeJS.ProcessEnv]>([
    ["the certificate is another key's", {}, { CERTFILE: otherCertificate }],
    ["no CA can be used", {}, { CAFILE: edwards() }],
    ["no version is left", { minVersion: "1.3", maxVersion: "1.2" }, {}],
  ])("when %s", (_, settings, env) => {
    expect(() => prepare(settings, env)).toThrow();
    expect(isBlank(lastKeeper())).toBe(true);
  });

  test("and is there when all is well", () => {
    prepare({}, {}).makeEngine().wipe();
    expect(Buffer.from(lastKeeper()).includes(secret)).toBe(true);
  });
});
