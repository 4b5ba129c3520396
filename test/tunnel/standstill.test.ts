/**
 * No state without a way on: an engine that takes nothing and gives nothing, while its peer sends
 * more or has ended, is a failure with a name. What waits on purpose is none.
 */
import { expect, test } from "vitest";
import { StandstillError } from "../../src/tunnel/failures.ts";
import { Rig } from "./rig.ts";

/** From now on, the engine has nothing in any channel, and room in none. */
function stopEngine(rig: Rig): void {
  rig.engine.buffer = () => new Uint8Array(0);
  rig.engine.pending = () => false;
}

test("what the peer sends more", async () => {
  const rig = await Rig.established();
  rig.expectsStandstill = true;
  stopEngine(rig);
  await rig.settle();
  expect(rig.isOver).toBe(false);
  rig.client.say("more");
  await rig.settle();
  expect(rig.local.calls).toEqual(["end", "stop"]);
  rig.remote.deliver("EOF");
  rig.run();
  expect(rig.failure).toBeInstanceOf(StandstillError);
});

test("the peer's end", async () => {
  const rig = await Rig.established();
  rig.expectsStandstill = true;
  stopEngine(rig);
  rig.remote.deliver("EOF");
  rig.run();
  expect(rig.failure).toBeInstanceOf(StandstillError);
});

test("before there is a program, too", () => {
  const rig = new Rig();
  rig.expectsStandstill = true;
  stopEngine(rig);
  rig.remote.deliver("a part of a hello");
  rig.run();
  rig.tunnel.over();
  expect(rig.failure).toBeInstanceOf(StandstillError);
});

test("a close_notify that is kept back stops records on purpose", async () => {
  const rig = await Rig.established();
  rig.withholdsFin = true;
  rig.client.tls.end();
  await rig.settle();
  rig.remote.deliver(Buffer.alloc(100));
  rig.run();
  expect(rig.isOver).toBe(false);
  rig.local.deliver("the answer", "EOF");
  rig.run();
  await rig.settle();
  expect(rig.client.heard.toString()).toBe("the answer");
});

test("an engine that waits for its host stops everything on purpose", async () => {
  const rig = await Rig.established();
  stopEngine(rig);
  const { state } = rig.engine;
  Object.defineProperty(rig.engine, "state", { value: { ...state, awaitsHost: true } });
  rig.client.say("more");
  await rig.settle();
  expect(rig.isOver).toBe(false);
});
