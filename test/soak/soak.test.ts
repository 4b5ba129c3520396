/** The server under clients of all sorts: SOAK_SECONDS, and so many visits a second: SOAK_RATE. */
import { expect, it } from "vitest";
import { soak, timeoutOf } from "./soak.ts";

const SECONDS = 120;

it("clients of all sorts leave nothing behind", { timeout: timeoutOf(SECONDS) }, async () => {
  await expect(soak({ seconds: SECONDS })).resolves.toBeUndefined();
});
