/**
 * Every suite of the profile `modern` is negotiated with OpenSSL, and SSL_CIPHER is OpenSSL's own
 * name of it.
 */
import { expect, it } from "vitest";
import { Negotiation } from "../support/negotiation.ts";
import { MODERN_SUITES } from "../support/suites.ts";

const negotiation = new Negotiation();

it.each(MODERN_SUITES)("$name", async (suite) => {
  const outcome = await negotiation.run({ profile: "modern", version: "TLSv1.2", suite });
  const agreed = `TLSv1.2 ${suite.name}`;
  expect(outcome).toEqual({ prog: agreed, client: agreed });
});
