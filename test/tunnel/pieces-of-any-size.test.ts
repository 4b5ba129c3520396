import { expect, test } from "vitest";
import { payload } from "../support/payload.ts";
import { Rig } from "./rig.ts";

/** Every byte of many records arrives, in order, however both sides cut them. */

const question = payload("a question", 20_000);
const answer = payload("an answer", 17_000);

const WHOLE = Number.POSITIVE_INFINITY;

test.each([
  ["whole", WHOLE, WHOLE],
  ["one byte at a time on the network", 1, WHOLE],
  ["one byte at a time at the program", WHOLE, 1],
  ["one byte at a time on both sides", 1, 1],
  ["seven at a time on both sides", 7, 7],
] as const)("%s: both directions are complete", async (_, onNetwork, atProgram) => {
  const rig = await Rig.established();
  rig.withholdsFin = true;
  rig.arrivalSize = onNetwork;
  rig.remote.otherwise = onNetwork;
  rig.local.otherwise = atProgram;
  rig.client.say(question);
  rig.client.hangUp();
  await rig.settle();
  expect(rig.local.takeSent().equals(question)).toBe(true);
  for (let at = 0; at < answer.length; at += atProgram) {
    rig.local.deliver(answer.subarray(at, at + atProgram));
  }
  rig.local.deliver("EOF");
  await rig.settle();
  expect(rig.client.heard.equals(answer)).toBe(true);
  expect(rig.failure).toBeNull();
  expect(rig.tunnel.count).toEqual({ toLocal: question.length, toRemote: answer.length });
});
