import { existsSync, readFileSync } from "node:fs";
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

/** Programs refuse modules of another stamp, so that each test would notice, and none of them by what it is for. */
test("none is planted where the stamp comes from", () => {
  const [, list = ""] =
    /^build\/stamp: (.*)$/m.exec(readFileSync(join(repository, "Makefile"), "utf8")) ?? [];
  const headers = list.split(" ").filter((file) => file.endsWith(".h"));
  expect(headers).toHaveLength(2);
  const fault = { name: "any", in: "wasm", find: "once", plant: "twice", noticedBy: [] } as const;
  const place = (file: string) => placeOf(fault, { src: [], wasm: [{ file, text: "once" }] });
  expect(headers.map((file) => place(file))).toEqual(headers.map(() => expect.any(Error)));
  expect(place("wasm/engine/engine.c")).toBe("wasm/engine/engine.c");
});
