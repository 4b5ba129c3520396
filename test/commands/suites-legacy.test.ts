/**
 * Every suite of the profile `legacy` is negotiated, in every version of TLS that has it.
 */
import { expect, it } from "vitest";
import { Negotiation } from "../support/negotiation.ts";
import {
  existsBefore12,
  MODERN_SUITES,
  OLDER_SUITES,
  type Suite,
  type Version,
} from "../support/suites.ts";

const negotiation = new Negotiation();
const suites = [...MODERN_SUITES, ...OLDER_SUITES];

const offers: { version: Version; suite: Suite }[] = [
  ...suites.filter(existsBefore12).map((suite) => ({ version: "TLSv1" as const, suite })),
  ...suites.filter(existsBefore12).map((suite) => ({ version: "TLSv1.1" as const, suite })),
  ...suites.map((suite) => ({ version: "TLSv1.2" as const, suite })),
];

it.each(offers)("$suite.name in $version", async ({ version, suite }) => {
  const outcome = await negotiation.run({ profile: "legacy", version, suite });
  const agreed = `${version} ${suite.name}`;
  expect(outcome).toEqual({ prog: agreed, client: agreed });
});
