/** The bookkeeping of `make bogo`: what must fail its run, does. */
import { describe, expect, it } from "vitest";
import { count, format } from "./count.ts";
import { DISABLED } from "./disabled.ts";
import { FROZEN } from "./frozen.ts";

/** As many tests as the runner has, one for each pattern that disables some. */
function allNames(): string[] {
  const disabled = Object.keys(DISABLED).map((pattern) => pattern.replaceAll(/[*?]/g, "1"));
  const isTls12 = (name: string) => !/DTLS|QUIC|TLS13/.test(name);
  const tls12 = FROZEN.tls12 - disabled.filter(isTls12).length;
  const others = FROZEN.all - disabled.length - tls12;
  return [
    ...disabled,
    ...Array.from({ length: tls12 }, (_, at) => `Plain-${at}`),
    ...Array.from({ length: others }, (_, at) => `DTLS-${at}`),
  ];
}

const passed = Object.fromEntries(
  allNames()
    .filter((name) => /^(Plain|DTLS)-/.test(name))
    .map((name) => [name, "PASS"]),
);

describe("a run", () => {
  it("in which everything is as expected has no problem", () => {
    const tally = count(allNames(), passed, []);
    expect(tally.problems).toEqual([]);
    expect(format(tally)).toBe(
      `${Object.keys(passed).length} passed, 0 failed, 0 unimplemented, ${Object.keys(DISABLED).length} disabled`,
    );
  });

  it("with a failure counts it", () => {
    expect(count(allNames(), { ...passed, "Plain-1": "FAIL" }, []).failed).toBe(1);
  });

  it("of another runner has a problem", () => {
    const { problems } = count([...allNames(), "Plain-new"], passed, []);
    expect(problems).toEqual([expect.stringMatching(/^the runner has \d+ tests/)]);
  });

  it.each(Object.keys(DISABLED))("in which %s matches nothing has a problem", (pattern) => {
    const gone = pattern.replaceAll(/[*?]/g, "1");
    const names = allNames().map((name) => (name === gone ? `Plain-${name.length}x` : name));
    expect(count(names, passed, []).problems).toContain(
      `${pattern} is disabled, and there is no such test`,
    );
  });

  it("in which tests are skipped for no flag has a problem", () => {
    const { problems } = count(allNames(), { ...passed, "Plain-1": "SKIP" }, []);
    expect(problems).toEqual([expect.stringMatching(/skipped, and 0 for a flag/)]);
  });
});
