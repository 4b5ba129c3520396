/** One reload after the other, and none that was asked for is left out: files may have changed since. */
import { expect, it } from "vitest";
import { Reloads } from "../../src/server/reloads.ts";
import { eventually } from "../support/limits.ts";

type Settings = ConstructorParameters<typeof Reloads>[0];

/** Reloads that the test ends, and what is told of them. */
function scene() {
  const told: string[] = [];
  const begun: ((problem: string | null) => void)[] = [];
  const settings = {
    reload: () => new Promise<string | null>((resolve) => begun.push(resolve)),
    done: (outcome: string) => told.push(outcome),
    log: {
      info: (text: string) => told.push(`info: ${text}`),
      error: (text: string) => told.push(`error: ${text}`),
    },
    systemd: {
      reloading: () => told.push("reloading"),
      reloaded: (status: string) => told.push(`reloaded: ${status}`),
    },
  };
  return { reloads: new Reloads(settings as unknown as Settings), told, begun };
}

const GOOD = "read all keys and certificates again";
const BAD = "keeping the old keys and certificates: a bad key";

it("what is asked for while one goes on follows it, once", async () => {
  const { reloads, told, begun } = scene();
  reloads.ask();
  expect(begun).toHaveLength(1);
  reloads.ask();
  reloads.ask();
  expect(begun).toHaveLength(1);
  begun[0]?.("a bad key");
  await eventually("the second one", () => begun.length === 2);
  expect(told).toEqual([
    ...["reloading", "failed", `error: ${BAD}`, `reloaded: ${BAD}`],
    "reloading",
  ]);
  begun[1]?.(null);
  await eventually("its end", () => told.at(-1) === `reloaded: ${GOOD}`);
  expect(told.slice(5)).toEqual(["done", `info: ${GOOD}`, `reloaded: ${GOOD}`]);
  expect(begun).toHaveLength(2);
});

it("one that is asked for later begins at once", async () => {
  const { reloads, told, begun } = scene();
  for (const turn of [1, 2, 3]) {
    reloads.ask();
    expect(begun).toHaveLength(turn);
    begun.at(-1)?.(null);
    await eventually("its end", () => told.length === 4 * turn);
  }
});
