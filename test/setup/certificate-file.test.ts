import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CredentialsError } from "../../src/credentials/errors.ts";
import { readCertificates } from "../../src/setup/certificate-file.ts";
import { Authority, chainFile, derCertificate } from "../support/certificates.ts";
import { scratchFile } from "../support/scratch.ts";

/** What CERTFILE may hold, and what it may not. */

const EMPTY = "the file is empty";
const NONE = "no certificate in it";
const KEY = "it holds a private key, not a certificate";
const CUT = "a certificate in it is cut short";
const MALFORMED = "a certificate in it is malformed";

const root = Authority.root();
const intermediate = root.intermediate();
const { certFile, keyFile } = intermediate.issue();
const text = readFileSync(certFile, "utf8");
const keyText = readFileSync(keyFile, "utf8");
const der = derCertificate(certFile);
const chain = [certFile, intermediate.certFile, root.certFile].map(derCertificate);

function read(content: string | Uint8Array): Buffer[] {
  return readCertificates(scratchFile("certificates", content)).map((found) => Buffer.from(found));
}

function complaintAbout(content: string | Uint8Array): string {
  try {
    read(content);
  } catch (error) {
    expect(error).toBeInstanceOf(CredentialsError);
    return (error as CredentialsError).message;
  }
  return "none";
}

