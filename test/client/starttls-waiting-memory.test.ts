/**
 * While prog talks in cleartext, the process that waits costs hardly more than Node itself: it has
 * not even loaded the sandboxes.
 */
import { copyFileSync, mkdirSync, mkdtempSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { connectRaw, receiveUntil } from "../support/clients.ts";
import { eventually } from "../support/limits.ts";
import { run, start } from "../support/processes.ts";
import { scratch } from "../support/scratch.ts";
import { residentMemory } from "../support/server.ts";
import { program, serve } from "../support/service.ts";

/** MiB. Two or three is what it is. */
const ALLOWANCE = 6;

it("no more than a Node that does nothing, and a few MiB", async () => {
  const idle = start([process.execPath, "-e", "console.log('ready'); process.stdin.resume()"]);
  await eventually("an idle Node", () => idle.stdout === "ready\n");
  const prog = ["sh", "-c", "echo ready; cat"];
  const listener = await serve({ program: "s6-ucspitlsd", prog });
  await receiveUntil(await connectRaw(listener.port), "ready\n");
  const { pid } = await listener.tunnel();
  expect(residentMemory(pid)).toBeLessThan(residentMemory(idle.pid) + ALLOWANCE);
});

/** The program without its sandboxes. */
function amputated(name: string): string {
  const folder = mkdtempSync(join(scratch, "amputated-"));
  const repository = dirname(dirname(program(name)));
  const bundles = [`dist/${name}.cjs`, "dist/tunnels.cjs"];
  for (const file of [`bin/${name}`, "bin/launch.js", "bin/package.json", ...bundles]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(repository, file), join(folder, file));
  }
  return join(folder, "bin", name);
}

it("the sandboxes may not even be there, until the letter comes", async () => {
  const ours = amputated("s6-ucspitlsd");
  const clear = await run([ours, "sh", "-c", "echo in the clear; exit 4"]);
  expect(clear).toMatchObject({ code: 4, stdout: "in the clear\n", stderr: "" });
  const asking = await run([ours, "sh", "-c", "printf y >&$SSLCTLFD; cat <&$SSLREADFD"]);
  expect(asking.stderr).toMatch(/^s6-ucspitlsd: fatal: unable to load [^\n]+\.wasm: [^\n]+\n$/);
});
