import { afterEach, beforeEach } from "vitest";

/** What an engine can call; one that was taken over calls it with whatever it likes. */
export interface Imports {
  keeper: {
    sign(hash: number, value: number, length: number, out: number, max: number): number;
    decrypt(data: number, length: number): number;
  };
}

/** For a file of tests: what each instance of the test that runs was given, in order. */
export function givenImports(): readonly Imports[] {
  const given: Imports[] = [];
  const RealInstance = WebAssembly.Instance;
  beforeEach(() => {
    given.length = 0;
    WebAssembly.Instance = new Proxy(RealInstance, {
      construct(target, [module, imports]: [WebAssembly.Module, WebAssembly.Imports]) {
        given.push(imports as unknown as Imports);
        return new target(module, imports);
      },
    });
  });
  afterEach(() => {
    WebAssembly.Instance = RealInstance;
  });
  return given;
}
