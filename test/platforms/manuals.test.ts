/** Each manual page says which runtimes its program has, and with which flags. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CONVERSING } from "../support/conversations.ts";
import { repository } from "../support/repository.ts";
import { DENO_FLAGS, OTHER_RUNTIMES } from "./rows.ts";

const programs = [...new Set(CONVERSING.map((name) => name.replace(/ .*/, "")))];

function runtimesIn(program: string): string {
  const page = readFileSync(join(repository, `docs/${program}.1.md`), "utf8");
  return /^# RUNTIMES$([\s\S]*?)^# /m.exec(page)?.[1] ?? "";
}

it.each(programs)("%s", (program) => {
  const text = runtimesIn(program);
  const [deno, bun] = OTHER_RUNTIMES.map(({ cant }) => {
    return !CONVERSING.some((name) => name.replace(/ .*/, "") === program && name in cant);
  });
  const denoLine = `deno run ${DENO_FLAGS.join(" ")} \\\n      "$(command -v ${program})"`;
  const bunLine = `bun "$(command -v ${program})"`;
  expect(text).toContain("Node 20 or later runs it");
  expect([text.includes(denoLine), text.includes(bunLine)]).toEqual([deno, bun]);
  if (deno === false) expect(text).toContain("Deno and Bun can't");
  else if (bun === false) expect(text).toContain("Bun can't run it");
});
