import { execFile, execFileSync } from "node:child_process";
import { accessSync, constants, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** So many are made at once: one mkfifo costs as much as the start of any program. */
const BATCH = 128;

/** Fewer than so many, and some more are made. */
const LOW = 64;

/**
 * Names of fresh named pipes, in a folder that is ours alone. A name is given away once: who had a
 * pipe before may still have it open.
 */
export class PipeNames {
  readonly folder: string;
  private readonly names: string[] = [];
  private count = 0;
  private isFilling = false;

  /** @throws a system error if the temporary folder can't be written to, or there is no mkfifo */
  constructor() {
    this.folder = mkdtempSync(join(roomForPipes(), "bearhug-"));
    this.fillNow();
  }

  take(): string {
    if (this.names.length <= LOW) this.fillSoon();
    if (this.names.length === 0) this.fillNow();
    return this.names.pop() as string;
  }

  private fillNow(): void {
    const names = this.nextNames();
    execFileSync("mkfifo", ["-m", "600", ...names], { stdio: ["ignore", "ignore", "inherit"] });
    this.names.push(...names);
  }

  private fillSoon(): void {
    if (this.isFilling) return;
    this.isFilling = true;
    const names = this.nextNames();
    execFile("mkfifo", ["-m", "600", ...names], (error) => {
      this.isFilling = false;
      // Whatever is wrong will be said by whom needs a pipe and finds none.
      if (error === null) this.names.push(...names);
    });
  }

  private nextNames(): string[] {
    return Array.from({ length: BATCH }, () => join(this.folder, String(this.count++)));
  }
}

/** A file system in memory, if there is one: names are made and removed ten times as fast there. */
function roomForPipes(): string {
  try {
    accessSync(IN_MEMORY, constants.W_OK | constants.X_OK);
    return IN_MEMORY;
  } catch {
    return tmpdir();
  }
}

const IN_MEMORY = "/dev/shm";
