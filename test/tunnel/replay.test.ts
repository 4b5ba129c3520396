import { beforeAll, describe, expect, test } from "vitest";
import { VERSIONS } from "../support/clients.ts";
import { cut, QUESTION, REPLY, type Recording, record, replay } from "./recording.ts";
import type { Bench } from "./rig.ts";

/** A recorded conversation, played again in every way in which streams can cut it. */

let recording: Recording;

/** Plays the rest of a conversation, and checks that nothing of it was lost. */
function expectWhole(bench: Bench): void {
  bench.run();
  bench.local.deliver(REPLY, "EOF");
  bench.run();
  expect(bench.local.takeText()).toBe(QUESTION);
  expect(bench.local.calls[0]).toBe("end");
  expect(bench.remote.takeSent()).toEqual(recording.answer);
  expect(bench.remote.calls).toEqual(["end"]);
  expect(bench.failure).toBeNull();
  expect(bench.tunnel.count).toEqual({ toLocal: QUESTION.length, toRemote: REPLY.length });
}

describe.each(VERSIONS)("in %s", (version) => {
  beforeAll(async () => {
    recording = await record(version);
  });

  describe("a conversation", () => {
    test("has the same bytes as when it was recorded", () => {
      expectWhole(replay([recording.bytes]));
    });

    test.each([1, 2, 3, 4, 5, 7, 16, 64, 100, 1000])("comes in pieces of %i bytes", (size) => {
      expectWhole(replay(cut(recording.bytes, size)));
    });

    test("comes in two pieces, cut anywhere", () => {
      const { bytes } = recording;
      for (let at = 1; at < bytes.length; at++) {
        expectWhole(replay([bytes.subarray(0, at), bytes.subarray(at)]));
      }
    });

    test("comes record by record", () => {
      const ends = [...recording.boundaries];
      expectWhole(replay(ends.slice(1).map((end, at) => recording.bytes.subarray(ends[at], end))));
    });
  });

  describe("a network", () => {
    test.each([1, 2, 3, 5, 17, 100])("that takes %i bytes at a time gets all of them", (size) => {
      const bench = replay([recording.bytes]);
      bench.remote.otherwise = size;
      expectWhole(bench);
    });

    test("that would block at any one of the writes gets all bytes after it", () => {
      const writes = writesOf("remote", 40);
      for (let at = 0; at < writes; at++) {
        const bench = replay([recording.bytes]);
        bench.remote.otherwise = 40;
        bench.remote.allow(...Array<number>(at).fill(40), 0);
        expectWhole(bench);
      }
      expect(writes).toBeGreaterThan(20);
    });

    test("that would block at every other write gets all bytes", () => {
      const bench = replay(cut(recording.bytes, 50));
      const writes = writesOf("remote", 40);
      bench.remote.otherwise = 40;
      bench.remote.allow(...Array.from({ length: writes }, (_, at) => (at % 2 === 0 ? 0 : 40)));
      expectWhole(bench);
    });
  });

  describe("a program", () => {
    test.each([1, 2, 3, 5, 17])("that takes %i bytes at a time gets all of them", (size) => {
      const bench = replay([recording.bytes]);
      bench.local.otherwise = size;
      expectWhole(bench);
    });

    test("that would block at any one of the writes gets all bytes after it", () => {
      const writes = writesOf("local", 4);
      for (let at = 0; at < writes; at++) {
        const bench = replay([recording.bytes]);
        bench.local.otherwise = 4;
        bench.local.allow(...Array<number>(at).fill(4), 0);
        expectWhole(bench);
      }
      expect(writes).toBeGreaterThan(6);
    });

    test("that blocks for ever keeps the tunnel alive, and its EOF back", () => {
      const bench = replay([recording.bytes]);
      bench.local.otherwise = 0;
      bench.run();
      bench.run();
      expect(bench.isOver).toBe(false);
      expect(bench.local.calls).toEqual([]);
      bench.local.otherwise = Number.POSITIVE_INFINITY;
      expectWhole(bench);
    });
  });
});

/** How many writes of a size a conversation needs. */
function writesOf(side: "remote" | "local", size: number): number {
  const bench = replay([recording.bytes]);
  bench[side].otherwise = size;
  expectWhole(bench);
  return bench[side].writeCount;
}
