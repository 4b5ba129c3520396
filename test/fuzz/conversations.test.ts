import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CLIENT, judge } from "../tunnel/verdict.ts";
import { recordAll } from "./record.ts";
import { engineFor, format, Keys, RECORDINGS_FILE, readRecordings } from "./recordings.ts";

const wanted = process.env["FUZZ_RECORD"];
if (wanted !== undefined) {
  const known = wanted === "new" ? readRecordings() : [];
  writeFileSync(RECORDINGS_FILE, format(await recordAll(known)));
}

const keys = new Keys();

test.each(readRecordings())("what $name said is understood once more", (recording) => {
  const { bytes, peerIsClient } = recording;
  const side = peerIsClient ? undefined : CLIENT;
  const verdict = judge(engineFor(recording, keys), bytes, side);
  expect(verdict.session, verdict.message ?? "").not.toBeNull();
  expect(verdict.session?.protocol === "TLSv1.3").toBe(recording.maxVersion === "1.3");
  if (peerIsClient) expect(verdict.heard.toString()).toMatch(/^GET \/words HTTP\/1.1\r\n/);
});
