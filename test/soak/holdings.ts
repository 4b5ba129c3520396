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
  await collectGarbage(processesOf(server));
  return atRest(server);
}

/** The prog of a client that has left already may be about to start: seconds pass without a change. */
async function atRest(server: Server): Promise<Holdings> {
  for (let looks = 0; ; looks++) {
    const first = now(server);
    await sleep(2000);
    const second = now(server);
    const isSame = JSON.stringify(first) === JSON.stringify(second);
    if ((isSame && server.programs.length === 0) || looks === LOOKS_MAX) return second;
  }
}

/** By then, even what a process waits for in vain is given up: all time-outs are shorter. */
const LOOKS_MAX = 10;

function now(server: Server): Holdings {
  const processes = processesOf(server);
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

/** It, and what serves, or starts progs, for it. */
function processesOf(server: Server): number[] {
  const { pid, spawner, workers } = server;
  return [pid, ...(spawner === undefined ? [] : [spawner]), ...workers];
}
