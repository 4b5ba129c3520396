import { readFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../cli/diagnostics.ts";
import { Keeper } from "../sandbox/keeper.ts";
import { checkStamp } from "../sandbox/stamp.ts";

/** A sandbox can't be had: its module, or memory for it. */
export class Unavailable extends Error {}

/**
 * Compiles one of the two modules, which lie next to the bundled program.
 *
 * @throws {Unavailable} if it can't be read or compiled, or is of another build; it says how to mend it
 */
export function loadModule(name: "engine" | "keeper"): WebAssembly.Module {
  const file = join(__dirname, `${name}.wasm`);
  try {
    // V8 may have been told to look into functions later.
    if (!hasSimd()) throw new Error("it needs SIMD");
    return compileModule(readFileSync(file));
  } catch (error) {
    const remedy = hasSimd() ? REMEDY : NO_SIMD;
    const message = `unable to load ${file}: ${reasonOf(error)}; ${remedy}`;
    throw new Unavailable(message, { cause: error });
  }
}

/** @throws if it can't be compiled, or is of another build */
export function compileModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const module = new WebAssembly.Module(bytes);
  checkStamp(module);
  return module;
}

const REMEDY = "install bearhug again (in its repository: run make)";
const NO_SIMD = "bearhug needs a runtime and a processor with SIMD for WebAssembly";

/** A module with one function: () -> v128, i32.const 0, i8x16.splat. */
const WITH_SIMD = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b],
);

/** Both modules need it; an old runtime, or one told to do without, has none. */
function hasSimd(): boolean {
  return WebAssembly.validate(WITH_SIMD);
}

/**
 * A sandbox for private keys.
 *
 * @throws {Unavailable} if there is no memory for it
 */
export function startKeeper(module: WebAssembly.Module): Keeper {
  try {
    return new Keeper(module);
  } catch (error) {
    throw new Unavailable(`unable to set up the keeper: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * For a process that lives as long as one connection; to be called before a module is loaded. V8 checks
 * a function of WebAssembly when it is first called: most of them never are. BearSSL's handshake is a bytecode interpreter:
 * one loop of many kilobytes, which V8 takes for hot after some hundred rounds and optimises for up
 * to 100 ms of processor time, to be run once. With this budget, what carries records is optimised
 * after a few megabytes, and the handshake never.
 */
export function expectOneConnection(): void {
  // Not at the top: a program that doesn't call this should not pay for loading it.
  const { setFlagsFromString } = require("node:v8") as typeof import("node:v8");
  setFlagsFromString("--wasm-lazy-validation");
  setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
}

/** V8's own is 1,800,000; the unit is a byte of machine code that was jumped over. */
const TIERING_BUDGET = 1_000_000_000;
