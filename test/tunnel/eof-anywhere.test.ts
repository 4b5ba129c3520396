import { beforeAll, describe, expect, test } from "vitest";
import { TruncationError } from "../../src/tunnel/failures.ts";
import { VERSIONS } from "../support/clients.ts";
import { QUESTION, REPLY, type Recording, record, replay } from "./recording.ts";
import type { Bench, RigSettings } from "./rig.ts";

/** The network's EOF after each of a conversation's bytes. */

let recording: Recording;

/** A client that sends so many bytes and a FIN. */
function cutAt(length: number, settings: RigSettings = {}): Bench {
  const bench = replay([recording.bytes.subarray(0, length)].filter(isSomething), settings);
  bench.remote.deliver("EOF");
  bench.run();
  return bench;
}

function isSomething(bytes: Uint8Array): boolean {
  return bytes.length > 0;
}

function positions(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

/** The positions after the handshake where no record ends. */
function insideRecords(): number[] {
  const { handshake, bytes, boundaries } = recording;
  return positions(handshake, bytes.length).filter((at) => !boundaries.has(at));
}

/** Those where one ends, before the close_notify. */
function betweenRecords(): number[] {
  const { handshake, closeNotify, boundaries } = recording;
  return positions(handshake, closeNotify + 1).filter((at) => boundaries.has(at));
}

/** The first record's minor version, which a server must not care about (RFC 5246, E.1). */
const MINOR_VERSION = 2;

/** Bytes of the client's part that a server of TLS 1.3 must not care about (RFC 8446, 5.1 and 5.2). */
function ignored(version: string): Set<number> {
  if (version === "TLSv1.2") return new Set([MINOR_VERSION]);
  const minors = [...recording.boundaries].map((at) => at + MINOR_VERSION);
  return new Set(minors);
}

describe.each(VERSIONS)("in %s", (version) => {
  beforeAll(async () => {
    recording = await record(version);
  });

  describe("an EOF", () => {
    test("anywhere in the handshake is an error, and the program never begins", () => {
      for (const at of positions(0, recording.handshake)) {
        const bench = cutAt(at);
        expect(bench.failure, `after ${at} bytes`).toBeInstanceOf(TruncationError);
        expect(bench.failure?.message, `after ${at} bytes`).toBe("EOF during the handshake");
        expect(bench.session).toBeNull();
        expect(bench.remote.calls).toEqual(["end"]);
      }
    });

    test.each([false, true])("anywhere in a record is an error (-J: %s)", (enforceCloseNotify) => {
      const all = insideRecords();
      for (const at of all) {
        const bench = cutAt(at, { enforceCloseNotify });
        expect(bench.failure, `after ${at} bytes`).toBeInstanceOf(TruncationError);
        expect(bench.failure?.message, `after ${at} bytes`).toBe("EOF inside a record");
        expect(bench.local.calls).toEqual(["end", "stop"]);
        expect(QUESTION.startsWith(bench.local.takeText())).toBe(true);
      }
      expect(all.length).toBeGreaterThan(100);
    });

    test("between records is the program's EOF, and its reply is still sent", () => {
      for (const at of betweenRecords()) {
        const bench = cutAt(at);
        expect(bench.isOver, `after ${at} bytes`).toBe(false);
        expect(bench.local.calls).toEqual(["end"]);
        bench.remote.takeSent();
        bench.local.deliver(REPLY, "EOF");
        bench.run();
        expect(bench.failure).toBeNull();
        expect(bench.tunnel.count.toRemote).toBe(REPLY.length);
        expect(bench.remote.takeSent().length).toBeGreaterThan(REPLY.length);
      }
      expect(betweenRecords()).toHaveLength(4);
    });

    test("between records is an error when close_notify is enforced", () => {
      for (const at of betweenRecords()) {
        const bench = cutAt(at, { enforceCloseNotify: true });
        expect(bench.failure?.message, `after ${at} bytes`).toBe("EOF without close_notify");
        expect(bench.local.calls).toEqual(["end", "stop"]);
      }
    });

    test.each([false, true])("after close_notify is no error (-J: %s)", (enforceCloseNotify) => {
      const bench = cutAt(recording.bytes.length, { enforceCloseNotify });
      expect(bench.isOver).toBe(false);
      bench.local.deliver(REPLY, "EOF");
      bench.run();
      expect(bench.failure).toBeNull();
      expect(bench.remote.takeSent()).toEqual(recording.answer);
    });

    test.each([
      [false, null],
      [true, "EOF without close_notify"],
    ])("waits until the program has taken the last record (-J: %s)", (enforceCloseNotify, end) => {
      const bench = replay([recording.bytes.subarray(0, recording.closeNotify)], {
        enforceCloseNotify,
      });
      bench.remote.deliver("EOF");
      bench.local.allow(1000, 1000, 0, 5, 0);
      bench.run();
      expect(bench.local.takeText()).toBe(QUESTION);
      expect(bench.local.calls[0]).toBe("end");
      if (!enforceCloseNotify) bench.local.deliver("EOF");
      bench.run();
      expect(bench.failure?.message ?? null).toBe(end);
    });

    test("in a record waits until the program has taken what came before", () => {
      const bench = replay([recording.bytes.subarray(0, recording.closeNotify - 1)]);
      bench.remote.deliver("EOF");
      bench.local.otherwise = 0;
      bench.run();
      expect(bench.isOver).toBe(false);
      bench.local.otherwise = Number.POSITIVE_INFINITY;
      bench.run();
      expect(bench.failure?.message).toBe("EOF inside a record");
      expect(bench.local.takeText()).toBe("first, second, ");
    });
  });

  describe("a failure to read", () => {
    test("anywhere is the tunnel's own failure, whatever the record says", () => {
      const reset = new Error("read ECONNRESET");
      for (const at of positions(0, recording.closeNotify + 1)) {
        const bench = replay([recording.bytes.subarray(0, at)].filter(isSomething));
        bench.remote.deliver(reset);
        bench.run();
        expect(bench.failure, `after ${at} bytes`).toBe(reset);
      }
    });
  });

  describe("garbage", () => {
    test("in place of any byte of the handshake that matters ends the tunnel", () => {
      for (const at of positions(0, recording.handshake)) {
        if (ignored(version).has(at)) continue;
        const spoilt = Buffer.from(recording.bytes.subarray(0, recording.handshake));
        spoilt.writeUInt8(spoilt.readUInt8(at) ^ 0xff, at);
        const bench = replay([spoilt]);
        bench.remote.deliver("EOF");
        bench.run();
        expect(bench.failure, `byte ${at}`).toBeInstanceOf(Error);
        expect(bench.session, `byte ${at}`).toBeNull();
      }
    });

    test("in place of any byte of a record after it never reaches the program", () => {
      const { handshake, closeNotify, bytes } = recording;
      for (const at of positions(handshake, closeNotify)) {
        const spoilt = Buffer.from(bytes);
        spoilt.writeUInt8(spoilt.readUInt8(at) ^ 0xff, at);
        const bench = replay([spoilt]);
        bench.remote.deliver("EOF");
        bench.run();
        expect(bench.failure, `byte ${at}`).toBeInstanceOf(Error);
        expect(QUESTION.startsWith(bench.local.takeText()), `byte ${at}`).toBe(true);
        bench.remote.forgetScript();
      }
    });
  });
});
