import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../src/sandbox/engine.ts";
import { SandboxTrap } from "../../src/sandbox/instance.ts";
import { isBlank, newServer } from "../engine/instances.ts";
import { callsOf, memoryOf } from "../support/sandboxes.ts";
import { REPLY, type Recording, record } from "./recording.ts";
import { Bench, credentials } from "./rig.ts";

/** A trap in the sandbox, in every one of the calls into it. */

let recording: Recording;

beforeAll(async () => {
  recording = await record();
});

const TRAP = new WebAssembly.RuntimeError("unreachable");

/** An engine of which one export traps, the so many-th time that any of them is called. */
class Trapping {
  calls = 0;
  readonly engine: Engine;

  constructor(private readonly trapAt: number) {
    this.engine = newServer(credentials);
    const watched = Object.fromEntries(
      callsOf(this.engine["sandbox"].exports).map(([name, call]) => [name, this.watch(call)]),
    );
    Object.assign(this.engine["sandbox"], { exports: watched });
  }

  get hasTrapped(): boolean {
    return this.calls >= this.trapAt;
  }

  private watch(call: (...args: number[]) => unknown) {
    return (...args: number[]) => {
      if (++this.calls === this.trapAt) throw TRAP;
      return call(...args);
    };
  }
}

/** A whole conversation, as far as it gets. */
function converse(engine: Engine): Bench {
  const bench = new Bench({ engine });
  bench.remote.deliver(recording.bytes, "EOF");
  bench.run();
  if (bench.session !== null) bench.local.deliver(REPLY, "EOF");
  bench.run();
  bench.remote.forgetScript();
  bench.local.forgetScript();
  return bench;
}

function callsOfAConversation(): number {
  const untroubled = new Trapping(Number.POSITIVE_INFINITY);
  expect(converse(untroubled.engine).failure).toBeNull();
  return untroubled.calls;
}

describe("a trap", () => {
  test("in any call into the engine ends the tunnel with it, once, and leaves nothing", () => {
    const all = callsOfAConversation();
    for (let at = 1; at <= all; at++) {
      const trapping = new Trapping(at);
      const bench = converse(trapping.engine);
      expect(trapping.hasTrapped).toBe(true);
      expect(bench.failure, `call ${at}`).toBe(TRAP);
      expect(isBlank(memoryOf(trapping.engine)), `call ${at}`).toBe(true);
      expect(bench.remote.calls, `call ${at}`).toContain("end");
    }
    expect(all).toBeGreaterThan(50);
  });

  test("is the last call into the engine: what trapped is not to be trusted", () => {
    const all = callsOfAConversation();
    for (let at = 1; at <= all; at++) {
      const trapping = new Trapping(at);
      converse(trapping.engine);
      expect(trapping.calls, `call ${at}`).toBe(at);
    }
  });

  test("ends the program's input and output, when there is a program", () => {
    const all = callsOfAConversation();
    let withProgram = 0;
    for (let at = 1; at <= all; at++) {
      const bench = converse(new Trapping(at).engine);
      if (bench.session === null) continue;
      withProgram++;
      expect(bench.local.calls, `call ${at}`).toEqual(expect.arrayContaining(["end", "stop"]));
    }
    expect(withProgram).toBeGreaterThan(10);
  });

  test("waits for a peer that has not hung up, for as long as the clock's owner allows", () => {
    const bench = new Bench({ engine: new Trapping(5).engine });
    bench.remote.deliver(recording.bytes.subarray(0, 100));
    bench.run();
    bench.run();
    expect(bench.isOver).toBe(false);
    expect(bench.lingers).toBe(1);
    bench.tunnel.over();
    expect(bench.failure).toBe(TRAP);
    bench.remote.forgetScript();
  });
});

describe("an engine that was taken over in the middle of a connection", () => {
  /** The reply of prog, and the peer's EOF, after something was done to the engine. */
  function goOn(afterHandshake: (engine: Engine) => void): Bench {
    const bench = new Bench();
    bench.remote.deliver(recording.bytes.subarray(0, recording.handshake));
    bench.run();
    afterHandshake(bench.engine);
    bench.local.deliver(REPLY);
    bench.run();
    bench.remote.deliver("EOF");
    bench.run();
    bench.local.forgetScript();
    return bench;
  }

  test("traps when its memory is zeros: it knows no protocol any more", () => {
    const bench = goOn((engine) => memoryOf(engine).fill(0));
    expect(bench.failure).toBeInstanceOf(SandboxTrap);
  });

  test("is not believed when it says that all is over and well", () => {
    const CLOSED = 0x01;
    const bench = goOn((engine) => {
      const { exports } = engine["sandbox"];
      const silent = callsOf(exports).map(([name]) => [name, () => 0]);
      const says = { ...Object.fromEntries(silent), engine_state: () => CLOSED };
      Object.assign(engine["sandbox"], { exports: says });
    });
    expect(bench.failure?.message).toBe("the engine closed by itself");
  });
});

describe("a program that can't be started", () => {
  test("ends the tunnel with that failure, and the client is hung up on", () => {
    const failure = new Error("unable to run prog");
    const bench = new Bench({
      established: () => {
        throw failure;
      },
    });
    bench.remote.deliver(recording.bytes, "EOF");
    bench.run();
    expect(bench.failure).toBe(failure);
    expect(bench.remote.calls).toEqual(["end"]);
    expect(isBlank(memoryOf(bench.engine))).toBe(true);
  });
});

describe("a tunnel", () => {
  test("that was aborted is over at once, with the reason, and only once", () => {
    const bench = new Bench();
    bench.remote.deliver(recording.bytes.subarray(0, 100));
    bench.run();
    const reason = new Error("handshake not done in time");
    bench.tunnel.abort(reason);
    bench.tunnel.abort(new Error("again"));
    bench.tunnel.over();
    bench.run();
    expect(bench.failure).toBe(reason);
    expect(isBlank(memoryOf(bench.engine))).toBe(true);
  });

  test("keeps its first failure when it is aborted after it", () => {
    const bench = new Bench({ engine: new Trapping(5).engine });
    bench.remote.deliver(recording.bytes.subarray(0, 100));
    bench.run();
    bench.tunnel.abort(new Error("too late"));
    expect(bench.failure).toBe(TRAP);
    bench.remote.forgetScript();
  });

  test("moves everything that can move in one run", () => {
    // As with TLS False Start: the first data come in one piece with the handshake's end.
    const bench = new Bench();
    bench.remote.deliver(recording.bytes.subarray(0, recording.closeNotify));
    bench.remote.advance();
    bench.tunnel.run();
    expect(bench.local.takeText()).toBe("first, second, and the third");
  });
});
