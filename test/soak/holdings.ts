import { setTimeout as sleep } from "node:timers/promises";
import { collectGarbage } from "../support/collector.ts";
import { eventually } from "../support/limits.ts";
import { descriptorsOf, residentMemory, type Server } from "../support/server.ts";

/** What a server has, process by process. */
export interface Holdings {
  readonly processes: number[];
  readonly descriptors: number[];
}

/** A measurement: when, in seconds, and how much, in MiB. */
export type Sample = readonly [time: number, memory: number];

/** Once all clients have left. */
export async function holdingsOf(server: Server): Promise<Holdings> {
  await eventually("the programs' end", () => server.programs.length === 0, 30_000);
  const processes = processesOf(server);
  await collectGarbage(processes);
  return { processes, descriptors: processes.map((pid) => descriptorsOf(pid).size) };
}

/** Looks at the memory every so many seconds while visitors come. */
export async function sampleDuring(
  server: Server,
  every: number,
  visits: Promise<unknown>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  let isOver = false;
  const over = visits.then(() => {
    isOver = true;
  });
  while (!isOver) {
    samples.push([Date.now() / 1000, await memoryOf(server)]);
    await Promise.race([over, sleep(every * 1000)]);
  }
  return samples;
}

/** Physical memory of all processes, in MiB. */
async function memoryOf(server: Server): Promise<number> {
  const processes = processesOf(server);
  await collectGarbage(processes);
  return processes.reduce((sum, pid) => sum + residentMemory(pid), 0);
}

/** It, and what serves for it. */
function processesOf(server: Server): number[] {
  return [server.pid, ...server.workers];
}
