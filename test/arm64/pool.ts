import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ForksPoolWorker, type PoolOptions, type PoolWorker } from "vitest/node";
import { FOR_MANY } from "./emulator.ts";

const folder = join(import.meta.dirname, "../../build/arm64");
mkdirSync(folder, { recursive: true });

const ITSELF = join(folder, "node");
writeFileSync(ITSELF, FOR_MANY);
chmodSync(ITSELF, 0o755);

/** In the emulator, process.execPath is a file that the kernel can't start. */
const PRELOADED = join(folder, "itself.cjs");
writeFileSync(PRELOADED, `process.execPath = ${JSON.stringify(ITSELF)};\n`);

/**
 * A process of arm64's Node for each test file. vitest itself stays on this processor, since its
 * bundler is native code: a worker is given what the bundler made.
 */
class Arm64Worker extends ForksPoolWorker {
  override async start(): Promise<void> {
    const ours = process.execPath;
    // What fork() starts. It is read before the first await.
    process.execPath = ITSELF;
    const started = super.start();
    process.execPath = ours;
    await started;
  }
}

export const arm64Pool = {
  name: "arm64",
  createPoolWorker(options: PoolOptions): PoolWorker {
    const execArgv = [...options.execArgv, "--require", PRELOADED];
    const env = { ...options.env, EMULATED: "1" };
    return new Arm64Worker({ ...options, execArgv, env });
  },
};
