/**
 * Every suite of the profile `compat` is negotiated: with OpenSSL, with GnuTLS where OpenSSL 3 has
 * no 3DES, and with BearSSL's own client where no other client has static ECDH any more.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Negotiation } from "../support/negotiation.ts";
import { MODERN_SUITES, OLDER_SUITES } from "../support/suites.ts";

const negotiation = new Negotiation();

it.each([...MODERN_SUITES, ...OLDER_SUITES])("$name", async (suite) => {
  const outcome = await negotiation.run({ profile: "compat", version: "TLSv1.2", suite });
  const agreed = `TLSv1.2 ${suite.name}`;
  expect(outcome).toEqual({ prog: agreed, client: agreed });
});

it("no suite is on offer that these tests do not know", () => {
  const profiles = join(import.meta.dirname, "../../wasm/engine/profiles.c");
  const offered = readFileSync(profiles, "utf8").match(/(?<=\{0x[0-9A-F]{4}, ")[^"]+/g);
  const tested = [...MODERN_SUITES, ...OLDER_SUITES].map(({ name }) => name);
  expect(offered?.sort()).toEqual(tested.sort());
});
