import { closeSync, openSync, readFileSync, readSync } from "node:fs";

/** A stretch of a process's address space, as the kernel lists it. */
export interface Mapping {
  readonly from: number;
  readonly to: number;
  readonly permissions: string;
  /** A file, a name in brackets, or nothing. */
  readonly name: string;
  readonly content: Buffer;
}

/** The content of everything that a process could read of itself, or of what it can also write. */
export function* mappingsOf(pid: number, permitted = /^r/): Generator<Mapping> {
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    const lines = readFileSync(`/proc/${pid}/maps`, "utf8").trim().split("\n");
    for (const line of lines) {
      const fields = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line);
      const [, start = "", end = "", permissions = "", name = ""] = fields ?? [];
      if (!permitted.test(permissions) || KERNELS.has(name)) continue;
      const [from, to] = [Number.parseInt(start, 16), Number.parseInt(end, 16)];
      yield { from, to, permissions, name, content: read(memory, from, to) };
    }
  } finally {
    closeSync(memory);
  }
}

/** In how many places of what a process can write these bytes are: a private number, as the keeper has it. */
export function copiesOf(key: Buffer, pid: number): number {
  let copies = 0;
  for (const { content } of mappingsOf(pid, /^rw/)) {
    for (let at = content.indexOf(key); at !== -1; at = content.indexOf(key, at + 1)) copies++;
  }
  return copies;
}

/** Pages of the kernel's own, which it doesn't show here. */
const KERNELS = new Set(["[vvar]", "[vvar_vclock]", "[vsyscall]"]);

/** What can be read; a file that is shorter than its mapping ends early. */
function read(memory: number, from: number, to: number): Buffer {
  const content = Buffer.allocUnsafe(to - from);
  let length = 0;
  while (length < content.length) {
    const count = attempt(memory, content.subarray(length), from + length);
    if (count === 0) break;
    length += count;
  }
  return content.subarray(0, length);
}

function attempt(memory: number, room: Buffer, position: number): number {
  try {
    return readSync(memory, room, 0, room.length, position);
  } catch {
    return 0;
  }
}
