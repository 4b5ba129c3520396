import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/repository.ts";
import { HOST_FAULTS } from "./host-faults.ts";
import { placeOf, readSources } from "./plant.ts";
import { WASM_FAULTS } from "./wasm-faults.ts";

/** Faults that `make mutants` plants: code moves and changes, and they must not get lost. */

const all = [...HOST_FAULTS, ...WASM_FAULTS];

test("each has exactly one place in the sources, and tests that exist", () => {
  const sources = readSources(repository);
  const wrong = all.flatMap((fault) => {
    const place = placeOf(fault, sources);
    const lost = fault.noticedBy.filter((file) => !existsSync(join(repository, file)));
    return [
      ...(place instanceof Error ? [`${fault.name}: ${place.message}`] : []),
      ...lost.map((file) => `${fault.name}: there is no ${file}`),
    ];
  });
  expect(wrong).toEqual([]);
});

test("each has a name of its own, and changes something", () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(all.filter(({ find, plant }) => find === plant)).toEqual([]);
});
