/** How a module becomes an instance, and its memory is read. A connection's bytes cross in engine.ts. */
import { instantiateSync } from "@assemblyscript/loader";
import { Boundary, type Imports, insideOf, type NumberedCalls } from "./boundary.ts";
import { SandboxTrap } from "./trap.ts";

export { SandboxTrap, UseAfterWipe } from "./trap.ts";

/** An address in one instance's linear memory, in bytes. Never valid in another instance. */
export type Pointer = number & { readonly brand: unique symbol };

/** What every module of ours exports besides its own functions. */
interface BaseExports {
  _initialize(): void;
}

/** A module asks for something that it must not have. */
export class ForbiddenImport extends Error {}

/**
 * "all" is the faster for the first memory of a process: V8 has not compiled yet what looks into pages.
 * "touched" is the faster where many connections follow each other.
 */
export type Wiping = "all" | "touched";

const NONE: NumberedCalls = { by: "", names: [] };

/** One sandbox: an instance of a module, with a memory of its own. */
export interface Sandbox<Exports> {
  /** Calls of these throw a SandboxTrap, what an import threw, or UseAfterWipe; nothing else. */
  readonly exports: Exports;
  readonly memory: Memory;
  /** Overwrites the memory. No export can be called afterwards. */
  readonly wipe: (how?: Wiping) => void;
}

/**
 * Instantiates a module.
 *
 * @param imports all that it may ask for
 * @param calls become exports like the others
 * @throws {ForbiddenImport} if it asks for anything else
 */
export function instantiate<Exports>(
  module: WebAssembly.Module,
  imports: Imports = {},
  calls: NumberedCalls = NONE,
): Sandbox<Exports> {
  checkImports(module, imports);
  const boundary = new Boundary();
  // The loader adds a clock and a log to the object that it gets, so it gets one of its own, with no
  // prototype in which it could find others; no module of ours can ask for them. Its own exports
  // would be wrapped once more.
  const { instance } = instantiateSync(module, boundary.importsOf(imports));
  const Inside = insideOf(module, instance.exports, calls);
  const exports = new Inside(boundary, instance.exports) as unknown as Exports & BaseExports;
  exports._initialize();
  const memory = new Memory(instance.exports["memory"] as WebAssembly.Memory);
  const wipe = (how: Wiping = "touched") => {
    if (how === "all") memory.all().fill(0);
    else memory.wipe();
    boundary.isClosed = true;
  };
  return { exports, memory, wipe };
}

/** Read once: V8 makes the list anew each time. */
const asked = new WeakMap<WebAssembly.Module, WebAssembly.ModuleImportDescriptor[]>();

function askedBy(module: WebAssembly.Module): WebAssembly.ModuleImportDescriptor[] {
  const known = asked.get(module);
  if (known !== undefined) return known;
  const list = WebAssembly.Module.imports(module);
  asked.set(module, list);
  return list;
}

function checkImports(module: WebAssembly.Module, allowed: Imports): void {
  for (const { module: from, name, kind } of askedBy(module)) {
    const functions = Object.hasOwn(allowed, from) ? allowed[from] : {};
    if (kind !== "function" || !Object.hasOwn(functions ?? {}, name)) {
      throw new ForbiddenImport(`the module asks for the ${kind} ${from}.${name}`);
    }
  }
}

/** Bytes of WebAssembly's unit of memory. */
const PAGE = 65536;

/** More than any name of a host, a protocol or a suite has, in bytes. */
const STRING_MAX = 1024;

/** A linear memory, seen through views that are derived, used and dropped. */
export class Memory {
  constructor(private readonly memory: WebAssembly.Memory) {}

  /**
   * The bytes at an address. The view goes stale when the memory grows.
   *
   * @throws {SandboxTrap} outside of the memory: the address came from a sandbox
   */
  view(at: Pointer, length: number): Uint8Array {
    const { buffer } = this.memory;
    // Not what the constructor would throw: a RangeError may be a defect of ours as well.
    if (at < 0 || length < 0 || at + length > buffer.byteLength) {
      throw new SandboxTrap(`an address outside of the memory: ${length} bytes at ${at}`);
    }
    return new Uint8Array(buffer, at, length);
  }

  /** A copy of the Latin-1 string that ends with a NUL. */
  string(at: Pointer): string {
    const room = this.memory.buffer.byteLength - at;
    const bytes = this.view(at, Math.min(STRING_MAX, Math.max(room, 0)));
    const end = bytes.indexOf(0);
    if (end === -1) throw new SandboxTrap("a string without an end");
    return String.fromCharCode(...bytes.subarray(0, end));
  }

  /** Grows to a size that another memory of the same module has, in bytes. */
  growTo(size: number): void {
    this.memory.grow((size - this.memory.buffer.byteLength) / PAGE);
  }

  /**
   * Overwrites everything. What is all zeros is read, and not written: of most of a connection's memory the
   * system has never made pages, and would have to, for 3 µs each.
   */
  wipe(): void {
    const words = new Int32Array(this.memory.buffer);
    for (let at = 0; at < words.length; at += BLOCK) {
      if (!isZero(words, at)) words.fill(0, at, at + BLOCK);
    }
  }

  /** Everything, from the first byte to the last. */
  all(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }
}

/** A page of the operating system, in words of four bytes. */
const BLOCK = 1024;

/** Four words at a time: a look at each alone would take a half of what it saves. */
function isZero(words: Int32Array, start: number): boolean {
  const word = (at: number) => words[at] as number;
  for (let at = start; at < start + BLOCK; at += 4) {
    if ((word(at) | word(at + 1) | word(at + 2) | word(at + 3)) !== 0) return false;
  }
  return true;
}
