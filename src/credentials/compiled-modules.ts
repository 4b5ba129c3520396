import { checkStamp } from "../sandbox/stamp.ts";
import { misconfigured } from "./pair.ts";
import { ArgumentTypeError } from "./tls-error.ts";

/** The two compiled modules: dist/engine.wasm and dist/keeper.wasm. */
export interface Modules {
  readonly engine: WebAssembly.Module;
  readonly keeper: WebAssembly.Module;
}

/** @throws `ArgumentTypeError` `TlsError` unless they are modules of the same build as we are */
export function checkModules(modules: Modules): void {
  for (const name of ["engine", "keeper"] as const) checkModule(name, modules?.[name]);
}

function checkModule(name: keyof Modules, module: unknown): void {
  if (!(module instanceof WebAssembly.Module)) {
    throw new ArgumentTypeError(`modules.${name}`, "a WebAssembly.Module", module);
  }
  try {
    checkStamp(module);
  } catch (error) {
    const { message } = error as Error;
    throw misconfigured("WRONG_MODULE", `modules.${name} can't be used: ${message}`, error);
  }
}
