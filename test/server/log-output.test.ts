/** The log's queue: bounded, in order, and its gap told where it is. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { eventually } from "../support/limits.ts";
import { start } from "../support/processes.ts";
import { scratchFile } from "../support/scratch.ts";

/** 1,000 lines of 1 KiB at once, before anything reads them, and again for each line of its input, until that ends. */
const SCRIPT = `
  import { LogOutput } from "./src/server/log-output.ts";
  const output = new LogOutput({ dropped: (count) => "dropped " + count + "\\n", descriptor: null });
  const burst = () => {
    for (let i = 0; i < 1000; i++) output.write(String(i).padEnd(1023, ".") + "\\n");
    process.stdout.write("written " + output.lost + "\\n");
  };
  burst();
  process.stdin.on("data", burst);
`;

it("a pipe that isn't read stops no program, and what is missing is counted where it is missing", async () => {
  const resolveDir = join(import.meta.dirname, "../..");
  const outfile = scratchFile("script.mjs");
  const stdin = { contents: SCRIPT, resolveDir };
  await build({ stdin, outfile, bundle: true, format: "esm", platform: "node" });
  const fifo = scratchFile("log");
  execFileSync("mkfifo", [fifo]);
  // A FIFO with no reader would end the writer: this process is one throughout, and reads nothing.
  const held = openSync(fifo, constants.O_RDWR);
  const child = start(["sh", "-c", 'exec node "$1" 2>"$0"', fifo, outfile]);
  await eventually("all is written", () => child.stdout.includes("\n"));
  const reader = start(["cat", fifo]);
  await eventually("the gap is told", () => reader.stdout.includes("dropped"));
  // What has waited and was read takes no room from what comes later.
  reader.child.kill("SIGSTOP");
  child.child.stdin?.write("again\n");
  await eventually("all is written again", () => child.stdout.split("\n").length === 3);
  reader.child.kill("SIGCONT");
  await eventually("the second gap is told", () => reader.stdout.split("dropped").length === 3);
  closeSync(held);
  child.child.stdin?.end();
  expect(await child.ended).toMatchObject({ code: 0 });
  expect(await reader.ended).toMatchObject({ code: 0 });
  const bursts = reader.stdout.split(/(?<=dropped [0-9]+\n)/);
  let lost = 0;
  for (const burst of bursts) {
    const lines = burst.trimEnd().split("\n");
    const [last = ""] = lines.splice(-1);
    for (const [at, line] of lines.entries()) expect(line).toBe(String(at).padEnd(1023, "."));
    expect(lines.length).toBeGreaterThanOrEqual(256);
    expect(last).toBe(`dropped ${1000 - lines.length}`);
    lost += 1000 - lines.length;
  }
  expect(bursts.length).toBe(2);
  expect(child.stdout.trimEnd().split("\n").at(-1)).toBe(`written ${lost}`);
});
