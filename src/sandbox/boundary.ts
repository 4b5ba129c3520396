/** What leads in and out of one instance: imports and exports, with the errors that come out of them. */
import { SandboxTrap, UseAfterWipe } from "./trap.ts";

/** What a module may ask for: module name → function name → function. */
export type Imports = Readonly<Record<string, Readonly<Record<string, Import>>>>;

type Import = (...args: never[]) => number;

/** Functions behind a single export that takes the number of one of them, and its arguments. */
export interface NumberedCalls {
  readonly by: string;
  /** In the order of their numbers, from 0 on. */
  readonly names: readonly string[];
}

/** What leads in and out of one instance. It tells a trap from an error of the host's. */
export class Boundary {
  isClosed = false;
  /** What an import threw last: it comes out of the export that called it. */
  thrown: unknown = this;

  importsOf(imports: Imports): Record<string, Record<string, Import>> {
    const guarded: Record<string, Record<string, Import>> = Object.create(null);
    guarded["env"] = Object.create(null);
    for (const [from, functions] of Object.entries(imports)) {
      const own: Record<string, Import> = Object.create(null);
      for (const [name, call] of Object.entries(functions)) own[name] = this.outward(call);
      guarded[from] = own;
    }
    return guarded;
  }

  private outward(call: Import): Import {
    return (...args) => {
      try {
        return call(...args);
      } catch (error) {
        this.thrown = error;
        throw error;
      }
    };
  }
}

type Call = (a: number, b: number, c: number, d: number) => unknown;

/** The functions that one instance exports. A class for each module has the methods that call them. */
class Inside {
  /** Of its class, in the order of `#calls`. */
  static readonly names: readonly string[] = [];

  readonly #boundary: Boundary;
  readonly #calls: readonly Call[];

  constructor(boundary: Boundary, exports: WebAssembly.Exports) {
    const { names } = new.target;
    this.#boundary = boundary;
    this.#calls = names.map((name) => exports[name] as Call);
  }

  /** With parameters that are spelt out: gathering them costs more than the call. */
  #call(index: number, a: number, b: number, c: number, d: number): unknown {
    const boundary = this.#boundary;
    if (boundary.isClosed) throw new UseAfterWipe("this sandbox was wiped");
    try {
      return this.#calls[index]?.(a, b, c, d);
    } catch (error) {
      if (error === boundary.thrown) throw error;
      throw new SandboxTrap((error as Error).message, error);
    }
  }

  static method(index: number) {
    return function (this: Inside, a: number, b: number, c: number, d: number): unknown {
      return this.#call(index, a, b, c, d);
    };
  }

  static numbered(index: number, number: number) {
    return function (this: Inside, a: number, b: number, c: number): unknown {
      return this.#call(index, number, a, b, c);
    };
  }
}

/**
 * A closure for each export of each instance would be a tenth of what an idle connection takes, so
 * all instances of a module share their methods. Nothing of any instance is kept here.
 */
const insides = new WeakMap<WebAssembly.Module, typeof Inside>();

export function insideOf(
  module: WebAssembly.Module,
  exports: WebAssembly.Exports,
  { by, names }: NumberedCalls,
): typeof Inside {
  const known = insides.get(module);
  if (known !== undefined) return known;
  const functions = functionsOf(exports);
  const exported = functions.map(([name]) => name);
  const fresh = class extends Inside {
    static override readonly names = exported;
  };
  const define = (name: string, value: unknown) =>
    Object.defineProperty(fresh.prototype, name, { value, enumerable: true });
  for (const [index, [name, call]] of functions.entries()) {
    if (call.length > PARAMETERS_MAX) throw new RangeError(`${call.length} parameters`);
    define(name, Inside.method(index));
  }
  const index = exported.indexOf(by);
  if (index >= 0) {
    for (const [number, name] of names.entries()) define(name, Inside.numbered(index, number));
  }
  insides.set(module, fresh);
  return fresh;
}

function functionsOf(exports: WebAssembly.Exports): [string, CallableFunction][] {
  return Object.entries(exports).filter(
    (entry): entry is [string, CallableFunction] => typeof entry[1] === "function",
  );
}

/** Of an export. */
const PARAMETERS_MAX = 4;
