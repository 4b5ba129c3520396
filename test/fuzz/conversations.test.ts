import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CLIENT, judge } from "../tunnel/verdict.ts";
import { recordAll } from "./record.ts";
import { engineFor, format, Keys, RECORDINGS_FILE, readRecordings } from "./recordings.ts";

if (process.env["FUZZ_RECORD"] !== undefined) {
  writeFileSync(RECORDINGS_FILE, format(await recordAll()));
}

const keys = new Keys();

test.each(readRecordings())("what $name said is understood once more", (recording) => {
  const { bytes, peerIsClient } = recording;
  const side = peerIsClient ? undefined : CLIENT;
  const verdict = judge(engineFor(recording, keys), bytes, side);
  expect(verdict.session, verdict.message ?? "").not.toBeNull();
  if (peerIsClient) expect(verdict.heard.toString()).toMatch(/^GET \/words HTTP\/1.1\r\n/);
});
