import { expect, it } from "vitest";
import { aimRows } from "../../bench/aims.ts";
import { result } from "../../bench/results.ts";

/** The table that ends `make bench`: what speed aims at, and what this run has. */

/** Starts a second, ours and bare Node's: 1.8 times as long is the aim. */
const starts = (ours: number) =>
  result({ name: "startup-vs-bare-node", unit: "starts/s", peerName: "", ours, peer: 36 });

const connections = (ours: number) =>
  result({ name: "server-rate-p256-4-vs-socat", unit: "1/s", peerName: "", ours, peer: 100 });

it("says of a time how many times the peer's it is, and whether that is little enough", () => {
  const what = "s6-tlsd's start ÷ bare Node, clean environment";
  expect(aimRows([starts(20)])).toEqual([[what, "1.80", "≤ 1.8", "reached"]]);
  expect(aimRows([starts(18)])).toEqual([[what, "2.00", "≤ 1.8", "missed"]]);
});

it("says of a rate how much of the peer's it is, and whether that is enough", () => {
  const what = "new connections/s, P-256, 4 clients ÷ socat";
  expect(aimRows([connections(120)])).toEqual([[what, "1.20", "≥ 1.2", "reached"]]);
  expect(aimRows([connections(119)])).toEqual([[what, "1.19", "≥ 1.2", "missed"]]);
});

it("tells nothing of what was not measured", () => {
  expect(aimRows([])).toEqual([]);
});
