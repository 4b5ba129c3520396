import { scratchFile } from "./scratch.ts";

const BLOCK = 65536;

/** Without a shell before it, for measuring what surrounds it. */
export const CAT = "/bin/cat";

/** A program that sends so many zeros: a multiple of 64 KiB. */
export function source(bytes: number): string {
  return script(
    `source-${bytes}`,
    `exec dd if=/dev/zero bs=${BLOCK} count=${bytes / BLOCK} status=none`,
  );
}

/** A program that says a byte, reads so many, and says a byte. */
export function sink(bytes: number): string {
  const read = `dd of=/dev/null bs=${BLOCK} count=${bytes} iflag=fullblock,count_bytes`;
  return script(`sink-${bytes}`, `printf . && ${read} status=none && printf .`);
}

/** A program that answers what it is told. */
export function echo(): string {
  return script("echo", "exec cat");
}

function script(name: string, line: string): string {
  return scratchFile(name, `#!/bin/sh\n${line}\n`, 0o700);
}
