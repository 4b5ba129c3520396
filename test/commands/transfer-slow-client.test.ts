/**
 * 64 MiB each way at once, with a client that stops reading now and then: everything arrives
 * unchanged, and waits in no memory of ours.
 */
import { expect, it } from "vitest";
import { MEMORY_BOUND, transferBothWays } from "../support/bulk.ts";

it("64 MiB each way arrive unchanged with a client that is slow to read", async () => {
  const transfer = await transferBothWays("client");
  expect(transfer.byClient).toBe(transfer.sentByProgram);
  expect(transfer.byProgram).toBe(transfer.sentByClient);
  expect(transfer.ended).toMatchObject({ code: 0, stderr: "" });
  expect(transfer.peakMemory).toBeLessThan(MEMORY_BOUND);
});
