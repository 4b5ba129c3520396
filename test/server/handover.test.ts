import { Socket } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Effort, effortOf } from "../../src/io/platform.ts";
import { Handover } from "../../src/server/handover.ts";

/** Whether a worker has what it was given: by a clock of the test's own. */

const LONG = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function handover(effort: () => Effort | null = () => null) {
  const calls = { asked: 0, lost: 0 };
  const one = new Handover({ ask: () => calls.asked++, lost: () => calls.lost++, effort });
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

it("a worker that does something, but has not come to the question yet, is busy", () => {
  const { one, calls } = handover();
  one.send(new Socket());
  for (let seconds = 0; seconds < 120; seconds += 8) {
    vi.advanceTimersByTime(8000);
    one.isAlive();
  }
  expect(calls.lost).toBe(0);
  vi.advanceTimersByTime(LONG);
  expect(calls.lost).toBe(1);
});

it("a worker that gets no processor is waited for, until it has had its share", () => {
  const effort = { seconds: 100, isRunnable: true };
  const { one, calls } = handover(() => effort);
  one.send(new Socket());
  effort.seconds += 4;
  vi.advanceTimersByTime(LONG);
  expect(calls.lost).toBe(0);
  effort.seconds += 2;
  vi.advanceTimersByTime(LONG);
  expect(calls.lost).toBe(1);
});

it("a worker that waits for something else than a processor is lost", () => {
  const { one, calls } = handover(() => ({ seconds: 100, isRunnable: false }));
  one.send(new Socket());
  vi.advanceTimersByTime(LONG);
  expect(calls.lost).toBe(1);
});

it("the system tells what a process did", () => {
  const before = effortOf(process.pid);
  const { user, system } = process.cpuUsage();
  expect(before?.seconds).toBeCloseTo((user + system) / 1e6, 0);
  expect(before?.isRunnable).toBe(true);
  expect(effortOf(0)).toBeNull();
});
