import { expect, test } from "vitest";
import { identityChoice } from "../../src/credentials/identity-choice.ts";
import { sizeOfChain } from "../../src/sandbox/role-configuration.ts";

/** An engine makes room for the longest chain that a client may get. */

const identity = (length: number) => {
  const one = { chain: [new Uint8Array(length)], key: { sign: () => 0 } as never };
  return { ...one, match: () => one };
};

test.each([
  ["one for a name", [100, 900, 200], 300, 900],
  ["the one for all other names", [100, 200], 900, 900],
  ["the only one", [], 900, 900],
  ["one for a name, where there is no other", [100, 900], null, 900],
])("%s is the longest", (_, named, otherwise, longest) => {
  const names = new Map(named.map((length, n) => [`name-${n}.test`, identity(length)]));
  const { largestChain } = identityChoice(names, otherwise === null ? null : identity(otherwise));
  expect(largestChain).toBe(sizeOfChain(identity(longest)));
});