describe("a certificate file", () => {
  test("may be in PEM or in DER", () => {
    expect(read(text)).toEqual([der]);
    expect(read(der)).toEqual([der]);
  });

  test("may hold a chain, and keeps its order", () => {
    const file = chainFile(certFile, intermediate.certFile, root.certFile);
    expect(readCertificates(file).map((found) => Buffer.from(found))).toEqual(chain);
    const reversed = chainFile(root.certFile, intermediate.certFile, certFile);
    expect(readCertificates(reversed).map((found) => Buffer.from(found))).toEqual(
      [...chain].reverse(),
    );
  });

  test("may have the line ends of Windows", () => {
    expect(read(text.replaceAll("\n", "\r\n"))).toEqual([der]);
  });

  test("may lack its last newline", () => {
    expect(read(text.trimEnd())).toEqual([der]);
  });

  test("may have text before, between and after", () => {
    const described = execFileSync("openssl", ["x509", "-text", "-in", certFile], {
      encoding: "utf8",
    });
    expect(described).toContain("Certificate:");
    expect(read(`${described}\nand then\n\n${text}the end`)).toEqual([der, der]);
  });

  test("may have all of its base64 in one line, or in short ones", () => {
    const base64 = der.toString("base64");
    const wrap = (body: string) =>
      `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;
    expect(read(wrap(base64))).toEqual([der]);
    expect(read(wrap(base64.replaceAll(/.{10}/g, "$&\n")))).toEqual([der]);
  });

  test("may have the old name of a certificate", () => {
    expect(read(text.replaceAll("CERTIFICATE", "X509 CERTIFICATE"))).toEqual([der]);
  });

  test("may hold OpenSSL's trusted form, whose trust is none of our business", () => {
    const trusted = execFileSync("openssl", [
      ...["x509", "-in", certFile, "-trustout", "-addtrust", "serverAuth"],
    ]);
    expect(trusted.toString()).toContain("BEGIN TRUSTED CERTIFICATE");
    expect(read(trusted)).toEqual([der]);
  });

  test("may hold the key as well, before or after", () => {
    expect(read(keyText + text)).toEqual([der]);
    expect(read(text + keyText)).toEqual([der]);
    expect(read(text + keyText + readFileSync(root.certFile, "utf8"))).toEqual([der, chain[2]]);
  });

  test.each(["0 leaf\n", "0", "0".repeat(200), "0\u00e9\n"])(
    "may have text before it that begins with the digit 0, which begins DER, too: %j",
    (before) => {
      expect(read(`${before}\n${text}`)).toEqual([der]);
    },
  );

  test.each(["", "0 a comment\n"])("may begin with a byte-order mark and %j", (before) => {
    expect(read(`\ufeff${before}${text}`)).toEqual([der]);
  });

  test.each([
    "# what is between -----BEGIN CERTIFICATE----- and its END\n",
    "# -----BEGIN CERTIFICATE-----\n",
    "# -----BEGIN \n",
    "-----BEGIN CERTIFICATE----- is how it begins\n",
  ])("may have a comment that mentions BEGIN: %j", (comment) => {
    expect(read(comment + text)).toEqual([der]);
    expect(read(text + comment + text)).toEqual([der, der]);
  });

  test("may have several MiB around it", () => {
    expect(read(`${"# a line of a comment\n".repeat(250_000)}${text}`)).toEqual([der]);
  });

  test("may hold a certificate that Node reads, too", () => {
    const [found] = read(text);
    expect(new X509Certificate(found as Buffer).subject).toContain("CN=server.test");
  });

  test("may be a pipe", () => {
    const fifo = scratchFile("fifo");
    const script = 'mkfifo "$1" && (cat "$2" >"$1" &)';
    execFileSync("sh", ["-c", script, "sh", fifo, certFile], { stdio: "ignore" });
    expect(readCertificates(fifo).map((found) => Buffer.from(found))).toEqual([der]);
  });
});

describe("what is refused", () => {
  test("is an empty file", () => {
    expect(complaintAbout("")).toBe(EMPTY);
  });

  test("is a file without a certificate", () => {
    expect(complaintAbout("Dear Sir or Madam,\n")).toBe(NONE);
    expect(complaintAbout(Buffer.alloc(1000, 0xa5))).toBe(NONE);
    expect(complaintAbout("-----BEGIN ")).toBe(NONE);
    expect(complaintAbout("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")).toBe(NONE);
  });

  test("is a public key in place of a certificate", () => {
    expect(complaintAbout("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")).toBe(
      "it holds a public key, not a certificate",
    );
  });

  test("is a private key in place of a certificate, in PEM", () => {
    expect(complaintAbout(keyText)).toBe(KEY);
    const traditional = execFileSync("openssl", ["ec", "-in", keyFile], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(complaintAbout(traditional)).toBe(KEY);
  });

  test("is a certificate that was cut short, wherever", () => {
    for (let length = 0; length < text.indexOf("-----END"); length++) {
      expect(complaintAbout(text.slice(0, length)), `${length} bytes`).not.toBe("none");
    }
    expect(complaintAbout(text.slice(0, 200))).toBe(CUT);
  });

  test("is one of a chain that was cut short, even after a good one", () => {
    expect(complaintAbout(text + text.slice(0, 200))).toBe(CUT);
    expect(complaintAbout(text.slice(0, 200) + text)).toBe(MALFORMED);
  });

  test("is one in DER that was cut short, or that has bytes after it", () => {
    for (const length of [1, 2, 3, 4, 5, 100, der.length - 1]) {
      expect(complaintAbout(der.subarray(0, length)), `${length} bytes`).toBe(MALFORMED);
    }
    expect(complaintAbout(Buffer.concat([der, Buffer.of(0)]))).toBe(MALFORMED);
    expect(complaintAbout(Buffer.concat([der, der]))).toBe(MALFORMED);
  });

  test("is base64 with something else in it", () => {
    expect(complaintAbout(text.replace("\nMII", "\nM!I"))).toBe(MALFORMED);
    expect(complaintAbout(text.replace("\nMII", "\nProc-Type: 4\n\nMII"))).toBe(MALFORMED);
    expect(complaintAbout(text.replace("\nMII", "\n=MII"))).toBe(MALFORMED);
  });

  test("is base64 of something else than a SEQUENCE of its length", () => {
    const wrap = (content: Uint8Array) =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.from(content).toString("base64")}\n-----END CERTIFICATE-----\n`;
    expect(complaintAbout(wrap(Buffer.from("hello")))).toBe(MALFORMED);
    expect(complaintAbout(wrap(der.subarray(0, -1)))).toBe(MALFORMED);
    expect(complaintAbout(wrap(Buffer.concat([der, der])))).toBe(MALFORMED);
    expect(complaintAbout(wrap(Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff)))).toBe(MALFORMED);
  });

  test("is an empty block", () => {
    const empty = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    expect(complaintAbout(empty)).toBe(MALFORMED);
  });
});

describe("a file that is too large to be a chain", () => {
  test("is refused, not read in part", () => {
    expect(complaintAbout(text.repeat(Math.ceil(2 ** 24 / text.length)))).toBe(
      "the file is too large",
    );
  });
});

describe("a file that can't be read", () => {
  test("is the system's error, with its number", () => {
    expect(() => readCertificates(scratchFile("missing"))).toThrow(
      expect.objectContaining({ code: "ENOENT", errno: expect.any(Number) }),
    );
    const folder = scratchFile("folder");
    mkdirSync(folder);
    expect(() => readCertificates(folder)).toThrow(expect.objectContaining({ code: "EISDIR" }));
  });
});
