import { Socket } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Handover } from "../../src/server/handover.ts";

/** Whether a worker has what it was given: by a clock of the test's own. */

const LONG = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function handover() {
  const calls = { asked: 0, lost: 0 };
  const one = new Handover({ ask: () => calls.asked++, lost: () => calls.lost++ });
  return { one, calls };
}

it("a worker that answers is asked again only when it was given something more", () => {
  const { one, calls } = handover();
  one.send(new Socket());
  one.answered();
  vi.advanceTimersByTime(LONG);
  expect(calls).toEqual({ asked: 1, lost: 0 });
  one.send(new Socket());
  expect(calls).toEqual({ asked: 2, lost: 0 });
});

it("a worker that doesn't answer is lost, once", () => {
  const { one, calls } = handover();
  one.send(new Socket());
  vi.advanceTimersByTime(LONG);
  expect(calls).toEqual({ asked: 1, lost: 1 });
});

it("a last answer that is read after the worker's end asks nothing more", () => {
  const { one, calls } = handover();
  const [given, late] = [new Socket(), new Socket()];
  one.send(given);
  one.send(late);
  one.end();
  expect([given.destroyed, late.destroyed]).toEqual([true, true]);
  one.answered();
  vi.advanceTimersByTime(LONG);
  expect(calls).toEqual({ asked: 1, lost: 0 });
});
