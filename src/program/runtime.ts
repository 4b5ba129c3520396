import { hasOnlyStreams } from "../io/platform.ts";

/** What one of our programs needs in vain, where it can't be there. */
interface Lack {
  readonly isHere: boolean;
  readonly programs: readonly string[];
  readonly why: string;
}

const TUNNELS_ON_DESCRIPTORS = ["s6-tlsd-io", "s6-tlsc", "s6-tlsc-io", "s6-ucspitlsc"];
const ON_DESCRIPTORS = ["s6-tlsd", "s6-ucspitlsd", ...TUNNELS_ON_DESCRIPTORS];

/** docs/platforms.md has the same as a table, which tests write. */
const LACKS: readonly Lack[] = [
  {
    isHere: "deno" in process.versions,
    programs: TUNNELS_ON_DESCRIPTORS,
    why: "Deno gives no program the descriptors above 2 that it inherits: run it with Node, or use s6-tlsclient or s6-tlsserver",
  },
  {
    isHere: "bun" in process.versions,
    programs: ON_DESCRIPTORS,
    why: "Bun makes no connection of a descriptor that it inherits: run it with Node, or use s6-tlsclient or s6-tlsserver",
  },
  {
    isHere: hasOnlyStreams,
    programs: ON_DESCRIPTORS,
    why: "Windows passes no connection on as a descriptor: use s6-tlsclient or s6-tlsserver",
  },
];

/** @throws an Error that says why this program can't be had with this runtime, on this system */
export function requireRuntime(program: string): void {
  const lack = LACKS.find(({ isHere, programs }) => isHere && programs.includes(program));
  if (lack !== undefined) throw new Error(lack.why);
}
