import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { peerVariables } from "../../src/connection/peer-variables.ts";
import { notification, parseNotification } from "../../src/connection/session-variables.ts";
import type { NameKind, PeerFacts, PeerName } from "../../src/sandbox/peer.ts";

/** What prog is told of the peer's certificate: values that say one thing only. */

type Pair = readonly [kind: NameKind, value: string | Uint8Array];

function certificate(...pairs: Pair[]): PeerFacts {
  const names = pairs.map(([kind, value]): PeerName => ({ kind, value: Buffer.from(value) }));
  return { der: Buffer.of(), hash: Buffer.alloc(32, 0xab), keyHash: Buffer.alloc(32, 0x0c), names };
}

function variable(name: string, ...pairs: Pair[]): string | null | undefined {
  return new Map(peerVariables(certificate(...pairs))).get(`SSL_PEER_CERT_${name}`);
}

const subject = (...pairs: Pair[]) => variable("SUBJECT", ...pairs);
const alternatives = (...pairs: Pair[]) => variable("SAN", ...pairs);

describe("without a certificate", () => {
  test("all variables are to be unset", () => {
    expect(peerVariables(null)).toEqual([
      ["SSL_PEER_CERT_HASH", null],
      ["SSL_PEER_CERT_SUBJECT", null],
      ["SSL_PEER_CERT_SAN", null],
      ["SSL_PEER_CERT_SPKI_HASH", null],
    ]);
  });
});

describe("hashes", () => {
  test("are in lower-case hex", () => {
    expect(variable("HASH")).toBe(`SHA256:${"ab".repeat(32)}`);
    expect(variable("SPKI_HASH")).toBe(`SHA256:${"0c".repeat(32)}`);
  });
});

describe("the subject", () => {
  test("has its own order, whatever the certificate's", () => {
    expect(subject(["CN", "6"], ["OU", "5"], ["O", "4"], ["L", "3"], ["ST", "2"], ["C", "1"])).toBe(
      "C=1, ST=2, L=3, O=4, OU=5, CN=6",
    );
  });

  test("keeps the certificate's order among those of a kind", () => {
    expect(subject(["OU", "b"], ["CN", "x"], ["OU", "a"], ["OU", "b"])).toBe(
      "OU=b, OU=a, OU=b, CN=x",
    );
  });

  test("has only what is there", () => {
    expect(subject(["O", "one"])).toBe("O=one");
    expect(subject()).toBe("");
    expect(subject(["DNS", "a.test"])).toBe("");
  });

  test.each([
    ["a comma", "a,b", "a\\,b"],
    ["an equals sign", "a=b", "a\\=b"],
    ["a newline", "a\nb", "a\\0Ab"],
    ["a plus", "a+b", "a\\+b"],
    ["less", "a<b", "a\\<b"],
    ["greater", "a>b", "a\\>b"],
    ["a hash sign", "#ab#", "\\#ab\\#"],
    ["a backslash", "a\\b", "a\\\\b"],
    ["a space before", " a b", "\\ a b"],
    ["a space behind", "a b ", "a b\\ "],
    ["spaces around", "  a  ", "\\  a \\ "],
    ["one space", " ", "\\ "],
    ["two spaces", "  ", "\\ \\ "],
    ["nothing", "", ""],
    ["what looks escaped", "\\00\\,", "\\\\00\\\\\\,"],
    ["NUL", "a\0b", "a\\00b"],
    ["a carriage return", "a\rb", "a\\0Db"],
    ["a tab", "\ta", "\\09a"],
    ["an escape", "\x1b[31m", "\\1B[31m"],
    ["a delete", "\x7f", "\\7F"],
    ["a control beyond ASCII", "\u0085\u009b", "\\C2\\85\\C2\\9B"],
    ["what other forms escape", "a;\"b\"/'c'", "a;\"b\"/'c'"],
    ["letters of all kinds", "Zoë 漢字 🐻", "Zoë 漢字 🐻"],
    ["bytes that are no UTF-8", Buffer.of(0x61, 0xff), "a\ufffd"],
  ])("escapes %s", (_, value, escaped) => {
    expect(subject(["CN", value])).toBe(`CN=${escaped}`);
  });

  test("of no two certificates' making is the same", () => {
    const pieces = [..." ,=+<>#\\\n\0\x7f\u0085aAC0O", "CN=", ", OU=", "\\00", "é"];
    const pairs = pieces.flatMap((a) => pieces.map((b) => a + b));
    const values = new Set([
      ...pieces,
      ...pairs,
      ...pairs.flatMap((a) => pieces.map((b) => a + b)),
    ]);
    const told = new Set<string>();
    for (const value of values) {
      const text = subject(["OU", value], ["CN", "x"]) as string;
      told.add(text);
      expect(unescaped(text.slice("OU=".length, -", CN=x".length))).toBe(value);
    }
    expect(told.size).toBe(values.size);
  });
});

