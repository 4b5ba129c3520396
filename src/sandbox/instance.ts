/** An address in one instance's linear memory, in bytes. Never valid in another instance. */
export type Pointer = number & { readonly brand: unique symbol };

/** What every module of ours exports besides its own functions. */
interface BaseExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
}

/** One sandbox: an instance of a module, with a memory of its own. */
export interface Sandbox<Exports> {
  readonly exports: Exports;
  readonly memory: Memory;
}

/**
 * Instantiates a module.
 *
 * @param imports module name → function name → function
 * @throws {WebAssembly.LinkError} if the module asks for more than `imports` has
 */
export function instantiate<Exports>(
  module: WebAssembly.Module,
  imports: Record<string, Record<string, (...args: never[]) => number>> = {},
): Sandbox<Exports> {
  const instance = new WebAssembly.Instance(module, imports);
  const exports = instance.exports as unknown as Exports & BaseExports;
  exports._initialize();
  return { exports, memory: new Memory(exports.memory) };
}

/** Bytes of WebAssembly's unit of memory. */
const PAGE = 65536;

/** A linear memory, seen through views that are derived, used and dropped. */
export class Memory {
  constructor(private readonly memory: WebAssembly.Memory) {}

  /**
   * The bytes at an address. The view goes stale when the memory grows.
   *
   * @throws {RangeError} outside of the memory, whoever made the address
   */
  view(at: Pointer, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  /** A copy of the Latin-1 string that ends with a NUL. */
  string(at: Pointer): string {
    const bytes = new Uint8Array(this.memory.buffer, at);
    const end = bytes.indexOf(0);
    return String.fromCharCode(...bytes.subarray(0, end));
  }

  /** Grows to a size that another memory of the same module has, in bytes. */
  growTo(size: number): void {
    this.memory.grow((size - this.memory.buffer.byteLength) / PAGE);
  }

  /** Everything, from the first byte to the last. */
  all(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }
}
