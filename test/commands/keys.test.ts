/**
 * Private keys of each kind, in each of the forms that people have them in, serve a handshake.
 */
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Authority, type Credentials, type KeyKind } from "../support/certificates.ts";
import { connect, exchange } from "../support/clients.ts";
import { scratchFile } from "../support/scratch.ts";
import { serve } from "../support/service.ts";

const authority = Authority.root();

const kinds: KeyKind[] = ["RSA-2048", "RSA-4096", "P-256", "P-384", "P-521"];

describe.each(kinds)("a key of the kind %s", (kind) => {
  const credentials = authority.issue({ kind });
  const traditional = kind.startsWith("RSA") ? "pkcs1" : "sec1";

  it.each([
    ["PKCS#8", "pkcs8", "pem"],
    ["PKCS#8", "pkcs8", "der"],
    ["its traditional form", traditional, "pem"],
    ["its traditional form", traditional, "der"],
  ] as const)("serves in %s (%s, %s)", async (_, type, format) => {
    const keyFile = scratchFile("key", exported(credentials.key, type, format));
    expect(await echo({ ...credentials, keyFile })).toBe("hello\n");
  });
});

describe("key files with more than the key in them", () => {
  it("EC PARAMETERS before the key, as `openssl ecparam -genkey` writes them", async () => {
    const credentials = authority.issue();
    const parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    const key = exported(credentials.key, "sec1", "pem").toString();
    const keyFile = scratchFile("key.pem", parameters + key);
    expect(await echo({ ...credentials, keyFile })).toBe("hello\n");
  });

  it("certificate and key in one file, named by both variables", async () => {
    const credentials = authority.issue();
    const key = readFileSync(credentials.keyFile, "utf8");
    const certificate = readFileSync(credentials.certFile, "utf8");
    const file = scratchFile("both.pem", `For the test server\n${certificate}\n${key}`);
    expect(await echo({ ...credentials, keyFile: file, certFile: file })).toBe("hello\n");
  });

  it("lines that end as on Windows", async () => {
    const credentials = authority.issue();
    const windows = (file: string) =>
      scratchFile("crlf.pem", readFileSync(file, "utf8").replaceAll("\n", "\r\n"));
    const keyFile = windows(credentials.keyFile);
    const certFile = windows(credentials.certFile);
    expect(await echo({ ...credentials, keyFile, certFile })).toBe("hello\n");
  });
});

async function echo(credentials: Credentials): Promise<string> {
  const listener = await serve({ credentials, prog: ["cat"] });
  return exchange(await connect({ port: listener.port, authority }), "hello\n");
}

type KeyType = "pkcs8" | "pkcs1" | "sec1";

function exported(key: KeyObject, type: KeyType, format: "pem" | "der"): string | Buffer {
  // The types of Node know each combination, but not their union.
  return key.export({ type, format } as { type: "pkcs8"; format: "der" });
}
