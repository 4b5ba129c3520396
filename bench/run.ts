import { measureMemory } from "./memory.ts";
import { Noise } from "./noise.ts";
import { reportMemory, reportSizes, reportStartUp, reportThroughput } from "./report.ts";
import { writeResults } from "./results.ts";
import { throwawayCredentials } from "./scratch.ts";
import { measureSizes } from "./sizes.ts";
import { measureStartUp } from "./startup.ts";
import { measureThroughput } from "./throughput.ts";

const began = performance.now();
const noise = new Noise();
const credentials = throwawayCredentials();

noise.listen();
say("start-up");
const startUp = await measureStartUp(credentials);
noise.listen();
const cases = await measureThroughput(credentials, ({ direction, suite }) => {
  say(`throughput ${direction}, ${suite}: done`);
  noise.listen();
});
say("memory");
const memory = await measureMemory(credentials);
noise.listen();

const results = [...reportStartUp(startUp), ...reportThroughput(cases), ...reportMemory(memory)];
reportSizes(measureSizes());
writeResults(results);
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(`\nNode ${process.version}; ${seconds} seconds; ${noise.describe()}`);
console.log("Ratios are in bench/results.json: ours ÷ peer, larger is better.");
process.exit(0);

function say(what: string): void {
  console.log(`  ${what}`);
}
