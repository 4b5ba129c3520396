import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { listed, NEEDS_WYCHEPROOF } from "./folder.ts";

/** No set of Wycheproof's that is at hand is left out. */

it("each file has a test", NEEDS_WYCHEPROOF, () => {
  const here = import.meta.dirname;
  const tests = readdirSync(here)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(here, file), "utf8"))
    .join("\n");
  // A set's name is written out, or made of a prefix and its last words.
  const isNamed = (name: string) =>
    name.split("_").some((_, at, words) => {
      const [before, after] = [words.slice(0, at), words.slice(at)].map((part) => part.join("_"));
      return tests.includes(`"${after}"`) && (before === "" || tests.includes(`${before}_`));
    });
  const isNumbered = (name: string) => /^(hmac|hkdf)_sha(256|384)$/.test(name);
  const isRsa = (name: string) => /^rsa_signature_(2048|3072|4096)_sha(256|384|512)$/.test(name);
  const isCurve = (name: string) => /^ecdh_secp(256|384|521)r1_ecpoint$/.test(name);
  const names = listed("wycheproof").map((file) => file.replace("_test.json.gz", ""));
  const left = names.filter(
    (name) => !(isNamed(name) || isNumbered(name) || isRsa(name) || isCurve(name)),
  );
  expect(names.length).toBeGreaterThan(30);
  expect(left).toEqual([]);
});
