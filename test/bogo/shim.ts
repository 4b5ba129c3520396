/**
 * The resident half of the shim: it does what front.c was started for, one test after the other and
 * many at a time, each in an engine of its own.
 *
 *   node shim.mjs SOCKET LOG
 *
 * LOG gets a line for each test that is about something we don't have: the flag that says so.
 */
import { appendFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { converse } from "./conversation.ts";
import { describeFailure } from "./errors.ts";
import { parseFlags, Unimplemented } from "./flags.ts";

const SUCCESS = 0;
const FAILURE = 1;
/** BoringSSL's PORTING.md, "Unimplemented Features". */
const UNIMPLEMENTED = 89;

const [, , path = "", log = ""] = process.argv;

const server = createServer({ allowHalfOpen: true }, (front) => {
  const pieces: Buffer[] = [];
  front.on("data", (piece) => pieces.push(piece));
  // The runner kills a front that takes too long.
  front.on("error", () => {});
  front.on("end", () => void answer(front, Buffer.concat(pieces).toString("latin1")));
});
process.on("uncaughtException", (e) => {
  console.error(String(e.stack));
  process.exit(3);
});
server.listen(path, () => process.send?.("ready"));

async function answer(front: Socket, text: string): Promise<void> {
  const args = text.split("\0").slice(0, -1);
  const { code, message } = await run(args);
  front.end(Buffer.concat([Buffer.from([code]), Buffer.from(message)]));
}

async function run(args: readonly string[]): Promise<{ code: number; message: string }> {
  try {
    await converse(parseFlags(args));
    return { code: SUCCESS, message: "" };
  } catch (error) {
    if (error instanceof Unimplemented) {
      appendFileSync(log, `${error.message}\n`);
      return { code: UNIMPLEMENTED, message: "" };
    }
    return { code: FAILURE, message: describeFailure(error) };
  }
}
