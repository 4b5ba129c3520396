/**
 * The library with both modules inside, for bundlers: their output has no folder of ours beside it, in
 * which the modules' files could be found. package.json names it under the condition `module`.
 */
import { brotliDecompressSync } from "node:zlib";
import engine from "../build/engine.wasm.br";
import keeper from "../build/keeper.wasm.br";
import { embedModules } from "./library/secure-context.ts";

// Compressed, they make the package a fourth smaller.
embedModules({ engine: unpacked(engine), keeper: unpacked(keeper) });

export * from "./index.ts";

function unpacked(compressed: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(brotliDecompressSync(compressed));
}
