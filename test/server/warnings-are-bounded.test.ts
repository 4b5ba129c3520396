/**
 * What clients can cause as fast as they like is told at a bounded rate: some lines of a kind a
 * second, and then how many more there were.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Log } from "../../src/server/log.ts";
import { Authority } from "../support/certificates.ts";
import { connectRaw } from "../support/clients.ts";
import { startServer } from "../support/server.ts";

const written: string[] = [];

vi.mock("../../src/server/log-output.ts", () => ({
  LogOutput: class {
    write(line: string): void {
      written.push(line);
    }
  },
}));

function newLog(logLevel: 0 | 1 | 2, logFormat: "text" | "json" = "text"): Log {
  return new Log({ program: "prog", logLevel, logFormat });
}

describe("by a clock of the test's own", () => {
  beforeEach(() => {
    written.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("five of a kind a second, and then the number of the others", () => {
    const log = newLog(1);
    for (let turn = 1; turn <= 12; turn++) log.warn("flood", `drop ${turn}`);
    log.warn("another kind", "is not held back");
    expect(written).toHaveLength(6);
    expect(written[4]).toBe("prog: warning: drop 5\n");
    expect(written[5]).toBe("prog: warning: is not held back\n");
    vi.advanceTimersByTime(1000);
    expect(written.slice(6)).toEqual(["prog: warning: flood: 7 more within a second\n"]);
    log.warn("flood", "and the next second");
    expect(written).toHaveLength(8);
    vi.advanceTimersByTime(5000);
    expect(written).toHaveLength(8);
  });

  it("-q has none of it, and errors are never held back", () => {
    const log = newLog(0);
    for (let turn = 1; turn <= 12; turn++) {
      log.warn("flood", "a drop");
      log.error(`error ${turn}`);
    }
    vi.advanceTimersByTime(5000);
    expect(written).toHaveLength(12);
    expect(written[11]).toBe("prog: error: error 12\n");
  });

  it("as JSON, the number of the others is a number", () => {
    const log = newLog(1, "json");
    for (let turn = 1; turn <= 8; turn++) log.warn("flood", "a\nline");
    vi.advanceTimersByTime(1000);
    const lines = written.map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ level: "warning", kind: "flood", message: "a\nline" });
    expect(lines[5]).toMatchObject({ level: "warning", kind: "flood", omitted: 3 });
    for (const line of written) expect(line.indexOf("\n")).toBe(line.length - 1);
  });
});

it("a real server, flooded with connections that fail", async () => {
  const authority = Authority.root();
  const options = ["--workers", "1", "-c", "100", "-C", "100"];
  const server = await startServer({ authority, credentials: authority.issue(), options });
  for (let turn = 0; turn < 60; turn++)
    (await connectRaw(server.port)).resume().end("GET / HTTP/1.0");
  const told = () => {
    const more = server
      .saying("more within a second")
      .map((line) => / ([0-9]+) more/.exec(line)?.[1]);
    const omitted = more.reduce((sum, count) => sum + Number(count), 0);
    return server.saying(" from 127.0.0.1").length + omitted;
  };
  await vi.waitFor(() => expect(told()).toBe(60), { timeout: 10_000, interval: 50 });
  expect(server.log.length).toBeLessThan(30);
});
