import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CredentialsError } from "../../src/credentials/errors.ts";
import { readInto, withFile } from "../../src/setup/read-into.ts";
import { scratchFile } from "../support/scratch.ts";

/** A file goes straight into the memory that is meant for it. */

const ROOM = 1000;

/** Does a descriptor of this process lead to that file? */
function isOpen(path: string): boolean {
  return readdirSync("/proc/self/fd").some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      // That of the listing itself.
      return false;
    }
  });
}

describe("a file", () => {
  test.each([1, 100, ROOM - 1])(
    "of %i bytes is read into the room, and not a byte more",
    (size) => {
      const room = new Uint8Array(ROOM).fill(0xee);
      const content = Buffer.alloc(size, "content");
      expect(readInto(scratchFile("file", content), room)).toBe(size);
      expect(Buffer.from(room.subarray(0, size))).toEqual(content);
      expect(room.subarray(size).every((byte) => byte === 0xee)).toBe(true);
    },
  );

  test("may be a pipe that gives it in parts", () => {
    const fifo = scratchFile("fifo");
    const script = 'mkfifo "$1" && ( (printf first; sleep 0.1; printf second) >"$1" & )';
    execFileSync("sh", ["-c", script, "sh", fifo], { stdio: "ignore" });
    const room = new Uint8Array(ROOM);
    const length = readInto(fifo, room);
    expect(Buffer.from(room.subarray(0, length)).toString()).toBe("firstsecond");
  });

  test("may be a pipe whose writer comes later", () => {
    const fifo = scratchFile("fifo");
    const script = 'mkfifo "$1" && ( (sleep 0.3; printf late >"$1") & )';
    execFileSync("sh", ["-c", script, "sh", fifo], { stdio: "ignore" });
    const room = new Uint8Array(ROOM);
    expect(Buffer.from(room.subarray(0, readInto(fifo, room))).toString()).toBe("late");
  });

  test.each([
    ["without a writer", ":", "it is a pipe into which nothing was written for 10 seconds"],
    [
      "that never ends",
      '(printf begun; sleep 20) >"$1"',
      "it is a pipe that did not end within 10 seconds",
    ],
  ])("that is a pipe %s is given up", { timeout: 30_000 }, (_, writer, complaint) => {
    const fifo = scratchFile("fifo");
    const script = `mkfifo "$1" && ( (${writer}) & )`;
    execFileSync("sh", ["-c", script, "sh", fifo], { stdio: "ignore" });
    const began = performance.now();
    expect(() => readInto(fifo, new Uint8Array(ROOM))).toThrow(new CredentialsError(complaint));
    expect(performance.now() - began).toBeLessThan(12_000);
  });

  test("that is empty is refused", () => {
    const read = () => readInto(scratchFile("file", ""), new Uint8Array(ROOM));
    expect(read).toThrow(new CredentialsError("the file is empty"));
  });

  test.each([
    ["read", "what is in it"],
    ["too large", "x".repeat(ROOM)],
    ["empty", ""],
  ])("that is %s is closed again", (_, content) => {
    const path = scratchFile("closed", content);
    let openMeanwhile = false;
    try {
      readInto(path, new Uint8Array(ROOM));
      withFile(path, () => {
        openMeanwhile = isOpen(path);
      });
      expect(openMeanwhile).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(CredentialsError);
    }
    expect(isOpen(path)).toBe(false);
  });

  test.each([ROOM, ROOM + 1, 100 * ROOM])("of %i bytes doesn't fit, and is refused", (size) => {
    const file = scratchFile("file", Buffer.alloc(size, "x"));
    const read = () => readInto(file, new Uint8Array(ROOM));
    expect(read).toThrow(new CredentialsError("the file is too large"));
  });

  test("that can't be read is the system's error", () => {
    const room = new Uint8Array(ROOM);
    const missing = () => readInto(scratchFile("missing"), room);
    expect(missing).toThrow(expect.objectContaining({ code: "ENOENT" }));
    const folder = scratchFile("folder");
    mkdirSync(folder);
    const inFolder = () => readInto(folder, room);
    expect(inFolder).toThrow(expect.objectContaining({ code: "EISDIR" }));
  });
});

describe("a file that is only looked at", () => {
  const path = scratchFile("looked-at", "what is in it");

  test("is wiped afterwards", () => {
    let seen: Buffer | null = null;
    const text = withFile(path, (file) => {
      seen = file;
      return file.toString();
    });
    expect(text).toBe("what is in it");
    expect(seen).toEqual(Buffer.alloc(text.length));
  });

  test("is wiped when the look at it fails, too", () => {
    let seen: Buffer | null = null;
    const look = (file: Buffer) => {
      seen = file;
      throw new Error("seen enough");
    };
    expect(() => withFile(path, look)).toThrow("seen enough");
    expect(seen).toEqual(Buffer.alloc("what is in it".length));
  });
});