describe("alternative names", () => {
  test("come in the certificate's order, with OpenSSL's prefixes", () => {
    const names: Pair[] = [
      ["URI", "https://a.test/?b=c"],
      ["DNS", "*.a.test"],
      ["email", "a@b.test"],
      ["IP", Buffer.of(192, 0, 2, 1)],
    ];
    expect(alternatives(["CN", "a"], ...names)).toBe(
      "URI:https://a.test/?b=c, DNS:*.a.test, email:a@b.test, IP Address:192.0.2.1",
    );
  });

  test("are no variable when there is none", () => {
    expect(alternatives()).toBeNull();
    expect(alternatives(["CN", "a.test"])).toBeNull();
  });

  test.each([
    ["a comma", "a, DNS:b", "a\\, DNS:b"],
    ["a backslash", "a\\", "a\\\\"],
    ["NUL", "a.test\0.b.test", "a.test\\00.b.test"],
    ["a newline", "a\nb", "a\\0Ab"],
  ])("escape %s, so that one can't pass for two", (_, value, escaped) => {
    expect(alternatives(["DNS", value], ["DNS", "c"])).toBe(`DNS:${escaped}, DNS:c`);
  });

  test.each([
    ["00000000000000000000000000000001", "::1"],
    ["00000000000000000000000000000000", "::"],
    ["20010db8000000000000000000000001", "2001:db8::1"],
    ["20010db8000000010002000300040005", "2001:db8:0:1:2:3:4:5"],
    ["fe800000000000000000000000000abc", "fe80::abc"],
    ["00000000000000000000ffff01020304", "::ffff:102:304"],
    ["7f000001", "127.0.0.1"],
    ["0000", "0000"],
    ["c0a80000ffff0000", "c0a80000ffff0000"],
    ["", ""],
  ])("are addresses in their usual form: %s", (hex, address) => {
    expect(alternatives(["IP", Buffer.from(hex, "hex")])).toBe(`IP Address:${address}`);
  });
});

describe("a notification", () => {
  test("carries every variable there and back", () => {
    const peer = certificate(["CN", "a\0b\n=c"], ["DNS", "a\0"]);
    const session = {
      protocol: "TLSv1.2",
      cipher: "C",
      group: "X25519",
      resumed: true,
      serverName: null,
      protocolName: null,
      peer,
    };
    const block = notification(session);
    const expected = [
      ["SSL_PROTOCOL", "TLSv1.2"],
      ["SSL_CIPHER", "C"],
      ["SSL_GROUP", "X25519"],
      ["SSL_SESSION_REUSED", "1"],
      ["SSL_TLS_SNI_SERVERNAME", null],
    ];
    expect([...(parseNotification(block) ?? [])]).toEqual([...expected, ...peerVariables(peer)]);
  });
});

function unescaped(text: string): string {
  const bytes = text.replaceAll(/\\([0-9A-F]{2}|.)|[^\\]/gsu, (found, escaped?: string) => {
    if (escaped === undefined) return Buffer.from(found).toString("latin1");
    return escaped.length === 2
      ? String.fromCharCode(Number.parseInt(escaped, 16))
      : Buffer.from(escaped).toString("latin1");
  });
  return Buffer.from(bytes, "latin1").toString();
}

describe("more alternative names than a variable can hold", () => {
  /** MAX_ARG_STRLEN, execve(2): name and value, with "=" and a NUL. */
  const VARIABLE_MAX = 128 * 1024;

  test.each<[what: string, value: Pair]>([
    ["addresses of an odd length", ["IP", Buffer.of(127)]],
    ["names of control characters", ["DNS", "\n".repeat(50)]],
    ["names of several bytes a character", ["DNS", "\u6f22".repeat(50)]],
  ])("are left out, as of %s", (_, pair) => {
    const told = alternatives(...Array.from({ length: 20_000 }, () => pair)) ?? "";
    const size = Buffer.byteLength(`SSL_PEER_CERT_SAN=${told}`) + 1;
    expect(size).toBeLessThanOrEqual(VARIABLE_MAX);
    expect(size).toBeGreaterThan(VARIABLE_MAX - 2048);
    expect(new Set(told.split(", ")).size).toBe(1);
    const env = { PATH: process.env["PATH"], SSL_PEER_CERT_SAN: told };
    expect(spawnSync("true", { env }).status).toBe(0);
  });
});
