import { expect, test } from "vitest";
import { TwoPhaseReload } from "../../src/server/two-phase-reload.ts";
import type { WorkerLink } from "../../src/server/worker-link.ts";

/** Whose answers count at a reload, and what follows from them. */

class Worker {
  readonly orders: string[] = [];

  constructor(readonly ready: boolean) {}

  send({ order }: { order: string }): void {
    this.orders.push(order);
  }

  get link(): WorkerLink {
    return this as unknown as WorkerLink;
  }
}

function begin(...all: Worker[]) {
  const reload = new TwoPhaseReload();
  const outcome = reload.run(new Set(all.map(({ link }) => link)));
  const answer = (worker: Worker, problem: string | null) => reload.answer(worker.link, problem);
  return { outcome, answer };
}

test("without a worker that serves, nothing is asked", async () => {
  const young = new Worker(false);
  expect(await begin().outcome).toBe("there is no worker at the moment");
  expect(await begin(young).outcome).toBe("there is no worker at the moment");
  expect(young.orders).toEqual([]);
});

test("a worker that begins meanwhile does as the others decide, whatever it says", async () => {
  const [one, two, young] = [new Worker(true), new Worker(true), new Worker(false)];
  const { outcome, answer } = begin(one, two, young);
  answer(young, "it can't read them");
  answer(one, null);
  answer(two, null);
  expect(await outcome).toBe(null);
  for (const { orders } of [one, two, young]) expect(orders).toEqual(["reload", "commit"]);
});

test("a worker answers once", async () => {
  const [one, two] = [new Worker(true), new Worker(true)];
  const { outcome, answer } = begin(one, two);
  answer(one, null);
  answer(one, "it has second thoughts");
  answer(two, null);
  expect(await outcome).toBe(null);
  // There is no question now.
  answer(two, "too late");
  expect(one.orders).toEqual(["reload", "commit"]);
});

test("the first problem is told, and all keep what they have", async () => {
  const [one, two, three] = [new Worker(true), new Worker(true), new Worker(true)];
  const { outcome, answer } = begin(one, two, three);
  answer(one, null);
  answer(two, "the first");
  answer(three, "the second");
  expect(await outcome).toBe("the first");
  for (const { orders } of [one, two, three]) expect(orders).toEqual(["reload", "discard"]);
});
