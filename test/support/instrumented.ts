import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { scratchFile } from "./scratch.ts";

/**
 * A module that reports which way it goes. Binaryen puts a report into each loop's round and each
 * function's entry, and one of the address before each read and write. Two runs with the same
 * reports have read and written the same places in the same order, whatever was in them.
 */
export class Instrumented {
  readonly module: WebAssembly.Module;
  private report = new Int32Array(1 << 22);
  private reported = 0;

  constructor(file: string) {
    const instrumented = scratchFile("instrumented.wasm");
    execFileSync("wasm-opt", [...FEATURES, ...REPORTS, file, "-o", instrumented]);
    this.module = new WebAssembly.Module(readFileSync(instrumented));
  }

  /** Where the module's reports go: what it imports besides its own. */
  get imports(): { env: Record<string, (...numbers: number[]) => number | undefined> } {
    const env: Record<string, (...numbers: number[]) => number | undefined> = {};
    for (const { module, name } of WebAssembly.Module.imports(this.module)) {
      if (module !== "env") continue;
      env[name] = WHERE.has(name)
        ? (...numbers) => {
            this.record(numbers);
            return numbers.at(-1);
          }
        : (...numbers) => numbers.at(-1);
    }
    return { env };
  }

  /**
   * What `make` makes of the module, whose own imports come first. What instantiates it in there
   * knows nothing of reports, and refuses a module that asks for more than the module's own imports:
   * so it does not see that this module asks for reports, and still sees whatever else it asks for.
   */
  instantiated<T>(make: (module: WebAssembly.Module) => T): T {
    const { Instance } = WebAssembly;
    const listImports = WebAssembly.Module.imports;
    const { imports } = this;
    WebAssembly.Module.imports = (module) =>
      listImports(module).filter(
        ({ module: from, name }) => !(module === this.module && from === "env" && isReport(name)),
      );
    WebAssembly.Instance = class extends Instance {
      constructor(module: WebAssembly.Module, own: WebAssembly.Imports = {}) {
        super(module, { ...own, ...imports });
      }
    };
    try {
      return make(this.module);
    } finally {
      WebAssembly.Instance = Instance;
      WebAssembly.Module.imports = listImports;
    }
  }

  /** The way that the module goes meanwhile. */
  trace(run: () => void): Trace {
    this.reported = 0;
    run();
    const way = this.report.subarray(0, this.reported);
    return { length: way.length, digest: createHash("sha256").update(way).digest("hex") };
  }

  private record(numbers: number[]): void {
    if (this.reported + numbers.length > this.report.length) {
      const larger = new Int32Array(2 * this.report.length);
      larger.set(this.report);
      this.report = larger;
    }
    for (const number of numbers) this.report[this.reported++] = number;
  }
}

/** How long a way was, and a digest of it. */
export interface Trace {
  length: number;
  digest: string;
}

const FEATURES = ["--enable-simd", "--enable-bulk-memory"];
const REPORTS = ["--log-execution", "--instrument-memory"];

/** Does Binaryen's report have that name? */
function isReport(name: string): boolean {
  return WHERE.has(name) || /^(load|store)_val_[a-z0-9]+$/.test(name);
}

/** The imports that are told where the module is; the others are told values. */
const WHERE = new Set(["log_execution", "load_ptr", "store_ptr"]);
