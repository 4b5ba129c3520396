import { describe, expect, test } from "vitest";
import { KeeperError } from "../../src/sandbox/keeper-refusals.ts";
import { Authority, derCertificate, type KeyKind } from "../support/certificates.ts";
import { loadKey } from "./instances.ts";

/** The base64 between BEGIN and END, which we decode ourselves where it has the usual form. */

const authority = Authority.root();
const kinds: KeyKind[] = ["P-256", "P-384", "P-521", "RSA-2048"];

function pem(base64: string, lineLength: number, newline = "\n"): string {
  const lines = base64.match(new RegExp(`.{1,${lineLength}}`, "gs")) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join(newline);
}

describe.each(kinds)("a key of %s", (kind) => {
  const { key, certFile } = authority.issue({ kind });
  const der = key.export({ type: "pkcs8", format: "der" });
  const base64 = der.toString("base64");
  const certificate = derCertificate(certFile);

  test.each([4, 8, 60, 64, 76, 100_000])("may have lines of %i characters", (length) => {
    for (const newline of ["\n", "\r\n"]) {
      expect(() => loadKey(pem(base64, length, newline)).match(certificate)).not.toThrow();
    }
  });

  test("may lack the last newline, and have text around it", () => {
    const text = pem(base64, 64);
    for (const file of [text.trimEnd(), `Bag attributes\n${text}`, text + text, `${text}more`]) {
      expect(() => loadKey(file).match(certificate)).not.toThrow();
    }
  });

  test.each(["*", "-", "\0", "\xff", ",", ":", "@", "[", "`", "{", "."])(
    "has no %j in it, wherever it stands",
    (character) => {
      for (let at = 0; at < base64.length; at += 7) {
        const damaged = base64.slice(0, at) + character + base64.slice(at + 1);
        expect(() => loadKey(Buffer.from(pem(damaged, 64), "latin1")), `at ${at}`).toThrow(
          KeeperError,
        );
      }
    },
  );

  test("has no padding but at its end", () => {
    for (let at = 0; at < base64.length - 4; at += 5) {
      const damaged = `${base64.slice(0, at)}=${base64.slice(at + 1)}`;
      expect(() => loadKey(pem(damaged, 64)), `at ${at}`).toThrow(KeeperError);
    }
  });

  test("is not cut short anywhere", () => {
    const text = pem(base64, 64);
    for (let length = 1; length <= text.indexOf("-----END "); length++) {
      expect(() => loadKey(text.slice(0, length)), `after ${length}`).toThrow(KeeperError);
    }
  });
});

test("the last character has no bits that the padding makes useless", () => {
  const der = authority.issue({ kind: "P-521" }).key.export({ type: "pkcs8", format: "der" });
  const base64 = der.toString("base64");
  const [end = "", last = "", padding = ""] = /(.)(=+)$/.exec(base64) ?? [];
  const next = String.fromCharCode(last.charCodeAt(0) + 1);
  const damaged = base64.slice(0, -end.length) + next + padding;
  expect(Buffer.from(damaged, "base64").equals(der), "the same key").toBe(true);
  expect(() => loadKey(pem(damaged, 64))).toThrow(KeeperError);
});
