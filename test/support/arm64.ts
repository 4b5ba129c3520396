import { AS_SCRIPT, NODE_FOR_ARM64 } from "../arm64/emulator.ts";
import type { Platform } from "./conversations.ts";
import { executable, scratchFile } from "./scratch.ts";

/** What Node starts as itself. */
const ITSELF = executable(AS_SCRIPT);

/** Starts of Node take a second, and the machine may be busy. */
const PATIENCE = 120_000;

export const ARM64: Platform = {
  runner: [
    ...[...NODE_FOR_ARM64, "--require"],
    scratchFile("itself.cjs", `process.execPath = ${JSON.stringify(ITSELF)};`),
  ],
  patience: PATIENCE,
};
