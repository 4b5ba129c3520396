import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { descriptorLimit } from "../../src/io/platform.ts";
import { roomFor } from "../../src/server/descriptors.ts";

test("of 1024 descriptors, a worker has 328 connections, and some for itself", () => {
  expect(roomFor(1024)).toEqual({ perWorker: 328, waiting: 984 });
});

test("however low the limit is, one connection is tried", () => {
  for (const limit of [1, 40, 43]) expect(roomFor(limit).perWorker).toBe(1);
});

test("without a limit, there is none", () => {
  const endless = Number.POSITIVE_INFINITY;
  expect(roomFor(endless)).toEqual({ perWorker: endless, waiting: endless });
});

test("the limit is this process's own", () => {
  expect(readFileSync("/proc/self/limits", "utf8")).toMatch(
    new RegExp(`^Max open files +${descriptorLimit()} `, "m"),
  );
});
