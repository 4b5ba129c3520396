import { describe, expect, it } from "vitest";
import { hasVectors, needsVectors } from "../../support/vectors.ts";
import { TOLD, type Trace, traces } from "./book.ts";
import { recomputed } from "./recomputed.ts";

const all = hasVectors("rfc8448.json") ? traces() : [];

/** Section 4 goes on from section 3's ticket. */
function ticketKey({ section }: Trace): Buffer | undefined {
  const before = all.find((trace) => trace.section === 3)?.values["resumption_psk"] ?? "";
  return section === 4 ? Buffer.from(before, "hex") : undefined;
}

describe("our TLS 1.3 peer computes RFC 8448's values", needsVectors("rfc8448.json"), () => {
  it("has all five traces", () => {
    expect(all.map(({ section }) => section)).toEqual([3, 4, 5, 6, 7]);
  });

  describe.each(all)("section $section, $name", (trace) => {
    const told = { ...trace.values, ...trace.message_parts };
    const computable = Object.keys(told).filter((name) => !TOLD.includes(name));
    const ours = recomputed(trace, ticketKey(trace));

    it.each(computable)("%s", (name) => {
      expect(ours.get(name)?.toString("hex")).toBe(told[name]);
    });
  });
});
