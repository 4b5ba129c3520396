import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { download, upload } from "./client.ts";
import { ended } from "./processes.ts";
import { sink, source } from "./programs.ts";
import { program, repository } from "./repository.ts";
import { throwawayCredentials } from "./scratch.ts";
import { SUITES } from "./suites.ts";
import { SuperServer } from "./super-server.ts";
import { printTable } from "./table.ts";
import { within } from "./waiting.ts";

/*
 * Where a tunnel's time goes: runs s6-tlsd under `node --cpu-prof` and prints the functions by the
 * time spent in themselves. Arguments: `down` or `up`, and `aes` for AES-128-GCM.
 */

const BYTES = 1024 * 1024 * 1024;
const SHOWN = 25;

/** What Chrome's developer tools open, too: times are in microseconds. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const direction = process.argv[2] === "up" ? "up" : "down";
const suite = process.argv[3] === "aes" ? SUITES[1] : SUITES[0];
const folder = join(repository, "build/profiles");

const file = await record();
const profile = JSON.parse(readFileSync(file, "utf8")) as CpuProfile;
const own = ownTimes(profile);
const total = [...own.values()].reduce((sum, time) => sum + time, 0);
printTable(
  `${direction}, ${suite}: milliseconds per GB in each function itself`,
  [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([name, time]) => [
      name,
      ((time / BYTES) * 1e6).toFixed(0),
      `${((time / total) * 100).toFixed(1)}%`,
    ]),
);
console.log(`\nThe whole profile, for Chrome's developer tools: ${file}`);
process.exit(0);

/** Gives the profile's file. */
async function record(): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const credentials = throwawayCredentials();
  const prog = direction === "down" ? source(BYTES) : sink(BYTES);
  const node = [process.execPath, "--cpu-prof", `--cpu-prof-dir=${folder}`];
  const server = await SuperServer.of([...node, program("s6-tlsd"), prog], credentials);
  const transfer = direction === "down" ? download : upload;
  const marks = { began: () => {}, ended: () => {} };
  const pace = await transfer({ port: server.port, suite, credentials }, BYTES, marks);
  console.log(`${(pace / 1e6).toFixed(0)} MB/s under the profiler`);
  await within("the profile", ended(server.start.child));
  return join(folder, readdirSync(folder)[0] ?? "");
}

/** Function → microseconds. Code in WebAssembly has no names, and counts as one. */
function ownTimes({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const names = new Map(
    nodes.map(({ id, callFrame }) => {
      const { functionName, url } = callFrame;
      const place = url.split("/").slice(-2).join("/");
      return [
        id,
        url.startsWith("wasm:") ? "WebAssembly" : `${functionName || "(anonymous)"} ${place}`,
      ];
    }),
  );
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? "?";
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return times;
}
