import { describe, expect, test } from "vitest";
import { endOf, expiryOf } from "../../src/credentials/expiry.ts";
import { element, integer, sequence } from "../engine/der.ts";

/** When a certificate of ours ends, as its DER has it. */

const [UTC_TIME, GENERALIZED_TIME] = [0x17, 0x18];

/** As much of a certificate as has its end: version, serial number, algorithm, issuer, validity. */
function certificate(text: string, tag = UTC_TIME): Uint8Array {
  const end = element(tag, Buffer.from(text));
  const version = element(0xa0, integer(Buffer.of(2)));
  const front = [version, integer(Buffer.of(1)), sequence(), sequence()];
  return sequence(sequence(...front, sequence(element(UTC_TIME, Buffer.from("1")), end)));
}

describe("the end of a certificate", () => {
  test.each([
    ["491231235959Z", UTC_TIME, "2049-12-31T23:59:59.000Z"],
    ["500101000000Z", UTC_TIME, "1950-01-01T00:00:00.000Z"],
    ["000101000000Z", UTC_TIME, "2000-01-01T00:00:00.000Z"],
    ["20500101000000Z", GENERALIZED_TIME, "2050-01-01T00:00:00.000Z"],
    ["99991231235959Z", GENERALIZED_TIME, "9999-12-31T23:59:59.000Z"],
  ])("%s", (text, tag, expected) => {
    expect(new Date(endOf(certificate(text, tag)) ?? Number.NaN).toISOString()).toBe(expected);
  });

  test.each(["20500101000000ZZ", "5001010000Z", "500101000000+0000", ""])(
    "can't be told of %j",
    (text) => {
      expect(endOf(certificate(text, GENERALIZED_TIME))).toBe(null);
    },
  );
});

const END = Date.UTC(2030, 0, 15);
const DAY = 24 * 3600 * 1000;

test.each([
  [14 * DAY, null],
  [14 * DAY - 1, "expires in 13 days, on 2030-01-15T00:00:00.000Z"],
  [DAY, "expires in 1 days, on 2030-01-15T00:00:00.000Z"],
  [0, "expires in 0 days, on 2030-01-15T00:00:00.000Z"],
  [-1, "expired on 2030-01-15T00:00:00.000Z"],
])("%i milliseconds before the end: %j", (before, expected) => {
  expect(expiryOf(certificate("300115000000Z"), END - before)).toBe(expected);
});
