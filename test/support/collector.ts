import { setTimeout as sleep } from "node:timers/promises";
import { scratchFile } from "./scratch.ts";

/** With this, a process collects its garbage when it is asked to: what remains is in use. */
const COLLECTOR = scratchFile(
  "collector.cjs",
  `
  require("node:v8").setFlagsFromString("--expose-gc");
  const collect = require("node:vm").runInNewContext("gc");
  process.on("SIGWINCH", () => collect());
`,
);

/** The environment for processes that are to collect their garbage. */
export const COLLECTING = {
  NODE_OPTIONS: `--max-semi-space-size=1 --require ${COLLECTOR}`,
};

/** Asks them for it, more than once: some things are let go only by a second look. */
export async function collectGarbage(pids: readonly number[]): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await sleep(200);
    for (const pid of pids) process.kill(pid, "SIGWINCH");
  }
  await sleep(400);
}
