import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import type { ProcessRole } from "../../src/server/roles.ts";
import { scratchFile } from "../support/scratch.ts";

/** A system call that fails: `nth` of its kind, and the next ones, `times` in all (0: for ever). */
export interface Fault {
  readonly call: string;
  readonly error: keyof typeof constants.errno;
  readonly nth: number;
  readonly times?: number;
}

/** Where it does. */
export interface Place {
  /** The program whose bundle is read right before calls begin to count. */
  readonly program: string;
  /** What the server starts that process for: the first one of them; none for the server itself. */
  readonly role?: ProcessRole;
}

/** A bundle of several programs is read behind a file of one line. */
const SHARED: readonly (readonly [bundle: string, programs: readonly string[]])[] = [
  ["servers", ["bearhug", "s6-tlsserver"]],
  ["tunnels", ["s6-tlsd-io", "s6-tlsc-io", "s6-ucspitlsd", "s6-ucspitlsc"]],
];

function bundleOf({ program, role }: Place): string {
  if (role === "spawner") return role;
  return SHARED.find(([, programs]) => programs.includes(program))?.[0] ?? program;
}

/** test/faults/inject.c, as this machine takes it. */
const library = scratchFile("inject.so");
execFileSync("gcc", [
  ...["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"],
  ...["-o", library, join(import.meta.dirname, "inject.c"), "-ldl"],
]);

/** Lets one fault happen in the processes that get this environment. */
export class Injection {
  private readonly log = scratchFile("injected", "");

  constructor(
    readonly fault: Fault,
    private readonly place: Place,
  ) {
    // A process may have become another user by then.
    chmodSync(this.log, 0o666);
  }

  get environment(): Record<string, string> {
    const { call, error, nth, times = 1 } = this.fault;
    const { role } = this.place;
    return {
      LD_PRELOAD: library,
      FAULT: `${call}:${constants.errno[error]}:${nth}:${times}`,
      FAULT_AFTER: `/dist/${bundleOf(this.place)}.cjs`,
      FAULT_LOG: this.log,
      ...(role !== undefined && { FAULT_ROLE: role }),
    };
  }

  /** Each failure: the call, its number, and what it was about. */
  get hits(): string[] {
    if (!existsSync(this.log)) return [];
    return readFileSync(this.log, "utf8").split("\n").filter(Boolean);
  }

  forget(): void {
    rmSync(this.log, { force: true });
  }
}
