/**
 * A command line that is wrong ends with 100 and the usage line, in one line.
 */
import { expect, it } from "vitest";
import { runAlone } from "../support/alone.ts";
import { Authority } from "../support/certificates.ts";

const credentials = Authority.root().issue();

it.each([
  ["no prog", []],
  ["no prog after options", ["-S"]],
  ["no prog after --", ["-S", "--"]],
  ["an unknown option", ["-x", "true"]],
  ["an unknown option in a cluster", ["-Sx", "true"]],
  ["an unknown long option", ["--nonsense", "true"]],
  ["the beginning of a long option", ["--close", "true"]],
  ["-K with a word", ["-K", "abc", "true"]],
  ["-K with a word attached", ["-Kabc", "true"]],
  ["-K with a negative number", ["-K", "-1", "true"]],
  ["-K with a fraction", ["-K", "1.5", "true"]],
  ["-K with a hexadecimal number", ["-K", "0x10", "true"]],
  ["-K with a number and more", ["-K", "500ms", "true"]],
  ["-K with a blank", ["-K", " 5", "true"]],
  ["-K with nothing in it", ["-K", "", "true"]],
  ["-K with a number beyond 32 bits", ["-K", "99999999999", "true"]],
  ["-K as the last word", ["-K"]],
  ["-v with a word", ["-v", "loud", "true"]],
  ["--handshake-timeout with a word", ["--handshake-timeout=abc", "true"]],
  ["--handshake-timeout as the last word", ["--handshake-timeout"]],
  ["a value for an option that takes none", ["--keep=yes", "true"]],
  ["an unknown profile", ["--tls-profile", "ancient", "true"]],
])("%s", async (_, args) => {
  const { code, stdout, stderr } = await runAlone({ credentials, args });
  expect({ code, stdout }).toEqual({ code: 100, stdout: "" });
  expect(stderr).toMatch(/^s6-tlsd: usage: [^\n]+; see s6-tlsd --help\n$/);
});

it("an unknown profile in TLS_PROFILE is refused by name", async () => {
  const environment = { TLS_PROFILE: "ancient" };
  const { code, stderr } = await runAlone({ credentials, environment });
  expect(code).toBe(100);
  expect(stderr).toMatch(/^s6-tlsd: [^\n]*ancient[^\n]*\n$/);
});

it.each(["KEYFILE", "CERTFILE"])("without %s in the environment", async (variable) => {
  const { keyFile, certFile } = credentials;
  const given = variable === "KEYFILE" ? { certFile } : { keyFile };
  const { code, stderr } = await runAlone({ credentials: given });
  expect(code).toBe(100);
  expect(stderr).toMatch(new RegExp(`^s6-tlsd: [^\\n]*${variable}[^\\n]*\\n$`));
});
