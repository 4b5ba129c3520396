import type { Engine } from "../../src/sandbox/engine.ts";
import type { KeyOperations } from "../../src/sandbox/key-operations.ts";
import { UseAfterWipe } from "../../src/sandbox/trap.ts";
import { callsOf } from "./sandboxes.ts";

/** Starts the engine again, from what its memory was once. */
export type Restart = (memory: Uint8Array) => void;

/** What an engine has inside, and no program of ours can change. */
interface Insides {
  readonly requests: {
    readonly bindings: { key: KeyOperations | null; signed: boolean; decrypted: boolean };
  };
  sandbox: {
    exports: Record<string, unknown>;
    wipe: () => void;
    readonly memory: { all(): Uint8Array };
  };
}

/**
 * Makes one engine serve many times: making one takes longer than what a short conversation does.
 * A wiped sandbox stays closed, so this engine's sandbox gets a wipe and a guard of the test's own,
 * which do the same as the sandbox's and can be opened again.
 */
export function reusable(engine: Engine): Restart {
  const insides = engine as unknown as Insides;
  const { sandbox, requests } = insides;
  const { bindings } = requests;
  const { key } = bindings;
  let isClosed = false;
  const guarded = callsOf(sandbox.exports).map(([name, value]) => {
    const call = (...args: number[]) => {
      if (isClosed) throw new UseAfterWipe("this sandbox was wiped");
      return value(...args);
    };
    return [name, call];
  });
  sandbox.exports = Object.fromEntries(guarded);
  sandbox.wipe = () => {
    sandbox.memory.all().fill(0);
    isClosed = true;
  };
  return (memory) => {
    sandbox.memory.all().set(memory);
    isClosed = false;
    Object.assign(requests, { wiped: false, asked: false, count: 0, facts: null, answer: null });
    Object.assign(bindings, { key, signed: false, decrypted: false, sealed: 0, opened: 0 });
  };
}
