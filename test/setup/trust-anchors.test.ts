import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CredentialsError } from "../../src/credentials/errors.ts";
import { readTrustAnchors } from "../../src/setup/trust-anchors.ts";
import { ClientAuthority } from "../support/client-authority.ts";
import { name } from "../support/names.ts";
import { scratch, scratchFile } from "../support/scratch.ts";

/** The certificates of CAs in CADIR and CAFILE. */

const [first, second, third] = ["First", "Second", "Third"].map((cn) =>
  ClientAuthority.root({ subject: name(["CN", cn]) }),
) as [ClientAuthority, ClientAuthority, ClientAuthority];

const NOBODY = 65534;

const NONE = new CredentialsError("no certificate in it");

/** A folder with files of these names and contents. */
function folder(files: Record<string, string | Uint8Array> = {}): string {
  const path = scratchFile("folder");
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
  return path;
}

function text(...authorities: ClientAuthority[]): string {
  return authorities.map(({ certFile }) => readFileSync(certFile, "utf8")).join("");
}

/** Which of ours were found, in an order of their own. */
function found(directory: string): string[] {
  return namesOf(readTrustAnchors({ directory })).sort();
}

function namesOf(anchors: readonly Uint8Array[]): string[] {
  const known = { first, second, third };
  return anchors.map((der) => {
    const [is] = Object.entries(known).find(([, authority]) => authority.der.equals(der)) ?? [];
    return is ?? "something else";
  });
}

/** For root, permissions mean nothing. */
function withoutPrivileges<T>(action: () => T): T {
  if (process.getuid?.() !== 0) return action();
  chmodSync(scratch, 0o755);
  process.seteuid?.(NOBODY);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}

