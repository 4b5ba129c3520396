import { ExitCode } from "../connection/exit-codes.ts";
import { whyMissing } from "../program/exec.ts";
import type { Sandboxes } from "./prog.ts";
import { warnings } from "./server.ts";

export interface Checked {
  readonly program: string;
  readonly settings: { readonly verbosity: number };
  /** prog and its arguments; null: there is no prog. */
  readonly command: readonly string[] | null;
  readonly environment: NodeJS.ProcessEnv;
  readonly prepare: () => Sandboxes;
}

/**
 * For `--check`: what a start would judge before it touches a descriptor. What is wrong is thrown, as a
 * start would; otherwise the process ends with 0.
 */
export function checkOnly({ program, settings, command, environment, prepare }: Checked): never {
  const { engine, keeper } = prepare();
  engine.wipe();
  keeper?.wipe();
  const missing = command && whyMissing(command, environment);
  if (missing !== null) warnings(program, settings)(missing);
  process.exit(ExitCode.success);
}
