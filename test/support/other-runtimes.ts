import { join } from "node:path";

const installed = join(import.meta.dirname, "../other-runtimes/node_modules");

/** The programs of test/other-runtimes. */
export const DENO = join(installed, "@deno/linux-x64-glibc/deno");
export const BUN = join(installed, "@oven/bun-linux-x64/bin/bun");