function revocationList(): string {
  const path = folder({ index: "" });
  const config = `[ca]
default_ca = own
[own]
database = ${join(path, "index")}
default_md = sha256
default_crl_days = 1
`;
  const list = join(path, "crl.pem");
  const { certFile, keyFile } = first.issue();
  execFileSync(
    "openssl",
    [
      ...["ca", "-gencrl", "-config", scratchFile("ca.cnf", config), "-out", list],
      ...["-cert", certFile, "-keyfile", keyFile],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return list;
}

describe("a bundle", () => {
  test("gives its certificates in its order", () => {
    const file = scratchFile("bundle.pem", text(second, first, third));
    expect(namesOf(readTrustAnchors({ file }))).toEqual(["second", "first", "third"]);
  });

  test("gives each once, however often it is there", () => {
    const file = scratchFile("bundle.pem", text(first, second, first, first, second));
    expect(namesOf(readTrustAnchors({ file }))).toEqual(["first", "second"]);
  });

  test("may be one certificate in DER", () => {
    const file = scratchFile("root.der", first.der);
    expect(namesOf(readTrustAnchors({ file }))).toEqual(["first"]);
  });

  test("that isn't there is the system's error", () => {
    expect(() => readTrustAnchors({ file: scratchFile("missing") })).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
  });

  test("without a certificate is refused", () => {
    expect(() => readTrustAnchors({ file: scratchFile("text", "hello") })).toThrow(NONE);
  });
});

describe("a directory", () => {
  test("gives the certificates of all its files, whatever their names", () => {
    const directory = folder({
      "1a2b3c4d.0": text(first),
      "root.crt": second.der,
      ".hidden": text(third),
    });
    expect(found(directory)).toEqual(["first", "second", "third"]);
  });

  test("may have OpenSSL's names, as c_rehash makes them", () => {
    const directory = folder({ "first.pem": text(first), "second.pem": text(second) });
    execFileSync("openssl", ["rehash", directory]);
    expect(readdirSync(directory)).toHaveLength(4);
    expect(found(directory)).toEqual(["first", "second"]);
  });

  test("may have symbolic and hard links to one file", () => {
    const directory = folder({ "first.pem": text(first) });
    symlinkSync("first.pem", join(directory, "symbolic"));
    symlinkSync(join(directory, "symbolic"), join(directory, "indirect"));
    linkSync(join(directory, "first.pem"), join(directory, "hard"));
    expect(found(directory)).toEqual(["first"]);
  });

  test("may have links to files elsewhere", () => {
    const directory = folder();
    symlinkSync(first.certFile, join(directory, "elsewhere"));
    expect(found(directory)).toEqual(["first"]);
  });

  test("may have copies, and a bundle of all others", () => {
    const directory = folder({
      "bundle.crt": text(first, second, third),
      "first.pem": text(first),
      "second.der": second.der,
    });
    copyFileSync(join(directory, "first.pem"), join(directory, "copy.pem"));
    expect(found(directory)).toEqual(["first", "second", "third"]);
  });

  test("may have links to nothing", () => {
    const directory = folder({ "first.pem": text(first) });
    symlinkSync("missing", join(directory, "dangling"));
    expect(found(directory)).toEqual(["first"]);
  });

  test("may have files that are something else", () => {
    const directory = folder({
      "first.pem": text(first),
      README: "Put certificates here.\n",
      empty: "",
      noise: Buffer.alloc(5000, 0xa5),
      "key.pem": readFileSync(second.issue().keyFile),
      "broken.pem": text(second).slice(0, 100),
      large: Buffer.alloc(3 << 20, "x"),
    });
    expect(found(directory)).toEqual(["first"]);
  });

  test("may have revocation lists", () => {
    const list = revocationList();
    const directory = folder({ "first.pem": text(first), "1a2b3c4d.r0": readFileSync(list) });
    expect(readFileSync(list, "utf8")).toContain("BEGIN X509 CRL");
    expect(found(directory)).toEqual(["first"]);
  });

  test("may have folders, pipes and sockets in it, which are not looked into", () => {
    const directory = folder({ "first.pem": text(first) });
    mkdirSync(join(directory, "inner"));
    writeFileSync(join(directory, "inner", "second.pem"), text(second));
    execFileSync("mkfifo", [join(directory, "pipe")]);
    expect(found(directory)).toEqual(["first"]);
  });

  test("may have links that lead around in a circle", () => {
    const directory = folder({ "first.pem": text(first) });
    symlinkSync("loop", join(directory, "loop"));
    expect(found(directory)).toEqual(["first"]);
  });

  test("that is empty, or has no certificate, is refused", () => {
    expect(() => readTrustAnchors({ directory: folder() })).toThrow(NONE);
    expect(() => readTrustAnchors({ directory: folder({ a: "b" }) })).toThrow(NONE);
  });

  test("that isn't there, or isn't one, is the system's error", () => {
    expect(() => readTrustAnchors({ directory: scratchFile("missing") })).toThrow(
      expect.objectContaining({ code: "ENOENT" }),
    );
    expect(() => readTrustAnchors({ directory: first.certFile })).toThrow(
      expect.objectContaining({ code: "ENOTDIR" }),
    );
  });

  test("with a file that can't be read is refused, and names it: an authority would be missing", () => {
    const directory = folder({ "first.pem": text(first), "second.pem": text(second) });
    expect(withoutPrivileges(() => found(directory))).toEqual(["first", "second"]);
    chmodSync(join(directory, "second.pem"), 0);
    expect(() => withoutPrivileges(() => found(directory))).toThrow(
      new CredentialsError(`${join(directory, "second.pem")}: Permission denied`),
    );
  });

  test("of the system's gives each of its certificates once", () => {
    const directory = "/etc/ssl/certs";
    const bundle = readTrustAnchors({ file: join(directory, "ca-certificates.crt") });
    const all = readTrustAnchors({ directory });
    const inBundle = new Set(bundle.map((der) => Buffer.from(der).toString("hex")));
    const inDirectory = new Set(all.map((der) => Buffer.from(der).toString("hex")));
    expect(inDirectory.size).toBe(all.length);
    expect([...inBundle].filter((der) => !inDirectory.has(der))).toEqual([]);
    expect(bundle.length).toBeGreaterThan(100);
  });
});
