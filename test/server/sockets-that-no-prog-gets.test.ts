/**
 * Sockets of a worker that no prog gets: the spawner hangs up on the second one of two with the same
 * label, and on those for which there is no order. The test is the spawner's primary and its worker.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { sendFrame } from "../../src/server/frames.ts";
import { STANDARD_INPUT, STANDARD_OUTPUT } from "../../src/server/socket-label.ts";
import { eventually, within } from "../support/limits.ts";
import { scratchFile } from "../support/scratch.ts";
import { ANNOUNCEMENT, labelled, ORDER, spawnerFor } from "../support/spawner-by-hand.ts";

it("prog has the first, and the second is closed", async () => {
  const path = scratchFile("door");
  const { heard, tell, link } = await spawnerFor(path, ["cat"]);
  const first = await labelled(path, STANDARD_INPUT);
  const second = await labelled(path, STANDARD_INPUT);
  const output = await labelled(path, STANDARD_OUTPUT);
  const refused = new Promise((over) => second.once("end", over).once("close", over).resume());
  sendFrame(link, ORDER);
  await eventually("a question", () => heard.includes("unannounced"));
  tell(ANNOUNCEMENT);
  await within(10_000, "the end of the second", refused);
  first.write("hello");
  const [echoed] = await within(10_000, "prog's answer", once(output, "data"));
  expect(`${echoed}`).toBe("hello");
});

it("sockets for which no order comes are closed, and in ten seconds, not before", async () => {
  const path = scratchFile("door");
  const { link } = await spawnerFor(path, ["cat"]);
  const began = performance.now();
  const unlabelled = connect({ path, allowHalfOpen: true }).on("error", () => {});
  onTestFinished(() => void unlabelled.destroy());
  const sockets = [unlabelled, await labelled(path, STANDARD_INPUT)];
  // One is reset, since its label was not read.
  const ends = sockets.map(
    (socket) => new Promise((over) => socket.once("end", over).once("close", over).resume()),
  );
  await within(30_000, "the end of both", Promise.all(ends));
  expect(performance.now() - began).toBeGreaterThan(9000);
  // Without an order for them, they are nothing that the worker did wrong.
  expect(link.destroyed).toBe(false);
}, 40_000);
