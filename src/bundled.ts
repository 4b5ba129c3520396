/**
 * The library with both modules inside, for bundlers: their output has no folder of ours beside it, in
 * which the modules' files could be found. package.json names it under the condition `module`.
 */
import engine from "../dist/engine.wasm";
import keeper from "../dist/keeper.wasm";
import { embedModules } from "./library/secure-context.ts";

embedModules({ engine, keeper });

export * from "./index.ts";
