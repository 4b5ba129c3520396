/**
 * 64 MiB each way at once, as fast as both sides can.
 */
import { expect, it } from "vitest";
import { MEMORY_BOUND, transferBothWays } from "../support/bulk.ts";

it("64 MiB each way arrive unchanged", async () => {
  const transfer = await transferBothWays("nobody");
  expect(transfer.byClient).toBe(transfer.sentByProgram);
  expect(transfer.byProgram).toBe(transfer.sentByClient);
  expect(transfer.ended).toMatchObject({ code: 0, stderr: "" });
  expect(transfer.peakMemory).toBeLessThan(MEMORY_BOUND);
});
