import { sizesAndMemory } from "./memory.ts";
import { cleanUp } from "./peers.ts";
import { report } from "./results.ts";
import { startup } from "./startup.ts";
import { throughput } from "./throughput.ts";

/** Everything, side by side in one run: medians of interleaved rounds. */

try {
  process.stdout.write("measuring start-up, throughput and memory: about a minute\n\n");
  const results = [await startup(), ...(await throughput())];
  report(results, await sizesAndMemory());
} finally {
  cleanUp();
}
