import { writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../cli/diagnostics.ts";
import { CredentialsError } from "../credentials/errors.ts";
import { FILE_MAX, PIPE_PAUSE, Source } from "../setup/read-into.ts";
import { FIRST_PASSED } from "./roles.ts";

/** What the primary orders: copy so many, each from a descriptor to the next one. */
export interface ToCopier {
  readonly count: number;
}

/** What is wrong with each; null: nothing. */
export interface FromCopier {
  readonly problems: readonly (string | null)[];
}

/**
 * The process that reads what can be read only once. The primary never holds a key, not even for a
 * moment; and it hears its signals while a pipe is waited for.
 */
export function serveCopies(): void {
  process.on("disconnect", () => process.exit());
  process.once("message", async ({ count }: ToCopier) => {
    const copies = Array.from({ length: count }, (_, index) => copy(FIRST_PASSED + 2 * index));
    const answer: FromCopier = { problems: await Promise.all(copies) };
    process.send?.(answer, undefined, undefined, () => process.disconnect());
  });
}

const ROOM = 1 << 16;

async function copy(from: number): Promise<string | null> {
  const source = new Source(from);
  const room = Buffer.allocUnsafeSlow(ROOM);
  let length = 0;
  try {
    for (;;) {
      const count = source.read(room);
      if (count === 0) break;
      if (count === null) {
        await pause(PIPE_PAUSE);
        continue;
      }
      length += count;
      if (length > FILE_MAX) throw new CredentialsError("the file is too large");
      for (let done = 0; done < count; ) done += writeSync(from + 1, room, done, count - done);
    }
    return length === 0 ? "the file is empty" : null;
  } catch (error) {
    return reasonOf(error);
  } finally {
    room.fill(0);
  }
}
