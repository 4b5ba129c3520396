import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Fatal, reasonOf } from "../cli/diagnostics.ts";
import { ExitCode } from "../cli/exit-codes.ts";

/**
 * Compiles one of the two modules, which lie next to the bundled program.
 *
 * @throws {Fatal} 97 if it can't be read or compiled
 */
export function loadModule(name: "engine" | "keeper"): WebAssembly.Module {
  const file = join(__dirname, `${name}.wasm`);
  try {
    return new WebAssembly.Module(readFileSync(file));
  } catch (error) {
    throw new Fatal(ExitCode.engine, `unable to load ${file}: ${reasonOf(error)}`);
  }
}
