import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { isBlank } from "../engine/instances.ts";
import { Authority } from "../support/certificates.ts";
import { converse, memoryOf, sandboxes } from "../support/sandboxes.ts";
import { Bench } from "../tunnel/rig.ts";

/** Promise 3: connections never share a memory, and leave nothing behind. */

const authority = Authority.root();

describe("nothing is left of a connection", () => {
  test("the engine's whole memory is overwritten when the client closes", async () => {
    const { engine } = sandboxes(authority.issue());
    const { client, program, over } = converse(engine);
    await once(client, "secureConnect");
    client.write("something secret");
    const [data] = await once(program, "data");
    expect(String(data)).toBe("something secret");
    expect(isBlank(memoryOf(engine))).toBe(false);
    client.end();
    program.end();
    expect(await over).toBeNull();
    expect(isBlank(memoryOf(engine))).toBe(true);
  });

  test("it is overwritten after a failure, too", async () => {
    const { engine } = sandboxes(authority.issue());
    const { client, tunnel, over } = converse(engine);
    client.on("error", () => {});
    await once(client, "secureConnect");
    tunnel.abort(new Error("enough"));
    expect((await over)?.message).toBe("enough");
    expect(isBlank(memoryOf(engine))).toBe(true);
    client.destroy();
  });

  test("it is overwritten before the end is told", () => {
    const blankAtTheEnd: boolean[] = [];
    const bench: Bench = new Bench({
      over: () => blankAtTheEnd.push(isBlank(memoryOf(bench.engine))),
    });
    expect(isBlank(memoryOf(bench.engine))).toBe(false);
    bench.remote.deliver("EOF");
    bench.run();
    expect(blankAtTheEnd).toEqual([true]);
  });

  test("a wiped keeper holds nothing", () => {
    const { keeper } = sandboxes(authority.issue());
    expect(isBlank(memoryOf(keeper))).toBe(false);
    keeper.wipe();
    expect(isBlank(memoryOf(keeper))).toBe(true);
  });

  test("a corrupted engine ends as one failed connection, and a blank memory", async () => {
    const { engine } = sandboxes(authority.issue());
    const { client, over } = converse(engine);
    client.on("error", () => {});
    await once(client, "secureConnect");
    memoryOf(engine).fill(0xff);
    client.write("anything");
    expect(await over).toBeInstanceOf(Error);
    expect(isBlank(memoryOf(engine))).toBe(true);
    client.destroy();
  });

  test("two connections have two memories", () => {
    const credentials = authority.issue();
    const one = sandboxes(credentials).engine;
    const other = sandboxes(credentials).engine;
    expect(memoryOf(one).buffer).not.toBe(memoryOf(other).buffer);
    one.wipe();
    expect(isBlank(memoryOf(other))).toBe(false);
  });

  test("an engine's memory has its five pages before and after a conversation", async () => {
    const { engine } = sandboxes(authority.issue());
    expect(memoryOf(engine).length).toBe(5 * 65536);
    const { client, program, over } = converse(engine);
    await once(client, "secureConnect");
    client.end("x".repeat(100_000));
    program.resume();
    program.end("y".repeat(100_000));
    client.resume();
    await over;
    expect(memoryOf(engine).length).toBe(5 * 65536);
  });
});
