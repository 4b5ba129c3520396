import { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Handover } from "../../src/server/handover.ts";

/** The clock is the test's: a worker may take ten seconds to answer. */

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function handover() {
  const ask = vi.fn();
  const lost = vi.fn();
  return { handover: new Handover({ ask, lost }), ask, lost };
}

describe("a worker that is given connections", () => {
  it("is asked after the first, and one second after each answer if there were more", () => {
    const { handover: one, ask, lost } = handover();
    one.send(new Socket());
    one.send(new Socket());
    expect(ask).toHaveBeenCalledTimes(1);
    one.answered();
    expect(ask).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(ask).toHaveBeenCalledTimes(2);
    one.answered();
    vi.advanceTimersByTime(60_000);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(lost).not.toHaveBeenCalled();
  });

  it("is lost, once, when it has not answered for ten seconds", () => {
    const { handover: one, lost } = handover();
    one.send(new Socket());
    vi.advanceTimersByTime(9_999);
    expect(lost).not.toHaveBeenCalled();
    vi.advanceTimersByTime(60_000);
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it("is gone: whoever has not arrived for certain is hung up on, and nobody else", () => {
    const { handover: one } = handover();
    const [arrived, asked, sent] = [new Socket(), new Socket(), new Socket()];
    one.send(arrived);
    one.answered();
    one.send(asked);
    vi.advanceTimersByTime(1000);
    one.send(sent);
    one.end();
    expect([arrived, asked, sent].map((socket) => socket.destroyed)).toEqual([false, true, true]);
    vi.advanceTimersByTime(60_000);
  });
});
